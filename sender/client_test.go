package sender_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/sender"
)

const clientZone = `
acme.com      MX 20 B.acme.com
acme.com      MX 10 a.acme.com
acme.com      TXT "v=spf1 " "-all"
acme.com      TXT "quote \" backslash \\ byte \195\188 semicolon;"
a.acme.com    A 198.51.99.7
a.acme.com    AAAA 2a0f:db8::7
www.acme.com  CNAME here.acme.com
here.acme.com CNAME a.acme.com
7.99.51.198.in-addr.arpa PTR A.acme.com
null.com      MX 0 .
big.com       !truncate
big.com       A 198.51.99.8
old.com       !noedns
old.com       A 198.51.99.9
bad.com       !servfail
no.com        !refused
lame.com      !lame
circle.com    !loop
odd.com       !otherquestion
garbage.com   !garbage
cut.com       !cut
wrong.com     !wrongid
dead.com      !drop
flaky.com     !flaky 1
flaky.com     A 198.51.99.10
`

func server(t *testing.T, make func(*dnstest.Zone) (*dnstest.Server, error), zone string) *dnstest.Server {
	t.Helper()
	z, err := dnstest.ParseZone(zone)
	require.NoError(t, err)
	s, err := make(z)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

func TestClient(t *testing.T) {
	s := server(t, dnstest.NewServer, clientZone)
	c := sender.NewClient(sender.ClientOptions{Servers: []string{s.Addr()}, Timeout: 600 * time.Millisecond})
	for _, test := range []struct {
		name, ask string
		t         sender.Type
		outcome   sender.Outcome
		records   []sender.Record
		detail    string
	}{
		{"MX", "acme.com", sender.MX, sender.Records, []sender.Record{{Name: "b.acme.com", Preference: 20}, {Name: "a.acme.com", Preference: 10}}, "NOERROR"},
		{"case and dot", "ACME.com.", sender.MX, sender.Records, []sender.Record{{Name: "b.acme.com", Preference: 20}, {Name: "a.acme.com", Preference: 10}}, "NOERROR"},
		{"null MX", "null.com", sender.MX, sender.Records, []sender.Record{{}}, "NOERROR"},
		{"TXT", "acme.com", sender.TXT, sender.Records, []sender.Record{{Text: "v=spf1 -all"}, {Text: "quote \" backslash \\ byte ü semicolon;"}}, "NOERROR"},
		{"A", "a.acme.com", sender.A, sender.Records, []sender.Record{{Addr: addrs("198.51.99.7")[0]}}, "NOERROR"},
		{"AAAA", "a.acme.com", sender.AAAA, sender.Records, []sender.Record{{Addr: addrs("2a0f:db8::7")[0]}}, "NOERROR"},
		{"PTR", "7.99.51.198.in-addr.arpa", sender.PTR, sender.Records, []sender.Record{{Name: "a.acme.com"}}, "NOERROR"},
		{"aliases", "www.acme.com", sender.A, sender.Records, []sender.Record{{Addr: addrs("198.51.99.7")[0]}}, "NOERROR"},
		{"none of the type", "a.acme.com", sender.TXT, sender.None, nil, "NOERROR"},
		{"no such name", "gone.com", sender.A, sender.NXDomain, nil, "NXDOMAIN"},
		{"no name at all", strings.Repeat("a", 64) + ".com", sender.A, sender.NXDomain, nil, "no name that DNS could have"},
		{"by TCP", "big.com", sender.A, sender.Records, []sender.Record{{Addr: addrs("198.51.99.8")[0]}}, "NOERROR"},
		{"without EDNS", "old.com", sender.A, sender.Records, []sender.Record{{Addr: addrs("198.51.99.9")[0]}}, "NOERROR"},
		{"at the second try", "flaky.com", sender.A, sender.Records, []sender.Record{{Addr: addrs("198.51.99.10")[0]}}, "NOERROR"},
		{"SERVFAIL", "bad.com", sender.A, sender.Temporary, nil, "SERVFAIL"},
		{"REFUSED", "no.com", sender.A, sender.Temporary, nil, "REFUSED"},
		{"lame", "lame.com", sender.A, sender.Temporary, nil, "a lame answer"},
		{"another question", "odd.com", sender.A, sender.Temporary, nil, ""},
		{"garbage", "garbage.com", sender.A, sender.Temporary, nil, ""},
		{"cut off", "cut.com", sender.A, sender.Temporary, nil, ""},
		{"another ID", "wrong.com", sender.A, sender.Temporary, nil, ""},
		{"silence", "dead.com", sender.A, sender.Temporary, nil, "no answer"},
		{"aliases in a circle", "circle.com", sender.A, sender.Temporary, nil, "aliases in a circle"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := c.Ask(t.Context(), test.ask, test.t)
			require.Equal(t, test.outcome, a.Outcome, a.Detail)
			require.Equal(t, test.records, a.Records)
			require.Contains(t, a.Detail, test.detail)
			require.NotEmpty(t, a.Detail)
		})
	}
}

// What one server does not say another may.
func TestClientNextServer(t *testing.T) {
	bad, good := server(t, dnstest.NewServer, "@ !servfail"), server(t, dnstest.NewServer, clientZone)
	c := sender.NewClient(sender.ClientOptions{Servers: []string{bad.Addr(), good.Addr()}})
	a := c.Ask(t.Context(), "a.acme.com", sender.A)
	require.Equal(t, sender.Records, a.Outcome)
	require.Equal(t, good.Addr()+": NOERROR", a.Detail)
}

func TestClientTransports(t *testing.T) {
	overTLS, overHTTPS := server(t, dnstest.NewTLSServer, clientZone), server(t, dnstest.NewHTTPSServer, clientZone)
	_, port, _ := strings.Cut(overTLS.Addr(), ":")
	for name, o := range map[string]sender.ClientOptions{
		"TLS":          {Servers: []string{"tls://" + overTLS.Addr()}, Roots: overTLS.Roots()},
		"TLS, by name": {Servers: []string{"tls://127.0.0.1:" + port + "#dns.test"}, Roots: overTLS.Roots()},
		"HTTPS":        {Servers: []string{overHTTPS.URL()}, Roots: overHTTPS.Roots()},
	} {
		t.Run(name, func(t *testing.T) {
			c := sender.NewClient(o)
			a := c.Ask(t.Context(), "a.acme.com", sender.A)
			require.Equal(t, sender.Records, a.Outcome, a.Detail)
			require.Equal(t, sender.NXDomain, c.Ask(t.Context(), "gone.com", sender.A).Outcome)
			o.Roots = nil // nobody who is trusted
			require.Equal(t, sender.Temporary, sender.NewClient(o).Ask(t.Context(), "a.acme.com", sender.A).Outcome)
		})
	}
	wrong := sender.NewClient(sender.ClientOptions{Servers: []string{"tls://" + overTLS.Addr() + "#other.test"}, Roots: overTLS.Roots()})
	require.Equal(t, sender.Temporary, wrong.Ask(t.Context(), "a.acme.com", sender.A).Outcome)
}
