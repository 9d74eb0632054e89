package dnstest_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
)

const zone = dnstest.Canaries + `
acme.com      MX 10 mx1.acme.com   # a comment
acme.com  60  MX 20 mx2.acme.com   ; another
mx1.acme.com  A 198.51.99.7
www.acme.com  CNAME mx1.acme.com
lost.acme.com CNAME nowhere.test
nomail.com    MX 0 .
a.b.deep.com  A 198.51.99.8
bad.com       !servfail
no.com        !refused
gone.com      !nxdomain
gone.com      A 198.51.99.9
lame.com      !lame
big.com       !truncate
big.com       MX 10 mx1.acme.com
blocked.com   !ede 15
wrong.com     !wrongid
`

func start(t *testing.T, text string) *dnstest.Server {
	t.Helper()
	z, err := dnstest.ParseZone(text)
	require.NoError(t, err)
	s, err := dnstest.NewServer(z)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func ask(t *testing.T, s *dnstest.Server, network, name string, qtype uint16) *dns.Msg {
	t.Helper()
	m := new(dns.Msg).SetQuestion(dns.Fqdn(name), qtype)
	m.SetEdns0(1232, false)
	r, _, err := (&dns.Client{Net: network}).Exchange(m, s.Addr())
	require.NoError(t, err)
	return r
}

func TestAnswers(t *testing.T) {
	s := start(t, zone)
	for _, tt := range []struct {
		name    string
		qtype   uint16
		rcode   int
		answers int
		soa     bool
	}{
		{name: "acme.com", qtype: dns.TypeMX, answers: 2},
		{name: "ACME.com", qtype: dns.TypeMX, answers: 2},
		{name: "gmail.com", qtype: dns.TypeMX, answers: 2},
		{name: "acme.com", qtype: dns.TypeA, soa: true},
		{name: "www.acme.com", qtype: dns.TypeA, answers: 2},
		{name: "www.acme.com", qtype: dns.TypeCNAME, answers: 1},
		{name: "www.acme.com", qtype: dns.TypeMX, answers: 1, soa: true},
		{name: "lost.acme.com", qtype: dns.TypeA, answers: 1, rcode: dns.RcodeNameError, soa: true},
		{name: "b.deep.com", qtype: dns.TypeA, soa: true},
		{name: "x.deep.com", qtype: dns.TypeA, rcode: dns.RcodeNameError, soa: true},
		{name: "bad.com", qtype: dns.TypeA, rcode: dns.RcodeServerFailure},
		{name: "no.com", qtype: dns.TypeA, rcode: dns.RcodeRefused},
		{name: "gone.com", qtype: dns.TypeA, rcode: dns.RcodeNameError, soa: true},
		{name: "blocked.com", qtype: dns.TypeA, rcode: dns.RcodeNameError, soa: true},
	} {
		t.Run(tt.name+" "+dns.TypeToString[tt.qtype], func(t *testing.T) {
			for _, network := range []string{"udp", "tcp"} {
				r := ask(t, s, network, tt.name, tt.qtype)
				require.Equal(t, dns.RcodeToString[tt.rcode], dns.RcodeToString[r.Rcode])
				require.Len(t, r.Answer, tt.answers)
				require.True(t, r.RecursionAvailable)
				require.Equal(t, tt.soa, len(r.Ns) == 1 && r.Ns[0].Header().Rrtype == dns.TypeSOA)
			}
		})
	}
	require.Equal(t, 4, s.Queries()["acme.com MX"])
}

func TestFaults(t *testing.T) {
	s := start(t, zone)
	lame := ask(t, s, "udp", "lame.com", dns.TypeMX)
	require.False(t, lame.RecursionAvailable)
	require.Empty(t, lame.Answer)
	require.Equal(t, dns.TypeNS, lame.Ns[0].Header().Rrtype)

	require.True(t, ask(t, s, "udp", "big.com", dns.TypeMX).Truncated)
	require.Len(t, ask(t, s, "tcp", "big.com", dns.TypeMX).Answer, 1)

	blocked := ask(t, s, "udp", "blocked.com", dns.TypeMX).IsEdns0()
	require.Equal(t, uint16(15), blocked.Option[0].(*dns.EDNS0_EDE).InfoCode)

	m := new(dns.Msg).SetQuestion("wrong.com.", dns.TypeMX)
	_, _, err := (&dns.Client{Timeout: 50 * time.Millisecond}).Exchange(m, s.Addr())
	require.Error(t, err)
}

// silent asks and returns what arrives until the context ends.
func silent(t *testing.T, s *dnstest.Server, name string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, _, err := new(dns.Client).ExchangeContext(ctx, new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.TypeA), s.Addr())
	return err
}

func TestDropFlakyGarbageDelay(t *testing.T) {
	s := start(t, "dead.com !drop\nflaky.com !flaky 2\nflaky.com A 198.51.99.1\ngarbage.com !garbage\nslow.com !delay 1h\nslow.com A 198.51.99.1")
	var late net.Error
	require.ErrorAs(t, silent(t, s, "dead.com"), &late)
	require.ErrorAs(t, silent(t, s, "slow.com"), &late)
	require.Error(t, silent(t, s, "flaky.com"))
	require.Error(t, silent(t, s, "flaky.com"))
	require.NoError(t, silent(t, s, "flaky.com"))
	require.Error(t, silent(t, s, "garbage.com"))
	require.Equal(t, 3, s.Queries()["flaky.com A"])
}

func TestWildcardAndSetZone(t *testing.T) {
	s := start(t, zone+"* A 203.0.112.1\n")
	require.Equal(t, "203.0.112.1", ask(t, s, "udp", "who.knows", dns.TypeA).Answer[0].(*dns.A).A.String())
	require.Equal(t, "who.knows.", ask(t, s, "udp", "who.knows", dns.TypeA).Answer[0].Header().Name)
	require.Empty(t, ask(t, s, "udp", "who.knows", dns.TypeMX).Answer)
	require.Empty(t, ask(t, s, "udp", "acme.com", dns.TypeA).Answer)

	refusing, err := dnstest.ParseZone("* !refused")
	require.NoError(t, err)
	s.SetZone(refusing)
	require.Equal(t, dns.RcodeRefused, ask(t, s, "udp", "acme.com", dns.TypeMX).Rcode)
}

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"no type", "\nacme.com\n", "line 2"},
		{"unknown directive", "acme.com !explode", "no directive !explode"},
		{"missing argument", "acme.com !delay", "!delay takes 1 argument(s), not 0"},
		{"needless argument", "acme.com !drop now", "!drop takes 0 argument(s), not 1"},
		{"bad argument", "acme.com !flaky often", "!flaky"},
		{"bad record", "acme.com MX mx1.acme.com", "not a record"},
		{"bad address", "# fine\na.com A 1.2.3.4\nacme.com A 1.2.3", "line 3"},
		{"unknown type", "acme.com NOSUCH 1", "not a record"},
		{"bad name", "a..b A 1.2.3.4", "not a domain name"},
		{"zone file directive", "$INCLUDE /etc/passwd", "not a domain name"},
		{"record of the server", "@ A 1.2.3.4", "@ has directives, not records"},
		{"loss of a name", "acme.com !loss 1%", "!loss is for the whole server"},
		{"loss without unit", "@ !loss 1", "want a share like 1%"},
		{"too much loss", "@ !loss 101%", "want a share like 1%"},
		{"no number lost", "@ !loss NaN%", "want a share like 1%"},
		{"no limit", "@ !limit 0", "want at least 1"},
		{"limit with a riddle", "@ !limit 10 perhaps", "want refuse"},
		{"limit of too many words", "@ !limit 10 refuse all", "!limit takes 2 argument(s), not 3"},
		{"range backwards", "acme.com !delay 50ms-20ms", "ends before it begins"},
		{"range without an end", "acme.com !delay 50ms-", "!delay"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := dnstest.ParseZone(tt.text)
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, "dnstest: zone line")
		})
	}
}

func FuzzParseZone(f *testing.F) {
	f.Add(zone)
	f.Add("* !ede 15\n\"")
	f.Add("@ !loss 1%\n@ !limit 100 refuse\n@ !die 7\n@ !delay 1ms-2ms\n*.ws A 198.20.2.1")
	f.Fuzz(func(t *testing.T, text string) {
		if z, err := dnstest.ParseZone(text); (z == nil) == (err == nil) {
			t.Fatalf("zone %v with error %v", z, err)
		}
	})
}
