package probe_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/bounce"
	"winnow/probe"
	"winnow/store"
)

// shelf is a probe.Shelf in memory.
type shelf map[address.Address]probe.Answer

func (s shelf) Keep(_ context.Context, all []probe.Answer) error {
	for _, a := range all {
		s[a.Addr] = a
	}
	return nil
}

func (s shelf) Find(_ context.Context, a address.Address) (probe.Answer, bool, error) {
	found, ok := s[a]
	return found, ok, nil
}

func memory(t *testing.T) *probe.Memory {
	s, err := store.Open(filepath.Join(t.TempDir(), "store.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	m, err := probe.Remember(t.Context(), s, time.Hour)
	require.NoError(t, err)
	return m
}

// What is settled is not asked again as long as it counts; all else is.
func TestAnswersOfAnEarlierRun(t *testing.T) {
	const dialogue = "rcpt jane* 250 ok\nrcpt grey* 451 4.7.1 greylisted\nrcpt full* 552 5.2.2 mailbox full\nrcpt bad* 550 5.7.1 your message looks like spam\nrcpt * 550 5.1.1 no such user"
	addrs := []string{"jane@acme.com", "gone@acme.com", "grey@acme.com", "full@acme.com", "bad@acme.com"}
	for _, tt := range []struct {
		name       string
		after      time.Duration
		moved      bool // the domain, to another host
		remembered int
	}{
		{"at once", time.Second, false, 2},
		{"before its time is over", 23 * time.Hour, false, 2},
		{"once its time is over", 24 * time.Hour, false, 0},
		{"of a host that is not the domain's any more", time.Hour, true, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, kept := memory(t), shelf{}
			m.Shelve(kept, 24*time.Hour, nil)
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", dialogue)
				l.host("mx2.acme.com", dialogue)
				o := l.options()
				o.Answered, o.Evidence = m.Answered, m
				first, sum := l.ask(o, addrs...)
				require.Equal(t, "ok recipient-unknown greylisted full spam-content ", codes(first))
				require.Zero(t, sum.Remembered)
				require.NoError(t, m.Save(t.Context()))
				require.Len(t, kept, 2)
				time.Sleep(tt.after)
				if tt.moved {
					l.domains["acme.com"] = []string{"mx2.acme.com"}
				}
				second, sum := l.ask(o, addrs...)
				require.Equal(t, codes(first), codes(second))
				require.Equal(t, tt.remembered, sum.Remembered)
				require.Equal(t, len(addrs)-tt.remembered, sum.Recipients-sum.Again)
				if tt.remembered > 0 {
					require.Equal(t, first[0].At.UTC(), second[0].At.UTC(), "it is as old as the answer")
					require.Equal(t, details(first)[:2], details(second)[:2])
				}
			})
		})
	}
}

// Where addresses are kept as hashes, no reply names them.
func TestAnswersAreMasked(t *testing.T) {
	m, kept := memory(t), shelf{}
	m.Shelve(kept, time.Hour, func(text string, a address.Address) string { return strings.ReplaceAll(text, a.String(), "<address>") })
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", "rcpt * 550 5.1.1 gone@acme.com: no such user")
		o := l.options()
		o.Answered, o.Evidence = m.Answered, m
		l.ask(o, "gone@acme.com")
		require.NoError(t, m.Save(t.Context()))
		for _, a := range kept {
			require.NotContains(t, string(a.Value), "gone@")
		}
		found, sum := l.ask(o, "gone@acme.com")
		require.Equal(t, 1, sum.Remembered)
		require.Equal(t, "recipient-unknown ", codes(found))
	})
}

type broken struct{}

func (broken) Keep(context.Context, []probe.Answer) error { return errors.New("disk full") }
func (broken) Find(context.Context, address.Address) (probe.Answer, bool, error) {
	return probe.Answer{}, false, errors.New("disk gone")
}

// A shelf that fails takes no verdict with it, and is told of.
func TestAShelfThatFails(t *testing.T) {
	m := memory(t)
	m.Shelve(broken{}, time.Hour, nil)
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", somebody)
		o := l.options()
		o.Answered, o.Evidence = m.Answered, m
		found, _ := l.ask(o, "p0@acme.com")
		require.Equal(t, "ok ", codes(found))
		require.ErrorContains(t, m.Save(t.Context()), "learnt of addresses: disk gone")
		require.NoError(t, m.Save(t.Context()), "it is told once")
	})
}

// Newer rules may say that a provider's yes means nothing: then what was kept of its addresses counts no more, whatever
// the host is called.
func TestAKeptYesThatMeansNothingByNow(t *testing.T) {
	m, kept := memory(t), shelf{}
	m.Shelve(kept, time.Hour, nil)
	said := func(code int, text string) probe.Reply {
		return probe.Reply{Reply: bounce.Reply{Stage: bounce.StageRcpt, Code: code, Text: text, Host: "mx.acme.net"}, At: time.Now()}
	}
	jane := address.Address{Local: "jane", Domain: "acme.com"}
	m.Conclude(jane, probe.Evidence{Domain: jane.Domain, At: time.Now(), Reply: said(250, "ok"), MadeUp: said(550, "5.1.1 no such user")})
	require.NoError(t, m.Save(t.Context()))
	_, ok := m.Answered(jane)
	require.True(t, ok)

	atYahoo := address.Address{Local: "jane", Domain: "yahoo.com"}
	kept[atYahoo] = kept[jane]
	_, ok = m.Answered(atYahoo)
	require.False(t, ok)
}
