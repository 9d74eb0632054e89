package probe_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/probe"
)

func grades() map[string]string {
	all := map[string]string{"": "valid"}
	for _, c := range probe.Codes() {
		all[c.Code] = c.Grade.String()
	}
	return all
}

// Other people's replies, as if each were one to RCPT: no address that its readers would keep is called
// invalid.
func TestCorporaReplies(t *testing.T) {
	dir := os.Getenv("WINNOW_CORPORA")
	if dir == "" {
		dir = "../../shared/corpora"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("there are no corpora (WINNOW_CORPORA)")
	}
	f, err := os.Open(filepath.Join(dir, "replies.jsonl"))
	require.NoError(t, err)
	defer f.Close()
	grade := grades()
	count := map[string]map[string]int{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var c struct{ Reply, Code, Label string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &c))
		res := bounce.Classify(bounce.Reply{Text: c.Reply})
		e := probe.Evidence{Domain: "acme.com", Asked: 1, Reply: probe.Reply{
			Reply: bounce.Reply{Stage: bounce.StageRcpt, Code: res.Code, Enhanced: res.Enhanced, Text: c.Reply, Host: "mx.acme.com"}, At: time.Now()}}
		g := grade[probe.Read(e).Code]
		if count[c.Label] == nil {
			count[c.Label] = map[string]int{}
		}
		count[c.Label][g]++
		require.NotEqual(t, "valid", g, c.Reply)
		if c.Label == "keep" {
			require.NotEqual(t, "invalid", g, "%s: %s", c.Reply, probe.Read(e).Code)
		}
	}
	require.NoError(t, lines.Err())
	t.Log(count)
	require.Greater(t, count["remove"]["invalid"], 9*count["remove"]["unknown"])
}

// Whatever a host says, at whatever command: it is read, in a line without addresses, and as invalid
// only if it is a final refusal of the recipient.
func FuzzRead(f *testing.F) {
	f.Add(uint8(4), 550, "5.1.1 <jane@acme.com>: no such user", 250, "ok")
	f.Add(uint8(4), 250, "ok", 550, "5.1.1 no such user")
	f.Add(uint8(1), 554, "blocked\n\x1b[31m", 0, "")
	f.Add(uint8(4), 450, "Greylisted for 5 minutes", 450, "later")
	grade := grades()
	f.Fuzz(func(t *testing.T, stage uint8, code int, text string, madeUp int, words string) {
		e := probe.Evidence{Domain: "acme.com", At: time.Unix(1, 0), Asked: 1,
			Reply:  probe.Reply{Reply: bounce.Reply{Stage: bounce.Stage(stage % 5), Code: code, Text: text, Host: "mx.acme.com"}, At: time.Unix(1, 0)},
			MadeUp: probe.Reply{Reply: bounce.Reply{Stage: bounce.StageRcpt, Code: madeUp, Text: words, Host: "mx.acme.com"}, At: time.Unix(1, 0)},
		}
		rd := probe.Read(e)
		g, ok := grade[rd.Code]
		require.True(t, ok, rd.Code)
		require.NotContains(t, rd.Detail, "@")
		require.NotContains(t, rd.Detail, "\n")
		require.False(t, strings.ContainsFunc(rd.Detail, func(r rune) bool { return r < ' ' || r == 0x7f }), "%q", rd.Detail)
		require.Less(t, len(rd.Detail), 3000)
		if g == "invalid" {
			require.True(t, e.Reply.Stage == bounce.StageRcpt && code/100 == 5)
		}
		if g == "valid" {
			require.True(t, e.Reply.Stage == bounce.StageRcpt && (code == 250 || code == 251) && madeUp/100 == 5)
		}
	})
}
