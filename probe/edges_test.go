package probe_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/bounce"
	"winnow/mx"
	"winnow/probe"
)

// bubble runs a test with a lab on fake time.
func bubble(t *testing.T, f func(t *testing.T, l *lab)) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		f(t, l)
		l.close()
	})
}

func TestTheNextHostIsAnotherProviders(t *testing.T) {
	for _, tt := range []struct{ name, backup, want string }{
		{"it answers", somebody, "ok recipient-unknown "},
		{"it refuses us", "mail * 550 5.7.1 blocked using zen.spamhaus.org", "ip-reputation ip-reputation "},
		{"it is down too", "down refused", "network network "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", "down refused")
				l.host("mx.backup.net", tt.backup)
				l.domains["acme.com"] = []string{"mx.acme.com", "mx.backup.net"}
				found, _ := l.ask(l.options(), "p0@acme.com", "nobody@acme.com")
				require.Equal(t, tt.want, codes(found))
			})
		})
	}
}

func TestTheNextHostsProviderHasRefusedUs(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.bad.net", "mail * 550 5.7.1 blocked using zen.spamhaus.org")
		l.host("mx.acme.com", "down silent")
		l.domains["acme.com"] = []string{"mx.acme.com", "mx.bad.net"}
		l.domains["bad.net"] = []string{"mx.bad.net"}
		found, sum := l.ask(l.options(), "p0@bad.net", "p0@acme.com")
		require.Equal(t, "ip-reputation blocked ", codes(found))
		require.Equal(t, 1, sum.Blocked[0].NotAsked)
	})
}

// What comes late is told what is known by then.
func TestLateTargets(t *testing.T) {
	for _, tt := range []struct {
		name, dialogue, want string
		change               func(*probe.Options)
	}{
		{"the host is lost", "down refused", "network network network ", impatient},
		{"the provider refuses us", "greeting 554 5.7.1 blocked using zen.spamhaus.org", "blocked blocked blocked ", nil},
		{"the budget is spent", somebody, "ok not-asked not-asked ", func(o *probe.Options) { o.Budget = 2 }},
		{"everybody is taken", "rcpt * 250 ok", "catch-all catch-all catch-all ", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				h := l.host("mx.acme.com", tt.dialogue)
				l.hosts["mx.other.com"] = h
				l.domains["other.com"] = []string{"mx.acme.com"}
				o := l.options()
				if tt.change != nil {
					tt.change(&o)
				}
				p, err := probe.New(o)
				require.NoError(t, err)
				found := make([]probe.Evidence, 3)
				sum, err := p.Probe(context.Background(), func(yield func(probe.Target) bool) {
					for i, a := range []string{"p0@acme.com", "p1@acme.com", "p2@other.com"} {
						yield(l.target(i, a))
						time.Sleep(time.Minute)
					}
				}, func(e probe.Evidence) { found[e.ID] = e })
				require.NoError(t, err)
				require.Equal(t, tt.want, codes(found), "%v", details(found))
				require.Equal(t, 3, sum.Targets)
			})
		})
	}
}

func TestABreakerHoldsForAnHour(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", "first 1 greeting 554 5.7.1 blocked using zen.spamhaus.org\n"+somebody)
		p, err := probe.New(l.options())
		require.NoError(t, err)
		ask := func() string {
			e, err := p.Address(context.Background(), l.target(0, "p0@acme.com"))
			require.NoError(t, err)
			return codes([]probe.Evidence{e})
		}
		require.Equal(t, "blocked ", ask())
		require.Equal(t, "blocked ", ask())
		require.Len(t, l.dials, 1)
		time.Sleep(61 * time.Minute)
		require.Equal(t, "ok ", ask())
	})
}

func TestOneWithoutSMTPUTF8(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", "rcpt * 250 ok")
		found, sum := l.ask(l.options(), "jäne@acme.com")
		require.Equal(t, "no-utf8 ", codes(found))
		require.True(t, found[0].UTF8)
		require.Zero(t, sum.MadeUp+sum.Recipients)
		require.Empty(t, l.transcript("mx.acme.com"))
	})
}

func TestTheVeryFirstIsOneTooMany(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", "rcpt * 452 4.5.3 too many recipients")
		found, _ := l.ask(l.options(), "p0@acme.com", "p1@acme.com")
		require.Equal(t, "sender-rate sender-rate ", codes(found))
	})
}

func TestAddressWhenTimeIsUp(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", somebody)
		p, err := probe.New(l.options())
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		time.Sleep(2 * time.Second)
		e, err := p.Address(ctx, l.target(3, "p0@acme.com"))
		require.NoError(t, err)
		require.Equal(t, 3, e.ID)
		require.Equal(t, "deadline", e.Failure.String())
		require.Equal(t, "timeout ", codes([]probe.Evidence{e}))
	})
}

// The deadline falls into the wait for a provider's pause.
func TestAddressInAPause(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", "first 1 greeting 421 4.3.2 busy\n"+somebody)
		p, err := probe.New(l.options())
		require.NoError(t, err)
		for _, want := range []string{"deferred-system ", "timeout "} {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			begin := time.Now()
			e, err := p.Address(ctx, l.target(0, "p0@acme.com"))
			require.NoError(t, err)
			require.Equal(t, want, codes([]probe.Evidence{e}), "%q", probe.Read(e).Detail)
			require.Less(t, time.Since(begin), 5*time.Second)
			cancel()
		}
	})
}

func TestRulesOfOnesOwn(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", "rcpt * 550 the cat is out")
		rules, err := bounce.Embedded()
		require.NoError(t, err)
		rules, err = rules.With("mine.toml", []byte("[[rule]]\nid = \"cat\"\nreason = \"recipient_unknown\"\nwords = [\"the cat is out\"]\ncatches = [\"550 the cat is out\"]\nsource = \"me\"\ndate = \"2026-11-28\"\n"))
		require.NoError(t, err)
		o := l.options()
		o.Rules = rules
		p, err := probe.New(o)
		require.NoError(t, err)
		e, err := p.Address(context.Background(), l.target(0, "p0@acme.com"))
		require.NoError(t, err)
		require.Equal(t, "recipient-unknown", p.Read(e).Code)
		require.Equal(t, "undetermined", probe.Read(e).Code)
	})
}

func TestHostsOfOnePreferenceShareTheLoad(t *testing.T) {
	first := map[string]int{}
	for range 40 {
		bubble(t, func(t *testing.T, l *lab) {
			a, b := l.host("mx1.acme.com", somebody), l.host("mx2.acme.com", somebody)
			target := l.target(0, "p0@acme.com")
			target.MX.Hosts = []mx.Host{
				{Name: "mx1.acme.com", Preference: 10, Addrs: []netip.Addr{a.addr}},
				{Name: "mx2.acme.com", Preference: 10, Addrs: []netip.Addr{b.addr}},
			}
			p, err := probe.New(l.options())
			require.NoError(t, err)
			_, err = p.Address(context.Background(), target)
			require.NoError(t, err)
			first[l.dials[0]]++
		})
	}
	require.Len(t, first, 2)
}

func TestStartTLSThatEndsBadly(t *testing.T) {
	for _, tt := range []struct{ name, dialogue, want string }{
		{"421", "ehlo 250-mx\\n250 STARTTLS\nstarttls 421 4.7.0 busy", "deferred-system "},
		{"silence", "ehlo 250-mx\\n250 STARTTLS\ndelay starttls 1h", "timeout "},
		{"cut", "ehlo 250-mx\\n250 STARTTLS\nclose before starttls 1", "dropped "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", tt.dialogue)
				o := l.options()
				impatient(&o)
				found, _ := l.ask(o, "p0@acme.com")
				require.Equal(t, tt.want, codes(found))
			})
		})
	}
}

func TestALookupThatFails(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		o := l.options()
		o.Lookup = func(context.Context, string) ([]netip.Addr, error) { return nil, errors.New("servfail") }
		found, _ := l.ask(o, "p0@acme.com")
		require.Equal(t, "network ", codes(found))
		require.Contains(t, probe.Read(found[0]).Detail, "the name mx.acme.com could not be looked up")
	})
}

// Nobody waits for an answer to QUIT.
func TestQuitIsNotWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", "delay quit 1h\n"+somebody)
		begin := time.Now()
		found, _ := l.ask(l.options(), "p0@acme.com")
		require.Equal(t, "ok ", codes(found))
		require.LessOrEqual(t, time.Since(begin), 3*time.Second)
		synctest.Wait()
		require.Zero(t, l.open["mx.acme.com"])
	})
}

func TestAnAddressThatWouldBeACommand(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		h := l.host("mx.acme.com", somebody)
		target := l.target(0, "p0@acme.com")
		target.Addr = address.Address{Local: "p0@acme.com>\r\nDATA\r\nRCPT TO:<x", Domain: "acme.com"}
		p, err := probe.New(l.options())
		require.NoError(t, err)
		e, err := p.Address(context.Background(), target)
		require.NoError(t, err)
		require.Equal(t, "protocol ", codes([]probe.Evidence{e}))
		require.Empty(t, h.server.Transcript())
	})
}

// A yes waits for a made-up recipient that is greylisted; so many may wait, then no more are asked.
func TestHowManyWait(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", all+"\nfirst 1 rcpt * 450 4.7.1 Greylisted")
		o := l.options()
		o.Manners = probe.Unmannered()
		found, sum := l.ask(o, people(1000, "acme.com")...)
		require.Equal(t, strings.Repeat("ok ", 1000), codes(found))
		require.LessOrEqual(t, sum.MadeUp, 3)
		require.LessOrEqual(t, sum.Connections, 45, "nobody comes for nothing")
		early := 0
		for _, c := range l.transcript("mx.acme.com")[:300] {
			if ofPeople.MatchString(c) {
				early++
			}
		}
		require.Greater(t, early, 200)
	})
}

func TestSinkKnowsThePostmaster(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", "")
		k := &learnt{}
		o := l.options()
		o.Evidence = k
		l.ask(o, people(6, "acme.com")...)
		locals := map[string]bool{}
		for _, x := range k.all {
			locals[x.Addr.Local] = true
		}
		require.True(t, locals["postmaster"])
	})
}
