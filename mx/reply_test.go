package mx

import (
	"testing"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"
)

var asked = question{"acme.com.", dns.TypeMX}

// message is an answer to asked with the given records in answer and authority.
func message(t testing.TB, rcode int, ra bool, answer, authority []string) []byte {
	t.Helper()
	m := new(dns.Msg).SetQuestion(asked.name, asked.qtype)
	m.Response, m.RecursionAvailable, m.Rcode = true, ra, rcode
	for _, text := range answer {
		record, err := dns.NewRR(text)
		require.NoError(t, err)
		m.Answer = append(m.Answer, record)
	}
	for _, text := range authority {
		record, err := dns.NewRR(text)
		require.NoError(t, err)
		m.Ns = append(m.Ns, record)
	}
	packed, err := m.Pack()
	require.NoError(t, err)
	return packed
}

const (
	soa = ". 900 SOA a. b. 1 2 3 4 60"
	ns  = "com. NS a.gtld-servers.net."
)

func TestInterpret(t *testing.T) {
	for _, tt := range []struct {
		name              string
		rcode             int
		noRA              bool
		answer, authority []string
		want              status
		ttl               int
	}{
		{name: "hosts", answer: []string{"acme.com. 60 MX 1 a."}, want: positive, ttl: 60},
		{name: "alias", answer: []string{"acme.com. 30 CNAME b.", "b. 60 MX 1 a."}, want: positive, ttl: 30},
		{name: "alias after its target", answer: []string{"b. 60 MX 1 a.", "acme.com. 30 CNAME b."}, want: positive, ttl: 30},
		{name: "alias in upper case", answer: []string{"ACME.com. 30 CNAME B.", "b. 60 MX 1 a."}, want: positive, ttl: 30},
		{name: "another name's records", answer: []string{"other.com. 60 MX 1 a."}, authority: []string{soa}, want: nodata, ttl: 60},
		{name: "alias of a short life, then nothing", answer: []string{"acme.com. 5 CNAME b."}, authority: []string{soa}, want: nodata, ttl: 5},
		{name: "another type", answer: []string{"acme.com. 60 A 198.51.100.1"}, authority: []string{soa}, want: nodata, ttl: 60},
		{name: "loop", answer: []string{"acme.com. CNAME b.", "b. CNAME acme.com."}, want: loop},
		{name: "alias, then nothing", answer: []string{"acme.com. CNAME b."}, authority: []string{soa}, want: nodata, ttl: 60},
		{name: "alias, unfinished", answer: []string{"acme.com. CNAME b."}, want: lame},
		{name: "nodata without SOA", want: nodata},
		{name: "nodata with SOA and NS", authority: []string{soa, ns}, want: nodata, ttl: 60},
		{name: "referral", authority: []string{ns}, want: lame},
		{name: "no recursion", noRA: true, want: lame},
		{name: "no recursion, with SOA", noRA: true, authority: []string{soa}, want: lame, ttl: 60},
		{name: "nxdomain", rcode: dns.RcodeNameError, authority: []string{soa}, want: nxdomain, ttl: 60},
		{name: "nxdomain of an alias", rcode: dns.RcodeNameError, answer: []string{"acme.com. CNAME b."}, want: nxdomain},
		{name: "nxdomain with records", rcode: dns.RcodeNameError, answer: []string{"acme.com. MX 1 a."}, want: malformed},
		{name: "servfail", rcode: dns.RcodeServerFailure, want: servfail},
		{name: "refused", rcode: dns.RcodeRefused, want: refused},
		{name: "formerr", rcode: dns.RcodeFormatError, want: malformed},
		{name: "unknown code", rcode: 11, want: malformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, ok := interpret(message(t, tt.rcode, !tt.noRA, tt.answer, tt.authority), asked)
			require.True(t, ok)
			require.Equal(t, tt.want, r.status, r.detail)
			require.Equal(t, float64(tt.ttl), r.ttl.Seconds())
		})
	}
}

func TestNotAnAnswer(t *testing.T) {
	good := message(t, dns.RcodeSuccess, true, []string{"acme.com. MX 1 a."}, nil)
	for _, q := range []question{{"acme.net.", dns.TypeMX}, {"acme.com.", dns.TypeA}} {
		_, ok := interpret(good, q)
		require.False(t, ok)
	}
	for n := range good {
		_, ok := interpret(good[:n], asked)
		require.False(t, ok, "cut after %d bytes", n)
	}
	query, err := pack(asked, true)
	require.NoError(t, err)
	_, ok := interpret(query, asked)
	require.False(t, ok, "a question is no answer")
}

// Whatever arrives: no panic, and only a message that bears it out denies a domain.
func FuzzInterpret(f *testing.F) {
	f.Add(message(f, dns.RcodeSuccess, true, []string{"acme.com. 60 MX 1 a.", "acme.com. 60 MX 0 ."}, nil))
	f.Add(message(f, dns.RcodeSuccess, true, []string{"acme.com. 30 CNAME b.", "b. 60 MX 1 a."}, nil))
	f.Add(message(f, dns.RcodeNameError, true, nil, []string{soa}))
	f.Add(message(f, dns.RcodeSuccess, false, nil, []string{ns}))
	f.Add(message(f, dns.RcodeServerFailure, true, nil, nil))
	f.Fuzz(func(t *testing.T, packet []byte) {
		r, ok := interpret(packet, asked)
		if !ok {
			return
		}
		rcode := int(packet[3] & 0xf)
		switch r.status {
		case silence:
			t.Fatal("an answer is not silence")
		case positive:
			require.NotEmpty(t, r.hosts)
			require.Equal(t, dns.RcodeSuccess, rcode)
		case nodata:
			require.Equal(t, dns.RcodeSuccess, rcode)
			require.NotZero(t, packet[2]&0x04|packet[3]&0x80, "AA or RA")
		case nxdomain:
			require.Equal(t, dns.RcodeNameError, rcode)
		}
		require.Regexp(t, "^[ -~]*$", r.detail)
	})
}
