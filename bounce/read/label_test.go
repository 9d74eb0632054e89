package read

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

func sesBounced(label, subtype, recipient string) string {
	return fmt.Sprintf(`{"eventType":"Bounce","mail":{"source":"news@acme.com"},"bounce":{"bounceType":%q,"bounceSubType":%q,"bouncedRecipients":[{"emailAddress":"jane@example.net",%s}]}}`, label, subtype, recipient)
}

func sendgridBlocked(reason, status string) string {
	return fmt.Sprintf(`{"event":"bounce","type":"blocked","email":"jane@example.net","sg_event_id":"1","reason":%q,"status":%q}`, reason, status)
}

func mailgunFailed(severity, reason, message, enhanced string) string {
	return fmt.Sprintf(`{"event-data":{"event":"failed","severity":%q,"reason":%q,"recipient":"jane@example.net","delivery-status":{"code":550,"message":%q,"enhanced-code":%q},"message":{"headers":{"from":"News <news@acme.com>"}}}}`, severity, reason, message, enhanced)
}

func sparkpostBounced(class, reason string) string {
	return fmt.Sprintf(`{"msys":{"message_event":{"type":"bounce","rcpt_to":"jane@example.net","error_code":"550","bounce_class":%q,"raw_reason":%q,"friendly_from":"news@acme.com"}}}`, class, reason)
}

func postmarkBounced(kind, details string) string {
	return fmt.Sprintf(`{"RecordType":"Bounce","Type":%q,"Email":"jane@example.net","MessageID":"1","Details":%q}`, kind, details)
}

func mailjetBounced(fault, comment string, hard bool) string {
	return fmt.Sprintf(`{"event":"bounce","time":1795000000,"MessageID":1,"email":"jane@example.net","error_related_to":"recipient","error":%q,"comment":%q,"hard_bounce":%t}`, fault, comment, hard)
}

// A code alone is no reply: it does not go before what the service says, if that keeps
// the address. Words do.
func TestLabelsBesideCodes(t *testing.T) {
	tests := []struct {
		name, format, file, want string
	}{
		{"SES: full", "ses", sesBounced("Transient", "MailboxFull", `"status":"5.1.1"`), "soft/mailbox_full"},
		{"SES: full, in a code", "ses", sesBounced("Transient", "MailboxFull", `"status":"5.1.1","diagnosticCode":"smtp; 552 5.1.1"`), "soft/mailbox_full"},
		{"SES: content", "ses", sesBounced("Transient", "ContentRejected", `"status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1"`), "block/spam_content"},
		{"SES: not for good, no more is known", "ses", sesBounced("Transient", "General", `"status":"5.1.1"`), "soft/recipient_unknown"},
		{"SES: for good", "ses", sesBounced("Permanent", "General", `"status":"5.1.1"`), "hard/recipient_unknown"},
		{"SES: words", "ses", sesBounced("Permanent", "General", `"status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"`), "hard/recipient_unknown"},
		{"SES: tried on", "ses", sesBounced("Permanent", "General", `"action":"delayed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"`), "soft/recipient_unknown"},
		{"SES: our own address", "ses", sesBounced("Permanent", "General", `"status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 <news@acme.com>: user unknown"`), "block/sender_rejected"},
		{"SES: a callout", "ses", sesBounced("Permanent", "General", `"status":"5.0.0","diagnosticCode":"smtp; 550-Verification failed for <news@acme.com>\n550-Called: 192.0.2.4\n550-Sent: RCPT TO:<news@acme.com>\n550-Response: 550 5.1.1 No such user here\n550 Sender verify failed"`), "block/sender_rejected"},
		{"SendGrid: blocked", "sendgrid", sendgridBlocked("550 5.1.1", "5.1.1"), "block/policy"},
		{"SendGrid: blocked, no reply", "sendgrid", sendgridBlocked("", "5.1.1"), "block/policy"},
		{"SendGrid: blocked, words", "sendgrid", sendgridBlocked("550 5.1.1 no such user", "5.1.1"), "hard/recipient_unknown"},
		{"Mailgun: blocked", "mailgun", mailgunFailed("permanent", "espblock", "", "5.1.1"), "block/policy"},
		{"Mailgun: blocked, tried on", "mailgun", mailgunFailed("temporary", "espblock", "5.1.1", ""), "block/policy"},
		{"Mailgun: too old", "mailgun", mailgunFailed("permanent", "old", "5.1.1", ""), "soft/expired"},
		{"Mailgun: a bounce", "mailgun", mailgunFailed("permanent", "bounce", "5.1.1", ""), "hard/recipient_unknown"},
		{"Mailgun: our own address", "mailgun", mailgunFailed("permanent", "bounce", "5.1.1 <bounce+1@mail.acme.com> does not exist", ""), "block/sender_rejected"},
		{"SparkPost: spam block", "sparkpost", sparkpostBounced("51", "550 5.1.1"), "block/ip_reputation"},
		{"SparkPost: spam content", "sparkpost", sparkpostBounced("52", "550 5.1.1"), "block/spam_content"},
		{"SparkPost: relaying", "sparkpost", sparkpostBounced("54", "550 5.1.1"), "block/relay_denied"},
		{"SparkPost: full", "sparkpost", sparkpostBounced("22", "550 5.1.1"), "soft/mailbox_full"},
		{"SparkPost: soft", "sparkpost", sparkpostBounced("20", "550 5.1.1"), "soft/recipient_unknown"},
		{"SparkPost: invalid recipient", "sparkpost", sparkpostBounced("10", "550 5.1.1"), "hard/recipient_unknown"},
		{"SparkPost: spam block, words", "sparkpost", sparkpostBounced("51", "550 5.1.1 mailbox does not exist"), "hard/recipient_unknown"},
		{"Postmark: blocked", "postmark", postmarkBounced("Blocked", "smtp;550 5.1.1"), "block/policy"},
		{"Postmark: DMARC", "postmark", postmarkBounced("DMARCPolicy", "smtp;550 5.1.1 rejected"), "block/auth_failure"},
		{"Postmark: soft", "postmark", postmarkBounced("SoftBounce", "smtp;550 5.1.1"), "soft/recipient_unknown"},
		{"Postmark: hard", "postmark", postmarkBounced("HardBounce", "smtp;550 5.1.1"), "hard/recipient_unknown"},
		{"Mailjet: full", "mailjet", mailjetBounced("quota exceeded", "550 5.1.1", true), "soft/mailbox_full"},
		{"Mailjet: sender", "mailjet", mailjetBounced("sender blocked", "550 5.1.1", true), "block/sender_rejected"},
		{"Mailjet: unknown", "mailjet", mailjetBounced("user unknown", "550 5.1.1", true), "hard/recipient_unknown"},
		{"Mailjet: not for good", "mailjet", mailjetBounced("user unknown", "550 5.1.1", false), "soft/recipient_unknown"},
		{"Postfix: our own address", "postfix", "2026-11-04T10:00:01Z h postfix/qmgr[1]: 4F1A2B: from=<bounce-7@acme.com>, size=1, nrcpt=1 (queue active)\n" +
			"2026-11-04T10:00:02Z h postfix/smtp[1]: 4F1A2B: to=<jane@example.net>, relay=mx.example.net[198.51.100.1]:25, dsn=5.1.1, status=bounced (host mx.example.net[198.51.100.1] said: 550 5.1.1 <bounce-7@acme.com>: User unknown in virtual mailbox table (in reply to RCPT TO command))\n", "block/sender_rejected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []bounce.Event
			require.Empty(t, readAs(t, feedNamed(t, tt.format), tt.file, func(e bounce.Event) { got = append(got, e) }))
			require.Len(t, got, 1)
			e := got[0]
			require.Equal(t, tt.want, e.Class.String()+"/"+e.Reason.String(), "by %q", e.Rule)
			rules, err := bounce.Embedded()
			require.NoError(t, err)
			again, changed := rules.Again(e)
			require.False(t, changed, "again it is %s %s by %q", again.Class, again.Reason, again.Rule)
		})
	}
}
