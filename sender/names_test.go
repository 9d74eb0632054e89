package sender_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/sender"
)

func TestNames(t *testing.T) {
	for _, test := range []struct {
		name, zone, helo  string
		ptr, greet, agree string
	}{
		{name: "no PTR", helo: "mail.acme.com",
			zone:  "mail.acme.com A 198.51.99.7",
			ptr:   "fail 198.51.99.7: the address has no name (PTR); many mail hosts refuse such addresses",
			greet: "ok mail.acme.com: leads to 198.51.99.7",
			agree: "fail 198.51.99.7: has no name that could be mail.acme.com"},
		{name: "PTR leads nowhere", helo: "mail.acme.com",
			zone:  "7.99.51.198.in-addr.arpa PTR mail.acme.com",
			ptr:   "fail 198.51.99.7: its name mail.acme.com does not lead back to it",
			greet: "fail mail.acme.com: the name has no address (DNS: NXDOMAIN)",
			agree: "ok 198.51.99.7: is mail.acme.com"},
		{name: "PTR leads elsewhere", helo: "mail.acme.com",
			zone:  "7.99.51.198.in-addr.arpa PTR mail.acme.com\nmail.acme.com A 198.51.99.8",
			ptr:   "fail 198.51.99.7: its name mail.acme.com does not lead back to it",
			greet: "fail mail.acme.com: leads to 198.51.99.8, but we come from 198.51.99.7",
			agree: "ok 198.51.99.7: is mail.acme.com"},
		{name: "another name", helo: "mail.acme.com",
			zone:  "7.99.51.198.in-addr.arpa PTR out.acme.com\nout.acme.com A 198.51.99.7\nmail.acme.com A 198.51.99.7",
			ptr:   "ok 198.51.99.7: out.acme.com, and it leads back",
			greet: "ok mail.acme.com: leads to 198.51.99.7",
			agree: "fail 198.51.99.7: is out.acme.com, but we greet with mail.acme.com"},
		{name: "two names", helo: "mail.acme.com",
			zone:  "7.99.51.198.in-addr.arpa PTR out.acme.com\n7.99.51.198.in-addr.arpa PTR mail.acme.com\nmail.acme.com A 198.51.99.7",
			ptr:   "ok 198.51.99.7: mail.acme.com, and it leads back",
			greet: "ok mail.acme.com: leads to 198.51.99.7",
			agree: "ok 198.51.99.7: is mail.acme.com"},
		{name: "a name of a dial-up line", helo: "198-51-99-7.isp.net",
			zone:  "7.99.51.198.in-addr.arpa PTR 198-51-99-7.isp.net\n198-51-99-7.isp.net A 198.51.99.7",
			ptr:   "warn 198.51.99.7: 198-51-99-7.isp.net leads back, but reads like a name for dial-up lines, which many mail hosts refuse",
			greet: "ok 198-51-99-7.isp.net: leads to 198.51.99.7",
			agree: "ok 198.51.99.7: is 198-51-99-7.isp.net"},
		{name: "a delegated reverse zone", helo: "mail.acme.com", // RFC 2317
			zone:  "7.99.51.198.in-addr.arpa CNAME 7.0-31.99.51.198.in-addr.arpa\n7.0-31.99.51.198.in-addr.arpa PTR mail.acme.com\nmail.acme.com A 198.51.99.7",
			ptr:   "ok 198.51.99.7: mail.acme.com, and it leads back",
			greet: "ok mail.acme.com: leads to 198.51.99.7",
			agree: "ok 198.51.99.7: is mail.acme.com"},
		{name: "could not be found out", helo: "mail.acme.com",
			zone:  "7.99.51.198.in-addr.arpa !servfail\nmail.acme.com !servfail",
			ptr:   "unknown 198.51.99.7: could not be found out: DNS: SERVFAIL",
			greet: "unknown mail.acme.com: could not be found out: DNS: SERVFAIL",
			agree: "unknown 198.51.99.7: could not be found out: DNS: SERVFAIL"},
		{name: "whether it leads back could not be found out", helo: "mail.acme.com",
			zone:  "7.99.51.198.in-addr.arpa PTR mail.acme.com\nmail.acme.com !servfail",
			ptr:   "unknown 198.51.99.7: could not be found out: DNS: SERVFAIL",
			greet: "unknown mail.acme.com: could not be found out: DNS: SERVFAIL",
			agree: "ok 198.51.99.7: is mail.acme.com"},
		{name: "no full name", helo: "localhost", zone: "acme.com A 198.51.99.7",
			ptr:   "fail 198.51.99.7: the address has no name (PTR); many mail hosts refuse such addresses",
			greet: "fail localhost: not a full name: it has no dot",
			agree: "fail 198.51.99.7: has no name that could be localhost"},
		{name: "a name of one's own network", helo: "mail.acme.local", zone: "acme.com A 198.51.99.7",
			ptr:   "fail 198.51.99.7: the address has no name (PTR); many mail hosts refuse such addresses",
			greet: "fail mail.acme.local: a name that counts only within a network of one's own",
			agree: "fail 198.51.99.7: has no name that could be mail.acme.local"},
		{name: "no name of a host", helo: "mail_1.acme.com", zone: "acme.com A 198.51.99.7",
			ptr:   "fail 198.51.99.7: the address has no name (PTR); many mail hosts refuse such addresses",
			greet: "fail mail_1.acme.com: not a name that a host can have (letters, digits and hyphens): RFC 952",
			agree: "fail 198.51.99.7: has no name that could be mail_1.acme.com"},
	} {
		t.Run(test.name, func(t *testing.T) {
			seen := newStreet(t, test.zone).examine(sender.Setup{HELO: test.helo, Addrs: addrs("198.51.99.7")})
			require.Equal(t, []string{test.ptr}, seen["ptr"])
			require.Equal(t, []string{test.greet}, seen["helo"])
			require.Equal(t, []string{test.agree}, seen["helo-ptr"])
		})
	}
}

// Mail by IPv6 from a machine of which only the IPv4 side was set up: it happens.
func TestNamesOfIPv6(t *testing.T) {
	seen := newStreet(t, `
7.99.51.198.in-addr.arpa PTR mail.acme.com
mail.acme.com            A 198.51.99.7
`).examine(sender.Setup{HELO: "mail.acme.com", Addrs: addrs("198.51.99.7", "2a0f:db8::7")})
	require.Equal(t, []string{"ok 198.51.99.7: mail.acme.com, and it leads back",
		"fail 2a0f:db8::7: the address has no name (PTR); many mail hosts refuse such addresses"}, seen["ptr"])
	require.Equal(t, []string{"fail mail.acme.com: leads to 198.51.99.7, but we come from 2a0f:db8::7"}, seen["helo"])
}

func TestTakesMail(t *testing.T) {
	for _, test := range []struct{ name, zone, want string }{
		{"two hosts", "acme.com MX 20 b.acme.com\nacme.com MX 10 a.acme.com\na.acme.com A 198.51.99.1\nb.acme.com AAAA 2a0f:db8::1", "ok acme.com: a.acme.com, b.acme.com"},
		{"one is gone", "acme.com MX 20 b.acme.com\nacme.com MX 10 a.acme.com\na.acme.com A 198.51.99.1", "warn acme.com: a.acme.com; but b.acme.com has no address that mail can be sent to"},
		{"all are gone", "acme.com MX 10 a.acme.com", "fail acme.com: its mail hosts have no address that mail can be sent to: a.acme.com"},
		{"private", "acme.com MX 10 a.acme.com\na.acme.com A 10.0.0.1", "fail acme.com: its mail hosts have no address that mail can be sent to: a.acme.com"},
		{"null MX", "acme.com MX 0 .", "fail acme.com: takes no mail (null MX); bounces and replies have nowhere to go, and many mail hosts refuse senders whose domain takes no mail"},
		{"implicit", "acme.com A 198.51.99.1", "warn acme.com: no MX record, but an address that mail is tried at (implicit MX)"},
		{"nothing", "acme.com TXT x", "fail acme.com: neither MX nor address; bounces and replies have nowhere to go, and many mail hosts refuse senders whose domain takes no mail"},
		{"missing", "other.com A 198.51.99.1", "fail acme.com: the domain does not exist"},
		{"not found out", "acme.com !servfail", "unknown acme.com: could not be found out: DNS: SERVFAIL"},
		{"hosts not found out", "acme.com MX 10 a.acme.com\na.acme.com !refused", "unknown acme.com: could not be found out: DNS: REFUSED"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, []string{test.want}, newStreet(t, test.zone).examine(sender.Setup{From: "acme.com"})["mx"])
		})
	}
}
