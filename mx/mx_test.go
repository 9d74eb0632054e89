package mx_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/mx"
)

const zone = dnstest.Canaries + `
acme.com      MX 20 mx2.acme.com
acme.com      MX 10 MX1.acme.com
mx1.acme.com  A 198.51.99.7
mx2.acme.com  A 198.51.99.8
six.com       MX 10 mx.six.com
mx.six.com    AAAA 2a0f:db8::7
second.com    MX 10 nowhere.second.com
second.com    MX 20 mx1.acme.com
alias.com     CNAME acme.com
dangling.com  CNAME nowhere.test
mxalias.com   MX 10 www.acme.com
www.acme.com  CNAME mx1.acme.com
literal.com   MX 10 198.51.99.9
implicit.com  A 198.51.99.10
implicit6.com AAAA 2a0f:db8::10
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
loopback.com  MX 10 127.0.0.1
local.com     MX 10 mx.local.com
local.com     MX 20 nowhere.local.com
mx.local.com  A 169.254.1.1
mx.local.com  AAAA fe80::1
book.com      A 192.0.2.1
shut.com      A 127.0.0.1
shut.com      AAAA fd00::1
open6.com     A 127.0.0.1
open6.com     AAAA 2a0f:db8::11
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
noted.com     !ede 29
stale.com     !ede 19
unproven.com  !ede 6
big.com       !truncate
big.com       MX 10 mx1.acme.com
old.com       !noedns
old.com       MX 10 mx1.acme.com
flaky.com     !flaky 2
flaky.com     MX 10 mx1.acme.com
circle.com    CNAME round.circle.com
round.circle.com CNAME circle.com
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
		{name: "literal.com", outcome: mx.Hosts, confirmed: true, hosts: "198.51.99.9"},
		{name: "implicit.com", outcome: mx.Implicit, confirmed: true, hosts: "implicit.com"},
		{name: "implicit6.com", outcome: mx.Implicit, confirmed: true, hosts: "implicit6.com"},
		{name: "nomail.com", outcome: mx.Null, confirmed: true},
		{name: "dotted.com", outcome: mx.Hosts, confirmed: true, hosts: "mx1.acme.com"},
		{name: "missing.com", outcome: mx.Missing, confirmed: true, detail: "NXDOMAIN"},
		{name: "bare.com", outcome: mx.None, confirmed: true, detail: "no records"},
		{name: "unres.com", outcome: mx.Unresolvable, confirmed: true, hosts: "nowhere.unres.com bare.com"},
		{name: "private.com", outcome: mx.Private, confirmed: true, hosts: "mx.private.com nowhere.private.com", detail: "only addresses such as 10.0.0.1"},
		{name: "cgnat.com", outcome: mx.Private, confirmed: true, hosts: "cgnat.com"},
		{name: "loopback.com", outcome: mx.Unroutable, confirmed: true, hosts: "127.0.0.1", detail: "only addresses such as 127.0.0.1"},
		{name: "local.com", outcome: mx.Unroutable, confirmed: true, hosts: "mx.local.com nowhere.local.com"},
		{name: "book.com", outcome: mx.Unroutable, confirmed: true, hosts: "book.com"},
		{name: "shut.com", outcome: mx.Private, confirmed: true, hosts: "shut.com", detail: "such as fd00::1"},
		{name: "open6.com", outcome: mx.Implicit, confirmed: true, hosts: "open6.com"},
		{name: "halfbad.com", outcome: mx.ServFail, hosts: "bad.com nowhere.halfbad.com"},
		{name: "saved.com", outcome: mx.Hosts, confirmed: true, hosts: "bad.com mx1.acme.com"},
		{name: "bad.com", outcome: mx.ServFail, detail: "SERVFAIL"},
		{name: "no.com", outcome: mx.Refused, detail: "REFUSED"},
		{name: "lame.com", outcome: mx.Lame, detail: "lame answer"},
		{name: "circle.com", outcome: mx.Loop, detail: "a loop of aliases"},
		{name: "dead.com", outcome: mx.Timeout, detail: "no answer"},
		{name: "garbage.com", outcome: mx.Malformed, detail: "only packets that are no answer"},
		{name: "wrong.com", outcome: mx.Timeout},
		{name: "blocked.com", outcome: mx.Missing, detail: "extended error 15 Blocked: by dnstest; not confirmed: the resolver filters"},
		{name: "noted.com", outcome: mx.Missing, confirmed: true, detail: "extended error 29"},
		{name: "stale.com", outcome: mx.ServFail, detail: "extended error 19"},
		{name: "unproven.com", outcome: mx.ServFail, detail: "extended error 6"},
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
		{Name: "mx1.acme.com", Preference: 10, Addrs: []netip.Addr{netip.MustParseAddr("198.51.99.7")}},
		{Name: "mx2.acme.com", Preference: 20},
	}, lookup(t, r, "acme.com").Hosts)
	require.Zero(t, s.Queries()["mx2.acme.com A"], "one good host suffices")
	require.Zero(t, s.Queries()["mx1.acme.com AAAA"], "A suffices")

	o := options(s)
	o.Routable = func(netip.Addr) bool { return true }
	r = mx.New(o)
	require.Equal(t, mx.Hosts, lookup(t, r, "private.com").Outcome)
	require.Equal(t, mx.Implicit, lookup(t, r, "book.com").Outcome)

	o.Routable = func(netip.Addr) bool { return false }
	r = mx.New(o)
	require.Equal(t, mx.Private, lookup(t, r, "acme.com").Outcome, "what only we can not reach condemns nobody")
	require.Equal(t, mx.Unroutable, lookup(t, r, "book.com").Outcome)
}

func TestNeverImplicitAfterFailure(t *testing.T) {
	t.Parallel()
	s := serve(t, dnstest.Canaries+"bad.com !servfail\nbad.com A 198.51.99.1\ndead.com !drop\ndead.com A 198.51.99.1\n")
	r := mx.New(options(s))
	for _, name := range []string{"bad.com", "dead.com"} {
		require.True(t, lookup(t, r, name).Outcome.Temporary())
		require.Zero(t, s.Queries()[name+" A"])
	}
	require.Equal(t, 2, s.Queries()["bad.com MX"], "a failure is asked once more")
	require.Equal(t, 4, s.Queries()["dead.com MX"], "silence is asked four times")
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
		{name: "the second knows an address", second: "gone.com A 198.51.99.1", ask: "gone.com", outcome: mx.Implicit, confirmed: true},
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
		{name: "half an answer each is no answer", first: "x.com !flaky 1\nx.com TXT x", second: "x.com A 198.51.99.1", ask: "x.com", outcome: mx.Implicit, confirmed: true},
		{name: "both null", first: extra, second: extra, ask: "null.com", outcome: mx.Null, confirmed: true},
		{name: "null and hosts", first: "n.com MX 0 .", second: "n.com MX 10 mx1.acme.com", ask: "n.com", outcome: mx.Hosts, confirmed: true},
		{name: "unresolvable at one", first: "u.com MX 10 h.u.com", second: "u.com MX 10 h.u.com\nh.u.com A 198.51.99.1", ask: "u.com", outcome: mx.Hosts, confirmed: true},
		{name: "both name loopback", first: "l.com A 127.0.0.1", second: "l.com A 127.0.0.1", ask: "l.com", outcome: mx.Unroutable, confirmed: true},
		{name: "loopback at one", first: "l.com A 127.0.0.1", second: "l.com A 198.51.99.1", ask: "l.com", outcome: mx.Implicit, confirmed: true},
		{name: "loopback at one, private at the other", first: "l.com A 127.0.0.1", second: "l.com A 10.0.0.1", ask: "l.com", outcome: mx.Private, confirmed: true},
		{name: "loopback at one, the second fails", first: "l.com A 127.0.0.1", second: "l.com !servfail", ask: "l.com", outcome: mx.Unroutable, detail: "a second resolver could not say"},
		{name: "the second is dead", second: silent, ask: "missing.com", outcome: mx.Missing, confirmed: true},
		{name: "the first is dead", first: silent, ask: "missing.com", outcome: mx.Missing, confirmed: true},
		{name: "the second lies", second: "* A 203.0.112.1", ask: "missing.com", outcome: mx.Missing, confirmed: true},
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
		{name: "captive portal", zone: "* A 203.0.112.1", want: mx.ErrLying},
		{name: "resolves the made-up", zone: dnstest.Canaries + "* A 203.0.112.1", want: mx.ErrLying, text: "a made-up name, is said to exist"},
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
