package read

var mailgunCases = []feedCase{
	{
		name: "webhooks, one a line", format: "mailgun",
		file: `{"signature":{"timestamp":"1793786400"},"event-data":{"event":"failed","severity":"permanent","reason":"bounce","timestamp":1793786400.389832,"log-level":"error","recipient":"a@example.net","tags":["autumn"],"campaigns":[],"message":{"headers":{"to":"a@example.net","message-id":"2026.1@acme.com","from":"News <news@Acme.com>"}},"delivery-status":{"code":550,"message":"5.1.1 The email account that you tried to reach does not exist.","description":"","mx-host":"mx.example.net"}}}
{"event-data":{"event":"failed","severity":"temporary","reason":"generic","timestamp":1793786401.5,"recipient":"b@example.net","delivery-status":{"code":498,"message":"No MX for example.net","description":"No MX for example.net"}}}
{"event-data":{"event":"failed","severity":"permanent","reason":"suppress-bounce","recipient":"c@example.net","delivery-status":{"code":605,"message":"","description":"Not delivering to previously bounced address"}}}
{"event-data":{"event":"failed","severity":"permanent","reason":"generic","recipient":"d@example.net","delivery-status":{"code":607,"description":"Not delivering to a user who marked your messages as spam"}}}
{"event-data":{"event":"failed","severity":"permanent","reason":"old","recipient":"e@example.net","delivery-status":{"code":602,"message":"","description":""}}}
{"event-data":{"event":"failed","severity":"permanent","reason":"espblock","recipient":"f@example.net","delivery-status":{"code":550,"message":"no"}}}
{"event-data":{"event":"failed","severity":"permanent","reason":"generic","recipient":"g@example.net","delivery-status":{"code":550,"message":"no"}}}
{"event-data":{"event":"complained","timestamp":1793786402,"recipient":"h@example.net","log-level":"warn"}}
{"event-data":{"event":"accepted","timestamp":1793786403,"recipient":"i@example.net","campaigns":[{"id":"c7","name":"Autumn"}]}}
{"event-data":{"event":"delivered","timestamp":1793786404,"recipient":"i@example.net","delivery-status":{"code":250,"message":"OK"}}}
{"event-data":{"event":"rejected","timestamp":1793786405,"recipient":"j@example.net","reject":{"reason":"Sandbox subdomains are for test purposes only"}}}
{"event-data":{"event":"opened","timestamp":1793786405,"recipient":"k@example.net"}}
`,
		want: []string{
			"line 1: a@example.net failed hard/recipient_unknown at 2026-11-04T10:00:00.389832Z label=permanent/bounce id=2026.1@acme.com campaign=autumn from=acme.com",
			"line 2: b@example.net delayed undetermined/undetermined at 2026-11-04T10:00:01.5Z label=temporary/generic",
			"line 5: e@example.net failed soft/expired label=permanent/old",
			"line 6: f@example.net failed block/policy label=permanent/espblock",
			"line 7: g@example.net failed undetermined/undetermined label=permanent/generic",
			"line 8: h@example.net complaint complaint/complaint at 2026-11-04T10:00:02Z",
			"line 9: i@example.net sent none/undetermined at 2026-11-04T10:00:03Z campaign=Autumn",
			"line 10: i@example.net delivered none/delivered at 2026-11-04T10:00:04Z",
			"line 11: j@example.net failed block/policy at 2026-11-04T10:00:05Z label=rejected",
		},
	},
	{
		name: "a page of the events API with a damaged item", format: "mailgun",
		file: `{
  "items": [
    {
      "event": "failed", "severity": "permanent", "log-level": "error", "timestamp": 1793786400.1,
      "recipient": "a@example.net",
      "delivery-status": {"code": 552, "message": "5.2.2 mailbox is full"}
    },
    {
      "event": "failed", "severity": "permanent",
    },
    {
      "event": "delivered", "log-level": "info", "timestamp": 1793786401, "recipient": "b@example.net"
    }
  ],
  "paging": {"next": "https://api.mailgun.net/v3/x", "first": "{"}
}`,
		want: []string{
			"line 3: a@example.net failed soft/mailbox_full at 2026-11-04T10:00:00.1Z label=permanent",
			"line 11: b@example.net delivered none/delivered at 2026-11-04T10:00:01Z",
		},
		damaged: []string{"line 8: invalid character"},
	},
	{
		name: "the list of bounces", format: "mailgun",
		file: `{"items":[{"address":"a@example.net","code":"550","error":"No such mailbox","created_at":"Wed, 04 Nov 2026 10:00:00 UTC"}],"paging":{}}`,
		want: []string{"line 1: a@example.net failed hard/recipient_unknown at 2026-11-04T10:00:00Z"},
	},
	{
		name: "the list of bounces as CSV", format: "mailgun",
		file: "Address\tCode\tError\tCreated At\na@example.net\t550\tNo such mailbox\tWed, 4 Nov 2026 10:00:00 GMT\nb@example.net\t605\t\t2026-11-04T10:00:00Z\n",
		want: []string{"line 2: a@example.net failed hard/recipient_unknown at 2026-11-04T10:00:00Z"},
	},
	{
		name: "logs as CSV", format: "mailgun",
		file: "timestamp,event,severity,reason,recipient,delivery-status.code,delivery-status.message\n1793786400.25,failed,permanent,bounce,a@example.net,550,5.1.1 no such user\n",
		want: []string{"line 2: a@example.net failed hard/recipient_unknown at 2026-11-04T10:00:00.25Z label=permanent/bounce"},
	},
}
