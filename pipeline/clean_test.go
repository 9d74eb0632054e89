package pipeline_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"winnow/internal/dnstest"
	"winnow/listio"
	"winnow/mx"
	"winnow/pipeline"
	"winnow/policy"
	"winnow/report"
	"winnow/validate"
)

// cleaning is a run over a list of a test's own.
type cleaning struct {
	path    string
	options listio.Options
	policy  policy.Policy
	dns     string // "" asks nobody
	force   bool
	single  string
	stream  io.Writer
	midway  func() // called when the first rows have been written
}

func (c cleaning) run(ctx context.Context) (*report.Summary, error) {
	src, err := listio.OpenFile(c.path)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	list, err := listio.Open(src, c.options)
	if err != nil {
		return nil, err
	}
	var out *pipeline.Outputs
	switch {
	case c.stream != nil:
		out = pipeline.ToStream(c.stream)
	case c.single != "":
		out, err = pipeline.Single(c.single, c.force)
	default:
		out, err = pipeline.Parts(c.path, "", c.force)
	}
	if err != nil {
		return nil, err
	}
	defer out.Close()
	var resolver *mx.Resolver
	if c.dns != "" {
		resolver = mx.New(mx.Options{Servers: strings.Split(c.dns, ",")})
	}
	return pipeline.Clean(ctx, pipeline.Job{
		Source: src, List: list, Outputs: out, Policy: c.policy, Resolver: resolver,
		Validator: validate.New(validate.Options{Offline: resolver == nil, Resolver: resolver}),
		Progress: func(s pipeline.Stage, _, _ int64) {
			if s == pipeline.Write && c.midway != nil {
				c.midway()
			}
		},
	})
}

func write(t testing.TB, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "contacts.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

// part returns the path of a part of the list at path.
func part(path, name string) string { return strings.TrimSuffix(path, ".csv") + "." + name + ".csv" }

func noBrake() policy.Policy {
	p := policy.Default()
	p.MaxRemoved = policy.NoBrake
	return p
}

func files(t *testing.T, dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// No row is lost, doubled or altered: the rows of all parts, less our columns,
// are the rows of the list, each part in the list's order.
func TestNoRowIsLost(t *testing.T) {
	dir := t.TempDir()
	cell := rapid.SampledFrom([]string{
		"jane@acme-corp.com", "Jane@Acme-Corp.com", "joesmith@gmail.com", "noreply@gmail.com", "x@mailinator.com", "bob@", "a@b@c.com", "janesmith@gmail.com>",
		"", " ", "n/a", `"Doe, Jane"`, `"5"" pipe"`, `5" pipe`, "\"two\nlines\"", "\"two\r\nlines\"", "é", "\xe9", "=1+1", "ann@example.com", "list@acme-corp.com ",
	})
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end")
		text := "id,email,note" + end
		n := rapid.IntRange(1, 60).Draw(t, "rows")
		text += "0,first@acme-corp.com," + end
		for i := range n {
			cells := rapid.SliceOfN(cell, 1, 4).Draw(t, "cells")
			text += fmt.Sprint(i, ",", strings.Join(cells, ","), end)
		}
		if rapid.Bool().Draw(t, "unended") {
			text = strings.TrimSuffix(text, end)
		}
		path := filepath.Join(dir, "contacts.csv")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		p := noBrake()
		p.Duplicates = rapid.SampledFrom([]policy.Duplicates{policy.DuplicatesFirst, policy.DuplicatesKeep, policy.DuplicatesFlag}).Draw(t, "duplicates")
		s, err := cleaning{path: path, options: listio.Options{Column: "email", Comma: ','}, policy: p, force: true}.run(context.Background())
		require.NoError(t, err)

		rows := rowsOf(t, path)
		require.EqualValues(t, len(rows), s.Rows)
		used := make([]bool, len(rows))
		for _, f := range s.Files {
			next := 0
			part := rowsOf(t, filepath.Join(dir, f.Path))
			require.EqualValues(t, f.Rows, len(part))
			for _, have := range part {
				for ; next < len(rows); next++ {
					if !used[next] && holds(have, rows[next], f.Part == "clean") {
						break
					}
				}
				require.Less(t, next, len(rows), "a row of %s that the list does not have: %q", f.Path, have)
				used[next] = true
			}
		}
		require.NotContains(t, used, false, "a row stands in no part")
	})
}

// holds tells whether an output's row is the list's: its very bytes, or with
// padding and our cells behind them.
func holds(have, row string, clean bool) bool {
	have, row = strings.TrimRight(have, "\r\n"), strings.TrimRight(row, "\r\n")
	if clean {
		return have == row
	}
	rest, ok := strings.CutPrefix(have, row)
	return ok && strings.HasPrefix(rest, ",") && strings.Count(rest, ",") >= 8
}

func rowsOf(t require.TestingT, path string) (rows []string) {
	src, err := listio.OpenFile(path)
	require.NoError(t, err)
	defer src.Close()
	list, err := listio.Open(src, listio.Options{Column: "email", Comma: ','})
	if errors.Is(err, listio.ErrNoRows) {
		return nil
	}
	require.NoError(t, err)
	blocks := list.Blocks()
	for {
		b, err := blocks.Next()
		if b != nil {
			for i := range b.Len() {
				rows = append(rows, strings.Clone(b.Row(i)))
			}
		}
		if errors.Is(err, io.EOF) {
			return rows
		}
		require.NoError(t, err)
	}
}

// The verdict on a list of many blocks is the same however the blocks fall to
// the workers, and the first row of a mailbox wins.
func TestManyBlocks(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,email\n")
	const rows = 150_000
	r := rand.New(rand.NewPCG(3, 4))
	for i := range rows {
		fmt.Fprintf(&b, "%d,jane%d@acme-corp.com\n", i, r.IntN(rows/2))
	}
	path := write(t, b.String())
	var first string
	for range 3 {
		s, err := cleaning{path: path, policy: noBrake()}.run(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, rows, s.Rows)
		require.NotZero(t, s.Duplicates)
		require.Equal(t, s.Rows, s.Parts[report.Clean].Rows+s.Parts[report.Duplicates].Rows)
		all := read(t, part(path, "clean")) + read(t, part(path, "duplicates"))
		if first == "" {
			first = all
		}
		require.True(t, first == all, "another run, another result")
	}
	seen := map[string]bool{}
	for line := range strings.Lines(read(t, part(path, "clean"))) {
		_, address, _ := strings.Cut(line, ",")
		require.False(t, seen[address], address)
		seen[address] = true
	}
}

func TestStreamedOutput(t *testing.T) {
	path := write(t, "\ufeffemail;name\r\njane@acme-corp.com;J\r\nbob@;B")
	var out bytes.Buffer
	_, err := cleaning{path: path, policy: noBrake(), stream: &out}.run(t.Context())
	require.NoError(t, err)
	require.Equal(t, "\ufeffemail;name;winnow_status;winnow_reason;winnow_text;winnow_action;winnow_suggestion;winnow_depth;winnow_flags;winnow_provider\r\n"+
		"jane@acme-corp.com;J;valid;;;send;;syntax;;\r\n"+
		"bob@;B;invalid;syntax.domain-empty;there is no domain after the @ (character 5);remove;;syntax;;\r\n", out.String())
	require.Equal(t, []string{"contacts.csv"}, files(t, filepath.Dir(path)))
}

type broken struct{ after int }

func (b *broken) Write(p []byte) (int, error) {
	if b.after -= len(p); b.after < 0 {
		return 0, errors.New("nobody reads")
	}
	return len(p), nil
}

func TestBrokenStream(t *testing.T) {
	path := write(t, "email\n"+strings.Repeat("jane@acme-corp.com\n", 200_000))
	_, err := cleaning{path: path, policy: noBrake(), stream: &broken{after: 1 << 20}}.run(t.Context())
	require.ErrorContains(t, err, "nobody reads")
}

// A list that changes while it is read is no list: nothing gets a name.
func TestListThatChanges(t *testing.T) {
	path := write(t, "email\n"+strings.Repeat("jane@acme-corp.com\n", 200_000))
	grown := false
	_, err := cleaning{path: path, policy: noBrake(), midway: func() {
		if !grown {
			grown = true
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			require.NoError(t, err)
			_, err = f.WriteString("joe@acme-corp.com\n")
			require.NoError(t, err)
			require.NoError(t, f.Close())
		}
	}}.run(t.Context())
	require.ErrorContains(t, err, "change")
	require.Equal(t, []string{"contacts.csv"}, files(t, filepath.Dir(path)))
}

func TestCancelled(t *testing.T) {
	path := write(t, "email\n"+strings.Repeat("jane@acme-corp.com\n", 200_000))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := cleaning{path: path, policy: noBrake(), midway: cancel}.run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []string{"contacts.csv"}, files(t, filepath.Dir(path)))
}

// What winnow wrote it may replace, until somebody else has touched it.
func TestOutputsAreReplacedOnlyIfOurs(t *testing.T) {
	path := write(t, "email\njane@acme-corp.com\njoe@acme-corp.com\n")
	c := cleaning{path: path, policy: noBrake()}
	_, err := c.run(t.Context())
	require.NoError(t, err)
	_, err = c.run(t.Context())
	require.NoError(t, err, "its own, unchanged")

	require.NoError(t, os.WriteFile(part(path, "clean"), []byte("mine\n"), 0o600))
	_, err = c.run(t.Context())
	require.ErrorIs(t, err, pipeline.ErrExists)
	require.Equal(t, "mine\n", read(t, part(path, "clean")))

	c.force = true
	_, err = c.run(t.Context())
	require.NoError(t, err)
	require.Equal(t, "email\njane@acme-corp.com\njoe@acme-corp.com\n", read(t, part(path, "clean")))
}

// A run that is killed while it renames leaves new parts and its manifest under
// its temporary name: the next run knows them for ours.
func TestKilledWhileRenaming(t *testing.T) {
	path := write(t, "email\njane@acme-corp.com\n")
	c := cleaning{path: path, policy: noBrake()}
	_, err := c.run(t.Context())
	require.NoError(t, err)
	manifest := strings.TrimSuffix(path, ".csv") + ".winnow.json"
	require.NoError(t, os.Rename(manifest, listio.TempPath(manifest)))
	_, err = c.run(t.Context())
	require.NoError(t, err)
	require.FileExists(t, manifest)
	require.NoFileExists(t, listio.TempPath(manifest))
}

// The duplicates of an earlier run do not outlive a run that has none.
func TestOldDuplicatesGo(t *testing.T) {
	path := write(t, "email\njane@acme-corp.com\nJANE@acme-corp.com\n")
	c := cleaning{path: path, policy: noBrake()}
	_, err := c.run(t.Context())
	require.NoError(t, err)
	require.FileExists(t, part(path, "duplicates"))
	require.NoError(t, os.WriteFile(path, []byte("email\njane@acme-corp.com\n"), 0o600))
	_, err = c.run(t.Context())
	require.NoError(t, err)
	require.NoFileExists(t, part(path, "duplicates"))
}

func TestLocked(t *testing.T) {
	path := write(t, "email\njane@acme-corp.com\n")
	out, err := pipeline.Parts(path, "", false)
	require.NoError(t, err)
	_, err = cleaning{path: path, policy: noBrake()}.run(t.Context())
	require.ErrorIs(t, err, listio.ErrLocked)
	out.Close()
	_, err = cleaning{path: path, policy: noBrake()}.run(t.Context())
	require.NoError(t, err)
}

const acme = `
acme-corp.com     MX 10 mx.acme-corp.com
mx.acme-corp.com  A 198.51.99.1
`

func startDNS(t *testing.T, text string) *dnstest.Server {
	zone, err := dnstest.ParseZone(text)
	require.NoError(t, err)
	server, err := dnstest.NewServer(zone)
	require.NoError(t, err)
	t.Cleanup(server.Close)
	return server
}

// One question a domain, however many rows it has.
func TestOneQuestionADomain(t *testing.T) {
	path := write(t, "email\n"+strings.Repeat("jane@acme-corp.com\nbob@gone-corp.com\n", 1000))
	server := startDNS(t, dnstest.Canaries+acme)
	p := noBrake()
	p.Duplicates = policy.DuplicatesKeep
	s, err := cleaning{path: path, policy: p, dns: server.Addr()}.run(t.Context())
	require.NoError(t, err)
	require.True(t, s.Complete)
	require.Equal(t, "dns", s.Depth)
	require.EqualValues(t, 1000, s.Parts[report.Clean].Rows)
	require.EqualValues(t, 1000, s.Parts[report.Removed].Rows)
	for question, n := range server.Queries() {
		if strings.Contains(question, "-corp.com") {
			// What is denied is asked for once more, and what is there bears that out twice.
			require.LessOrEqual(t, n, 3, question)
		}
	}
}

// Nothing that a bad resolver says removes anybody.
func TestBadResolvers(t *testing.T) {
	for _, tt := range []struct{ name, zone, depth string }{
		{"denies everything", "", "syntax"},
		{"makes everything up", "* A 203.0.112.1\n* MX 10 portal.net\nportal.net A 203.0.112.1\n", "syntax"},
		{"refuses everything", "* !refused\n", "syntax"},
		{"fails at everything", "* !servfail\n", "syntax"},
		{"knows the providers, and fails at everything else", "* !servfail\n" + dnstest.Canaries, "syntax"},
		{"says nothing", "* !drop\n", "syntax"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, "email\njane@acme-corp.com\nbob@gone-corp.com\njoe@\n")
			server := startDNS(t, tt.zone)
			s, err := cleaning{path: path, policy: noBrake(), dns: server.Addr()}.run(t.Context())
			require.NoError(t, err)
			require.False(t, s.Complete)
			require.Equal(t, tt.depth, s.Depth)
			require.EqualValues(t, 1, s.Parts[report.Removed].Rows, "the one that is no address")
			require.EqualValues(t, 2, s.Statuses["unknown"])
			require.FileExists(t, part(path, "review.incomplete"))
			require.NoFileExists(t, part(path, "clean"))
		})
	}
}

// Two resolvers that contradict each other prove nothing, however honest each
// looks: what was there before stays.
func TestResolversThatContradictEachOther(t *testing.T) {
	var null strings.Builder
	rows := "email\n"
	for i := range 30 {
		fmt.Fprintf(&null, "d%d-corp.com MX 0 .\n", i)
		rows += fmt.Sprintf("jane@d%d-corp.com\n", i)
	}
	path := write(t, rows)
	a, b := startDNS(t, dnstest.Canaries), startDNS(t, dnstest.Canaries+null.String())
	s, err := cleaning{path: path, policy: policy.Default(), dns: a.Addr() + "," + b.Addr()}.run(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 30, s.Statuses["unknown"])
	require.False(t, s.Complete)
	require.NoFileExists(t, part(path, "clean"))
}

func TestBrakes(t *testing.T) {
	rows := func(good, bad int) string {
		var b strings.Builder
		b.WriteString("email\n")
		for i := range good {
			fmt.Fprintf(&b, "jane%d@acme-corp.com\n", i)
		}
		for i := range bad {
			fmt.Fprintf(&b, "joe%d@bad-corp.example\n", i)
		}
		return b.String()
	}
	for _, tt := range []struct {
		name      string
		good, bad int
		held      bool
	}{
		{"a fifth", 80, 20, true}, // of one domain
		{"few of one domain", 996, 4, false},
		{"1 % of one domain", 990, 10, false},
		{"more than 1 % of one domain", 989, 11, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := write(t, rows(tt.good, tt.bad))
			s, err := cleaning{path: path, policy: policy.Default()}.run(t.Context())
			require.NoError(t, err)
			require.Equal(t, tt.held, s.Held, s.Gates)
			name := "clean"
			if tt.held {
				name = "clean.held"
				require.NoFileExists(t, part(path, "clean"))
			}
			require.FileExists(t, part(path, name))
		})
	}
	t.Run("syntax, over a fifth", func(t *testing.T) {
		path := write(t, "email\n"+"jane@acme-corp.com\njohn@acme-corp.com\njoe@acme-corp.com\nbob@\n")
		s, err := cleaning{path: path, policy: policy.Default()}.run(t.Context())
		require.NoError(t, err)
		require.True(t, s.Held)
	})
}

// A manifest is an output, too.
func TestForeignManifest(t *testing.T) {
	path := write(t, "email\njane@acme-corp.com\n")
	manifest := strings.TrimSuffix(path, ".csv") + ".winnow.json"
	require.NoError(t, os.WriteFile(manifest, []byte(`{"mine": true}`), 0o600))
	_, err := cleaning{path: path, policy: noBrake()}.run(t.Context())
	require.ErrorIs(t, err, pipeline.ErrExists)
	require.Equal(t, `{"mine": true}`, read(t, manifest))
}

func TestManifestOfAnotherList(t *testing.T) {
	path := write(t, "email\njane@acme-corp.com\n")
	_, err := cleaning{path: path, policy: noBrake()}.run(t.Context())
	require.NoError(t, err)
	other := strings.TrimSuffix(path, ".csv") + ".txt"
	require.NoError(t, os.WriteFile(other, []byte("email\njoe@acme-corp.com\n"), 0o600))
	_, err = cleaning{path: other, policy: noBrake()}.run(t.Context())
	require.ErrorContains(t, err, "another list's outputs (contacts.clean.csv)")

	single := cleaning{path: path, policy: noBrake(), single: other + ".csv"}
	_, err = single.run(t.Context())
	require.NoError(t, err)
	_, err = cleaning{path: single.single, policy: noBrake()}.run(t.Context())
	require.NoError(t, err, "an annotated list may be cleaned in its turn")
}

// A whole run takes away what a held one left, unless somebody has touched it.
func TestSupersededOutputsGo(t *testing.T) {
	path := write(t, "email\njane@acme-corp.com\nbob@\n")
	_, err := cleaning{path: path, policy: policy.Default()}.run(t.Context())
	require.NoError(t, err)
	require.FileExists(t, part(path, "clean.held"))
	require.NoError(t, os.WriteFile(path, []byte("email\njane@acme-corp.com\n"), 0o600))
	_, err = cleaning{path: path, policy: policy.Default()}.run(t.Context())
	require.NoError(t, err)
	require.Equal(t, []string{"contacts.clean.csv", "contacts.csv", "contacts.removed.csv", "contacts.review.csv", "contacts.winnow.json"}, files(t, filepath.Dir(path)))
}
