//go:build linux || darwin

package sender_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/internal/realdns"
	"winnow/sender"
)

// Of a real resolver the same is found as of one of our own: an Unbound over an NSD.
func TestRealResolver(t *testing.T) {
	err := realdns.Ready(t.Context())
	if errors.Is(err, realdns.ErrAbsent) {
		t.Skip(err)
	}
	require.NoError(t, err)
	long := `"` + strings.Repeat("x", 250) + `" `
	zones := map[string]string{
		"com": `
acme.com.       MX 10 mx.acme.com.
mx.acme.com.    A 198.51.99.8
mail.acme.com.  A 198.51.99.7
mail.acme.com.  TXT "v=spf1 a -all"
acme.com.       TXT "v=spf1 include:_spf.acme.com -all"
_spf.acme.com.  TXT "v=spf1 ip4:198.51.99.7 a:gone.acme.com ?all"
_dmarc.acme.com. TXT "v=DMARC1; p=quarantine; rua=mailto:d@acme.com"
s1._domainkey.acme.com. CNAME s1.keys.net.
long.com.       TXT "v=spf1 ip4:198.51.99.7 -all"
long.com.       TXT ` + strings.Repeat(long, 12) + `
lost.com.       MX 10 mx.lost.bad.
`,
		"net":  "s1.keys.net. TXT " + keyRecord(t, "rsa", 2048, "") + "\n",
		"arpa": "7.99.51.198.in-addr.arpa. PTR mail.acme.com.\n",
		"org":  "7.99.51.198.zen.spamhaus.org. A 127.0.0.2\n2.0.0.127.zen.spamhaus.org. A 127.0.0.2\n",
		"bad":  "",
	}
	dir := t.TempDir()
	var served []realdns.Zone
	var names []string
	for name, records := range zones {
		file := filepath.Join(dir, name+".zone")
		if records != "" { // else it is not loaded, and answers SERVFAIL
			text := "$ORIGIN " + name + ".\n$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 300\n@ NS ns." + name + ".\nns." + name + ". A 127.0.0.1\n" + records
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		}
		served, names = append(served, realdns.Zone{Name: name, File: file}), append(names, name)
	}
	nsd, err := realdns.StartNSD(dir, served...)
	require.NoError(t, err)
	t.Cleanup(nsd.Stop)
	unbound, err := realdns.StartUnbound(dir, nsd.Addr, names...)
	require.NoError(t, err)
	t.Cleanup(unbound.Stop)

	examine := func(s sender.Setup, only ...string) []string {
		r, err := sender.Examine(t.Context(), s, sender.Options{Only: only,
			DNS: sender.NewClient(sender.ClientOptions{Servers: []string{unbound.Addr}})})
		require.NoError(t, err)
		var lines []string
		for _, f := range r.Results {
			lines = append(lines, strings.ReplaceAll(f.Check+" "+line(f), unbound.Addr, "DNS"))
		}
		return lines
	}
	ours := addrs("198.51.99.7")
	require.Equal(t, []string{
		"ptr ok 198.51.99.7: mail.acme.com, and it leads back",
		"helo ok mail.acme.com: leads to 198.51.99.7",
		"helo-ptr ok 198.51.99.7: is mail.acme.com",
		"mx ok acme.com: mx.acme.com",
		"spf warn acme.com: names in the record have nothing: a:gone.acme.com",
		"spf ok acme.com from 198.51.99.7: pass",
		"spf-helo ok mail.acme.com: v=spf1 a -all (1 of 10 lookups)",
		"spf-helo ok mail.acme.com from 198.51.99.7: pass",
		"dkim ok s1 of acme.com: an RSA key of 2048 bits",
		"dmarc ok acme.com: p=quarantine",
		"alignment ok acme.com: SPF passes as acme.com; DKIM can pass as acme.com (s1)",
	}, examine(sender.Setup{HELO: "mail.acme.com", From: "acme.com", Selectors: []sender.Selector{{Name: "s1"}}, Addrs: ours},
		"ptr", "helo", "helo-ptr", "mx", "spf", "spf-helo", "dkim", "dmarc", "alignment"))

	// More than fits into a packet; and a name server that is out of order.
	require.Equal(t, []string{"spf ok long.com: v=spf1 ip4:198.51.99.7 -all (0 of 10 lookups)", "spf ok long.com from 198.51.99.7: pass"},
		examine(sender.Setup{From: "long.com", Addrs: ours}, "spf"))
	require.Equal(t, []string{"mx unknown lost.com: could not be found out: DNS: SERVFAIL", "dmarc fail lost.com: no DMARC record; Gmail, Yahoo and Microsoft want one of who sends much"},
		examine(sender.Setup{From: "lost.com"}, "mx", "dmarc"))
	require.Equal(t, "blocklist fail 198.51.99.7: on Spamhaus ZEN: SBL: spam was seen (127.0.0.2)", examine(sender.Setup{Addrs: ours}, "blocklist")[0])
}
