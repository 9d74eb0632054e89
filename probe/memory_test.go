package probe_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/bounce"
	"winnow/probe"
	"winnow/store"
)

func TestMemory(t *testing.T) {
	s, err := store.Open(filepath.Join(t.TempDir(), "store.db"))
	require.NoError(t, err)
	defer s.Close()
	now := time.Now().Truncate(time.Millisecond)
	learnt := func(domain string, all bool, at time.Time) probe.Learnt {
		reply := probe.Reply{Reply: bounce.Reply{Stage: bounce.StageRcpt, Code: 250, Text: "ok", Host: "mx." + domain}, At: at}
		return probe.Learnt{Addr: address.Address{Local: "made.up", Domain: domain}, MadeUp: true, Reply: reply, Catch: &probe.Catch{All: all, Reply: reply}}
	}

	m, err := probe.Remember(t.Context(), s, time.Hour)
	require.NoError(t, err)
	m.Learn(learnt("all.com", true, now))
	m.Learn(learnt("some.com", false, now))
	m.Learn(learnt("old.com", true, now.Add(-2*time.Hour)))
	m.Learn(probe.Learnt{Addr: address.Address{Local: "jane", Domain: "nothing.com"}})
	c, ok := m.Known("all.com")
	require.True(t, ok, "in the same run too")
	require.True(t, c.All)
	require.NoError(t, m.Save(t.Context()))
	require.NoError(t, m.Save(t.Context()), "with nothing new")

	again, err := probe.Remember(t.Context(), s, time.Hour)
	require.NoError(t, err)
	for domain, want := range map[string]bool{"all.com": true, "some.com": false} {
		c, ok := again.Known(domain)
		require.True(t, ok, domain)
		require.Equal(t, want, c.All, domain)
		require.Equal(t, "mx."+domain, c.Reply.Host)
		require.Equal(t, bounce.StageRcpt, c.Reply.Stage)
		require.WithinDuration(t, now, c.Reply.At, time.Millisecond)
	}
	for _, domain := range []string{"old.com", "nothing.com", "never.com"} {
		_, ok := again.Known(domain)
		require.False(t, ok, domain)
	}
}

// What decides is as old as it is: an answer from memory is of the time when it was learnt.
func TestWhenARememberedAnswerWasLearnt(t *testing.T) {
	for _, tt := range []struct {
		name string
		all  bool
		want string
		old  bool
	}{
		{"everybody is taken", true, "catch-all ", true},
		{"a made-up one was refused: the yes is of today", false, "ok ", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", somebody)
				code, text := 250, "ok"
				if !tt.all {
					code, text = 550, "5.1.1 no such user"
				}
				learnt := time.Now().Add(-29 * 24 * time.Hour)
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
