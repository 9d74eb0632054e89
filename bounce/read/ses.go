package read

import (
	"errors"
	"fmt"
	"strings"

	"winnow/bounce"
)

// ses is Amazon SES: notifications and published events, bare or in the envelopes of
// SNS, SQS, Lambda and EventBridge, and as Firehose lays them down, one behind the other.
//
// https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
var ses = service{
	name:    "ses",
	about:   "Amazon SES: notifications and published events, JSON, also in the envelope of SNS",
	page:    "Records",
	owns:    func(o object) bool { return sesKind(sesUnwrap(o)) != "" },
	reports: sesReports,
	word:    sesWord,
}

func sesWord(o object) string {
	inner := sesUnwrap(o)
	kind := sesKind(inner)
	switch kind {
	case "":
		return o.text("Type", "detail-type")
	case "Bounce":
		return joined(kind, inner.text("bounce.bounceSubType"))
	case "Complaint":
		return joined(kind, inner.text("complaint.complaintSubType", "complaint.complaintFeedbackType"))
	}
	return kind
}

// sesPriors is what type and subtype mean where no reply and no status is told.
// Permanent/General only says that it failed for good, NoEmail that the bounce could
// not be read.
var sesPriors = map[string]bounce.Reason{
	"Transient/MailboxFull":           bounce.MailboxFull,
	"Transient/MessageTooLarge":       bounce.TooLarge,
	"Transient/ContentRejected":       bounce.SpamContent,
	"Transient/AttachmentRejected":    bounce.Content,
	"Transient/CustomTimeoutExceeded": bounce.Expired,

	"MailboxFull":                   bounce.MailboxFull,
	"InternalFailure":               bounce.DeferredSystem,
	"RecipientServerError":          bounce.DeferredSystem,
	"TransientCommunicationFailure": bounce.Network,
	"SendingDeferral":               bounce.SenderRate,
	"SpamDetected":                  bounce.IPReputation,
	"IPFailure":                     bounce.IPReputation,
}

// sesSuppressed are subtypes of mails that SES never tried to deliver.
func sesSuppressed(subtype string) bool {
	return subtype == "Suppressed" || subtype == "OnAccountSuppressionList" || subtype == "UnsubscribedRecipient"
}

func sesKind(o object) string {
	if !o.has("mail") {
		return ""
	}
	return o.text("eventType", "notificationType")
}

// sesUnwrap takes an event out of its envelopes.
func sesUnwrap(o object) object {
	for range 4 {
		if inner, ok := o.at("Sns").(map[string]any); ok {
			o = inner
			continue
		}
		if inner, ok := o.at("detail").(map[string]any); ok {
			o = inner
			continue
		}
		message := o.text("Message", "Body", "body")
		if !strings.HasPrefix(message, "{") {
			break
		}
		inner, err := decode([]byte(message))
		if err != nil {
			return object{}
		}
		o = inner
	}
	return o
}

func sesReports(o object) ([]report, error) {
	inner := sesUnwrap(o)
	if len(inner) == 0 && len(o) > 0 {
		return nil, errors.New("the message in the envelope is no JSON")
	}
	o = inner
	base := report{
		at:        o.time("mail.timestamp"),
		messageID: o.text("mail.messageId"),
		campaign:  o.text("mail.tags.campaign", "mail.tags.campaign_id", "mail.tags.Campaign", "mail.tags.campaignId"),
		from:      o.text("mail.commonHeaders.from", "mail.source"),
	}
	switch kind := sesKind(o); kind {
	case "Bounce":
		return sesBounce(o, base)
	case "DeliveryDelay":
		base.happened, base.label = bounce.WasDelayed, o.text("deliveryDelay.delayType")
		base.at = o.time("deliveryDelay.timestamp")
		return sesRecipients(o, "deliveryDelay.delayedRecipients", base)
	case "Complaint":
		return sesComplaint(o, base)
	case "Delivery":
		base.happened, base.reply.Text = bounce.WasDelivered, o.text("delivery.smtpResponse")
		base.at = o.time("delivery.timestamp")
		return sesAll(o.texts("delivery.recipients"), base)
	case "Send":
		base.happened = bounce.WasSent
		return sesAll(o.texts("mail.destination"), base)
	case "Reject": // SES found a virus
		base.happened, base.label, base.prior = bounce.WasFailed, "Reject/"+o.text("reject.reason"), bounce.Virus
		return sesAll(o.texts("mail.destination"), base)
	case "Rendering Failure", "RenderingFailure":
		base.happened, base.label, base.prior = bounce.WasFailed, kind, bounce.Content
		return sesAll(o.texts("mail.destination"), base)
	}
	return nil, nil
}

func sesBounce(o object, base report) ([]report, error) {
	kind, subtype := o.text("bounce.bounceType"), o.text("bounce.bounceSubType")
	if sesSuppressed(subtype) {
		return nil, nil
	}
	base.happened, base.label = bounce.WasFailed, kind+"/"+subtype
	base.soft = kind != "Permanent"
	base.at = o.time("bounce.timestamp")
	return sesRecipients(o, "bounce.bouncedRecipients", base)
}

// sesComplaint tells a complaint only if it is clear whose it is: providers take the
// recipient out, and SES then names all of the mail that it may have been.
func sesComplaint(o object, base report) ([]report, error) {
	kind := o.text("complaint.complaintFeedbackType")
	if sesSuppressed(o.text("complaint.complaintSubType")) || notSpam(kind) {
		return nil, nil
	}
	base.happened, base.label = bounce.WasComplained, "Complaint"
	if kind != "" {
		base.label += "/" + kind
	}
	base.at = o.time("complaint.timestamp")
	recipients := o.objects("complaint.complainedRecipients")
	if len(recipients) > 1 {
		return nil, fmt.Errorf("one of %d recipients complained, and it does not say which", len(recipients))
	}
	return sesRecipients(o, "complaint.complainedRecipients", base)
}

// notSpam are feedback types (RFC 5965 section 7.3, RFC 6430, RFC 6591) of reports that
// are no complaint.
func notSpam(kind string) bool { return kind == "not-spam" || kind == "auth-failure" }

func sesRecipients(o object, path string, base report) ([]report, error) {
	var all []report
	for _, recipient := range o.objects(path) {
		r := base
		r.recipient = recipient.text("emailAddress")
		r.reply.Text, r.reply.Enhanced = recipient.text("diagnosticCode"), recipient.text("status")
		r.prior = sesPriors[base.label]
		if recipient.text("action") == "delayed" && r.happened == bounce.WasFailed {
			r.happened = bounce.WasDelayed // RFC 3464 section 2.3.3: it is tried on
		}
		if base.label == "Transient/General" && r.reply.Text == "" && r.reply.Enhanced == "" {
			// SES calls out-of-office replies so. A bounce would have come with a DSN, and these.
			// https://repost.aws/knowledge-center/ses-understand-soft-bounces
			r.happened = bounce.WasAnswered
		}
		all = append(all, r)
	}
	return someone(all)
}

func sesAll(recipients []string, base report) ([]report, error) {
	var all []report
	for _, recipient := range recipients {
		r := base
		r.recipient = recipient
		all = append(all, r)
	}
	return someone(all)
}

func someone(all []report) ([]report, error) {
	if len(all) == 0 {
		return nil, errors.New("it names no recipient")
	}
	return all, nil
}
