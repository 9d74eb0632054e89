package probe_test

import (
	"context"
	"fmt"
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
