package mx

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
)

// However many are denied at once, the run ends, and each is answered once.
func TestManyDeniedAtOnce(t *testing.T) {
	const many = mostOpen + 600
	w := newWeather(t, 0)
	w.server.SetZone(w.zone(dnstest.Canaries + "gmail.com !drop\noutlook.com !drop\nyahoo.com !drop\n"))
	r := New(Options{Servers: []string{w.server.Addr()}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	w.server.SetZone(w.zone(dnstest.Canaries))
	require.NoError(t, r.Check(ctx))
	answers := 0
	require.NoError(t, r.Resolve(ctx, func(yield func(string) bool) {
		// No check can tell until all are held.
		w.server.SetZone(w.zone(dnstest.Canaries + "gmail.com !drop\noutlook.com !drop\nyahoo.com !drop\n"))
		for before, _ := w.server.Traffic(); ; time.Sleep(time.Millisecond) {
			if now, _ := w.server.Traffic(); now > before {
				break
			}
		}
		time.AfterFunc(3*time.Second, func() { w.server.SetZone(w.zone(dnstest.Canaries)) })
		for i := range many {
			if !yield(fmt.Sprintf("m%d.com", i)) {
				return
			}
		}
	}, func(Answer) { answers++ }))
	require.Equal(t, many, answers)
}

// What stops being there does not make the server a liar, and mostly does not keep what
// it denies from being confirmed.
func TestWitnessesThatGo(t *testing.T) {
	shared := "mx.shared.net A 198.51.99.1\n"
	for i := range 8 {
		shared += fmt.Sprintf("d%d.com MX 5 mx.shared.net\n", i)
	}
	for _, tt := range []struct {
		name, zone, later string
		names             int  // d0.com and so on, before that
		unsure            bool // nothing is confirmed then
	}{
		{name: "hosts that are addresses", zone: "d0.com MX 5 198.51.99.1\nd1.com MX 5 198.51.99.2\n", later: "d0.com MX 5 198.51.99.1\nd1.com MX 5 198.51.99.2\n", names: 2},
		{name: "the only one fails", zone: "d0.com MX 5 mx.d0.com\nmx.d0.com A 198.51.99.1\n", later: "d0.com !servfail\n", names: 1},
		{name: "the host of all", zone: shared, later: strings.Replace(shared, "mx.shared.net A", "mx.other.net A", 1), names: 8, unsure: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const many = 100
			w := newWeather(t, 0)
			w.server.SetZone(w.zone(dnstest.Canaries + tt.zone))
			for i := range tt.names {
				w.names = append(w.names, fmt.Sprintf("d%d.com", i))
			}
			for i := range many {
				w.names = append(w.names, fmt.Sprintf("m%d.com", i))
			}
			require.NoError(t, w.resolve(w.options(), tt.names, func() { w.server.SetZone(w.zone(dnstest.Canaries + tt.later)) }))
			if tt.unsure {
				require.Empty(t, w.condemned)
			} else {
				require.Equal(t, map[Outcome]int{Missing: many}, w.condemned)
			}
		})
	}
}

// A name that is yielded twice in a blink of the uplink was not asked for again.
func TestYieldedTwiceInABlink(t *testing.T) {
	t.Parallel()
	w := newWeather(t, 0)
	fair := dnstest.Canaries + "p.com A 198.51.99.2\nx.com MX 5 mx.x.com\nmx.x.com A 198.51.99.2\n"
	for _, provider := range []string{"gmail.com", "outlook.com", "yahoo.com"} {
		fair += provider + " !delay 60ms\n"
	}
	blink := fair + "x.com !nxdomain\n"
	w.server.SetZone(w.zone(fair))
	o := w.options()
	o.pace.every = 150 * time.Millisecond
	busy := make(chan struct{})
	require.NoError(t, New(o).Resolve(t.Context(), func(yield func(string) bool) {
		w.server.SetZone(w.zone(blink))
		time.Sleep(100 * time.Millisecond)
		yield("x.com")
		time.Sleep(65 * time.Millisecond) // held, and a check is under way
		yield("p.com")
		<-busy
		yield("x.com")
		w.quiet()
		w.server.SetZone(w.zone(fair))
	}, func(a Answer) {
		if a.Name == "p.com" {
			close(busy)
			time.Sleep(250 * time.Millisecond)
		}
		require.False(t, a.Outcome.negative() && a.Confirmed, "%+v", a)
	}))
}

// Lookup believes the second denial no more easily than the first.
func TestLookupDeniedTwice(t *testing.T) {
	t.Parallel()
	slow := dnstest.Canaries + "gmail.com !delay 100ms\noutlook.com !delay 100ms\nyahoo.com !delay 100ms\n"
	for _, tt := range []struct{ name, later string }{
		{"by a filter", "x.com !ede 15\n"},
		{"by a portal", "* A 203.0.112.1\nx.com !nxdomain\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWeather(t, 0)
			w.server.SetZone(w.zone(slow))
			r := New(w.options())
			require.NoError(t, r.Check(t.Context()))
			go func() {
				for before := w.server.Queries()["yahoo.com MX"]; w.server.Queries()["yahoo.com MX"] == before; {
					time.Sleep(time.Millisecond)
				}
				time.Sleep(20 * time.Millisecond) // the made-up ones were asked for
				z, err := dnstest.ParseZone(slow + tt.later)
				if err == nil {
					w.server.SetZone(z)
				}
			}()
			a, err := r.Lookup(t.Context(), "x.com")
			require.NoError(t, err)
			require.Equal(t, Missing, a.Outcome)
			require.False(t, a.Confirmed, a.Detail)
		})
	}
}
