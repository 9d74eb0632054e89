package probe_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/probe"
)

// stream asks for addresses that come with a time between them.
func (l *lab) stream(o probe.Options, between time.Duration, addrs ...string) []probe.Evidence {
	p, err := probe.New(o)
	require.NoError(l.t, err)
	found := make([]probe.Evidence, len(addrs))
	told := 0
	_, err = p.Probe(l.t.Context(), func(yield func(probe.Target) bool) {
		for i, a := range addrs {
			if i > 0 {
				time.Sleep(between)
			}
			if !yield(l.target(i, a)) {
				return
			}
		}
	}, func(e probe.Evidence) {
		found[e.ID] = e
		told++
	})
	require.NoError(l.t, err)
	require.Equal(l.t, len(addrs), told)
	return found
}

// Nothing may follow on the last address of a domain: a run that still waits then never ends, which a
// bubble sees.
func TestTheLastIsOneWithoutSMTPUTF8(t *testing.T) {
	for _, tt := range []struct{ name, dialogue, want string }{
		{"noes wait", "rcpt u* 452 4.2.2 mailbox full", "recipient-unknown recipient-unknown full full full full full full no-utf8 "},
		{"noes wait, without PIPELINING", "ehlo 250 mx\nrcpt u* 452 4.2.2 mailbox full", "recipient-unknown recipient-unknown full full full full full full no-utf8 "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", tt.dialogue)
				o := l.options()
				impatient(&o)
				found, _ := l.ask(o, "a@acme.com", "b@acme.com", "u1@acme.com", "u2@acme.com", "u3@acme.com", "u4@acme.com", "u5@acme.com", "u6@acme.com", "jörg@acme.com")
				require.Equal(t, tt.want, codes(found), "%q", details(found))
			})
		})
	}
}

func TestALateOneWithoutSMTPUTF8(t *testing.T) {
	for _, dialogue := range []string{"", "ehlo 250 mx"} {
		bubble(t, func(t *testing.T, l *lab) {
			l.host("mx.acme.com", dialogue)
			require.Equal(t, "recipient-unknown no-utf8 ", codes(l.stream(l.options(), time.Minute, "a@acme.com", "jörg@acme.com")))
		})
	}
}

// A session still connects to a host of a provider that has just refused us: what its domain's next
// host says is not the provider's.
func TestARefusalWhileAnotherHostOfItIsConnectedTo(t *testing.T) {
	for _, tt := range []struct{ name, other string }{
		{"silent", "down silent"},
		{"refused", "delay greeting 5s\ngreeting 451 4.3.0 not now"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx1.prov.net", "delay rcpt * 2s\nrcpt * 550 5.7.1 blocked using zen.spamhaus.org")
				l.host("mx2.prov.net", tt.other)
				l.host("mx.backup.net", somebody)
				l.domains["one.com"] = []string{"mx1.prov.net"}
				l.domains["two.com"] = []string{"mx2.prov.net", "mx.backup.net"}
				p, err := probe.New(l.options())
				require.NoError(t, err)
				found := make([]probe.Evidence, 3)
				sum, err := p.Probe(t.Context(), func(yield func(probe.Target) bool) {
					yield(l.target(0, "p0@one.com"))
					yield(l.target(1, "p0@two.com"))
					time.Sleep(5 * time.Minute)
					yield(l.target(2, "p1@two.com"))
				}, func(e probe.Evidence) { found[e.ID] = e })
				require.NoError(t, err)
				require.Equal(t, "ip-reputation blocked blocked ", codes(found), "%q", details(found))
				require.Len(t, sum.Blocked, 1)
				require.Equal(t, "prov.net", sum.Blocked[0].Group)
				require.Equal(t, 2, sum.Blocked[0].NotAsked)
			})
		})
	}
}

// A machine answers for several domains under several names: what it says of one ends what another one waits for, or has
// it ask for the postmaster, whenever that comes. Which is first is left to chance.
func TestTheRunEndsOverNames(t *testing.T) {
	for _, tt := range []struct {
		name, dialogue string
		pause, way     time.Duration
		mx             map[string][]string
		addrs          []string
	}{
		{
			"the postmaster is wanted no more once another domain had somebody taken", "rcpt p* 250 ok\nrcpt *@d0.com 250 ok", 0, 0,
			map[string][]string{"d0.com": {"mx0.d0.com"}, "d1.com": {"mx.h.net"}, "d2.com": {"mx0.d2.com"}},
			slices.Concat(people(1, "d0.com"), gone(3, "d1.com"), gone(2, "d2.com")),
		},
		{
			"the postmaster is wanted when all have come", "", time.Minute, 0,
			map[string][]string{"d0.com": {"mx0.d0.com"}, "d1.com": {"mx.h.net"}},
			slices.Concat(gone(1, "d0.com"), gone(6, "d1.com")),
		},
		{
			"a transaction of another route is open", "ehlo 250 mx\nrcpt postmaster* 250 ok\nrcpt p* 250 ok", time.Minute, 28 * time.Millisecond,
			map[string][]string{"d0.com": {"mx.h.net"}, "d1.com": {"mx.h.net", "mx2.h.net"}},
			slices.Concat(gone(8, "d0.com"), gone(1, "d1.com"), people(5, "d1.com"), gone(3, "d1.com")[1:], people(9, "d1.com")[5:], gone(4, "d1.com")[3:], people(11, "d1.com")[9:]),
		},
		{
			"a name of it waits, and its provider refuses us elsewhere", "rcpt *@d1.com 421 4.7.0 enough", 0, 0,
			map[string][]string{"d0.com": {"mx0.d0.com"}, "d1.com": {"mx.h.net"}, "d2.com": {"mx2.h.net"}},
			slices.Concat(gone(1, "d0.com"), gone(9, "d1.com"), gone(1, "d2.com")),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for range 40 {
				bubble(t, func(t *testing.T, l *lab) {
					h := l.host("mx.h.net", tt.dialogue)
					h.server.Move(tt.way)
					blocks := l.host("mx2.h.net", "delay rcpt * 30s\nrcpt * 550 5.7.1 blocked using zen.spamhaus.org")
					for domain, names := range tt.mx {
						l.domains[domain] = names
						for _, name := range names {
							l.hosts[name] = h
						}
					}
					l.hosts["mx2.h.net"] = blocks
					p, err := probe.New(l.options())
					require.NoError(t, err)
					sum, err := p.Probe(t.Context(), func(yield func(probe.Target) bool) {
						for i, a := range tt.addrs {
							if !yield(l.target(i, a)) {
								return
							}
						}
						time.Sleep(tt.pause)
					}, func(probe.Evidence) {})
					require.NoError(t, err)
					require.Equal(t, len(tt.addrs), sum.Targets)
				})
			}
		})
	}
}
