package bounce_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

// A case is a reply and what people said of it.
type labelled struct {
	name  string
	reply bounce.Reply
	label string // dead, keep, or what neither is: inactive, ambiguous
	why   string
}

// second reports whether a case belongs to the half that the rules were not written
// with.
func (c labelled) second() bool {
	h := fnv.New32a()
	h.Write([]byte(c.reply.Text))
	return h.Sum32()%2 == 1
}

func corpora(t testing.TB) string {
	dir := os.Getenv("WINNOW_CORPORA")
	if dir == "" {
		dir = "../../shared/corpora"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("there are no corpora (WINNOW_CORPORA)")
	}
	return dir
}

func documentedReplies(t testing.TB) (cases []labelled) {
	data, err := os.ReadFile(filepath.Join(corpora(t), "replies.jsonl"))
	require.NoError(t, err)
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		var c struct{ Reply, Label string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		if c.Label == "remove" {
			c.Label = "dead"
		}
		cases = append(cases, labelled{name: c.Reply, reply: bounce.Reply{Text: c.Reply}, label: c.Label})
	}
	return cases
}

var (
	diagnostic = regexp.MustCompile(`(?im)^Diagnostic-Code:[ \t]*(.*(?:\r?\n[ \t]+.*)*)`)
	status     = regexp.MustCompile(`(?im)^Status:[ \t]*([245]\.\d+\.\d+)`)
	said       = regexp.MustCompile(`(?m)^.*(^|[\s:,;(<])[245]\d\d[ -].*(\n[ \t]+\S.*|\n[45]\d\d[- ].*)*`)
	original   = regexp.MustCompile(`(?im)^(Content-Type: *(message/rfc822|text/rfc822-headers)|-+ ?(Below this line|This is a copy|Original message|Returned message|Undelivered message|The header of the original|Enclosed is|Message header|Unsent message)|Return-Path:|Received:|Message-Id:|> Received:)`)
)

// bounceMails reads of each bounce mail with one recipient what a server said, as
// far as plain searching finds it.
func bounceMails(t testing.TB) (cases []labelled) {
	dir := filepath.Join(corpora(t), "bounces")
	table, err := os.ReadFile(filepath.Join(dir, "labels.tsv"))
	require.NoError(t, err)
	rows := map[string]int{}
	for line := range strings.Lines(string(table)) {
		rows[strings.SplitN(line, "\t", 2)[0]]++
	}
	for line := range strings.Lines(string(table)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if f[0] == "file" || rows[f[0]] > 1 {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, "eml", f[0]))
		require.NoError(t, err)
		mail := strings.ReplaceAll(string(data), "\r\n", "\n")
		var r bounce.Reply
		if m := diagnostic.FindStringSubmatch(mail); m != nil {
			r.Text = regexp.MustCompile(`\s+`).ReplaceAllString(m[1], " ")
		} else if _, body, ok := strings.Cut(mail, "\n\n"); ok {
			if i := original.FindStringIndex(body); i != nil && i[0] > 0 {
				body = body[:i[0]]
			}
			r.Text = said.FindString(body)
		}
		if r.Text == "" || strings.Contains(r.Text, "{") && strings.Contains(r.Text, "bounceType") {
			continue // a program's own words, and no reply
		}
		if m := status.FindStringSubmatch(mail); m != nil {
			read := bounce.Classify(r)
			if read.Enhanced == "" {
				r.Enhanced = m[1]
			}
		}
		var label string
		if len(f) > 5 {
			label = map[string]string{"true": "dead", "false": "keep"}[f[5]]
		}
		switch f[4] {
		case "filtered", "undefined", "delivered", "feedback", "vacation":
			label = "ambiguous"
		case "suspend":
			label = "inactive"
		}
		cases = append(cases, labelled{name: f[0], reply: r, label: label, why: f[4]})
	}
	return cases
}

// TestCorpora prints how well replies are told apart beside what "5xx is hard" makes
// of the same.
func TestCorpora(t *testing.T) {
	for _, set := range []struct {
		name  string
		cases []labelled
	}{{"replies.jsonl", documentedReplies(t)}, {"bounces", bounceMails(t)}} {
		for _, second := range []bool{false, true} {
			type count map[string]map[bool]int
			ours, plain := count{}, count{}
			for _, c := range set.cases {
				if c.second() != second {
					continue
				}
				res := bounce.Classify(c.reply)
				hard := res.Class == bounce.Hard
				if ours[c.label] == nil {
					ours[c.label], plain[c.label] = map[bool]int{}, map[bool]int{}
				}
				ours[c.label][hard]++
				plain[c.label][res.Code >= 500 || res.Code == 0 && strings.HasPrefix(res.Enhanced, "5")]++
				if os.Getenv("WINNOW_SHOW") != "" && (hard && c.label == "keep" || !hard && c.label == "dead") {
					t.Logf("%s %s %s: %s by %q, %d %s stage %q: %.300q", c.label, c.why, c.name, res.Reason, res.Rule, res.Code, res.Enhanced, res.Stage, c.reply.Text)
				}
			}
			half := "first half"
			if second {
				half = "second half"
			}
			var b strings.Builder
			fmt.Fprintf(&b, "%s, %s\n%-10s %14s %14s\n", set.name, half, "", "winnow", "5xx is hard")
			fmt.Fprintf(&b, "%-10s %7s%7s %7s%7s\n", "label", "hard", "other", "hard", "other")
			for _, label := range []string{"dead", "keep", "inactive", "ambiguous"} {
				fmt.Fprintf(&b, "%-10s %7d%7d %7d%7d\n", label, ours[label][true], ours[label][false], plain[label][true], plain[label][false])
			}
			t.Log(b.String())
			keep, dead := ours["keep"], ours["dead"]
			require.LessOrEqual(t, share(keep, true), 0.02, "of those to keep, called hard")
			require.LessOrEqual(t, share(dead, false), 0.10, "of the dead, missed")
		}
	}
}

func share(of map[bool]int, which bool) float64 {
	return float64(of[which]) / float64(max(1, of[true]+of[false]))
}
