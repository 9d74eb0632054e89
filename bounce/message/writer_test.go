package message_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/bounce/message"
)

// Who wrote a mail decides whether it can be a bounce: people, lists and newsletters
// have the same subjects and the same words.
func TestReadWriter(t *testing.T) {
	const bob, daemon, postmaster = "From: Bob Miller <bob@partner.example>", "From: MAILER-DAEMON@mx.shop.example", "From: Postmaster <postmaster@partner.example>"
	const fine = "ann@acme.com is fine again, please keep mailing her. The user unknown was our mistake."
	const reply = "<ann@acme.com>: 550 5.1.1 <ann@acme.com>: User unknown"
	const fields = "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.shop.example\n\nFinal-Recipient: rfc822; ann@acme.com\nAction: failed\nStatus: 5.1.1\n\n--b--"
	const none, doubt, hard = "", "ann@acme.com undetermined none", "ann@acme.com recipient_unknown hard"
	tests := []struct {
		name, header, subject, body, want string
	}{
		{"a person hands a bounce on", bob, "FW: Undeliverable: x", fine, none},
		{"a gateway's mark before it", bob, "[EXTERN] AW: Undeliverable: x", fine, none},
		{"two marks", bob, "[EXT] EXTERNAL: RE[2]: Undeliverable: x", fine, none},
		{"a person answers", bob + "\nIn-Reply-To: <1@shop.example>", "Delivery failure", fine, none},
		{"a person in a thread", bob + "\nReferences: <1@shop.example>", "Mail returned", reply, none},
		{"a person with a reply that was copied", bob + "\nIn-Reply-To: <1@shop.example>", "failure notice", reply, none},
		{"a newsletter", bob + "\nList-Unsubscribe: <mailto:u@partner.example>", "Delivery failure? Not with us!", "mail returned undeliverable user unknown ann@acme.com", none},
		{"a newsletter that a machine sent", bob + "\nAuto-Submitted: auto-generated\nList-Id: <news.partner.example>", "Undeliverable mail", reply, none},
		{"a mailing list", bob + "\nPrecedence: list", "Returned mail: question", reply, none},
		{"a list's report in text", bob + "\nList-Id: <ops.partner.example>", "Delivery status", "Final-Recipient: rfc822; ann@acme.com\nAction: failed\nStatus: 5.1.1", none},
		{"a field of a report alone", bob, "Hello", "What is Final-Recipient: good for?\n\nFinal-Recipient: rfc822; ann@acme.com", none},
		{"nobody vouches for it", bob, "Delivery failure", reply, doubt},
		{"nobody vouches for a sentence", bob, "Delivery Status", fine, doubt},
		{"a ticket", bob + "\nAuto-Submitted: auto-generated", "Mail delivery failed", reply, doubt},
		{"out of office", bob + "\nReturn-Path: <>\nAuto-Submitted: auto-replied", "Automatic reply: Undeliverable?", reply, "bob@partner.example auto_reply none"},
		{"an answer from the null path", bob + "\nReturn-Path: <>", "AW: Undelivered Mail", reply, none},
		{"a postmaster answers", postmaster + "\nIn-Reply-To: <1@shop.example>", "RE: Undeliverable: x", fine, none},
		{"a postmaster writes", postmaster, "Delivery failure", fine, doubt},
		{"a postmaster's machine", postmaster, "Delivery failure", reply, hard},
		{"a postmaster's machine in a thread", postmaster + "\nIn-Reply-To: <1@shop.example>", "Undeliverable: x", reply, hard},
		{"a daemon", daemon, "failure notice", reply, hard},
		{"a daemon in a thread", daemon + "\nIn-Reply-To: <1@shop.example>", "Undeliverable: Re: x", reply, hard},
		{"a daemon that answers", daemon, "Re: Spring", reply, hard},
		{"a daemon by way of a list", daemon + "\nList-Id: <bounces.shop.example>\nPrecedence: list", "failure notice", reply, hard},
		{"the null path", "From: Gateway <gw@acme.com>\nReturn-Path: <>", "Undeliverable: Spring", reply, hard},
		{"an answer with a bounce's subject", "From: bob@partner.example\nReturn-Path: <>\nAuto-Submitted: auto-replied", "Undeliverable: Spring", "I am on vacation. " + reply, doubt},
		{"a list's report", "From: ops-request@partner.example\nReturn-Path: <ops-bounces@partner.example>\nList-Id: <ops.partner.example>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b", "Ops Digest", fields, none},
		{"a daemon's report by way of a list", daemon + "\nList-Id: <ops.partner.example>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b", "failure notice", fields, hard},
		{"it gives the mail back", "From: Gateway <gw@acme.com>\nAuto-Submitted: auto-generated", "Undeliverable: Spring", reply + "\n\n--- Original message ---\n\nFrom: news@shop.example\nTo: ann@acme.com\nSubject: Spring", hard},
		{"who failed is a field", "From: Gateway <gw@acme.com>\nX-Failed-Recipients: ann@acme.com", "Spring", reply, hard},
		{"the original's prefix is none of the bounce's", daemon, "Undeliverable: AW: Spring", reply, hard},
	}
	for _, prefix := range strings.Fields("Re: RE: Fwd: FW: AW: WG: SV: VS: TR: RV: R: Antw: Odp: Re[2]: Fw(3): RE：回复: 回复： 转发: ΑΠ: Отв: YNT:") {
		tests = append(tests, struct{ name, header, subject, body, want string }{"prefix " + prefix, bob, prefix + " Undelivered Mail Returned to Sender", reply, none})
	}
	rules := rules(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			raw := fmt.Sprintf("%s\nTo: news@shop.example\nSubject: %s\n\n%s\n", test.header, test.subject, test.body)
			events, err := message.Read(t.Context(), []byte(raw), rules)
			require.NoError(t, err)
			var got []string
			for _, e := range events {
				got = append(got, fmt.Sprintf("%s %s %s", e.Recipient, e.Reason, e.Class))
				again, _ := rules.Again(e)
				require.False(t, again.Class == bounce.Hard && e.Class != bounce.Hard, "it removes somebody once it is read again: %+v", again)
			}
			require.Equal(t, test.want, strings.Join(got, ", "), "%+v", events)
		})
	}
}

// A report that somebody hands on is of its own time, not of the letter's.
func TestReadHandedOnTime(t *testing.T) {
	const fields = "Reporting-MTA: dns; mx.shop.example\nArrival-Date: Tue, 3 Mar 2026 08:00:00 +0000\n\nFinal-Recipient: rfc822; ann@acme.com\nAction: failed\nStatus: 5.1.1\n"
	for from, want := range map[string]string{
		"Bob Miller <bob@partner.example>": "2026-03-03 08:00:00 +0000 UTC",
		"MAILER-DAEMON@mx.shop.example":    "2026-06-03 09:00:00 +0000 UTC",
	} {
		events, err := message.Read(t.Context(), []byte("From: "+from+"\nTo: news@shop.example\nSubject: Fwd: Undelivered Mail\nDate: Wed, 3 Jun 2026 09:00:00 +0000\n\n"+fields), rules(t))
		require.NoError(t, err)
		require.Len(t, events, 1)
		require.Equal(t, want, events[0].At.String(), from)
	}
}
