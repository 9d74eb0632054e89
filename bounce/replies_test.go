package bounce_test

import (
	_ "embed"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

//go:embed testdata/replies.tsv
var replies string

// TestReplies reads replies that no rule has among its examples.
func TestReplies(t *testing.T) {
	for line := range strings.Lines(replies) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		want, text, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t")
		require.True(t, ok, line)
		t.Run(text, func(t *testing.T) {
			res := bounce.Classify(bounce.Reply{Text: strings.ReplaceAll(text, `\n`, "\n")})
			if want == "not hard" {
				require.NotEqual(t, bounce.Hard, res.Class, "%s by %q", res.Reason, res.Rule)
				return
			}
			if !slices.Contains(strings.Split(want, "|"), res.Reason.String()) {
				t.Errorf("want %s, got %s by %q, code %d %s, stage %q; overrode %q", want, res.Reason, res.Rule, res.Code, res.Enhanced, res.Stage, res.Overrode)
			}
		})
	}
}
