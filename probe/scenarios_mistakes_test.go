package probe_test

import "winnow/probe"

// mistakes are what other verifiers are known to get wrong.
func mistakes() []scenario {
	return []scenario{
		{
			name: "a block is no unknown user: blocklist", ask: "jane@acme.com joe@acme.com", want: "ip-reputation; ip-reputation",
			dialogue: "rcpt * 550 5.7.1 Service unavailable; client host [203.0.113.1] blocked using zen.spamhaus.org",
		},
		{
			name: "a block is no unknown user: 550 with our name", ask: "jane@acme.com", want: "rdns-helo",
			dialogue: "rcpt * 550 5.7.25 no PTR record for your IP address",
		},
		{
			name: "a block at the greeting", ask: "jane@acme.com joe@acme.com", want: "blocked; blocked",
			dialogue: "greeting 554 5.7.1 your IP address is blocked using bl.spamcop.net", detail: "connect at mx.acme.com: 554",
		},
		{
			name: "a bare 554 at the greeting", ask: "jane@acme.com", want: "blocked",
			dialogue: "greeting 554",
		},
		{
			name: "a block at EHLO", ask: "jane@acme.com", want: "blocked",
			dialogue: "ehlo 550 5.7.1 bad HELO name", detail: "helo at mx.acme.com: 550",
		},
		{
			name: "a block at MAIL", ask: "jane@acme.com joe@acme.com", want: "sender-rejected; sender-rejected",
			dialogue: "mail * 550 5.1.8 sender address rejected: domain not found", detail: "mail at mx.acme.com: 550",
		},
		{
			name: "a 550 for the user at MAIL is about us", ask: "jane@acme.com", want: "sender-rejected",
			dialogue: "mail * 550 5.1.7 unknown user",
		},
		{
			name: "greylisting is not invalid", ask: "jane@acme.com", want: "greylisted 15m0s", change: impatient,
			dialogue: "rcpt * 450 4.2.0 <jane@acme.com>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/acme.com.html",
		},
		{
			name: "a 451 without words is not invalid", ask: "jane@acme.com", want: "deferred-system 1h0m0s", change: impatient,
			dialogue: "rcpt * 451",
		},
		{
			name: "catch-all is not valid", ask: "jane@acme.com joe@acme.com", want: "catch-all; catch-all",
			dialogue: "rcpt * 250 ok",
		},
		{
			name: "catch-all, without PIPELINING", ask: "jane@acme.com joe@acme.com", want: "catch-all; catch-all",
			dialogue: "ehlo 250 mx.acme.com\nrcpt * 250 ok",
		},
		{
			name: "a no in a catch-all domain stands", ask: "jane@acme.com joe@acme.com", want: "recipient-unknown; catch-all",
			dialogue: "rcpt jane@acme.com 550 5.1.1 no such user\nrcpt * 250 ok",
		},
		{
			name: "a dropped connection is not valid", ask: "jane@acme.com", want: "dropped 1h0m0s",
			dialogue: "rcpt * 250 ok\nclose before rcpt 1",
		},
		{
			name: "a dropped connection after the yes leaves it open", ask: "jane@acme.com", want: "not-asked 1h0m0s",
			dialogue: "rcpt jane@acme.com 250 ok\nclose before rcpt 2\nfirst 1 rcpt * 250 ok",
			change:   func(o *probe.Options) { o.Budget = 2 },
		},
		{
			name: "dropped once, asked again", ask: "jane@acme.com joe@acme.com jim@acme.com", want: "ok; recipient-unknown; recipient-unknown",
			dialogue: "rcpt jane@acme.com 250 ok\nclose after rcpt 2",
		},
		{
			name: "452 after many recipients is no full mailbox", ask: "a@acme.com b@acme.com c@acme.com d@acme.com e@acme.com",
			want:     "ok; ok; ok; ok; ok",
			dialogue: "after 2 rcpt * 452 4.5.3 too many recipients\nrcpt ?@acme.com 550 no\nrcpt a@acme.com 250 ok\nrcpt b@acme.com 250 ok\nrcpt c@acme.com 250 ok\nrcpt d@acme.com 250 ok\nrcpt e@acme.com 250 ok",
		},
		{
			name: "a bare 452 after many recipients is no full mailbox", ask: "a@acme.com b@acme.com c@acme.com", want: "ok; ok; ok",
			dialogue: "after 3 rcpt * 452\nrcpt a@acme.com 250 ok\nrcpt b@acme.com 250 ok\nrcpt c@acme.com 250 ok",
		},
		{
			name: "452 at the first recipient is the system's", ask: "a@acme.com", want: "deferred-system 1h0m0s", change: impatient,
			dialogue: "rcpt * 452",
		},
		{
			name: "421 in mid-session: the rest was not asked", ask: "a@acme.com b@acme.com c@acme.com d@acme.com",
			want:     "ok; recipient-unknown; ok; recipient-unknown",
			dialogue: "after 2 rcpt * 421 4.7.0 closing the channel\nrcpt a@acme.com 250 ok\nrcpt c@acme.com 250 ok",
		},
		{
			name: "250 with the words of a refusal", ask: "jane@acme.com", want: "undetermined 6h0m0s",
			dialogue: "rcpt jane@acme.com 250 user unknown",
		},
		{
			name: "250 with the words of a blocklist", ask: "jane@acme.com", want: "undetermined 6h0m0s",
			dialogue: "rcpt jane@acme.com 250 2.0.0 client host blocked using zen.spamhaus.org",
		},
		{
			name: "a made-up one that is greylisted is not refused", ask: "jane@acme.com", want: "unverified-yes", change: impatient,
			dialogue: "rcpt jane@acme.com 250 ok\nrcpt * 450 4.7.1 greylisted",
		},
		{
			name: "a made-up one that is greylisted is asked again", ask: "jane@acme.com", want: "ok",
			dialogue: "rcpt jane@acme.com 250 ok\nfirst 1 rcpt * 450 4.7.1 greylisted",
		},
		{
			name: "a made-up one that is greylisted, and taken then", ask: "jane@acme.com joe@acme.com", want: "catch-all; catch-all",
			dialogue: "rcpt jane@acme.com 250 ok\nrcpt joe@acme.com 250 ok\nfirst 1 rcpt * 450 4.7.1 greylisted\nrcpt * 250 ok",
		},
		{
			name: "a made-up one refused by a policy proves nothing", ask: "jane@acme.com", want: "unverified-yes",
			dialogue: "rcpt jane@acme.com 250 ok\nrcpt * 550 5.7.1 rejected by local policy",
		},
		{
			name: "the replies behind a refused MAIL are of nobody", ask: "jane@acme.com joe@acme.com", want: "deferred-system 1h0m0s; deferred-system 1h0m0s",
			change: impatient, dialogue: "mail * 451 4.3.0 try again later\nrcpt * 550 5.1.1 no such user",
		},
		{
			name: "the refusal of a host that hangs up while we write", ask: "jane@acme.com", want: "blocked",
			dialogue: "greeting 554 5.7.1 you are on a blocklist, zen.spamhaus.org\nclose after greeting 1",
		},
	}
}
