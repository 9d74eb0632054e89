package probe_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/probe"
)

func TestManners(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits probe.Limits
		n      int
		within time.Duration // at least so long
	}{
		{"the default", probe.Limits{}, 1000, 3 * time.Minute},
		{"one a time", probe.Limits{Connections: 1, Recipients: 5, Refusals: 10, PerMinute: 10, Pause: time.Minute}, 100, 2 * time.Minute},
		{"no limit", probe.Limits{Connections: 8, Recipients: 100, Refusals: 100, PerMinute: -1, Pause: time.Second}, 1000, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				l.host("mx.acme.com", "delay ehlo 100ms\n"+somebody)
				o := l.options()
				o.Manners.Default = tt.limits
				begin := time.Now()
				found, sum := l.ask(o, people(tt.n, "acme.com")...)
				require.Equal(t, 4, strings.Count(codes(found), "ok"))
				limits := tt.limits
				if limits == (probe.Limits{}) {
					limits = probe.DefaultManners().Default
				}
				require.LessOrEqual(t, l.most["mx.acme.com"], limits.Connections)
				require.GreaterOrEqual(t, sum.Connections, tt.n/limits.Recipients)
				require.LessOrEqual(t, sum.Connections, tt.n/(min(limits.Recipients, limits.Refusals)-1)+limits.Connections+1, "with one behind the noes")
				require.GreaterOrEqual(t, time.Since(begin), tt.within)
				if limits.PerMinute > 0 {
					for i, at := range l.began {
						n := 0
						for _, other := range l.began[i:] {
							if other.Sub(at) < time.Minute {
								n++
							}
						}
						require.LessOrEqual(t, n, limits.PerMinute, "sessions in a minute")
					}
				}
				l.close()
			})
		})
	}
}

func TestManyNamesOfOneMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		h := l.host("mx.d0.com", "delay rcpt * 1s\n"+somebody)
		var addrs []string
		for i := range 60 { // each customer has a name of its own for it
			name := fmt.Sprintf("mx.d%d.com", i)
			l.hosts[name] = h
			addrs = append(addrs, people(3, fmt.Sprintf("d%d.com", i))...)
		}
		found, sum := l.ask(l.options(), addrs...)
		require.Equal(t, strings.Repeat("ok ", 180), codes(found))
		require.Equal(t, 60, sum.Connections)
		require.Equal(t, 10, l.most["mx.d0.com"])
		l.close()
	})
}

// An operator has two machines, and all connections to one of them are taken by the names that its customers have for it:
// the other one is asked meanwhile.
func TestACrowdedMachineHoldsUpNoOther(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		busy := l.host("mx1.h.net", "delay rcpt * 30s\n"+somebody)
		l.host("mx2.h.net", somebody)
		var addrs []string
		for i := range 10 {
			l.hosts[fmt.Sprintf("mx.d%d.com", i)] = busy
			addrs = append(addrs, fmt.Sprintf("p0@d%d.com", i))
		}
		l.domains["busy.com"], l.domains["free.com"] = []string{"mx1.h.net"}, []string{"mx2.h.net"}
		begun := time.Now()
		found, _ := l.ask(l.options(), append(addrs, "p0@busy.com", "p0@free.com")...)
		require.Equal(t, strings.Repeat("ok ", 12), codes(found))
		require.Less(t, found[11].At.Sub(begun), time.Second)
		require.Greater(t, found[10].At.Sub(begun), 30*time.Second)
	})
}

func TestHalfSaidLimits(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*probe.Options)
	}{
		{"one field", func(o *probe.Options) { o.Manners.Default.Connections = 1 }},
		{"a group", func(o *probe.Options) { o.Manners.Groups = map[string]probe.Limits{"acme.com": {PerMinute: 60}} }},
		{"a session as short as a command", func(o *probe.Options) { o.SessionTimeout = o.CommandTimeout + time.Second }},
		{"unmannered", func(o *probe.Options) { o.Manners = probe.Unmannered() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				l.host("mx.acme.com", somebody)
				o := l.options()
				tt.change(&o)
				found, sum := l.ask(o, people(40, "acme.com")...)
				require.Equal(t, 4, strings.Count(codes(found), "ok"))
				require.LessOrEqual(t, sum.Connections, 8)
				l.close()
			})
		})
	}
}

func TestA421MakesAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.host("mx.acme.com", "first 1 rcpt p5@* 421 4.7.0 slow down\n"+somebody)
		addrs := people(20, "acme.com")
		found, _ := l.ask(l.options(), addrs...)
		require.Equal(t, 4, strings.Count(codes(found), "ok"))
		require.Equal(t, 16, strings.Count(codes(found), "recipient-unknown"))
		slices.SortFunc(l.began, time.Time.Compare)
		require.GreaterOrEqual(t, l.began[len(l.began)-1].Sub(l.began[0]), time.Minute)
		require.LessOrEqual(t, found[5].Asked, 2)
		l.close()
	})
}

func TestFewerRecipientsASessionIfTheHostWantsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		h := l.host("mx.acme.com", "after 3 rcpt * 452 4.5.3 too many recipients\n"+somebody)
		found, sum := l.ask(l.options(), people(30, "acme.com")...)
		require.Equal(t, 4, strings.Count(codes(found), "ok"))
		require.NotContains(t, codes(found), "full")
		require.Less(t, sum.Recipients, 80, "after the first session, three at a time")
		require.Less(t, h.server.Sessions(), 20)
		l.close()
	})
}

func TestASlowHostHoldsNobodyUp(t *testing.T) {
	for _, slow := range []string{"delay greeting 30s", "drip greeting 3s", "down silent", "delay rcpt * 50s", "delay ehlo 1m"} {
		t.Run(slow, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				var addrs []string
				for i := range 40 {
					l.host(fmt.Sprintf("mx.slow%d.com", i), slow)
					addrs = append(addrs, people(3, fmt.Sprintf("slow%d.com", i))...)
				}
				for i := range 100 {
					l.host(fmt.Sprintf("mx.fast%d.com", i), somebody)
					addrs = append(addrs, people(3, fmt.Sprintf("fast%d.com", i))...)
				}
				o := l.options()
				o.Patience, o.Connections = 0, 20 // fewer than there are slow ones
				p, err := probe.New(o)
				require.NoError(t, err)
				begin := time.Now()
				var last time.Duration
				fast := 0
				_, err = p.Probe(context.Background(), func(yield func(probe.Target) bool) {
					for i, a := range addrs {
						if !yield(l.target(i, a)) {
							return
						}
					}
				}, func(e probe.Evidence) {
					if strings.HasPrefix(e.Domain, "fast") {
						fast++
						last = time.Since(begin)
						require.Equal(t, "", probe.Read(e).Code)
					}
				})
				require.NoError(t, err)
				require.Equal(t, 300, fast)
				require.LessOrEqual(t, last, 60*time.Second, "the fast ones are done before the slow ones")
				l.close()
			})
		})
	}
}

func TestTheSummaryNamesWhoRefusesUs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.host("mx.bad.com", "mail * 550 5.7.1 you are listed at zen.spamhaus.org")
		l.host("mx.good.com", somebody)
		o := l.options()
		var notices []string
		o.Notice = func(s string) { notices = append(notices, s) }
		found, sum := l.ask(o, slices.Concat(people(50, "bad.com"), people(3, "good.com"))...)
		require.Len(t, sum.Blocked, 1)
		b := sum.Blocked[0]
		require.Equal(t, "bad.com", b.Group)
		require.Equal(t, 550, b.Reply.Code)
		require.Equal(t, bounce.IPReputation, b.Reading.Reason)
		require.Equal(t, strings.Count(codes(found), "blocked"), b.NotAsked)
		require.Greater(t, b.NotAsked, 25)
		require.Len(t, notices, 1)
		require.Contains(t, notices[0], "bad.com refuses us")
		require.NotContains(t, notices[0], "@")
		require.LessOrEqual(t, l.hosts["mx.bad.com"].server.Sessions(), 2)
		l.close()
	})
}

func TestTheSameSourceAgain(t *testing.T) {
	// A greylist knows us by our address: see TestSources, which looks at the sockets.
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		h := l.host("mx.acme.com", "first 2 rcpt * 450 4.7.1 Greylisted\nrcpt p0@* 250 ok")
		begin := time.Now()
		found, sum := l.ask(l.options(), "p0@acme.com")
		require.Equal(t, "ok ", codes(found))
		require.Equal(t, 2, found[0].Asked)
		require.LessOrEqual(t, sum.Again, 2)
		require.Equal(t, 5*time.Minute, found[0].At.Sub(begin).Truncate(time.Second))
		rcpts := l.transcript("mx.acme.com")
		require.GreaterOrEqual(t, len(rcpts), 4)
		require.Equal(t, rcpts[:2], rcpts[2:4], "the made-up one bears the same name again")
		require.LessOrEqual(t, h.server.Sessions(), 3, "once more for the made-up one")
		l.close()
	})
}

func TestTheRunGoesOnMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.host("mx.grey.com", "first 2 rcpt * 450 4.7.1 Greylisted\nrcpt p0@* 250 ok")
		l.host("mx.fast.com", somebody)
		begin := time.Now()
		found, _ := l.ask(l.options(), "p0@grey.com", "p0@fast.com")
		require.Equal(t, "ok ok ", codes(found))
		require.Less(t, found[1].At.Sub(begin), time.Second)
		l.close()
	})
}
