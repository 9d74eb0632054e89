package sender_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/sender"
)

func TestSPF(t *testing.T) {
	const from = " acme.com from 198.51.99.7: "
	var many strings.Builder // 11 includes, the last of which has our address
	fmt.Fprint(&many, `acme.com TXT "v=spf1`)
	for i := range 11 {
		fmt.Fprintf(&many, " include:i%d.com", i)
	}
	fmt.Fprint(&many, " -all\"\n")
	for i := range 10 {
		fmt.Fprintf(&many, "i%d.com TXT \"v=spf1 ip4:198.51.99.%d -all\"\n", i, 100+i)
	}
	fmt.Fprint(&many, "i10.com TXT \"v=spf1 ip4:198.51.99.7 -all\"\n")

	for _, test := range []struct {
		name, zone string
		want       []string
	}{
		{"none", "acme.com TXT hello", []string{"fail acme.com: no SPF record; mail hosts such as Gmail's refuse mail without SPF or DKIM"}},
		{"missing domain", "other.com TXT hello", []string{"fail acme.com: no SPF record; mail hosts such as Gmail's refuse mail without SPF or DKIM"}},
		{"two", "acme.com TXT \"v=spf1 -all\"\nacme.com TXT \"v=spf1 mx -all\"", []string{"fail acme.com: 2 SPF records, which counts as an error: v=spf1 -all | v=spf1 mx -all"}},
		{"not found out", "acme.com !servfail", []string{"unknown acme.com: could not be found out: DNS: SERVFAIL"}},
		{"another version", "acme.com TXT \"v=spf10 -all\"", []string{"fail acme.com: no SPF record; mail hosts such as Gmail's refuse mail without SPF or DKIM"}},
		{"an address", "acme.com TXT \"v=spf1 ip4:198.51.99.0/24 -all\"", []string{"ok acme.com: v=spf1 ip4:198.51.99.0/24 -all (0 of 10 lookups)", "ok" + from + "pass"}},
		{"not ours", "acme.com TXT \"v=spf1 ip4:198.51.99.8 -all\"", []string{"ok acme.com: v=spf1 ip4:198.51.99.8 -all (0 of 10 lookups)", "fail" + from + "fail: the record does not let this address send"}},
		{"softly not ours", "acme.com TXT \"v=spf1 ip4:198.51.99.8 ~all\"", []string{"ok acme.com: v=spf1 ip4:198.51.99.8 ~all (0 of 10 lookups)", "fail" + from + "softfail: the record does not let this address send"}},
		{"open end", "acme.com TXT \"v=spf1 ip4:198.51.99.8\"", []string{"warn acme.com: it does not say what of addresses that it does not name: v=spf1 ip4:198.51.99.8", "warn" + from + "neutral: the record says nothing of this address"}},
		{"neutral end", "acme.com TXT \"v=spf1 ip4:198.51.99.7 ?all\"", []string{"warn acme.com: it does not say what of addresses that it does not name: v=spf1 ip4:198.51.99.7 ?all", "ok" + from + "pass"}},
		{"anybody", "acme.com TXT \"v=spf1 +all\"", []string{"fail acme.com: it ends with +all: anybody may send as this domain", "ok" + from + "pass"}},
		{"anybody, without a sign", "acme.com TXT \"v=spf1 all\"", []string{"fail acme.com: it ends with +all: anybody may send as this domain", "ok" + from + "pass"}},
		{"redirect", "acme.com TXT \"v=spf1 redirect=_spf.acme.com\"\n_spf.acme.com TXT \"v=spf1 ip4:198.51.99.7 -all\"", []string{"ok acme.com: v=spf1 redirect=_spf.acme.com (1 of 10 lookups)", "ok" + from + "pass"}},
		{"redirect to nothing", "acme.com TXT \"v=spf1 redirect=_spf.acme.com\"", []string{"fail acme.com: it redirects to _spf.acme.com, which has no SPF record", "fail" + from + "permerror: no DNS record found"}},
		{"include of nothing", "acme.com TXT \"v=spf1 include:gone.com -all\"", []string{"fail acme.com: it includes gone.com, which has no SPF record", "fail" + from + "permerror: no DNS record found"}},
		{"an unknown word", "acme.com TXT \"v=spf1 ipv4:198.51.99.7 -all\"", []string{"fail acme.com: ipv4:198.51.99.7 in the record of acme.com: no mechanism of SPF", "fail" + from + "permerror: unknown field"}},
		{"a bad address", "acme.com TXT \"v=spf1 ip4:198.51.99 -all\"", []string{"fail acme.com: ip4:198.51.99 in the record of acme.com: no address of that kind", "fail" + from + "permerror: invalid ipX value"}},
		{"an unknown modifier is no fault", "acme.com TXT \"v=spf1 a:x.com ra=postmaster -all\"\nx.com A 198.51.99.7", []string{"ok acme.com: v=spf1 a:x.com ra=postmaster -all (1 of 10 lookups)", "ok" + from + "pass"}},
		{"too many lookups", many.String(), []string{"fail acme.com: the record takes 11 lookups of DNS, and mail hosts stop after 10 (permerror)", "fail" + from + "permerror: lookup limit reached"}},
		{"itself", "acme.com TXT \"v=spf1 include:acme.com -all\"", []string{"fail acme.com: acme.com includes itself", "fail" + from + "permerror: lookup limit reached"}},
		{"a name that is gone", "acme.com TXT \"v=spf1 a:gone.com ip4:198.51.99.7 -all\"", []string{"warn acme.com: names in the record have nothing: a:gone.com", "ok" + from + "pass"}},
		{"three names that are gone", "acme.com TXT \"v=spf1 a:g1.com mx:g2.com exists:g3.com ip4:198.51.99.7 -all\"", []string{
			"fail acme.com: 3 names in the record have nothing, and mail hosts stop after 2 (permerror): a:g1.com, mx:g2.com, exists:g3.com", "fail" + from + "permerror: void lookup limit reached"}},
		{"by name", "acme.com TXT \"v=spf1 ptr -all\"\n7.99.51.198.in-addr.arpa PTR mail.acme.com\nmail.acme.com A 198.51.99.7", []string{"warn acme.com: it uses ptr, which is not to be used", "ok" + from + "pass"}},
		{"mail hosts", "acme.com TXT \"v=spf1 mx/24 -all\"\nacme.com MX 10 mx.acme.com\nmx.acme.com A 198.51.99.200", []string{"ok acme.com: v=spf1 mx/24 -all (1 of 10 lookups)", "ok" + from + "pass"}},
		{"macros", "acme.com TXT \"v=spf1 exists:%{i}.list.acme.com -all\"\n198.51.99.7.list.acme.com A 127.0.0.2", []string{"ok acme.com: v=spf1 exists:%{i}.list.acme.com -all (1 of 10 lookups)", "ok" + from + "pass"}},
		{"an include not found out", "acme.com TXT \"v=spf1 include:bad.com -all\"\nbad.com !servfail", []string{"unknown acme.com: could not be found out: DNS: SERVFAIL", "unknown" + from + "could not be found out: lookup bad.com: DNS: SERVFAIL"}},
		{"a long record in strings", "acme.com TXT \"v=spf1 ip4:198.51.99.8 ip4:198.5\" \"1.99.7 -all\"", []string{"ok acme.com: v=spf1 ip4:198.51.99.8 ip4:198.51.99.7 -all (0 of 10 lookups)", "ok" + from + "pass"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			seen := newStreet(t, test.zone).examine(sender.Setup{From: "acme.com", HELO: "mail.acme.com", Addrs: addrs("198.51.99.7")})
			require.Equal(t, test.want, seen["spf"])
		})
	}
}

func TestSPFOfTheGreeting(t *testing.T) {
	seen := newStreet(t, "mail.acme.com A 198.51.99.7").examine(sender.Setup{HELO: "mail.acme.com", Addrs: addrs("198.51.99.7")})
	require.Equal(t, []string{"warn mail.acme.com: no SPF record: bounces, which have the sender <>, are judged by this name"}, seen["spf-helo"])
	require.Equal(t, []string{"skipped localhost: no name that could have a record; see helo"},
		newStreet(t, "mail.acme.com A 198.51.99.7").examine(sender.Setup{HELO: "localhost", Addrs: addrs("198.51.99.7")})["spf-helo"])
}
