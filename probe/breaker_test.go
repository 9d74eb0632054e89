package probe_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/probe"
)

// What one run learns of a provider holds for those that are under way: at the next batch of an open
// session, and at the next session.
func TestABreakerHoldsForOtherRuns(t *testing.T) {
	for _, tt := range []struct {
		name  string
		every time.Duration // a target comes
	}{
		{"between sessions", time.Minute},
		{"in a session", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", "delay rcpt known* 10s\nrcpt known* 250 ok\nrcpt bad@* 550 5.7.1 blocked using zen.spamhaus.org")
				o := l.options()
				o.Manners.Default = probe.Limits{Connections: 2, Recipients: 100, Refusals: 1}
				p, err := probe.New(o)
				require.NoError(t, err)
				var opened time.Time
				time.AfterFunc(35*time.Second, func() {
					e, err := p.Address(context.Background(), l.target(0, "bad@acme.com"))
					require.NoError(t, err)
					require.Equal(t, "ip-reputation ", codes([]probe.Evidence{e}))
					opened = time.Now()
				})
				blocked, late := 0, 0
				sum, err := p.Probe(context.Background(), func(yield func(probe.Target) bool) {
					for i := range 60 {
						if !yield(l.target(i, fmt.Sprintf("known%d@acme.com", i))) {
							return
						}
						time.Sleep(tt.every)
					}
				}, func(e probe.Evidence) {
					if probe.Read(e).Code == "blocked" {
						blocked++
						require.Equal(t, 550, e.Reply.Code)
					} else if !opened.IsZero() && e.Reply.At.After(opened.Add(30*time.Second)) {
						late++
					}
				})
				require.NoError(t, err)
				require.Zero(t, late)
				require.Greater(t, blocked, 40)
				require.Len(t, sum.Blocked, 1)
				require.Equal(t, blocked, sum.Blocked[0].NotAsked)
			})
		})
	}
}

// That we are too fast is counted once a session, however many replies of a batch say so; and nobody
// is asked in the same session while the provider is left alone.
func TestTooFast(t *testing.T) {
	const fast = "rcpt * 450 4.7.1 you are sending too fast, rate limited\n"
	for _, tt := range []struct {
		name, dialogue, want string
		sessions             int
	}{
		{"a whole batch", "first 5 " + fast + somebody, "ok ok ok ok ", 2},
		{"one after another", "ehlo 250 mx\nfirst 2 " + fast + somebody, "ok ok ok ok ", 5},
		{"in three sessions", "ehlo 250 mx\n" + fast, "blocked blocked blocked blocked ", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", tt.dialogue)
				found, sum := l.ask(l.options(), people(4, "acme.com")...)
				require.Equal(t, tt.want, codes(found), "%q", details(found))
				require.Equal(t, tt.sessions, sum.Sessions)
				for i := range l.began[1:] {
					require.GreaterOrEqual(t, l.began[i+1].Sub(l.began[i]), time.Minute)
				}
			})
		})
	}
}

// Sessions that greet while their provider is left alone go home, and that is not their host's fault.
func TestAPauseIsNoFault(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx1.acme.com", "delay greeting 4s\nfirst 1 greeting 421 4.7.0 you are sending too fast, rate limited\n"+somebody)
		l.host("mx2.acme.com", "delay greeting 3s\n"+somebody)
		l.host("mx3.acme.com", somebody)
		l.domains["acme.net"] = []string{"mx1.acme.com"}
		l.domains["acme.com"] = []string{"mx2.acme.com", "mx3.acme.com"}
		o := l.options()
		o.Manners.Default = probe.Limits{Connections: 8}
		found, _ := l.ask(o, append(people(100, "acme.com"), "p0@acme.net")...)
		require.Equal(t, 5, strings.Count(codes(found), "ok "))
		require.NotContains(t, l.dials, "mx3.acme.com")
	})
}
