package read

var mailjetCases = []feedCase{
	{
		name: "grouped events", format: "mailjet",
		file: `[{"event":"sent","time":1793786400,"MessageID":12345678901234567,"email":"a@example.net","mj_campaign_id":77,"mj_contact_id":4,"customcampaign":"","smtp_reply":"sent (250 2.0.0 OK 1498093527 gsmtp)"},
{"event":"bounce","time":1793786401,"MessageID":1,"email":"b@example.net","mj_campaign_id":0,"mj_contact_id":4,"customcampaign":"autumn","blocked":false,"hard_bounce":true,"error_related_to":"recipient","error":"user unknown","comment":"550 5.1.1 no such user"},
{"event":"bounce","time":1793786402,"email":"c@example.net","mj_contact_id":4,"hard_bounce":true,"error_related_to":"recipient","error":"user unknown"},
{"event":"bounce","time":1793786403,"email":"d@example.net","mj_contact_id":4,"hard_bounce":false,"error_related_to":"recipient","error":"user unknown"},
{"event":"bounce","time":1793786404,"email":"e@example.net","mj_contact_id":4,"hard_bounce":false,"error_related_to":"domain","error":"greylisted"},
{"event":"bounce","time":1793786405,"email":"f@example.net","mj_contact_id":4,"hard_bounce":true,"error_related_to":"spam","error":"content blocked","comment":"554 sorry"},
{"event":"bounce","time":1793786406,"email":"g@example.net","mj_contact_id":4,"hard_bounce":true,"error_related_to":"mailjet","error":"preblocked"},
{"event":"blocked","time":1793786407,"email":"h@example.net","mj_contact_id":4,"error_related_to":"recipient","error":"user unknown"},
{"event":"spam","time":1793786408,"email":"i@example.net","mj_contact_id":4,"source":"JMRPP"},
{"event":"open","time":1793786409,"email":"j@example.net","mj_contact_id":4},
{"event":"bounce","time":1793786410,"email":"k@example.net","mj_contact_id":4,"hard_bounce":true,"error_related_to":"domain","error":"invalid domain"},
{"event":"blocked","time":1793786411,"email":"l@example.net","mj_contact_id":4,"error_related_to":"spam","error":"sender blocked","comment":"550 no"}]`,
		want: []string{
			"line 1: a@example.net delivered none/delivered at 2026-11-04T10:00:00Z id=12345678901234567 campaign=77",
			"line 2: b@example.net failed hard/recipient_unknown at 2026-11-04T10:00:01Z label=recipient/user unknown id=1 campaign=autumn",
			"line 3: c@example.net failed hard/recipient_unknown at 2026-11-04T10:00:02Z label=recipient/user unknown",
			"line 4: d@example.net failed soft/recipient_unknown at 2026-11-04T10:00:03Z label=recipient/user unknown",
			"line 5: e@example.net delayed soft/greylisted at 2026-11-04T10:00:04Z label=domain/greylisted",
			"line 6: f@example.net failed block/spam_content at 2026-11-04T10:00:05Z label=spam/content blocked",
			"line 9: i@example.net complaint complaint/complaint at 2026-11-04T10:00:08Z label=JMRPP",
			"line 11: k@example.net failed hard/domain_invalid at 2026-11-04T10:00:10Z label=domain/invalid domain",
			"line 12: l@example.net failed block/sender_rejected at 2026-11-04T10:00:11Z label=spam/sender blocked",
		},
	},
	{
		name: "one event", format: "mailjet",
		file: `{"event":"bounce","time":1793786401,"MessageID":1,"email":"b@example.net","hard_bounce":true,"error_related_to":"recipient","error":"mailbox inactive"}`,
		want: []string{"line 1: b@example.net failed hard/mailbox_disabled at 2026-11-04T10:00:01Z label=recipient/mailbox inactive id=1"},
	},
	{
		name: "as CSV", format: "mailjet",
		file: "Email,Event,Time,Error_Related_To,Error,Hard_Bounce\nb@example.net,bounce,1793786401,recipient,quota exceeded,false\n",
		want: []string{"line 2: b@example.net failed soft/mailbox_full at 2026-11-04T10:00:01Z label=recipient/quota exceeded"},
	},
}
