package mx_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/mx"
)

func TestLookupOfLiar(t *testing.T) {
	r := mx.New(options(serve(t, "* A 203.0.112.1\nx.com MX 0 .")))
	portal := lookup(t, r, "acme.com")
	require.Equal(t, mx.Implicit, portal.Outcome)
	require.False(t, portal.Confirmed)
	require.Contains(t, portal.Detail, "not confirmed")
	null := lookup(t, r, "x.com")
	require.Equal(t, mx.Null, null.Outcome)
	require.False(t, null.Confirmed)
}

func TestLookupDead(t *testing.T) {
	t.Parallel()
	r := mx.New(options(serve(t, "* !drop")))
	a := lookup(t, r, "acme.com")
	require.Equal(t, mx.Timeout, a.Outcome)
	require.Equal(t, "no resolver answers", a.Detail)
}

// A portal that comes up between the canaries and the answer.
func TestLookupPortalMeanwhile(t *testing.T) {
	t.Parallel()
	s := serve(t, zone)
	r := mx.New(options(s))
	require.NoError(t, r.Check(t.Context()))
	s.SetZone(parse(t, "* !nxdomain"))
	a := lookup(t, r, "acme.com")
	require.Equal(t, mx.Missing, a.Outcome)
	require.False(t, a.Confirmed)
	require.Contains(t, a.Detail, "lied")

	s.SetZone(parse(t, zone))
	require.NoError(t, r.Check(t.Context()))
	require.Equal(t, mx.Hosts, lookup(t, r, "acme.com").Outcome, "what was not confirmed is not remembered")
}

// A resolver that passes its canaries, denies, and then cannot be asked for them.
func TestLookupCanariesFailAfterwards(t *testing.T) {
	t.Parallel()
	s := serve(t, zone)
	r := mx.New(options(s))
	require.NoError(t, r.Check(t.Context()))
	s.SetZone(parse(t, "* !servfail\nmissing.com !nxdomain"))
	a := lookup(t, r, "missing.com")
	require.Equal(t, mx.Missing, a.Outcome)
	require.False(t, a.Confirmed)
	require.Contains(t, a.Detail, "the canaries could not be asked")
}

// What one check could not settle, the next one does.
func TestHeldUntilACheckCanTell(t *testing.T) {
	t.Parallel()
	s := serve(t, zone)
	r := mx.New(options(s).Unhurried(100))
	require.NoError(t, r.Check(t.Context()))
	s.SetZone(parse(t, dnstest.Canaries+"* !servfail\nmissing.com !nxdomain"))
	before := s.Queries()["gmail.com MX"]
	go func() {
		for s.Queries()["gmail.com MX"] < before+2 && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
		s.SetZone(parse(t, zone))
	}()
	got, err := resolve(t, r, "missing.com")
	require.NoError(t, err)
	require.True(t, got["missing.com"].Confirmed, got["missing.com"].Detail)
}

func TestLookupRemembers(t *testing.T) {
	s := serve(t, zone)
	r := mx.New(options(s))
	for range 3 {
		lookup(t, r, "acme.com")
		lookup(t, r, "missing.com")
		lookup(t, r, "bad.com")
		lookup(t, r, "second.com")
	}
	q := s.Queries()
	require.Equal(t, 1, q["acme.com MX"])
	require.Equal(t, 2, q["missing.com MX"], "what is denied is asked for twice, and then remembered")
	require.Equal(t, 6, q["bad.com MX"], "failures are not remembered")
	require.Equal(t, 1, q["mx1.acme.com A"], "hosts are shared")
}

func TestLookupShares(t *testing.T) {
	t.Parallel()
	s := serve(t, zone)
	r := mx.New(options(s))
	var askers sync.WaitGroup
	for range 50 {
		askers.Go(func() {
			a, err := r.Lookup(t.Context(), "slow.com")
			if err != nil || a.Outcome != mx.Hosts {
				t.Errorf("%v, %v", a, err)
			}
		})
	}
	askers.Wait()
	// Slower than the first try, so asked more than once, but not by each.
	require.LessOrEqual(t, s.Queries()["slow.com MX"], 3)
}

func TestManyNegativesShareCanaries(t *testing.T) {
	s := serve(t, zone)
	r := mx.New(options(s))
	var askers sync.WaitGroup
	for i := range 200 {
		askers.Go(func() {
			a, err := r.Lookup(t.Context(), fmt.Sprintf("missing%d.com", i))
			if err != nil || !a.Confirmed {
				t.Errorf("%v, %v", a, err)
			}
		})
	}
	askers.Wait()
	require.Less(t, s.Queries()["gmail.com MX"], 200)
}

// received returns once s has been asked the question.
func received(t *testing.T, s *dnstest.Server, question string) {
	t.Helper()
	require.Eventually(t, func() bool { return s.Queries()[question] > 0 }, 10*time.Second, time.Millisecond)
}

func TestCancelledAskPoisonsNobody(t *testing.T) {
	t.Parallel()
	s := serve(t, zone+"wait.com !delay 400ms\nwait.com MX 10 mx1.acme.com\n")
	o := options(s)
	o.Timeout = 10 * time.Second
	r := mx.New(o.Hurried())
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := r.Lookup(ctx, "wait.com")
		gone <- err
	}()
	received(t, s, "wait.com MX")
	answered := make(chan mx.Answer)
	go func() {
		a, _ := r.Lookup(t.Context(), "wait.com")
		answered <- a
	}()
	cancel()
	require.ErrorIs(t, <-gone, context.Canceled)
	require.Equal(t, mx.Hosts, (<-answered).Outcome)

	_, err := r.Lookup(ctx, "wait.com")
	require.ErrorIs(t, err, context.Canceled)
}
