package read

var sendgridCases = []feedCase{
	{
		name: "a webhook's array", format: "sendgrid",
		file: `[{"email":"a@example.net","timestamp":1793786400,"smtp-id":"<14c5.dfd@ismtpd-1>","event":"processed","category":["autumn","x"],"sg_event_id":"e1","sg_message_id":"14c5.dfd.filter1.1.0"},{"email":"a@example.net","timestamp":1793786401,"event":"delivered","response":"250 OK","sg_event_id":"e2","sg_message_id":"14c5.dfd.filter1.1.0","marketing_campaign_name":"Spring {1}"},
{"email":"b@example.net","timestamp":1793786402,"event":"deferred","response":"451 4.7.1 Greylisted, try again later","attempt":"2","sg_event_id":"e3"},
{"email":"c@example.net","timestamp":1793786403,"event":"bounce","type":"bounce","status":"5.1.1","reason":"550 5.1.1 The email account that you tried to reach does not exist.","bounce_classification":"Invalid Address","sg_event_id":"e4"},
{"email":"d@example.net","timestamp":1793786404,"event":"bounce","type":"blocked","status":"5.7.1","reason":"550 5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus","bounce_classification":"Reputation","sg_event_id":"e5"},
{"email":"e@example.net","timestamp":1793786405,"event":"bounce","type":"blocked","status":"5.0.0","reason":"550 no","bounce_classification":"Unclassified","sg_event_id":"e6"},
{"email":"f@example.net","timestamp":1793786406,"event":"bounce","type":"blocked","status":"5.4.1","reason":"550 5.4.1 Recipient address rejected: Access denied. [x.prod.protection.outlook.com]","sg_event_id":"e7"},
{"email":"g@example.net","timestamp":1793786407,"event":"dropped","reason":"Bounced Address","status":"5.0.0","sg_event_id":"e8"},
{"email":"h@example.net","timestamp":1793786408,"event":"spamreport","sg_event_id":"e9"},
{"email":"i@example.net","timestamp":1793786409,"event":"open","sg_event_id":"e10"},
{"email":"j@example.net","timestamp":1793786410,"event":"bounce","type":"bounce","bounce_classification":"Invalid Address","sg_event_id":"e11"},
{"email":"k@example.net","timestamp":1793786411,"event":"bounce","type":"bounce","bounce_classification":"Technical","sg_event_id":"e12"},
{"email":"not an address","timestamp":1793786412,"event":"processed","sg_event_id":"e13"},
{"email":"l@example.net","timestamp":"x","event":"delivered",sg_event_id:"e14"},
{"email":"m@example.net","event":"delivered","sg_event_id":"e15"}]
`,
		want: []string{
			"line 1: a@example.net sent none/undetermined at 2026-11-04T10:00:00Z id=14c5.dfd@ismtpd-1 campaign=autumn",
			"line 1, item 2: a@example.net delivered none/delivered at 2026-11-04T10:00:01Z id=14c5.dfd.filter1.1.0 campaign=Spring {1}",
			"line 2: b@example.net delayed soft/greylisted at 2026-11-04T10:00:02Z",
			"line 3: c@example.net failed hard/recipient_unknown at 2026-11-04T10:00:03Z label=bounce/Invalid Address",
			"line 4: d@example.net failed block/ip_reputation at 2026-11-04T10:00:04Z label=blocked/Reputation",
			"line 5: e@example.net failed block/policy at 2026-11-04T10:00:05Z label=blocked/Unclassified",
			"line 6: f@example.net failed hard/recipient_unknown at 2026-11-04T10:00:06Z label=blocked", // the reply says it
			"line 8: h@example.net complaint complaint/complaint at 2026-11-04T10:00:08Z",
			"line 10: j@example.net failed hard/recipient_unknown at 2026-11-04T10:00:10Z label=bounce/Invalid Address",
			"line 11: k@example.net failed undetermined/undetermined at 2026-11-04T10:00:11Z label=bounce/Technical",
			"line 14: m@example.net delivered none/delivered",
		},
		damaged: []string{"line 12: it names no recipient", "line 13: invalid character"},
	},
	{
		name: "bounces and blocks as CSV", format: "sendgrid",
		file: "\xef\xbb\xbfStatus,Reason,EMAIL,Created\r\n" +
			"5.1.1,\"550 5.1.1 <a@example.net>: \"\"User\"\" unknown,\nsorry\",a@example.net,1793786400\r\n" +
			"5.7.1,550 5.7.1 \"spam\" message rejected,b@example.net,2026-11-04 10:00:01\r\n" +
			"5.0.0,\"550 not closed,c@example.net,1793786400\r\n" +
			"\r\n" +
			"4.2.2,552 mailbox full,d@example.net,1793786400\r\n" +
			"5.1.1,too few,e@example.net\r\n" +
			"5.0.0,,f@example.net,1793786400",
		want: []string{
			"line 2: a@example.net failed hard/recipient_unknown at 2026-11-04T10:00:00Z",
			"line 4: b@example.net failed block/spam_content at 2026-11-04T10:00:01Z",
			"line 7: d@example.net failed soft/mailbox_full at 2026-11-04T10:00:00Z",
			"line 9: f@example.net failed undetermined/undetermined at 2026-11-04T10:00:00Z",
		},
		damaged: []string{"line 5: a quote is not closed", "line 8: it has 3 cells, the header has 4"},
	},
	{
		name: "arguments of the sender's own stand beside the fields", format: "sendgrid",
		file: `[{"email":"a@example.net","timestamp":1793786400,"event":"delivered","sg_event_id":"e1","message-id":"x","camp_id":"7","mj_campaign_id":"7","recipient":"b@example.net","severity":"1"}]`,
		want: []string{"line 1: a@example.net delivered none/delivered at 2026-11-04T10:00:00Z"},
	},
	{
		name: "invalid addresses as CSV", format: "sendgrid",
		file: "reason,email,created\nMail domain mentioned in email address is unknown,a@nx.example.net,1793786400\n" +
			"Known bad domain,b@gmial.example,1793786400\n",
		want: []string{
			"line 2: a@nx.example.net failed hard/domain_invalid at 2026-11-04T10:00:00Z label=invalid/Mail domain mentioned in email address is unknown",
			"line 3: b@gmial.example failed undetermined/undetermined at 2026-11-04T10:00:00Z label=invalid/Known bad domain",
		},
	},
	{
		name: "a reply code in place of a status", format: "sendgrid",
		file: "email,created,reason,status\na@example.net,1793786400,,550\nb@example.net,1793786400,,5.1.1 (bad destination mailbox address)\n",
		want: []string{
			"line 2: a@example.net failed undetermined/undetermined at 2026-11-04T10:00:00Z",
			"line 3: b@example.net failed hard/recipient_unknown at 2026-11-04T10:00:00Z",
		},
	},
	{
		name: "spam reports as CSV", format: "sendgrid",
		file: "ip;email;created\n192.0.2.1;a@example.net;1793786400\n",
		want: []string{"line 2: a@example.net complaint complaint/complaint at 2026-11-04T10:00:00Z"},
	},
	{
		name: "bounces as the API answers", format: "sendgrid",
		file: `[{"created": 1793786400, "email": "a@example.net", "reason": "550 5.1.1 no such user", "status": "5.1.1"}, {"created": 1793786400, "email": "b@example.net", "ip": "192.0.2.1"}]`,
		want: []string{
			"line 1: a@example.net failed hard/recipient_unknown at 2026-11-04T10:00:00Z",
			"line 1, item 2: b@example.net complaint complaint/complaint at 2026-11-04T10:00:00Z",
		},
	},
}
