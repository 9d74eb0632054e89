package mx_test

import (
	"context"
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/mx"
)

const zone = dnstest.Canaries + `
acme.com      MX 20 mx2.acme.com
acme.com      MX 10 MX1.acme.com
mx1.acme.com  A 198.51.100.7
mx2.acme.com  A 198.51.100.8
six.com       MX 10 mx.six.com
mx.six.com    AAAA 2001:db8::7
second.com    MX 10 nowhere.second.com
second.com    MX 20 mx1.acme.com
alias.com     CNAME acme.com
dangling.com  CNAME nowhere.test
mxalias.com   MX 10 www.acme.com
www.acme.com  CNAME mx1.acme.com
literal.com   MX 10 198.51.100.9
implicit.com  A 198.51.100.10
implicit6.com AAAA 2001:db8::10
nomail.com    MX 0 .
dotted.com    MX 0 .
dotted.com    MX 10 mx1.acme.com
bare.com      TXT hello
unres.com     MX 10 nowhere.unres.com
unres.com     MX 20 bare.com
private.com   MX 10 mx.private.com
private.com   MX 20 nowhere.private.com
mx.private.com A 10.0.0.1
cgnat.com     A 100.64.1.1
halfbad.com   MX 10 bad.com
halfbad.com   MX 20 nowhere.halfbad.com
saved.com     MX 10 bad.com
saved.com     MX 20 mx1.acme.com
bad.com       !servfail
no.com        !refused
lame.com      !lame
dead.com      !drop
garbage.com   !garbage
wrong.com     !wrongid
wrong.com     MX 10 mx1.acme.com
blocked.com   !ede 15
noted.com     !ede 22
big.com       !truncate
big.com       MX 10 mx1.acme.com
old.com       !noedns
old.com       MX 10 mx1.acme.com
flaky.com     !flaky 2
flaky.com     MX 10 mx1.acme.com
slow.com      !delay 50ms
slow.com      MX 10 mx1.acme.com
`

func parse(t testing.TB, text string) *dnstest.Zone {
	t.Helper()
	z, err := dnstest.ParseZone(text)
	require.NoError(t, err)
	return z
}

func serve(t testing.TB, text string) *dnstest.Server {
	t.Helper()
	s, err := dnstest.NewServer(parse(t, text))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func options(servers ...*dnstest.Server) mx.Options {
	o := mx.Options{Timeout: 4 * time.Second}
	for _, s := range servers {
		o.Servers = append(o.Servers, s.Addr())
	}
	return o.Hurried()
}

func lookup(t *testing.T, r *mx.Resolver, name string) mx.Answer {
	t.Helper()
	a, err := r.Lookup(t.Context(), name)
	require.NoError(t, err)
	require.Equal(t, name, a.Name)
	require.NotContains(t, a.Detail, "\n")
	return a
}

func names(a mx.Answer) []string {
	var names []string
	for _, h := range a.Hosts {
		names = append(names, h.Name)
	}
	return names
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	s := serve(t, zone)
	r := mx.New(options(s))
	for _, tt := range []struct {
		name      string
		outcome   mx.Outcome
		confirmed bool
		hosts     string
		detail    string
	}{
		{name: "acme.com", outcome: mx.Hosts, confirmed: true, hosts: "mx1.acme.com mx2.acme.com", detail: s.Addr()},
		{name: "six.com", outcome: mx.Hosts, confirmed: true, hosts: "mx.six.com"},
		{name: "second.com", outcome: mx.Hosts, confirmed: true, hosts: "nowhere.second.com mx1.acme.com"},
		{name: "alias.com", outcome: mx.Hosts, confirmed: true, hosts: "mx1.acme.com mx2.acme.com"},
		{name: "dangling.com", outcome: mx.Missing, confirmed: true, detail: "NXDOMAIN"},
		{name: "mxalias.com", outcome: mx.Hosts, confirmed: true, hosts: "www.acme.com"},
		{name: "literal.com", outcome: mx.Hosts, confirmed: true, hosts: "198.51.100.9"},
		{name: "implicit.com", outcome: mx.Implicit, confirmed: true, hosts: "implicit.com"},
		{name: "implicit6.com", outcome: mx.Implicit, confirmed: true, hosts: "implicit6.com"},
		{name: "nomail.com", outcome: mx.Null, confirmed: true},
		{name: "dotted.com", outcome: mx.Hosts, confirmed: true, hosts: "mx1.acme.com"},
		{name: "missing.com", outcome: mx.Missing, confirmed: true, detail: "NXDOMAIN"},
		{name: "bare.com", outcome: mx.None, confirmed: true, detail: "no records"},
		{name: "unres.com", outcome: mx.Unresolvable, confirmed: true, hosts: "nowhere.unres.com bare.com"},
		{name: "private.com", outcome: mx.Private, confirmed: true, hosts: "mx.private.com nowhere.private.com"},
		{name: "cgnat.com", outcome: mx.Private, confirmed: true, hosts: "cgnat.com"},
		{name: "halfbad.com", outcome: mx.ServFail, hosts: "bad.com nowhere.halfbad.com"},
		{name: "saved.com", outcome: mx.Hosts, confirmed: true, hosts: "bad.com mx1.acme.com"},
		{name: "bad.com", outcome: mx.ServFail, detail: "SERVFAIL"},
		{name: "no.com", outcome: mx.Refused, detail: "REFUSED"},
		{name: "lame.com", outcome: mx.Lame, detail: "lame answer"},
		{name: "dead.com", outcome: mx.Timeout, detail: "no answer"},
		{name: "garbage.com", outcome: mx.Malformed, detail: "only packets that are no answer"},
		{name: "wrong.com", outcome: mx.Malformed},
		{name: "blocked.com", outcome: mx.Missing, detail: "extended error 15 Blocked: by dnstest; not confirmed: the resolver filters"},
		{name: "noted.com", outcome: mx.Missing, confirmed: true, detail: "extended error 22"},
		{name: "big.com", outcome: mx.Hosts, confirmed: true, hosts: "mx1.acme.com"},
		{name: "old.com", outcome: mx.Hosts, confirmed: true, hosts: "mx1.acme.com"},
		{name: "flaky.com", outcome: mx.Hosts, confirmed: true, hosts: "mx1.acme.com"},
		{name: "slow.com", outcome: mx.Hosts, confirmed: true, hosts: "mx1.acme.com"},
		{name: strings.Repeat("x", 64) + ".com", outcome: mx.Malformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := lookup(t, r, tt.name)
			require.Equal(t, tt.outcome.String(), a.Outcome.String(), a.Detail)
			require.Equal(t, tt.confirmed, a.Confirmed, a.Detail)
			require.Equal(t, tt.hosts, strings.Join(names(a), " "))
			require.Contains(t, a.Detail, tt.detail)
			require.WithinDuration(t, time.Now(), a.At, time.Minute)
			require.Equal(t, tt.outcome.Temporary(), a.TTL == 0)
		})
	}
}

func TestHosts(t *testing.T) {
	s := serve(t, zone)
	r := mx.New(options(s))
	require.Equal(t, []mx.Host{
		{Name: "mx1.acme.com", Preference: 10, Addrs: []netip.Addr{netip.MustParseAddr("198.51.100.7")}},
		{Name: "mx2.acme.com", Preference: 20},
	}, lookup(t, r, "acme.com").Hosts)
	require.Zero(t, s.Queries()["mx2.acme.com A"], "one good host suffices")
	require.Zero(t, s.Queries()["mx1.acme.com AAAA"], "A suffices")

	loopback := func(netip.Addr) bool { return true }
	o := options(s)
	o.Routable = loopback
	require.Equal(t, mx.Hosts, lookup(t, mx.New(o), "private.com").Outcome)
}

func TestNeverImplicitAfterFailure(t *testing.T) {
	t.Parallel()
	s := serve(t, dnstest.Canaries+"bad.com !servfail\nbad.com A 198.51.100.1\ndead.com !drop\ndead.com A 198.51.100.1\n")
	r := mx.New(options(s))
	for _, name := range []string{"bad.com", "dead.com"} {
		require.True(t, lookup(t, r, name).Outcome.Temporary())
		require.Zero(t, s.Queries()[name+" A"])
	}
	require.Equal(t, 2, s.Queries()["bad.com MX"], "a failure is asked once more")
	require.Equal(t, 3, s.Queries()["dead.com MX"], "silence is asked thrice")
}

// NODATA for MX, then SERVFAIL for the address: that is not "no mail host".
func TestNeverNoneAfterFailure(t *testing.T) {
	t.Parallel()
	s := serve(t, zone+"x.com !delay 500ms\nx.com TXT x\n")
	o := options(s)
	o.Timeout = 10 * time.Second
	answered := make(chan mx.Answer)
	go func() {
		a, _ := mx.New(o).Lookup(t.Context(), "x.com")
		answered <- a
	}()
	// The first question is answered from the zone it arrived at.
	received(t, s, "x.com MX")
	s.SetZone(parse(t, zone+"x.com !servfail\n"))
	a := <-answered
	require.Equal(t, mx.ServFail.String(), a.Outcome.String(), a.Detail)
	require.NotZero(t, s.Queries()["x.com A"])
}

func TestTwoResolvers(t *testing.T) {
	const extra = `
hosts.com  MX 10 mx1.acme.com
null.com   MX 0 .
`
	for _, tt := range []struct {
		name          string
		first, second string
		ask           string
		outcome       mx.Outcome
		confirmed     bool
		detail        string
	}{
		{name: "both deny", ask: "missing.com", outcome: mx.Missing, confirmed: true},
		{name: "the second knows better", second: "gone.com MX 10 mx1.acme.com", ask: "gone.com", outcome: mx.Hosts, confirmed: true},
		{name: "the second knows an address", second: "gone.com A 198.51.100.1", ask: "gone.com", outcome: mx.Implicit, confirmed: true},
		{name: "the first knows", first: "here.com MX 10 mx1.acme.com", ask: "here.com", outcome: mx.Hosts, confirmed: true},
		{name: "negatives that differ", second: "gone.com TXT x", ask: "gone.com", outcome: mx.Missing, detail: "another resolver differs: none"},
		{name: "the second fails", second: "gone.com !servfail", ask: "gone.com", outcome: mx.Missing, detail: "a second resolver could not say"},
		{name: "the second is silent on it", second: "gone.com !drop", ask: "gone.com", outcome: mx.Missing, detail: "a second resolver could not say"},
		{name: "the second filters it", second: "gone.com !ede 17", ask: "gone.com", outcome: mx.Missing, detail: "filters"},
		{name: "the first filters, the second knows", first: "x.com !ede 15", second: "x.com MX 10 mx1.acme.com", ask: "x.com", outcome: mx.Hosts, confirmed: true},
		{name: "the first fails, the second knows", first: "x.com !servfail", second: "x.com MX 10 mx1.acme.com", ask: "x.com", outcome: mx.Hosts, confirmed: true},
		{name: "the first is lame, the second knows", first: "x.com !lame", second: "x.com MX 10 mx1.acme.com", ask: "x.com", outcome: mx.Hosts, confirmed: true},
		{name: "the first refuses, the second knows", first: "x.com !refused", second: "x.com MX 10 mx1.acme.com", ask: "x.com", outcome: mx.Hosts, confirmed: true},
		{name: "the first is silent, the second knows", first: "x.com !drop", second: "x.com MX 10 mx1.acme.com", ask: "x.com", outcome: mx.Hosts, confirmed: true},
		{name: "the first talks garbage, the second knows", first: "x.com !garbage", second: "x.com MX 10 mx1.acme.com", ask: "x.com", outcome: mx.Hosts, confirmed: true},
		{name: "only the second says no", first: "x.com !servfail", ask: "x.com", outcome: mx.Missing, detail: "a second resolver could not say"},
		{name: "a flaky first", first: "x.com !flaky 1\nx.com TXT x", second: "x.com TXT x", ask: "x.com", outcome: mx.None, confirmed: true},
		{name: "half an answer each is no answer", first: "x.com !flaky 1\nx.com TXT x", second: "x.com A 198.51.100.1", ask: "x.com", outcome: mx.Implicit, confirmed: true},
		{name: "both null", first: extra, second: extra, ask: "null.com", outcome: mx.Null, confirmed: true},
		{name: "null and hosts", first: "n.com MX 0 .", second: "n.com MX 10 mx1.acme.com", ask: "n.com", outcome: mx.Hosts, confirmed: true},
		{name: "unresolvable at one", first: "u.com MX 10 h.u.com", second: "u.com MX 10 h.u.com\nh.u.com A 198.51.100.1", ask: "u.com", outcome: mx.Hosts, confirmed: true},
		{name: "the second is dead", second: silent, ask: "missing.com", outcome: mx.Missing, confirmed: true},
		{name: "the first is dead", first: silent, ask: "missing.com", outcome: mx.Missing, confirmed: true},
		{name: "the second lies", second: "* A 203.0.113.1", ask: "missing.com", outcome: mx.Missing, confirmed: true},
		{name: "the first lies", first: "* MX 10 mx1.acme.com", ask: "missing.com", outcome: mx.Missing, confirmed: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := options(serve(t, zone+tt.first), serve(t, zone+tt.second))
			a := lookup(t, mx.New(o), tt.ask)
			require.Equal(t, tt.outcome.String(), a.Outcome.String(), a.Detail)
			require.Equal(t, tt.confirmed, a.Confirmed, a.Detail)
			require.Contains(t, a.Detail, tt.detail)
		})
	}
}

// silent makes a server with zone dead to the canaries.
const silent = "* !drop\ngmail.com !drop\noutlook.com !drop\nyahoo.com !drop\n"

func TestServerClosed(t *testing.T) {
	t.Parallel()
	first, second := serve(t, zone), serve(t, zone)
	first.Close()
	var noticed []string
	o := options(first, second)
	o.Notice = func(s string) { noticed = append(noticed, s) }
	r := mx.New(o)
	require.NoError(t, r.Check(t.Context()))
	require.NoError(t, r.Check(t.Context()))
	require.Len(t, noticed, 1, "said once")
	require.Contains(t, noticed[0], first.Addr()+" does not answer")
	require.True(t, lookup(t, r, "missing.com").Confirmed)
}

func TestCheck(t *testing.T) {
	const twoDenied = "gmail.com !nxdomain\nyahoo.com !nxdomain\n"
	for _, tt := range []struct {
		name, zone string
		want       error
		text       string
	}{
		{name: "honest", zone: dnstest.Canaries},
		{name: "one provider fails", zone: dnstest.Canaries + "gmail.com !servfail\n"},
		{name: "one provider denied", zone: dnstest.Canaries + "gmail.com !nxdomain\n"},
		{name: "one provider left", zone: dnstest.Canaries + "gmail.com !drop\nyahoo.com !refused\n", want: mx.ErrUnproven},
		{name: "two providers denied", zone: dnstest.Canaries + twoDenied, want: mx.ErrLying, text: "is denied"},
		{name: "denies all", zone: "* !nxdomain", want: mx.ErrLying, text: "is denied: NXDOMAIN"},
		{name: "null MX for all", zone: "gmail.com MX 0 .\nyahoo.com MX 0 .\noutlook.com MX 0 .", want: mx.ErrLying},
		{name: "captive portal", zone: "* A 203.0.113.1", want: mx.ErrLying},
		{name: "resolves the made-up", zone: dnstest.Canaries + "* A 203.0.113.1", want: mx.ErrLying, text: "a made-up name, is said to exist"},
		{name: "made-up mail", zone: dnstest.Canaries + "* MX 10 portal.test", want: mx.ErrLying},
		{name: "silent", zone: "* !drop", want: mx.ErrDead, text: "no answer"},
		{name: "uplink dead", zone: "* !servfail", want: mx.ErrDead, text: "SERVFAIL"},
		{name: "refuses us", zone: "* !refused", want: mx.ErrDead, text: "REFUSED"},
		{name: "garbage", zone: "* !garbage", want: mx.ErrDead},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := mx.New(options(serve(t, tt.zone))).Check(t.Context())
			require.ErrorIs(t, err, tt.want)
			if tt.want != nil {
				require.ErrorContains(t, err, tt.text)
			}
		})
	}
}

func TestLookupOfLiar(t *testing.T) {
	r := mx.New(options(serve(t, "* A 203.0.113.1\nx.com MX 0 .")))
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
	require.Equal(t, 1, q["missing.com MX"])
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
		"bare.com": mx.None, "unres.com": mx.Unresolvable, "private.com": mx.Private, "bad.com": mx.ServFail,
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
	got, err := resolve(t, mx.New(options(serve(t, "* A 203.0.113.1\nnull.com MX 0 ."))), "acme.com", "null.com")
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
	for _, portal := range []string{"* !nxdomain", "* MX 0 .", "* A 203.0.113.1"} {
		t.Run(portal, func(t *testing.T) {
			t.Parallel()
			s := serve(t, zone)
			var ask []string
			for i := range 400 {
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

func TestServers(t *testing.T) {
	for _, tt := range []struct{ name, server, want string }{
		{"address", "192.0.2.1", "192.0.2.1:53"},
		{"address and port", "192.0.2.1:5353", "192.0.2.1:5353"},
		{"IPv6", "2001:db8::1", "[2001:db8::1]:53"},
		{"IPv6 in brackets", "[2001:db8::1]", "[2001:db8::1]:53"},
		{"IPv6 and port", "[2001:db8::1]:5353", "[2001:db8::1]:5353"},
		{"zone", "fe80::1%eth0", "[fe80::1%eth0]:53"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, []string{tt.want}, mx.New(mx.Options{Servers: []string{tt.server}}).Servers())
		})
	}
	require.NotEmpty(t, mx.New(mx.Options{}).Servers())
}

func TestOutcomeNames(t *testing.T) {
	seen := map[string]bool{}
	for o := mx.Hosts; o <= mx.Malformed; o++ {
		require.Regexp(t, "^[a-z]+(-[a-z]+)*$", o.String())
		require.False(t, seen[o.String()])
		seen[o.String()] = true
		require.Equal(t, o >= mx.ServFail, o.Temporary())
	}
	require.Empty(t, mx.Outcome(0).String())
	require.Empty(t, mx.Outcome(200).String())
	require.False(t, mx.Outcome(0).Temporary())
}

// BenchmarkResolve counts whole domains, MX and A of one host, client and server
// on one machine.
func BenchmarkResolve(b *testing.B) {
	s := serve(b, dnstest.Canaries+"* MX 10 mx1.acme.com\nmx1.acme.com A 198.51.100.7\n")
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
		zone := dnstest.Canaries + "mx.host.com A 198.51.100.7\n"
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
			case mx.Missing, mx.None, mx.Null, mx.Unresolvable:
				if a.Confirmed {
					condemned++
				}
			}
		})
		require.ErrorIs(t, err, mx.ErrLying, lie)
		require.Zero(t, condemned, lie)
	}
}
