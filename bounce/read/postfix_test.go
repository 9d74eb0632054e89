package read

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

var postfixCases = []feedCase{
	{
		name: "a mail from its arrival to its end", format: "postfix",
		file: `2026-11-04T10:00:00.100000+01:00 mx1 postfix/smtpd[11]: connect from app.acme.com[192.0.2.9]
2026-11-04T10:00:00.200000+01:00 mx1 postfix/smtpd[11]: 4F1A2B3C4D: client=app.acme.com[192.0.2.9]
2026-11-04T10:00:00.300000+01:00 mx1 postfix/cleanup[12]: 4F1A2B3C4D: message-id=<news.7@acme.com>
2026-11-04T10:00:00.400000+01:00 mx1 postfix/qmgr[13]: 4F1A2B3C4D: from=<bounces@News.Acme.com>, size=3120, nrcpt=3 (queue active)
2026-11-04T10:00:01.500000+01:00 mx1 postfix/smtp[14]: 4F1A2B3C4D: to=<gone@example.net>, relay=mx.example.net[198.51.100.1]:25, delay=1.2, delays=0.1/0/0.8/0.3, dsn=5.1.1, status=bounced (host mx.example.net[198.51.100.1] said: 550 5.1.1 <gone@example.net>: Recipient address rejected: User unknown (in reply to RCPT TO command))
2026-11-04T10:00:01.600000+01:00 mx1 postfix/smtp[14]: 4F1A2B3C4D: to=<jane@example.net>, relay=mx.example.net[198.51.100.1]:25, delay=1.2, delays=0.1/0/0.8/0.3, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9ABC)
2026-11-04T10:00:01.700000+01:00 mx1 postfix/smtp[14]: 4F1A2B3C4D: to=<full@example.net>, orig_to=<team@acme.com>, relay=mx.example.net[198.51.100.1]:25, conn_use=2, delay=1.2, delays=0.1/0/0.8/0.3, dsn=4.2.2, status=deferred (host mx.example.net[198.51.100.1] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command))
2026-11-09T10:00:02+01:00 mx1 postfix/qmgr[13]: 4F1A2B3C4D: from=<bounces@News.Acme.com>, status=expired, returned to sender
2026-11-09T10:00:02+01:00 mx1 postfix/bounce[15]: 4F1A2B3C4D: sender non-delivery notification: 5AAAAAAAAA
2026-11-09T10:00:02+01:00 mx1 postfix/qmgr[13]: 4F1A2B3C4D: removed
2026-11-09T10:00:03+01:00 mx1 postfix/smtp[14]: 4F1A2B3C4D: to=<x@example.net>, relay=none, dsn=4.4.1, status=deferred (connect to mx.example.net[198.51.100.1]:25: Connection timed out)
`,
		want: []string{
			"line 5: gone@example.net failed hard/recipient_unknown at 2026-11-04T09:00:01.5Z id=news.7@acme.com from=news.acme.com",
			"line 6: jane@example.net delivered none/delivered at 2026-11-04T09:00:01.6Z id=news.7@acme.com from=news.acme.com",
			"line 7: full@example.net delayed soft/mailbox_full at 2026-11-04T09:00:01.7Z id=news.7@acme.com from=news.acme.com",
			"line 8: full@example.net failed soft/mailbox_full at 2026-11-09T09:00:02Z label=expired id=news.7@acme.com from=news.acme.com",
			"line 11: x@example.net delayed soft/network at 2026-11-09T09:00:03Z label=local", // another mail under the same id
		},
	},
	{
		name: "instances, long ids, and who it is about", format: "postfix",
		file: `2026-11-04T10:00:01Z out postfix-out/smtp[14]: 4bXyZ12abcDE3Fg: to=<a@example.net>, relay=mx.example.net[198.51.100.1]:25, dsn=5.7.1, status=bounced (host mx.example.net[198.51.100.1] said: 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org (in reply to RCPT TO command))
2026-11-04T10:00:02Z out mailout/smtp[14]: 4bXyZ12abcDE3Fg: to=<b@gone.example.net>, relay=none, delay=0.2, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=gone.example.net type=AAAA: Host not found)
2026-11-04T10:00:03Z out postfix/submission/smtp[14]: 4bXyZ12abcDE3Fg: to=<c@example.net>, relay=mx.example.net[198.51.100.1]:25, dsn=5.1.1, status=SOFTBOUNCE (host mx.example.net[198.51.100.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command))
2026-11-04T10:00:04Z out postfix/error[14]: 4bXyZ12abcDE3Fg: to=<d@example.net>, relay=none, dsn=4.4.1, status=expired (delivery temporarily suspended: connect to mx.example.net[198.51.100.1]:25: Connection refused)
2026-11-04T10:00:05Z out postfix/smtp[14]: 4bXyZ12abcDE3Fg: to=<e@example.net>, relay=mx.example.net[198.51.100.1]:25, dsn=5.0.0, status=bounced (host mx.example.net[198.51.100.1] said: 550 sender rejected (in reply to MAIL FROM command))
2026-11-04T10:00:06Z out postfix/error[14]: 4bXyZ12abcDE3Fg: to=<f@example.net>, relay=none, dsn=5.3.0, status=bounced (mail transport gone)
`,
		want: []string{
			"line 1: a@example.net failed block/ip_reputation at 2026-11-04T10:00:01Z",
			"line 2: b@gone.example.net failed hard/domain_invalid at 2026-11-04T10:00:02Z label=local",
			"line 3: c@example.net delayed soft/recipient_unknown at 2026-11-04T10:00:03Z",
			"line 4: d@example.net failed soft/expired at 2026-11-04T10:00:04Z label=expired",
			"line 5: e@example.net failed block/sender_rejected at 2026-11-04T10:00:05Z",
			"line 6: f@example.net failed block/policy at 2026-11-04T10:00:06Z label=local",
		},
	},
	{
		name: "what is no news of a recipient", format: "postfix",
		file: `2026-11-04T10:00:01Z mx1 postfix/smtp[14]: 4F1A2B3C4D: to=<a@example.net>, relay=127.0.0.1[127.0.0.1]:10024, dsn=2.0.0, status=sent (250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 5ABC)
2026-11-04T10:00:01Z mx1 postfix/local[14]: 4F1A2B3C4D: to=<root@mx1.acme.com>, relay=local, dsn=2.0.0, status=sent (forwarded as 5ABCDE)
2026-11-04T10:00:01Z mx1 postfix/discard[14]: 4F1A2B3C4D: to=<b@example.net>, relay=none, dsn=2.0.0, status=sent (example.net)
2026-11-04T10:00:01Z mx1 postfix/smtp[14]: 4F1A2B3C4D: to=<c@example.net>, relay=mx.example.net[198.51.100.1]:25, dsn=5.1.1, status=undeliverable (host mx.example.net[198.51.100.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command))
2026-11-04T10:00:01Z mx1 postfix/smtpd[14]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 554 5.7.1 <d@example.net>: Relay access denied; from=<x@spam.example> to=<d@example.net> proto=ESMTP
2026-11-04T10:00:01Z mx1 dovecot: lmtp(1): to=<e@example.net>, status=bounced (x)
`,
	},
	{
		name: "damaged lines", format: "postfix",
		file: `2026-11-04T10:00:01Z mx1 postfix/smtp[14]: 4F1A2B3C4D: to=<a@example.net>, relay=mx.exam
2026-11-04T10:00:01Z mx1 postfix/smtp[14]: 4F1A2B3C4D: to=<b@example.net>, relay=none, dsn=5.1.1, status=fried (x)
2026-11-04T10:00:01Z mx1 postfix/smtp[14]: 4F1A2B3C4D: to=<>, relay=none, dsn=5.1.1, status=bounced (x)
2026-11-04T10:00:01Z mx1 postfix/smtp[14]: 4F1A2B3C4D: to=<c@example.net>, relay=mx.example.net[198.51.100.1]:25, dsn=5.1.1, status=bounced (host mx.example.net[198.51.100.1] said: 550 5.1.1 No such user (in reply to RCPT TO command))`,
		want:    []string{"line 4: c@example.net failed hard/recipient_unknown at 2026-11-04T10:00:01Z"},
		damaged: []string{"line 1: it names no status", `line 2: there is no status "fried"`, "line 3: it names no recipient"},
	},
}

// TestSyslogYear: a line of syslog names no year. Each is put where it is not in the
// future.
func TestSyslogYear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The clock of a bubble begins at 2000-01-01.
		time.Sleep(time.Until(time.Date(2001, 1, 10, 12, 0, 0, 0, time.UTC)))
		var got []string
		file := ""
		for _, stamp := range []string{"Nov 30 10:00:00", "Dec 31 23:59:59", "Jan  1 00:00:00", "Feb 29 10:00:00"} {
			file += stamp + " mx1 postfix/smtp[14]: 4F1A2B3C4D: to=<a@example.net>, relay=none, dsn=4.4.1, status=deferred (Connection timed out)\n"
		}
		damaged := readAs(t, postfix, file, func(e bounce.Event) { got = append(got, e.At.In(time.Local).Format(time.DateTime)) })
		require.Empty(t, damaged)
		require.Equal(t, []string{"2000-11-30 10:00:00", "2000-12-31 23:59:59", "2001-01-01 00:00:00", "2000-02-29 10:00:00"}, got)
	})
}

// TestLogMemory: mails of which nothing more is heard are forgotten.
func TestLogMemory(t *testing.T) {
	var m mails
	for i := range 3 * maxMails {
		m.waits(fmt.Sprint(i), report{recipient: "jane@acme.com", reply: bounce.Reply{Text: strings.Repeat("x", 2*maxReply)}})
	}
	require.LessOrEqual(t, len(m.young)+len(m.old), 2*maxMails)
	last := m.of(fmt.Sprint(3*maxMails - 1))
	require.Len(t, last.waiting, 1)
	require.Len(t, last.waiting["jane@acme.com"].reply.Text, maxReply)
	require.Empty(t, m.of("0").waiting)
}
