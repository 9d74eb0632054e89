//go:build linux || darwin

package realdns_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"winnow/internal/realdns"
)

const com = `$ORIGIN com.
$TTL 300
@     SOA ns.com. hostmaster.com. 1 3600 600 86400 300
@     NS  ns.com.
ns    A   127.0.0.1
acme  MX  10 mx.acme.com.
`

func TestUnboundOverNSD(t *testing.T) {
	err := realdns.Ready(t.Context())
	if errors.Is(err, realdns.ErrAbsent) {
		t.Skip(err)
	}
	require.NoError(t, err)
	dir := t.TempDir()
	file := filepath.Join(dir, "com.zone")
	require.NoError(t, os.WriteFile(file, []byte(com), 0o600))
	nsd, err := realdns.StartNSD(dir, realdns.Zone{Name: "com", File: file}, realdns.Zone{Name: "bad", File: filepath.Join(dir, "none")})
	require.NoError(t, err)
	t.Cleanup(nsd.Stop)
	unbound, err := realdns.StartUnbound(dir, nsd.Addr, "com", "bad")
	require.NoError(t, err)
	t.Cleanup(unbound.Stop)

	for _, tt := range []struct {
		name    string
		rcode   int
		answers int
	}{
		{name: "acme.com.", answers: 1},
		{name: "none.com.", rcode: dns.RcodeNameError},
		{name: "x.bad.", rcode: dns.RcodeServerFailure},
	} {
		for _, d := range []*realdns.Daemon{nsd, unbound} {
			r, _, err := new(dns.Client).Exchange(new(dns.Msg).SetQuestion(tt.name, dns.TypeMX), d.Addr)
			require.NoError(t, err)
			require.Equal(t, dns.RcodeToString[tt.rcode], dns.RcodeToString[r.Rcode])
			require.Len(t, r.Answer, tt.answers)
		}
	}
	r, _, err := new(dns.Client).Exchange(new(dns.Msg).SetQuestion("elsewhere.org.", dns.TypeMX), unbound.Addr)
	require.NoError(t, err)
	require.Equal(t, dns.RcodeNameError, r.Rcode)

	queries, err := nsd.Queries()
	require.NoError(t, err)
	require.GreaterOrEqual(t, queries, 5)

	unbound.Stop()
	nsd.Stop()
	nsd.Stop()
	_, _, err = new(dns.Client).Exchange(new(dns.Msg).SetQuestion("acme.com.", dns.TypeMX), nsd.Addr)
	require.Error(t, err)
	_, err = realdns.StartNSD(dir, realdns.Zone{Name: "..", File: file})
	require.ErrorContains(t, err, "start nsd")
}
