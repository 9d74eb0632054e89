package probe_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/bounce"
	"winnow/mx"
	"winnow/probe"
	"winnow/store"
)

// keeper remembers over runs.
type keeper map[string]probe.Catch

func (k keeper) Hear(l probe.Learnt) {
	if l.Catch != nil {
		k[l.Addr.Domain] = *l.Catch
	}
}

func (keeper) Conclude(address.Address, probe.Evidence) {}

func (k keeper) known(domain string) (probe.Catch, bool) {
	c, ok := k[domain]
	return c, ok
}

// evidence is all that is learnt from outside, DNS's answers and hosts' replies, in one place.
type evidence struct {
	answers []mx.Answer
	replies []probe.Learnt
}

func (e *evidence) Learn(a mx.Answer)                        { e.answers = append(e.answers, a) }
func (e *evidence) Hear(l probe.Learnt)                      { e.replies = append(e.replies, l) }
func (e *evidence) Conclude(address.Address, probe.Evidence) {}

var (
	_ mx.Sink    = (*evidence)(nil)
	_ probe.Sink = (*evidence)(nil)
)

// A host that refuses everybody for a day has not shown that it knows who is there, and one that has may take everybody
// some days later.
func TestWhatIsRemembered(t *testing.T) {
	const day = 24 * time.Hour
	const somebody = "rcpt jane* 250 ok\nrcpt joe* 250 ok\nfirst 1 rcpt * 550 5.1.1 no such user\nrcpt * 250 ok"
	for _, tt := range []struct {
		name, dialogue string
		after          time.Duration
		first, second  string
	}{
		{"everybody was refused, then everybody is taken", "first 2 rcpt * 550 5.1.1 no such user\nrcpt * 250 ok", day / 2, "recipient-unknown ", "catch-all "},
		{"somebody was taken", somebody, day / 2, "ok ", "ok "},
		{"somebody was taken, and everybody is since", somebody, 2 * day, "ok ", "catch-all "},
		{"everybody was taken", "first 2 rcpt * 250 ok\nrcpt joe* 250 ok", 20 * day, "catch-all ", "catch-all "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", tt.dialogue)
				k := keeper{}
				o := l.options()
				o.Known, o.Evidence = k.known, k
				found, _ := l.ask(o, "jane@acme.com")
				require.Equal(t, tt.first, codes(found))
				time.Sleep(tt.after)
				found, _ = l.ask(o, "joe@acme.com")
				require.Equal(t, tt.second, codes(found), "%q", details(found))
			})
		})
	}
}

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
	m.Hear(learnt("all.com", true, now))
	m.Hear(learnt("some.com", false, now))
	m.Hear(learnt("old.com", true, now.Add(-2*time.Hour)))
	m.Hear(probe.Learnt{Addr: address.Address{Local: "jane", Domain: "nothing.com"}})
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
