package probe_test

import (
	"net/netip"
	"strings"

	"winnow/probe"
)

// lines is a reply of n lines.
func lines(code string, n int, last string) string {
	return strings.Repeat(code+"-a line of many\\n", n-1) + code + " " + last
}

// answers are plain answers of plain hosts, and odd forms of them.
func answers() []scenario {
	one := func(name, dialogue, want string) scenario {
		return scenario{name: name, dialogue: dialogue, ask: "jane@acme.com", want: want, change: impatient}
	}
	rcpt := func(name, reply, want string) scenario { return one(name, "rcpt jane@acme.com "+reply, want) }
	return []scenario{
		rcpt("taken, and a made-up one refused", "250 2.1.5 ok", "ok"),
		rcpt("will forward", "251 user not local, will forward", "ok"),
		rcpt("no such user", "550 5.1.1 no such user", "recipient-unknown"),
		rcpt("no such user, without an enhanced code", "550 No such user here", "recipient-unknown"),
		rcpt("bad syntax of the recipient", "553 5.1.3 bad recipient address syntax", "recipient-syntax"),
		rcpt("moved", "551 5.1.6 user has moved, no forwarding address", "moved"),
		rcpt("disabled", "550 5.2.1 mailbox disabled, not accepting messages", "mailbox-disabled"),
		rcpt("full", "552 5.2.2 mailbox full", "full 24h0m0s"),
		rcpt("full for now", "452 4.2.2 mailbox full", "full 24h0m0s"),
		rcpt("no such domain", "550 5.1.2 no such domain", "domain-invalid"),
		rcpt("null MX", "556 5.1.10 recipient address has null MX", "null-mx"),
		rcpt("a bare 550 says nothing", "550", "undetermined 6h0m0s"),
		rcpt("a bare 250", "250", "ok"),
		rcpt("a reply of 20 lines", lines("550", 20, "5.1.1 no such user"), "recipient-unknown"),
		rcpt("a yes of 20 lines", lines("250", 20, "2.1.5 ok"), "ok"),
		rcpt("members only", "550 5.7.133 sender not authenticated for group", "restricted"),
		rcpt("relaying denied", "550 5.7.1 relaying denied", "relay-denied"),
		rcpt("greylisted", "451 4.7.1 Greylisted, come back later", "greylisted 15m0s"),
		rcpt("greylisted, with a time", "451 4.7.1 Greylisted for 5 minutes", "greylisted 5m0s"),
		rcpt("being verified", "450 4.1.1 unverified address: Address verification in progress", "unverified 15m0s"),
		rcpt("local error", "451 4.3.0 local error in processing", "deferred-system 1h0m0s"),
		rcpt("not known for now", "450 4.1.1 user unknown", "not-final 1h0m0s"),
		rcpt("too fast for the mailbox", "450 4.2.1 The user you are trying to contact is receiving mail too quickly", "recipient-rate 4h0m0s"),
		rcpt("bad sequence", "503 5.5.1 bad sequence of commands", "protocol"),
		rcpt("252 is no yes", "252 2.1.5 cannot verify, but will accept", "undetermined 6h0m0s"),
		rcpt("354 is no answer", "354 go ahead", "undetermined 6h0m0s"),
		one("lines that end in LF alone", "raw greeting \"220 hi\\n\"\nraw ehlo \"250-hi\\n250 PIPELINING\\n\"\nraw rcpt jane@acme.com \"250 ok\\n\"\nraw rcpt * \"550 5.1.1 unknown user\\n\"", "ok"),
		one("eight bits", "raw rcpt * \"550 5.1.1 Benutzer unbekannt: \xfc\xe4\xf6 no such user\\r\\n\"", "recipient-unknown"),
		one("a tab behind the code", "raw rcpt * \"550\\t5.1.1 no such user\\r\\n\"", "recipient-unknown"),
		one("no SMTP at all", "raw greeting \"SSH-2.0-OpenSSH_9.2\\r\\n\"", "protocol 1h0m0s"),
		one("no code in the reply", "raw rcpt * \"what?\\r\\n\"", "protocol 1h0m0s"),
		one("two codes in one reply", "raw rcpt * \"250-ok\\r\\n550 5.1.1 no such user\\r\\n\"", "protocol 1h0m0s"),
		one("an endless line", "raw rcpt * \"250 "+strings.Repeat("x", 70_000)+"\\r\\n\"", "protocol 1h0m0s"),
		one("endless lines", "raw rcpt * \""+strings.Repeat("250-x\\r\\n", 200)+"250 x\\r\\n\"", "protocol 1h0m0s"),
		one("EHLO is not known", "ehlo 502 5.5.1 not implemented\nrcpt jane@acme.com 250 ok", "ok"),
		one("no PIPELINING", "ehlo 250 mx.acme.com\nrcpt jane@acme.com 250 ok", "ok"),
		one("no PIPELINING, nobody there", "ehlo 250 mx.acme.com", "recipient-unknown"),
		one("QUIT is not answered", "rcpt jane@acme.com 250 ok\nclose before quit 1", "ok"),
		one("QUIT is refused", "rcpt jane@acme.com 250 ok\nquit 500 what", "ok"),
		one("RSET is refused", "rcpt jane@acme.com 250 ok\nrset 500 what", "ok"),
		one("RSET cuts the connection", "rcpt jane@acme.com 250 ok\nclose before rset 1", "ok"),
		{
			name: "SMTPUTF8 is offered", ask: "jäne@acme.com", want: "ok",
			dialogue: "ehlo 250-mx\\n250-PIPELINING\\n250 SMTPUTF8\nrcpt jäne@acme.com 250 ok",
		},
		{
			name: "SMTPUTF8 is not offered", ask: "jäne@acme.com joe@acme.com", want: "no-utf8; ok",
			dialogue: "rcpt jäne@acme.com 250 ok\nrcpt joe@acme.com 250 ok",
		},
		{
			name: "a domain in U-labels is asked in A-labels", ask: "jane@bücher.example", want: "ok",
			mx:       map[string]string{"xn--bcher-kva.example": "mx.acme.com"},
			dialogue: "rcpt jane@xn--bcher-kva.example 250 ok",
			hosts:    map[string]string{"mx.acme.com": "rcpt jane@xn--bcher-kva.example 250 ok"},
		},
		{
			name: "a quoted local part", ask: `"jane.doe..x"@acme.com`, want: "ok",
			dialogue: `rcpt "jane.doe..x"@acme.com 250 ok`,
		},
		{
			name: "only private addresses", ask: "jane@acme.com", want: "not-asked",
			dialogue: "rcpt * 250 ok", detail: "where mail does not go",
			change: func(o *probe.Options) { o.Routable = func(netip.Addr) bool { return false } },
		},
		{
			name: "no address is known", ask: "jane@acme.com", want: "not-asked", mx: map[string]string{"acme.com": "gone.acme.com"},
			hosts: map[string]string{"gone.acme.com": "down nowhere"},
			change: func(o *probe.Options) {
				o.Routable = func(netip.Addr) bool { return false }
			},
		},
		{
			name: "no host", ask: "jane@acme.com", want: "not-asked", mx: map[string]string{"acme.com": ""},
			detail: "no host of the domain",
		},
		{
			name: "the budget is spent", ask: "jane@acme.com joe@acme.com jim@acme.com", want: "ok; recipient-unknown; not-asked 1h0m0s",
			dialogue: "rcpt jane@acme.com 250 ok",
			change:   func(o *probe.Options) { o.Budget = 3 },
		},
		{
			name: "the budget does not reach for the made-up one", ask: "jane@acme.com", want: "unverified-yes",
			dialogue: "rcpt jane@acme.com 250 ok",
			change:   func(o *probe.Options) { o.Budget = 1 },
		},
	}
}
