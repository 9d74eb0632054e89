package mx_test

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/mx"
)

func resolve(t *testing.T, r *mx.Resolver, names ...string) (map[string]mx.Answer, error) {
	t.Helper()
	answers := map[string]mx.Answer{}
	err := r.Resolve(t.Context(), yield(names), func(a mx.Answer) {
		require.NotContains(t, answers, a.Name)
		answers[a.Name] = a
	})
	return answers, err
}

func yield(names []string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, name := range names {
			if !yield(name) {
				return
			}
		}
	}
}

func TestResolve(t *testing.T) {
	s := serve(t, zone)
	r := mx.New(options(s))
	want := map[string]mx.Outcome{
		"acme.com": mx.Hosts, "implicit.com": mx.Implicit, "nomail.com": mx.Null, "missing.com": mx.Missing,
		"bare.com": mx.None, "unres.com": mx.Unresolvable, "private.com": mx.Private, "local.com": mx.Unroutable, "bad.com": mx.ServFail,
		"second.com": mx.Hosts, "mxalias.com": mx.Hosts, "saved.com": mx.Hosts, "dotted.com": mx.Hosts,
	}
	var ask []string
	for name := range want {
		ask = append(ask, name)
	}
	got, err := resolve(t, r, ask...)
	require.NoError(t, err)
	require.Len(t, got, len(want))
	for name, outcome := range want {
		require.Equal(t, outcome, got[name].Outcome, name)
		require.Equal(t, !outcome.Temporary(), got[name].Confirmed, name)
	}
	s = serve(t, zone)
	_, err = resolve(t, mx.New(options(s)), "acme.com", "second.com")
	require.NoError(t, err)
	require.Equal(t, 1, s.Queries()["mx1.acme.com A"], "a host is asked once a run")
}

func TestResolveMany(t *testing.T) {
	const many = 6_000
	first, second := serve(t, zone), serve(t, zone)
	var ask []string
	for i := range many {
		ask = append(ask, fmt.Sprintf("missing%d.com", i))
	}
	o := options(first, second)
	o.Timeout = 5 * time.Second
	count := map[string]int{}
	var inside atomic.Int32
	err := mx.New(o.Hurried()).Resolve(t.Context(), yield(ask), func(a mx.Answer) {
		if inside.Add(1) != 1 {
			t.Error("each called concurrently")
		}
		if a.Outcome != mx.Missing || !a.Confirmed {
			t.Errorf("%v", a)
		}
		count[a.Name]++
		inside.Add(-1)
	})
	require.NoError(t, err)
	require.Len(t, count, many)
	for name, n := range count {
		require.Equal(t, 1, n, name)
	}
}

func TestResolveEmpty(t *testing.T) {
	got, err := resolve(t, mx.New(options(serve(t, zone))))
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestResolveDeadAtStart(t *testing.T) {
	t.Parallel()
	s := serve(t, zone)
	s.Close()
	got, err := resolve(t, mx.New(options(s)), "acme.com")
	require.ErrorIs(t, err, mx.ErrDead)
	require.Empty(t, got)
}

// With the intervals as they are in earnest.
func TestDeadWithinFiveSeconds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	r := mx.New(mx.Options{Servers: []string{serve(t, "* !drop").Addr()}})
	err := r.Resolve(ctx, yield([]string{"acme.com"}), func(mx.Answer) { t.Error("answered") })
	require.ErrorIs(t, err, mx.ErrDead)
}

func TestResolveLyingAtStart(t *testing.T) {
	got, err := resolve(t, mx.New(options(serve(t, "* A 203.0.112.1\nnull.com MX 0 ."))), "acme.com", "null.com")
	require.ErrorIs(t, err, mx.ErrLying)
	require.Len(t, got, 2)
	require.Equal(t, mx.Implicit, got["acme.com"].Outcome)
	require.False(t, got["acme.com"].Confirmed)
	require.Equal(t, mx.Null, got["null.com"].Outcome)
	require.False(t, got["null.com"].Confirmed)
}

// during yields the names, and calls between after the first half has been
// handed out.
func during(names []string, between func()) func(func(string) bool) {
	return func(yield func(string) bool) {
		for i, name := range names {
			if i == len(names)/2 {
				between()
			}
			if !yield(name) {
				return
			}
		}
	}
}

func TestPortalInMidRun(t *testing.T) {
	for _, portal := range []string{"* !nxdomain", "* MX 0 .", "* A 203.0.112.1"} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			s := serve(t, zone)
			var ask []string
			for i := range 4000 {
				ask = append(ask, fmt.Sprintf("missing%d.com", i))
			}
			// No check but at start and end: what is denied after the portal came
			// up must be caught by the last one.
			o := options(s).Unhurried(100_000)
			count := 0
			err := mx.New(o).Resolve(t.Context(), during(ask, func() { s.SetZone(parse(t, portal)) }), func(a mx.Answer) {
				count++
				if a.Outcome != mx.Implicit && a.Confirmed {
					t.Errorf("confirmed: %v", a)
				}
			})
			require.ErrorIs(t, err, mx.ErrLying)
			require.Len(t, ask, count)
		})
	}
}

func TestHeldNegativesBringTheCheckForward(t *testing.T) {
	s := serve(t, zone)
	o := options(s).Unhurried(10)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	count := 0
	enough := make(chan struct{})
	err := mx.New(o).Resolve(ctx, func(yield func(string) bool) {
		for i := range 10 {
			if !yield(fmt.Sprintf("missing%d.com", i)) {
				return
			}
		}
		// The list goes on only once these are answered.
		select {
		case <-enough:
		case <-ctx.Done():
		}
	}, func(a mx.Answer) {
		if count++; count == 10 {
			close(enough)
		}
	})
	require.NoError(t, err)
	require.Equal(t, 10, count)
}

func TestUplinkDiesInMidRun(t *testing.T) {
	for _, tt := range []struct {
		name string
		die  func(*dnstest.Server, *testing.T)
	}{
		{"port closed", func(s *dnstest.Server, _ *testing.T) { s.Close() }},
		{"silent", func(s *dnstest.Server, t *testing.T) { s.SetZone(parse(t, "* !drop")) }},
		{"servfail", func(s *dnstest.Server, t *testing.T) { s.SetZone(parse(t, "* !servfail")) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const many = 6_000
			s := serve(t, zone)
			var ask []string
			for i := range many {
				ask = append(ask, fmt.Sprintf("missing%d.com", i))
			}
			o := options(s)
			var noticed []string
			o.Notice = func(s string) { noticed = append(noticed, s) }
			ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
			defer cancel()
			count := map[string]int{}
			failed := 0
			err := mx.New(o).Resolve(ctx, during(ask, func() { tt.die(s, t) }), func(a mx.Answer) {
				count[a.Name]++
				if a.Outcome.Temporary() {
					failed++
				}
			})
			// Waiting for each would take longer than ctx has: 3,000 names, two seconds each, 64 at once.
			require.ErrorIs(t, err, mx.ErrDead)
			require.Len(t, count, many)
			require.Greater(t, failed, many/3)
			require.Len(t, noticed, 1)
			require.Contains(t, noticed[0], "does not answer")
		})
	}
}

func TestUplinkComesBack(t *testing.T) {
	t.Parallel()
	s := serve(t, zone)
	o := options(s)
	noticed := make(chan string, 10)
	o.Notice = func(s string) { noticed <- s }
	var last mx.Answer
	r := mx.New(o)
	err := r.Resolve(t.Context(), func(yield func(string) bool) {
		yield("acme.com")
		s.SetZone(parse(t, "* !servfail"))
		<-noticed
		s.SetZone(parse(t, zone))
		require.Eventually(t, func() bool { return s.Queries()["gmail.com MX"] > 0 && r.Check(t.Context()) == nil }, 10*time.Second, time.Millisecond)
		yield("implicit.com")
	}, func(a mx.Answer) { last = a })
	require.ErrorIs(t, err, mx.ErrDead, "the run is told")
	require.Equal(t, mx.Implicit, last.Outcome)
	require.True(t, last.Confirmed)
}

func TestFirstServerDiesInMidRun(t *testing.T) {
	t.Parallel()
	first, second := serve(t, zone), serve(t, zone)
	var ask []string
	for i := range 2000 {
		ask = append(ask, fmt.Sprintf("missing%d.com", i))
	}
	o := options(first, second)
	wrong := 0
	err := mx.New(o).Resolve(t.Context(), during(ask, first.Close), func(a mx.Answer) {
		if a.Outcome != mx.Missing {
			wrong++
		}
	})
	require.NoError(t, err, "one is left")
	require.Zero(t, wrong)
}

func TestLoss(t *testing.T) {
	t.Parallel()
	text := zone
	var ask []string
	for i := range 300 {
		name := fmt.Sprintf("d%d.com", i)
		ask = append(ask, name)
		text += fmt.Sprintf("%s MX 10 mx1.acme.com\n", name)
		if i%10 == 0 {
			text += fmt.Sprintf("%s !flaky %d\n", name, 1+i/10%2)
		}
	}
	got, err := resolve(t, mx.New(options(serve(t, text))), ask...)
	require.NoError(t, err)
	for name, a := range got {
		require.Equal(t, mx.Hosts, a.Outcome, name)
	}
}

func TestCancelEndsResolve(t *testing.T) {
	s := serve(t, zone)
	before := runtime.NumGoroutine()
	o := options(s)
	o.Timeout = time.Hour
	r := mx.New(o)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	var over atomic.Bool
	go func() {
		err := r.Resolve(ctx, func(yield func(string) bool) {
			for yield("dead.com") {
			}
		}, func(mx.Answer) {
			if over.Load() {
				t.Error("called after return")
			}
		})
		over.Store(true)
		ended <- err
	}()
	received(t, s, "dead.com MX")
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	// Eventually asks in a goroutine of its own.
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, 5*time.Millisecond)
}

// Names that block, as standard input does, hold nobody up.
func TestCancelWhileNamesBlock(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	blocked := make(chan struct{})
	release := make(chan struct{})
	go func() {
		<-blocked
		cancel()
	}()
	err := mx.New(options(serve(t, zone))).Resolve(ctx, func(yield func(string) bool) {
		close(blocked)
		<-release
	}, func(mx.Answer) {})
	require.ErrorIs(t, err, context.Canceled)
	close(release)
}

func TestCancelledBeforeStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := mx.New(options(serve(t, zone)))
	require.ErrorIs(t, r.Check(ctx), context.Canceled)
	_, err := r.Lookup(ctx, "acme.com")
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, r.Resolve(ctx, yield(nil), nil), context.Canceled)
}

// BenchmarkResolve counts whole domains, MX and A of one host, client and server
// on one machine.
func BenchmarkResolve(b *testing.B) {
	s := serve(b, dnstest.Canaries+"* MX 10 mx1.acme.com\nmx1.acme.com A 198.51.99.7\n")
	r := mx.New(mx.Options{Servers: []string{s.Addr()}})
	b.ReportAllocs()
	err := r.Resolve(b.Context(), func(yield func(string) bool) {
		for i := range b.N {
			if !yield(fmt.Sprintf("d%d.com", i)) {
				return
			}
		}
	}, func(mx.Answer) {})
	require.ErrorIs(b, err, mx.ErrLying, "its wildcard")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "domains/s")
}

// A resolver that begins to lie in mid-run, about all but the big providers, is
// found out by the domains that it knew a moment ago.
func TestLiesThatSpareTheCanaries(t *testing.T) {
	t.Parallel()
	for _, lie := range []string{"", "* MX 0 .\n", "* TXT nothing\n"} {
		zone := dnstest.Canaries + "mx.host.com A 198.51.99.7\n"
		for i := range 20 {
			zone += fmt.Sprintf("good%d.com MX 10 mx.host.com\n", i)
		}
		s := serve(t, zone)
		r := mx.New(options(s))
		known := make(chan struct{}, 20)
		names := func(yield func(string) bool) {
			for i := range 20 {
				if !yield(fmt.Sprintf("good%d.com", i)) {
					return
				}
			}
			for range 20 {
				<-known
			}
			liar, err := dnstest.ParseZone(dnstest.Canaries + lie)
			require.NoError(t, err)
			s.SetZone(liar)
			for i := range 200 {
				if !yield(fmt.Sprintf("later%d.com", i)) {
					return
				}
			}
		}
		condemned := 0
		err := r.Resolve(t.Context(), names, func(a mx.Answer) {
			switch a.Outcome {
			case mx.Hosts:
				known <- struct{}{}
			case mx.Missing, mx.None, mx.Null, mx.Unresolvable, mx.Unroutable:
				if a.Confirmed {
					condemned++
				}
			}
		})
		require.ErrorIs(t, err, mx.ErrLying, lie)
		require.Zero(t, condemned, lie)
	}
}

// A run that is cancelled by something that its own workers do ends all the same.
func TestResolveCancelledByAWorker(t *testing.T) {
	s := serve(t, zone)
	for i := range 50 {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		o := options(s)
		var asked atomic.Int32
		o.Routable = func(netip.Addr) bool {
			if asked.Add(1) == int32(20+i) {
				cancel()
			}
			return true
		}
		endless := func(yield func(string) bool) {
			for yield("acme.com") {
			}
		}
		require.ErrorIs(t, mx.New(o).Resolve(ctx, endless, func(mx.Answer) {}), context.Canceled)
	}
}
