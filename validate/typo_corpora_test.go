package validate

import (
	"bufio"
	"hash/fnv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/provider"
)

// corpus opens a corpus file of other people's cases and returns its rows
// without the head.
func corpus(t *testing.T, name string) (rows [][]string) {
	t.Helper()
	folder := os.Getenv("WINNOW_CORPORA")
	if folder == "" {
		folder = filepath.Join("..", "..", "shared", "corpora")
	}
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		t.Skipf("no corpus (set WINNOW_CORPORA): %v", err)
	}
	defer f.Close()
	in := bufio.NewScanner(f)
	for in.Scan() {
		rows = append(rows, strings.Split(in.Text(), "\t"))
	}
	require.NoError(t, in.Err())
	require.NotEmpty(t, rows)
	return rows[1:]
}

// edits is the optimal string alignment distance, each edit 1, by its definition.
func edits(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range len(b) + 1 {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

// plain is what the model is held against: the most popular target within one
// edit, unless the domain is a provider's itself.
func plain(domain string) string {
	var best provider.Target
	if provider.OfDomain(domain) != provider.Unknown {
		return ""
	}
	for target := range provider.Targets() {
		if target.Popularity > best.Popularity && edits(domain, target.Domain) == 1 {
			best = target
		}
	}
	return best.Domain
}

// score counts what was said of slips and of real neighbours.
type score struct{ right, wrong, slips, touched, real int }

func (s score) precision() float64 { return float64(s.right) / float64(s.right+s.wrong+s.touched) }
func (s score) recall() float64    { return float64(s.right) / float64(s.slips) }
func (s score) f1() float64        { return 2 * s.precision() * s.recall() / (s.precision() + s.recall()) }

func (s score) log(t *testing.T, name string) {
	t.Logf("%-26s precision %.3f  recall %.3f  F1 %.3f  neighbours touched %3d of %d (%4.1f %%)  wrong target %d of %d",
		name, s.precision(), s.recall(), s.f1(), s.touched, s.real, 100*float64(s.touched)/float64(s.real), s.wrong, s.slips)
}

// The corpora are too few to fit a model to: its prices were set from how people
// err. Each half of them, by hash, is reported by itself, and so is the model without
// any of the lists: what is far apart there hangs on the cases.
func TestNearestOnCorpora(t *testing.T) {
	whole := EmbeddedLists().typos
	bare := *whole
	bare.real, bare.listed, bare.squats = nil, domainSet{}, domainSet{}
	model := func(domain string) string { return whole.nearest(domain).domain }
	judges := []struct {
		name    string
		nearest func(string) string
		half    int // by hash: 0 or 1; -1 is both
	}{
		{"OSA <= 1", plain, -1},
		{"model", model, -1},
		{"model, one half", model, 0},
		{"model, the other half", model, 1},
		{"model without lists", func(domain string) string { return bare.nearest(domain).domain }, -1},
	}
	scores := make([]score, len(judges))
	typos, real := corpus(t, "typos.tsv"), corpus(t, "near.tsv")
	for i, j := range judges {
		s := &scores[i]
		in := func(domain string) bool {
			h := fnv.New32a()
			h.Write([]byte(domain))
			return j.half < 0 || int(h.Sum32()>>16&1) == j.half
		}
		for _, row := range typos {
			if !in(row[0]) {
				continue
			}
			s.slips++
			switch near := j.nearest(row[0]); {
			case near == row[1]:
				s.right++
			case near != "":
				s.wrong++
			case j.name == "model":
				t.Logf("missed: %s (%s)", row[0], row[1])
			}
		}
		for _, row := range real {
			if !in(row[0]) {
				continue
			}
			s.real++
			if near := j.nearest(row[0]); near != "" {
				s.touched++
				if j.name == "model without lists" {
					t.Logf("touched without lists: %s → %s", row[0], near)
				}
			}
		}
	}
	for i, j := range judges {
		scores[i].log(t, j.name)
	}
	osa, all := scores[0], scores[1]
	require.Greater(t, all.f1(), osa.f1()+0.1)
	for i := range judges[1:4] {
		s := scores[i+1]
		require.GreaterOrEqual(t, s.f1(), 0.95, judges[i+1].name)
		require.LessOrEqual(t, s.touched*100, s.real, judges[i+1].name)
		require.LessOrEqual(t, s.wrong*200, s.slips, judges[i+1].name)
	}
	require.GreaterOrEqual(t, scores[4].f1(), 0.93)
	require.LessOrEqual(t, scores[4].touched*100, 2*scores[4].real)
}
