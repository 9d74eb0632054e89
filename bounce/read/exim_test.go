package read

var eximCases = []feedCase{
	{
		name: "a mail from its arrival to its end", format: "exim",
		file: `2026-11-04 10:00:00 +0100 Start queue run: pid=1752
2026-11-04 10:00:00 +0100 1tABCD-000000001Ab-2cde <= bounces@News.Acme.com H=app.acme.com [192.0.2.9] P=esmtps X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no S=3120 id=news.7@acme.com T="Hello id=evil@example.com" from <bounces@News.Acme.com> for gone@example.net jane@example.net full@example.net
2026-11-04 10:00:01 +0100 1tABCD-000000001Ab-2cde ** gone@example.net F=<bounces@News.Acme.com> R=dnslookup T=remote_smtp H=mx.example.net [198.51.100.1] X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=yes: SMTP error from remote mail server after RCPT TO:<gone@example.net>: 550-5.1.1 The email account does not exist.\n550 5.1.1 No such user
2026-11-04 10:00:01 +0100 1tABCD-000000001Ab-2cde => jane@example.net F=<bounces@News.Acme.com> R=dnslookup T=remote_smtp H=mx.example.net [198.51.100.1] C="250 2.0.0 Ok: queued as 9ABC"
2026-11-04 10:00:01 +0100 1tABCD-000000001Ab-2cde -> joe@example.net F=<bounces@News.Acme.com> R=dnslookup T=remote_smtp H=mx.example.net [198.51.100.1] C="250 2.0.0 Ok: queued as 9ABC"
2026-11-04 10:00:02.123 +0100 [77] 1tABCD-000000001Ab-2cde == full@example.net R=dnslookup T=remote_smtp defer (-44) H=mx.example.net [198.51.100.1]: SMTP error from remote mail server after RCPT TO:<full@example.net>: 452 4.2.2 Mailbox full
2026-11-04 10:30:02 +0100 1tABCD-000000001Ab-2cde == full@example.net R=dnslookup T=remote_smtp defer (-53): retry time not reached for any host
2026-11-09 10:00:02 +0100 1tABCD-000000001Ab-2cde ** full@example.net F=<bounces@News.Acme.com> R=dnslookup T=remote_smtp H=mx.example.net [198.51.100.1]: SMTP error from remote mail server after RCPT TO:<full@example.net>: 452 4.2.2 Mailbox full: retry timeout exceeded
2026-11-09 10:00:02 +0100 1tABCD-000000001Ab-2cde Completed
2026-11-09 10:00:02 +0100 End queue run: pid=1752
`,
		want: []string{
			"line 3: gone@example.net failed hard/recipient_unknown at 2026-11-04T09:00:01Z id=news.7@acme.com from=news.acme.com",
			"line 4: jane@example.net delivered none/delivered at 2026-11-04T09:00:01Z id=news.7@acme.com from=news.acme.com",
			"line 5: joe@example.net delivered none/delivered at 2026-11-04T09:00:01Z id=news.7@acme.com from=news.acme.com",
			"line 6: full@example.net delayed soft/mailbox_full at 2026-11-04T09:00:02.123Z id=news.7@acme.com from=news.acme.com",
			"line 8: full@example.net failed soft/mailbox_full at 2026-11-09T09:00:02Z label=expired id=news.7@acme.com from=news.acme.com",
		},
	},
	{
		name: "older ids and forms, and what Exim itself says", format: "exim",
		file: `2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW ** a@gone.example.net: Unrouteable address
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW ** b@example.net <alias@acme.com> F=<x@acme.com> R=lookuphost T=remote_smtp: SMTP error from remote mail server after MAIL FROM:<x@acme.com>: host mx.example.net [198.51.100.1]: 550 5.1.1 User unknown
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW ** c@example.net: retry timeout exceeded
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW == d@example.net R=dnslookup T=remote_smtp defer (110): Connection timed out
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW ** e@example.net F=<x@acme.com> R=dnslookup T=remote_smtp: SMTP error from remote mail server after RCPT TO:<e@example.net>: host mx.example.net [198.51.100.1]: 550-Verification failed for <x@acme.com>\n550-No Such User Here\n550 Sender verify failed
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW ** h@example.net R=enforce_mail_permissions: Domain acme.com has exceeded the max emails per hour (101/100 (101%)) allowed.  Message discarded.
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW ** i@example.net F=<x@acme.com> R=dnslookup T=remote_smtp H=mx.example.net [198.51.100.1]: SMTP error from remote mail server after RCPT TO:<i@example.net>: 550 5.0.0 no
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW H=mx.example.net [198.51.100.1]: SMTP timeout after end of data (512 bytes written): Connection timed out
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW == g@example.net R=dnslookup T=remote_smtp defer (110): Connection timed out H=mx.example.net [198.51.100.1]: SMTP timeout after end of data (512 bytes written)
Nov  4 10:00:01 mx1 exim[123]: 2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW ** f@example.net R=virtual_aliases: No Such User Here
`,
		want: []string{
			"line 1: a@gone.example.net failed hard/domain_invalid at 2026-11-04T10:00:01Z label=local",
			"line 2: b@example.net failed block/policy at 2026-11-04T10:00:01Z", // before RCPT nothing can be said of a recipient
			"line 3: c@example.net failed soft/expired at 2026-11-04T10:00:01Z label=expired",
			"line 4: d@example.net delayed soft/network at 2026-11-04T10:00:01Z label=local",
			"line 5: e@example.net failed block/sender_rejected at 2026-11-04T10:00:01Z",
			"line 6: h@example.net failed block/sender_rate at 2026-11-04T10:00:01Z label=local",
			"line 7: i@example.net failed undetermined/undetermined at 2026-11-04T10:00:01Z",
			"line 9: g@example.net delayed soft/network at 2026-11-04T10:00:01Z label=local",
			"line 10: f@example.net failed hard/recipient_unknown at 2026-11-04T10:00:01Z label=local",
		},
	},
	{
		name: "what is no news of a recipient", format: "exim",
		file: `2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW => :blackhole: <a@acme.com> R=r0
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW => |/usr/bin/vacation <b@acme.com> R=userforward T=address_pipe
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW => /var/mail/archive <c@acme.com> R=userforward T=address_file
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW => jane <jane@acme.com> R=local_user T=mail_spool
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW Frozen
2026-11-04 10:00:01 +0000 H=(x) [192.0.2.7] F=<x@spam.example> rejected RCPT <d@acme.com>: Unrouteable address
2026-11-04 10:00:01 +0000 1gqFM5-0007cm-IW ** e@acme.com
`,
		want:    []string{"line 4: jane@acme.com delivered none/delivered at 2026-11-04T10:00:01Z"},
		damaged: []string{"line 7: it says no reason"},
	},
}
