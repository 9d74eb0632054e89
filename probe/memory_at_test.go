package probe_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/probe"
)

// What decides is as old as it is: an answer from memory is of the time when it was learnt.
func TestWhenARememberedAnswerWasLearnt(t *testing.T) {
	for _, tt := range []struct {
		name string
		all  bool
		age  time.Duration
		want string
		old  bool
	}{
		{"everybody is taken", true, 29 * 24 * time.Hour, "catch-all ", true},
		{"a made-up one was refused: the yes is of today", false, 23 * time.Hour, "ok ", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", somebody)
				code, text := 250, "ok"
				if !tt.all {
					code, text = 550, "5.1.1 no such user"
				}
				learnt := time.Now().Add(-tt.age)
				o := l.options()
				o.Known = func(string) (probe.Catch, bool) {
					return probe.Catch{All: tt.all, Reply: probe.Reply{Reply: bounce.Reply{Stage: bounce.StageRcpt, Code: code, Text: text, Host: "mx.acme.com"}, At: learnt}}, true
				}
				found, _ := l.ask(o, "p0@acme.com")
				require.Equal(t, tt.want, codes(found))
				require.Equal(t, tt.old, found[0].At.Equal(learnt), "%s", found[0].At)
				require.Equal(t, !tt.old, found[0].At.Equal(found[0].Reply.At))
			})
		})
	}
}
