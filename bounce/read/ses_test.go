package read

var sesCases = []feedCase{
	{
		name: "in the envelope of SNS", format: "ses",
		file: `{"Type":"SubscriptionConfirmation","TopicArn":"arn:aws:sns:eu-west-1:1:t","Message":"You have chosen to subscribe"}
{"Type":"Notification","TopicArn":"arn:aws:sns:eu-west-1:1:t","Message":"{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bounceSubType\":\"General\",\"bouncedRecipients\":[{\"emailAddress\":\"gone@example.net\",\"action\":\"failed\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 5.1.1 user unknown\"},{\"emailAddress\":\"<Full@example.net>\",\"action\":\"failed\",\"status\":\"5.2.2\",\"diagnosticCode\":\"smtp; 552 5.2.2 over quota\"}],\"timestamp\":\"2026-11-04T10:00:01.500Z\"},\"mail\":{\"timestamp\":\"2026-11-04T10:00:00.000Z\",\"source\":\"bounces@acme.com\",\"messageId\":\"0100-abc-000000\",\"destination\":[\"gone@example.net\",\"full@example.net\"],\"commonHeaders\":{\"from\":[\"News <news@News.acme.com>\"],\"subject\":\"Hello { [\"}}}"}
{"Type":"Notification","TopicArn":"arn:aws:sns:eu-west-1:1:t","Message":"{\"notificationType\":\"Bou"}
`,
		want: []string{
			"line 2: gone@example.net failed hard/recipient_unknown at 2026-11-04T10:00:01.5Z label=Permanent/General id=0100-abc-000000 from=news.acme.com",
			"line 2: Full@example.net failed soft/mailbox_full at 2026-11-04T10:00:01.5Z label=Permanent/General id=0100-abc-000000 from=news.acme.com",
		},
		damaged: []string{"line 3: the message in the envelope is no JSON"},
	},
	{
		name: "events one behind the other, as Firehose writes them", format: "ses",
		file: `{"eventType":"Send","mail":{"timestamp":"2026-11-04T10:00:00Z","source":"news@acme.com","messageId":"m1","destination":["a@example.net","b@example.net"],"tags":{"ses:configuration-set":["main"],"campaign":["autumn"]}},"send":{}}{"eventType":"Delivery","mail":{"timestamp":"2026-11-04T10:00:00Z","source":"news@acme.com","messageId":"m1","destination":["a@example.net"]},"delivery":{"timestamp":"2026-11-04T10:00:02Z","recipients":["a@example.net"],"smtpResponse":"250 ok: Message 64111812 accepted"}}
{"eventType":"DeliveryDelay","mail":{"messageId":"m1"},"deliveryDelay":{"timestamp":"2026-11-04T10:05:00Z","delayType":"TransientCommunicationFailure","delayedRecipients":[{"emailAddress":"b@example.net","status":"4.4.1","diagnosticCode":"smtp; 421 4.4.1 Unable to connect to remote host"}]}}{"eventType":"DeliveryDelay","mail":{"messageId":"m1"},"deliveryDelay":{"timestamp":"2026-11-04T10:05:00Z","delayType":"MailboxFull","delayedRecipients":[{"emailAddress":"c@example.net"}]}}{"eventType":"Open","mail":{"messageId":"m1"},"open":{}}{"eventType":"Reject","mail":{"messageId":"m2","destination":["d@example.net"]},"reject":{"reason":"Bad content"}}{"eventType":"Rendering Failure","mail":{"messageId":"m3","destination":["e@example.net"]},"failure":{"errorMessage":"Attribute 'x' is not present"}}
`,
		want: []string{
			"line 1: a@example.net sent none/undetermined at 2026-11-04T10:00:00Z id=m1 campaign=autumn from=acme.com",
			"line 1: b@example.net sent none/undetermined at 2026-11-04T10:00:00Z id=m1 campaign=autumn from=acme.com",
			"line 1, item 2: a@example.net delivered none/delivered at 2026-11-04T10:00:02Z id=m1 from=acme.com",
			"line 2: b@example.net delayed soft/network at 2026-11-04T10:05:00Z label=TransientCommunicationFailure id=m1",
			"line 2, item 2: c@example.net delayed soft/mailbox_full at 2026-11-04T10:05:00Z label=MailboxFull id=m1",
			"line 2, item 4: d@example.net failed block/virus label=Reject/Bad content id=m2",
			"line 2, item 5: e@example.net failed block/content label=Rendering Failure id=m3",
		},
	},
	{
		name: "labels without a reply", format: "ses",
		file: `[
  {"notificationType":"Bounce","mail":{},"bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"a@example.net"}]}},
  {"notificationType":"Bounce","mail":{},"bounce":{"bounceType":"Permanent","bounceSubType":"NoEmail","bouncedRecipients":[{"emailAddress":"b@example.net","status":"5.0.0"}]}},
  {"notificationType":"Bounce","mail":{},"bounce":{"bounceType":"Transient","bounceSubType":"MailboxFull","bouncedRecipients":[{"emailAddress":"c@example.net"}]}},
  {"notificationType":"Bounce","mail":{},"bounce":{"bounceType":"Transient","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"d@nx.example.net","action":"failed","status":"5.4.4","diagnosticCode":"smtp; 550 5.4.4 Invalid domain"}]}},
  {"notificationType":"Bounce","mail":{},"bounce":{"bounceType":"Transient","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"d2@nx.example.net","action":"failed","status":"5.4.4"}]}},
  {"notificationType":"Bounce","mail":{},"bounce":{"bounceType":"Transient","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"away@example.net"}]}},
  {"notificationType":"Bounce","mail":{},"bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"e@example.net","status":"5.1.1"}]}},
  {"notificationType":"Bounce","mail":{},"bounce":{"bounceType":"Permanent","bounceSubType":"Suppressed","bouncedRecipients":[{"emailAddress":"f@example.net","status":"5.1.1","diagnosticCode":"Amazon SES has suppressed sending to this address"}]}},
  {"notificationType":"Bounce","mail":{},"bounce":{"bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList","bouncedRecipients":[{"emailAddress":"g@example.net","status":"5.1.1","diagnosticCode":"Amazon SES did not send the message to this address because it is on the suppression list for your account."}]}},
  {"notificationType":"Bounce","mail":{},"bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[]}}
]`,
		want: []string{
			"line 2: a@example.net failed undetermined/undetermined label=Permanent/General",
			"line 3: b@example.net failed undetermined/undetermined label=Permanent/NoEmail",
			"line 4: c@example.net failed soft/mailbox_full label=Transient/MailboxFull",
			"line 5: d@nx.example.net failed hard/domain_invalid label=Transient/General",
			"line 6: d2@nx.example.net failed hard/domain_invalid label=Transient/General",
			"line 7: away@example.net auto-reply none/auto_reply label=Transient/General",
			"line 8: e@example.net failed hard/recipient_unknown label=Permanent/General",
		},
		damaged: []string{"line 11: it names no recipient"},
	},
	{
		name: "complaints", format: "ses",
		file: `{"Records":[
  {"Sns":{"Message":"{\"notificationType\":\"Complaint\",\"mail\":{\"messageId\":\"m1\"},\"complaint\":{\"timestamp\":\"2026-11-04T10:00:00Z\",\"complaintFeedbackType\":\"abuse\",\"complainedRecipients\":[{\"emailAddress\":\"a@example.net\"}]}}"}},
  {"Sns":{"Message":"{\"notificationType\":\"Complaint\",\"mail\":{\"messageId\":\"m1\"},\"complaint\":{\"complaintFeedbackType\":\"not-spam\",\"complainedRecipients\":[{\"emailAddress\":\"b@example.net\"}]}}"}},
  {"Sns":{"Message":"{\"notificationType\":\"Complaint\",\"mail\":{\"messageId\":\"m1\"},\"complaint\":{\"complaintSubType\":\"OnAccountSuppressionList\",\"complainedRecipients\":[{\"emailAddress\":\"c@example.net\"}]}}"}},
  {"Sns":{"Message":"{\"notificationType\":\"Complaint\",\"mail\":{\"messageId\":\"m1\"},\"complaint\":{\"complainedRecipients\":[{\"emailAddress\":\"d@example.net\"},{\"emailAddress\":\"e@example.net\"}]}}"}}
]}`,
		want:    []string{"line 2: a@example.net complaint complaint/complaint at 2026-11-04T10:00:00Z label=Complaint/abuse id=m1"},
		damaged: []string{"line 5: one of 2 recipients complained"},
	},
	{
		name: "EventBridge and SQS", format: "ses",
		file: `{"version":"0","source":"aws.ses","detail-type":"Email Bounced","detail":{"eventType":"Bounce","mail":{},"bounce":{"bounceType":"Undetermined","bounceSubType":"Undetermined","bouncedRecipients":[{"emailAddress":"a@example.net"}]}}}
{"MessageId":"1","Body":"{\"Type\":\"Notification\",\"Message\":\"{\\\"eventType\\\":\\\"Bounce\\\",\\\"mail\\\":{},\\\"bounce\\\":{\\\"bounceType\\\":\\\"Permanent\\\",\\\"bounceSubType\\\":\\\"General\\\",\\\"bouncedRecipients\\\":[{\\\"emailAddress\\\":\\\"b@example.net\\\",\\\"diagnosticCode\\\":\\\"550 5.1.1 no such user\\\"}]}}\"}"}
`,
		want: []string{
			"line 1: a@example.net failed undetermined/undetermined label=Undetermined/Undetermined",
			"line 2: b@example.net failed hard/recipient_unknown label=Permanent/General",
		},
	},
	{
		name: "damaged lines", format: "ses",
		file: `{"eventType":"Send","mail":{"messageId":"m1","destination":["a@example.net"]}}
{"eventType":"Send","mail":{"messageId":"m1","destina
{"eventType":"Send","mail":{"messageId":"m2","destination":["b@example.net"]}}
{"eventType":"Send","mail":{"messageId":"m3",}}
{"eventType":"Send","mail":{"messageId":"m4","destination":["c@example.net"]}}
{"eventType":"Send","mail":{"messageId":"m5",
{"eventType":"Send","mail":{"messageId":"m6","destination":["d@example.net"]}}
{"eventType":"Send","mail":{"messageId":"m7"`,
		want: []string{
			"line 1: a@example.net sent none/undetermined id=m1",
			"line 3: b@example.net sent none/undetermined id=m2",
			"line 5: c@example.net sent none/undetermined id=m4",
			"line 7: d@example.net sent none/undetermined id=m6",
		},
		damaged: []string{"line 2: an object is not closed", "line 4: invalid character", "line 6: an object is not closed", "line 8: an object is not closed"},
	},
}
