package probe_test

import (
	"time"

	"winnow/probe"
)

// passing are refusals that pass, and the patience for them.
func passing() []scenario {
	patience := func(d time.Duration) func(*probe.Options) { return func(o *probe.Options) { o.Patience = d } }
	const grey = "first 2 rcpt * 450 4.2.0 Greylisted\nrcpt jane@acme.com 250 ok"
	return []scenario{
		{name: "greylisted, then taken", ask: "jane@acme.com", dialogue: grey, want: "ok"},
		{name: "greylisted, and too little patience", ask: "jane@acme.com", dialogue: grey, want: "greylisted 15m0s", change: patience(4 * time.Minute)},
		{name: "greylisted, and just enough patience", ask: "jane@acme.com", dialogue: grey, want: "ok", change: patience(5 * time.Minute)},
		{name: "greylisted, without PIPELINING", ask: "jane@acme.com", dialogue: "ehlo 250 mx\n" + grey, want: "ok"},
		{name: "greylisted, then refused", ask: "jane@acme.com", dialogue: "first 2 rcpt * 450 4.2.0 Greylisted", want: "recipient-unknown"},
		{name: "greylisted, then everybody is taken", ask: "jane@acme.com joe@acme.com",
			dialogue: "first 3 rcpt * 450 4.2.0 Greylisted\nrcpt * 250 ok", want: "catch-all; catch-all"},
		{name: "greylisted twice", ask: "jane@acme.com", dialogue: "first 4 rcpt * 450 4.2.0 Greylisted\nrcpt jane@acme.com 250 ok", want: "ok"},
		{name: "greylisted for longer than we wait", ask: "jane@acme.com", dialogue: "rcpt * 450 4.2.0 Greylisted", want: "greylisted 15m0s"},
		{name: "a time is named", ask: "jane@acme.com", dialogue: "first 2 rcpt * 450 4.2.0 Greylisted for 60 seconds\nrcpt jane@acme.com 250 ok",
			want: "ok", change: patience(62 * time.Second)},
		{name: "a time is named, over a line end, as Exim wraps it", ask: "jane@acme.com",
			dialogue: "first 2 rcpt * 451-Temporarily rejected. Try again in 1\\n451 second.\nrcpt jane@acme.com 250 ok", want: "ok", change: patience(5 * time.Second)},
		{name: "a time is named that is too long", ask: "jane@acme.com", dialogue: "rcpt * 450 4.2.0 Greylisted, come back in 2 hours", want: "greylisted 2h0m0s"},
		{name: "a second is named each time", ask: "jane@acme.com", dialogue: "rcpt * 450 4.2.0 Greylisted for 1 second", want: "greylisted 1s"},
		{name: "a local error that passes", ask: "jane@acme.com", dialogue: "first 2 rcpt * 451 4.3.0 local error\nrcpt jane@acme.com 250 ok", want: "ok"},
		{name: "greylisted at MAIL", ask: "jane@acme.com", dialogue: "first 1 mail * 451 4.7.1 Greylisted\nrcpt jane@acme.com 250 ok", want: "ok"},
		{name: "greylisted with 421", ask: "jane@acme.com", dialogue: "first 1 rcpt * 421 4.7.1 Greylisted, try again in 60 seconds\nrcpt jane@acme.com 250 ok", want: "ok"},
		{name: "a full mailbox is not waited for", ask: "jane@acme.com", dialogue: "first 1 rcpt * 452 4.2.2 mailbox full\nrcpt jane@acme.com 250 ok", want: "full 24h0m0s"},
		{name: "busy at the greeting, then not", ask: "jane@acme.com", dialogue: "first 1 greeting 421 too busy\nrcpt jane@acme.com 250 ok", want: "ok"},
		{name: "busy at the greeting for good", ask: "jane@acme.com", dialogue: "greeting 421 4.3.2 too busy", want: "deferred-system 1h0m0s"},
		{name: "down, then up: the connection was refused once", ask: "jane@acme.com", dialogue: "close before greeting 1", want: "dropped 1h0m0s"},
		{name: "421 for every recipient", ask: "jane@acme.com", dialogue: "rcpt * 421 4.3.2 shutting down", want: "deferred-system 1h0m0s"},
		{name: "one is greylisted, another refused, of one domain", ask: "a@acme.com b@acme.com c@acme.com",
			dialogue: "first 1 rcpt b@acme.com 450 4.2.0 Greylisted\nrcpt b@acme.com 250 ok\nrcpt c@acme.com 250 ok", want: "recipient-unknown; ok; ok"},
	}
}

// breaks are hosts that are down, slow or broken.
func breaks() []scenario {
	two := map[string]string{"acme.com": "mx1.acme.com mx2.acme.com"}
	fail := func(name, first, want string) scenario {
		return scenario{name: name, ask: "jane@acme.com joe@acme.com", mx: two, want: want,
			hosts: map[string]string{"mx1.acme.com": first, "mx2.acme.com": "rcpt jane@acme.com 250 ok"}}
	}
	return []scenario{
		fail("the first host refuses the connection", "down refused", "ok; recipient-unknown"),
		fail("the first host can not be reached", "down unreachable", "ok; recipient-unknown"),
		fail("the first host is silent", "down silent", "ok; recipient-unknown"),
		fail("the first host never greets", "delay greeting 1h", "ok; recipient-unknown"),
		fail("the first host hangs up", "close before greeting 1", "ok; recipient-unknown"),
		fail("the first host is busy", "greeting 421 4.3.2 too busy", "ok; recipient-unknown"),
		fail("the first host takes no mail", "greeting 521 5.3.2 this host takes no mail", "ok; recipient-unknown"),
		fail("the first host refuses with a bare 554", "greeting 554", "ok; recipient-unknown"),
		fail("the first host refuses us by name: the second is its brother", "greeting 554 5.7.1 blocked using zen.spamhaus.org", "blocked; blocked"),
		fail("the first host drips", "drip greeting 10s", "ok; recipient-unknown"),
		fail("the first host is no mail server", "raw greeting \"HTTP/1.1 400 Bad Request\\r\\n\"", "ok; recipient-unknown"),
		fail("the first host is up: the second is not asked", "rcpt joe@acme.com 250 ok", "recipient-unknown; ok"),
		{name: "all hosts are down", ask: "jane@acme.com", mx: two, want: "network 1h0m0s", detail: "refused",
			hosts: map[string]string{"mx1.acme.com": "down refused", "mx2.acme.com": "down refused"}},
		{name: "all hosts are silent", ask: "jane@acme.com", mx: two, want: "timeout 1h0m0s", detail: "no answer in time",
			hosts: map[string]string{"mx1.acme.com": "down silent", "mx2.acme.com": "down silent"}},
		{name: "the greeting comes after 30 s", ask: "jane@acme.com", dialogue: "delay greeting 30s\nrcpt jane@acme.com 250 ok", want: "ok"},
		{name: "each answer takes 20 s", ask: "jane@acme.com", dialogue: "delay rcpt * 20s\nrcpt jane@acme.com 250 ok", want: "ok"},
		{name: "RCPT is never answered", ask: "jane@acme.com joe@acme.com", dialogue: "delay rcpt jane@acme.com 1h\nrcpt joe@acme.com 250 ok", want: "timeout 1h0m0s; ok"},
		{name: "a tarpit of a byte a second", ask: "jane@acme.com", dialogue: "drip rcpt * 5s\nrcpt * 550 5.1.1 there is no such user here, and never was", want: "timeout 1h0m0s"},
		{name: "the host cuts each session after a recipient: nothing shows whose answer that is", ask: "a@acme.com b@acme.com c@acme.com", want: "dropped 1h0m0s; dropped 1h0m0s; dropped 1h0m0s",
			dialogue: "close after rcpt 1\nrcpt a@acme.com 250 ok\nrcpt c@acme.com 250 ok"},
		{name: "the host cuts each session at the first recipient", ask: "a@acme.com b@acme.com", want: "dropped 1h0m0s; dropped 1h0m0s",
			dialogue: "close before rcpt 1"},
		{name: "the host cuts each session at MAIL", ask: "a@acme.com b@acme.com", want: "dropped 1h0m0s; dropped 1h0m0s",
			dialogue: "close before mail 1"},
		{name: "the host cuts each session at MAIL, without PIPELINING", ask: "a@acme.com b@acme.com", want: "dropped 1h0m0s; dropped 1h0m0s",
			dialogue: "ehlo 250 mx\nclose before mail 1"},
		{name: "the host cuts at one address only", ask: "a@acme.com b@acme.com", want: "protocol 1h0m0s; ok",
			dialogue: "raw rcpt a@acme.com \"\\x00\"\nrcpt b@acme.com 250 ok\nclose before mail 2",
			change:   func(o *probe.Options) { o.CommandTimeout = 10 * time.Second }},
	}
}
