//go:build linux || darwin

package mx_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/realdns"
	"winnow/mx"
)

// realZones are what the NSD behind the Unbound serves; bad is not loaded.
var realZones = map[string]string{
	"com": `
gmail.com.    MX 5 mx.hosts.net.
outlook.com.  MX 5 mx.hosts.net.
yahoo.com.    MX 5 mx.hosts.net.
acme.com.     MX 20 mx2.hosts.net.
acme.com.     MX 10 mx.hosts.net.
six.com.      MX 10 mx6.hosts.net.
implicit.com. A  198.51.99.10
implicit6.com. AAAA 2a0f:db8::10
nomail.com.   MX 0 .
bare.com.     TXT "parked"
alias.com.    CNAME chain.net.
dangling.com. CNAME nowhere.net.
loop.com.     CNAME loop.net.
unres.com.    MX 10 nowhere.hosts.net.
badhost.com.  MX 10 mx.host.bad.
private.com.  MX 10 mx.private.net.
reserved.com. MX 10 mx.reserved.net.
halfgood.com. MX 10 nowhere.hosts.net.
halfgood.com. MX 20 mx.hosts.net.
mxalias.com.  MX 10 www.hosts.net.
lame.com.     NS ns.lame.net.
*.wild.com.   MX 10 mx.hosts.net.
`,
	"net": `
mx.hosts.net.   A 198.51.99.1
mx2.hosts.net.  A 198.51.99.2
mx6.hosts.net.  AAAA 2a0f:db8::1
www.hosts.net.  CNAME mx.hosts.net.
mx.private.net. A 10.0.0.1
mx.reserved.net. A 240.0.0.1
chain.net.      CNAME end.net.
end.net.        MX 10 mx.hosts.net.
loop.net.       CNAME loop.com.
ns.lame.net.    A 127.0.0.1
`,
	"bad": "",
}

// manyHosts is a domain whose answer fits no UDP packet: 100 mail hosts, of which the first has an address.
func manyHosts() string {
	var zone strings.Builder
	zone.WriteString("big.com. MX 1 mx.hosts.net.\n")
	for i := range 99 {
		fmt.Fprintf(&zone, "big.com. MX 10 a-mail-host-with-a-long-name-%d.hosts.net.\n", i)
	}
	return zone.String()
}

// startReal runs an Unbound over an NSD and returns both.
func startReal(t *testing.T) (unbound, nsd *realdns.Daemon) {
	t.Helper()
	err := realdns.Ready(t.Context())
	if errors.Is(err, realdns.ErrAbsent) {
		t.Skip(err)
	}
	require.NoError(t, err)
	dir := t.TempDir()
	var zones []realdns.Zone
	for _, name := range []string{"com", "net", "bad"} {
		z := realdns.Zone{Name: name, File: filepath.Join(dir, name+".zone")}
		zones = append(zones, z)
		text := realZones[name]
		if text == "" {
			continue
		}
		if name == "com" {
			text += manyHosts()
		}
		text = fmt.Sprintf("$TTL 300\n$ORIGIN %s.\n@ SOA ns hostmaster 1 3600 600 86400 300\n@ NS ns\nns A 127.0.0.1\n%s", name, text)
		require.NoError(t, os.WriteFile(z.File, []byte(text), 0o600))
	}
	nsd, err = realdns.StartNSD(dir, zones...)
	require.NoError(t, err)
	t.Cleanup(nsd.Stop)
	unbound, err = realdns.StartUnbound(dir, nsd.Addr, "com", "net", "bad")
	require.NoError(t, err)
	t.Cleanup(unbound.Stop)
	return unbound, nsd
}

func atReal(d *realdns.Daemon) mx.Options {
	// Unbound takes its time over what nobody answers.
	return mx.Options{Servers: []string{d.Addr}, Timeout: 2 * time.Second}.Hurried()
}

// realOutcomes are what a resolver that works makes of the zones.
var realOutcomes = map[string]struct {
	outcome mx.Outcome
	hosts   []string
}{
	"acme.com":                {mx.Hosts, []string{"mx.hosts.net", "mx2.hosts.net"}},
	"six.com":                 {mx.Hosts, []string{"mx6.hosts.net"}},
	"halfgood.com":            {mx.Hosts, []string{"nowhere.hosts.net", "mx.hosts.net"}},
	"mxalias.com":             {mx.Hosts, []string{"www.hosts.net"}},
	"alias.com":               {mx.Hosts, []string{"mx.hosts.net"}},
	"anything.wild.com":       {mx.Hosts, []string{"mx.hosts.net"}},
	"implicit.com":            {mx.Implicit, []string{"implicit.com"}},
	"implicit6.com":           {mx.Implicit, []string{"implicit6.com"}},
	"nomail.com":              {mx.Null, nil},
	"missing.com":             {mx.Missing, nil},
	"dangling.com":            {mx.Missing, nil},
	"bare.com":                {mx.None, nil},
	"wild.com":                {mx.None, nil},
	"unres.com":               {mx.Unresolvable, []string{"nowhere.hosts.net"}},
	"private.com":             {mx.Private, []string{"mx.private.net"}},
	"reserved.com":            {mx.Unroutable, []string{"mx.reserved.net"}},
	"domain.bad":              {mx.ServFail, nil},
	"badhost.com":             {mx.ServFail, []string{"mx.host.bad"}},
	"domain.nobody-serves-it": {mx.Missing, nil},
}

func TestRealUnbound(t *testing.T) {
	unbound, nsd := startReal(t)
	r := mx.New(atReal(unbound))
	require.NoError(t, r.Check(t.Context()))

	asked := []string{"big.com", "loop.com", "lame.com"}
	for name := range realOutcomes {
		asked = append(asked, name)
	}
	answers, err := resolve(t, r, asked...)
	require.NoError(t, err)
	require.Len(t, answers, len(asked))
	for name, want := range realOutcomes {
		a := answers[name]
		require.Equal(t, want.outcome, a.Outcome, "%+v", a)
		require.Equal(t, want.hosts, names(a), name)
		require.Equal(t, !want.outcome.Temporary(), a.Confirmed, "%+v", a)
		if a.Confirmed && name != "domain.nobody-serves-it" { // Unbound's own, without SOA
			require.Positive(t, a.TTL, name)
		}

		// One at a time it is the same.
		b := lookup(t, r, name)
		require.Equal(t, want.outcome, b.Outcome, "%+v", b)
		require.Equal(t, want.hosts, names(b), name)
	}
	require.Equal(t, []netip.Addr{netip.MustParseAddr("198.51.99.1")}, answers["acme.com"].Hosts[0].Addrs)
	require.Len(t, answers["big.com"].Hosts, 100, "truncated over UDP, whole over TCP")
	require.Equal(t, mx.Hosts, answers["big.com"].Outcome)
	for _, name := range []string{"loop.com", "lame.com"} {
		t.Logf("%s: %s: %s", name, answers[name].Outcome, answers[name].Detail)
		require.True(t, answers[name].Outcome.Temporary(), "%s is no evidence: %+v", name, answers[name])
	}

	// The authority dies, and Unbound with it: nothing is condemned.
	nsd.Stop()
	fresh := mx.New(atReal(unbound))
	after, err := fresh.Lookup(t.Context(), "never-asked-before.com")
	require.NoError(t, err)
	require.True(t, after.Outcome.Temporary() || !after.Confirmed, "%+v", after)
	unbound.Stop()
	require.ErrorIs(t, mx.New(atReal(unbound)).Check(t.Context()), mx.ErrDead)
}

// The same names at the authority itself, which is no resolver but answers.
func TestRealNSD(t *testing.T) {
	_, nsd := startReal(t)
	r := mx.New(atReal(nsd))
	for _, name := range []string{"acme.com", "implicit.com", "nomail.com", "missing.com", "bare.com", "unres.com", "private.com", "domain.bad"} {
		a := lookup(t, r, name)
		require.Equal(t, realOutcomes[name].outcome, a.Outcome, "%+v", a)
		require.Equal(t, realOutcomes[name].hosts, names(a), name)
	}
	require.Len(t, lookup(t, r, "big.com").Hosts, 100)
}
