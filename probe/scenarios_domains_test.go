package probe_test

import (
	"strings"
	"time"

	"winnow/bounce"
	"winnow/probe"
)

// domains are what many addresses of one domain, or many domains of one provider, say together.
func domains() []scenario {
	many := func(n int, domain string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(string(rune('a'+i)) + "@" + domain + " ")
		}
		return b.String()
	}
	each := func(n int, what string) string { return strings.TrimSuffix(strings.Repeat(what+";", n), ";") }
	return []scenario{
		{name: "four refused addresses are refused", ask: many(4, "acme.com"), want: each(4, "recipient-unknown")},
		{name: "five, and the postmaster too", ask: many(5, "acme.com"), want: each(5, "all-refused"), detail: "5 addresses of the domain refused"},
		{name: "five, but the postmaster is taken", ask: many(5, "acme.com"), dialogue: "rcpt postmaster@acme.com 250 ok", want: each(5, "recipient-unknown")},
		{name: "five, and one is taken later", ask: many(20, "acme.com"), dialogue: "rcpt t@acme.com 250 ok", want: each(19, "recipient-unknown") + "; ok"},
		{name: "five, and everybody else is taken", ask: many(5, "acme.com"), dialogue: "rcpt ?@acme.com 550 x\n" +
			"rcpt a@acme.com 550 5.1.1 unknown user\nrcpt b@acme.com 550 5.1.1 unknown user\nrcpt c@acme.com 550 5.1.1 unknown user\n" +
			"rcpt d@acme.com 550 5.1.1 unknown user\nrcpt e@acme.com 550 5.1.1 unknown user\nrcpt * 250 ok", want: each(5, "recipient-unknown")},
		{name: "five, and the postmaster is greylisted at first", ask: many(5, "acme.com"),
			dialogue: "first 1 rcpt postmaster@acme.com 450 4.2.0 Greylisted\nrcpt postmaster@acme.com 250 ok", want: each(5, "recipient-unknown")},
		{name: "five, and the postmaster is greylisted for good", ask: many(5, "acme.com"),
			dialogue: "rcpt postmaster@acme.com 450 4.2.0 Greylisted", want: each(5, "all-refused")},
		{name: "five refused, and one greylisted and then taken", ask: many(6, "acme.com"),
			dialogue: "first 1 rcpt f@acme.com 450 4.2.0 Greylisted\nrcpt f@acme.com 250 ok", want: each(5, "recipient-unknown") + "; ok"},
		{name: "26 refused: the rest is not asked", ask: many(26, "acme.com") + "z1@acme.com z2@acme.com z3@acme.com z4@acme.com z5@acme.com z6@acme.com z7@acme.com z8@acme.com z9@acme.com",
			want: each(35, "all-refused")},
		{name: "no postmaster, without PIPELINING", ask: many(6, "acme.com"), dialogue: "ehlo 250 mx", want: each(6, "all-refused")},
		{
			name: "the breaker: the rest of the provider is not asked", ask: "a@one.com b@two.com c@three.com",
			mx:    map[string]string{"one.com": "mx1.big.com", "two.com": "mx2.big.com", "three.com": "mx3.big.com"},
			hosts: map[string]string{"mx1.big.com": "greeting 554 5.7.1 blocked using zen.spamhaus.org", "mx2.big.com": "delay greeting 3s\nrcpt * 250 ok", "mx3.big.com": "rcpt * 250 ok"},
			want:  "blocked; blocked; blocked",
			change: func(o *probe.Options) {
				o.Manners.Default = probe.Limits{Connections: 1, Recipients: 10, Refusals: 10, PerMinute: 60}
			},
		},
		{
			name: "the breaker of one provider holds nobody else up", ask: "a@one.com b@two.com", want: "blocked; ok",
			hosts: map[string]string{"mx.one.com": "greeting 554 5.7.1 blocked using zen.spamhaus.org", "mx.two.com": "rcpt b@two.com 250 ok"},
		},
		{
			name: "a policy of one recipient opens no breaker", ask: "a@acme.com b@acme.com", want: "policy; ok",
			dialogue: "rcpt a@acme.com 550 5.7.1 rejected by local policy\nrcpt b@acme.com 250 ok",
		},
		{
			name: "three in a row do", ask: many(6, "acme.com"), want: "policy; policy; policy; policy; blocked; blocked",
			dialogue: "ehlo 250 mx\nafter 3 rcpt * 550 5.1.1 no such user\nrcpt * 550 5.7.1 rejected by local policy",
			change: func(o *probe.Options) {
				o.Manners.Default = probe.Limits{Connections: 1, Recipients: 3, Refusals: 10, PerMinute: 60, Pause: time.Minute}
			},
		},
		{
			name: "a remembered catch-all is not asked", ask: "a@acme.com b@acme.com", want: "catch-all; catch-all",
			hosts:  map[string]string{"mx.acme.com": "down refused"},
			change: func(o *probe.Options) { o.Known = known("mx.acme.com", 250, "ok") },
		},
		{
			name: "a remembered refusal of a made-up one", ask: "a@acme.com", want: "ok", dialogue: "first 1 rcpt a@acme.com 250 ok\nrcpt * 450 4.7.1 Greylisted",
			change: func(o *probe.Options) { o.Known = known("mx.acme.com", 550, "5.1.1 no such user"); o.Patience = 0 },
		},
		{
			name: "what another host has refused is not remembered", ask: "a@acme.com", want: "catch-all", dialogue: "rcpt * 250 ok",
			change: func(o *probe.Options) { o.Known = known("old.acme.com", 550, "5.1.1 no such user") },
		},
		{
			name: "the host that takes everybody is the second one", ask: "a@acme.com b@acme.com", want: "catch-all; catch-all",
			mx:    map[string]string{"acme.com": "mx1.acme.com mx2.acme.com"},
			hosts: map[string]string{"mx1.acme.com": "close before mail 1", "mx2.acme.com": "rcpt * 250 ok"},
		},
		{
			name: "two domains at one host", ask: "a@one.com b@two.com c@one.com d@two.com", want: "ok; catch-all; recipient-unknown; catch-all",
			mx:       map[string]string{"one.com": "mx.host.com", "two.com": "mx.host.com"},
			dialogue: "rcpt a@one.com 250 ok\nrcpt *@two.com 250 ok",
		},
	}
}

func known(host string, code int, text string) func(string) (probe.Catch, bool) {
	return func(string) (probe.Catch, bool) {
		r := probe.Reply{Reply: bounce.Reply{Stage: bounce.StageRcpt, Code: code, Text: text, Host: host}, At: time.Now()}
		return probe.Catch{All: code == 250, Reply: r}, true
	}
}
