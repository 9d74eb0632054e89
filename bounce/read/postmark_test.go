package read

var postmarkCases = []feedCase{
	{
		name: "webhooks", format: "postmark",
		file: `{"RecordType":"Bounce","ID":4323372036854775807,"Type":"HardBounce","TypeCode":1,"Name":"Hard bounce","Tag":"autumn","MessageID":"883953f4","Description":"The server was unable to deliver your message (ex: unknown user, mailbox not found).","Details":"smtp;550 5.1.1 The email account that you tried to reach does not exist.","Email":"a@example.net","From":"news@acme.com","BouncedAt":"2026-11-04T05:00:00.1234567-05:00","Inactive":true}
{"RecordType":"Bounce","Type":"HardBounce","TypeCode":1,"Description":"The server was unable to deliver your message (ex: unknown user, mailbox not found).","Details":"","Email":"b@example.net"}
{"RecordType":"Bounce","Type":"HardBounce","TypeCode":1,"Details":"smtp;554 5.7.1 blocked using zen.spamhaus.org","Email":"c@example.net"}
{"RecordType":"Bounce","Type":"SoftBounce","TypeCode":4096,"Details":"smtp;no such user here","Email":"d@example.net"}
{"RecordType":"Bounce","Type":"Transient","TypeCode":2,"Details":"","Email":"e@example.net"}
{"RecordType":"Bounce","Type":"AutoResponder","TypeCode":64,"Details":"I am away","Email":"f@example.net"}
{"RecordType":"Bounce","Type":"ChallengeVerification","TypeCode":16384,"Details":"","Email":"g@example.net"}
{"RecordType":"Bounce","Type":"Blocked","TypeCode":100006,"Details":"smtp;550 no","Email":"h@example.net"}
{"RecordType":"Bounce","Type":"BadEmailAddress","TypeCode":100000,"Details":"","Email":"i@example.net"}
{"RecordType":"Bounce","Type":"ManuallyDeactivated","TypeCode":100002,"Email":"j@example.net"}
{"RecordType":"SpamComplaint","Type":"SpamComplaint","TypeCode":100001,"Email":"k@example.net","BouncedAt":"2026-11-04T10:00:00Z"}
{"RecordType":"Delivery","Recipient":"l@example.net","DeliveredAt":"2026-11-04T10:00:00Z","Details":"Test delivery webhook details","MessageID":"m2"}
{"RecordType":"SubscriptionChange","Recipient":"m@example.net","SuppressionReason":"HardBounce"}
{"RecordType":"Bounce","Type":"DnsError","TypeCode":256,"Email":"n@example.net"}
`,
		want: []string{
			"line 1: a@example.net failed hard/recipient_unknown at 2026-11-04T10:00:00.1234567Z label=HardBounce id=883953f4 campaign=autumn from=acme.com",
			"line 2: b@example.net failed undetermined/undetermined label=HardBounce",
			"line 3: c@example.net failed block/ip_reputation label=HardBounce",
			"line 4: d@example.net failed soft/recipient_unknown label=SoftBounce",
			"line 5: e@example.net delayed soft/deferred_system label=Transient",
			"line 6: f@example.net auto-reply none/auto_reply label=AutoResponder",
			"line 7: g@example.net challenge none/auto_reply label=ChallengeVerification",
			"line 8: h@example.net failed block/policy label=Blocked",
			"line 9: i@example.net failed hard/recipient_syntax label=BadEmailAddress",
			"line 11: k@example.net complaint complaint/complaint at 2026-11-04T10:00:00Z label=SpamComplaint",
			"line 12: l@example.net delivered none/delivered at 2026-11-04T10:00:00Z id=m2",
			"line 14: n@example.net failed soft/network label=DnsError",
		},
	},
	{
		name: "an answer of the bounce API", format: "postmark",
		file: `{"TotalCount":2,"Bounces":[{"ID":1,"Type":"HardBounce","TypeCode":1,"Details":"smtp;550 5.1.1 unknown","Email":"a@example.net","BouncedAt":"2026-11-04T10:00:00Z"},{"ID":2,"TypeCode":512,"Type":"SpamNotification","Email":"b@example.net"}]}`,
		want: []string{
			"line 1: a@example.net failed hard/recipient_unknown at 2026-11-04T10:00:00Z label=HardBounce",
			"line 1, item 2: b@example.net failed block/spam_content label=SpamNotification",
		},
	},
	{
		name: "as CSV", format: "postmark",
		file: "Email,Type,Bounced At,Details,Subject\na@example.net,HardBounce,2026-11-04T10:00:00Z,smtp;550 5.1.1 unknown,Hello\n",
		want: []string{"line 2: a@example.net failed hard/recipient_unknown at 2026-11-04T10:00:00Z label=HardBounce"},
	},
}
