package read

var brevoCases = []feedCase{
	{
		name: "webhooks", format: "brevo",
		file: `{"event":"request","email":"a@example.net","id":1,"date":"2026-11-04 11:00:00","ts":1793782800,"message-id":"<2026.1@smtp-relay.brevo.com>","ts_event":1793786400,"ts_epoch":1793786400123,"tags":["autumn"]}
{"event":"delivered","email":"a@example.net","message-id":"<2026.1@smtp-relay.brevo.com>","ts_event":1793786401}
{"event":"hard_bounce","email":"b@example.net","message-id":"<x>","ts_epoch":1793786402,"reason":"550 5.1.1 user unknown","tag":"[\"autumn\"]"}
{"event":"hard_bounce","email":"c@example.net","message-id":"<x>"}
{"event":"hard_bounce","email":"d@example.net","message-id":"<x>","reason":"550-5.7.26 This mail has been blocked because the sender is unauthenticated."}
{"event":"soft_bounce","email":"e@example.net","message-id":"<x>","reason":"mailbox full"}
{"event":"deferred","email":"f@example.net","message-id":"<x>","reason":"421 try again later"}
{"event":"spam","email":"g@example.net","message-id":"<x>"}
{"event":"blocked","email":"h@example.net","message-id":"<x>","reason":"blocked : due to blacklist user"}
{"event":"invalid_email","email":"i@example.net","message-id":"<x>"}
{"event":"error","email":"j@example.net","message-id":"<x>"}
{"event":"unsubscribed","email":"k@example.net","message-id":"<x>"}
{"event":"hard_bounce","email":"l@example.net","camp_id":7,"campaign name":"Autumn letter","date_event":"2026-11-04 10:00:00","reason":"5.1.1 no such user"}
`,
		want: []string{
			"line 1: a@example.net sent none/undetermined at 2026-11-04T10:00:00.123Z id=2026.1@smtp-relay.brevo.com campaign=autumn",
			"line 2: a@example.net delivered none/delivered at 2026-11-04T10:00:01Z id=2026.1@smtp-relay.brevo.com",
			"line 3: b@example.net failed hard/recipient_unknown at 2026-11-04T10:00:02Z label=hard_bounce id=x campaign=autumn",
			"line 4: c@example.net failed undetermined/undetermined label=hard_bounce id=x",
			"line 5: d@example.net failed block/auth_failure label=hard_bounce id=x",
			"line 6: e@example.net failed soft/mailbox_full label=soft_bounce id=x",
			"line 7: f@example.net delayed soft/deferred_system label=deferred id=x",
			"line 8: g@example.net complaint complaint/complaint label=spam id=x",
			"line 10: i@example.net failed undetermined/undetermined label=invalid_email id=x",
			"line 11: j@example.net failed block/protocol label=error id=x",
			"line 13: l@example.net failed hard/recipient_unknown label=hard_bounce campaign=Autumn letter",
		},
	},
	{
		name: "an answer of the events API", format: "brevo",
		file: `{"events":[{"email":"a@example.net","date":"2026-11-04T11:00:00.000+01:00","subject":"Hello","messageId":"<x@relay>","event":"softBounces","reason":"452 4.2.2 full","tag":"","ip":"192.0.2.1","from":"news@acme.com"}]}`,
		want: []string{"line 1: a@example.net failed soft/mailbox_full at 2026-11-04T10:00:00Z label=softBounces id=x@relay from=acme.com"},
	},
	{
		name: "logs as CSV", format: "brevo",
		file:    "st_text,ts,sub,frm,email,tag,mid,link\nHard bounce,04-11-2026 10:00:00,Hello,news@acme.com,a@example.net,autumn,<x@relay>,NA\nFirst opening,04-11-2026 10:00:00,Hello,news@acme.com,b@example.net,,<x@relay>,NA\nInviata,04-11-2026 10:00:00,Hello,news@acme.com,b@example.net,,<x@relay>,NA\n",
		want:    []string{"line 2: a@example.net failed undetermined/undetermined at 2026-11-04T10:00:00Z label=Hard bounce id=x@relay campaign=autumn from=acme.com"},
		damaged: []string{`line 4: there is no status "Inviata"`},
	},
	{
		name: "webhooks as CSV", format: "brevo",
		file: "event;email;ts_event;message-id;reason\nhard_bounce;a@example.net;1793786400;<x@relay>;550 5.1.1 unknown user\n",
		want: []string{"line 2: a@example.net failed hard/recipient_unknown at 2026-11-04T10:00:00Z label=hard_bounce id=x@relay"},
	},
}
