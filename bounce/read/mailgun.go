package read

import (
	"strconv"
	"strings"

	"winnow/bounce"
)

// mailgun is Mailgun: webhooks, pages of its events API and logs, and its list of
// bounces, also as CSV. Its lists of complaints and of unsubscribed addresses have
// nothing by which one could tell them apart, and are not read.
//
// https://documentation.mailgun.com/docs/mailgun/user-manual/events/events
// https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/bounces
var mailgun = service{
	name:  "mailgun",
	about: "Mailgun: webhooks, pages of the events API, the list of bounces",
	page:  "items",
	columns: []string{
		"address", "code", "error", "created_at",
		"event", "severity", "reason", "recipient", "timestamp", "log-level", "delivery-status.code", "delivery-status.message",
		"delivery-status.description", "delivery-status.mx-host", "message.headers.message-id", "message.headers.from", "tags", "campaigns",
	},
	owns: func(o object) bool {
		return o.has("event-data") || o.has("address", "error", "code") ||
			o.has("event", "recipient") && !o.has("sg_event_id") && (o.has("log-level") || o.has("delivery-status") || o.has("delivery-status.message") || o.has("severity"))
	},
	reports: mailgunReports,
	word:    mailgunWord,
}

func mailgunWord(o object) string {
	if inner, ok := o.at("event-data").(map[string]any); ok {
		o = inner
	}
	event, reason := o.text("event"), o.text("reason")
	if event != "" && !strings.HasPrefix(reason, "suppress-") && !mailgunHeldBack(o.text("delivery-status.code")) {
		return event
	}
	switch o.text("code", "delivery-status.code") {
	case "605":
		return "suppress-bounce"
	case "606":
		return "suppress-unsubscribe"
	case "607":
		return "suppress-complaint"
	}
	return reason
}

// mailgunPriors are reasons of failures. "generic", "bounce" and "hardfail" say nothing.
var mailgunPriors = map[string]bounce.Reason{
	"espblock":   bounce.Policy,
	"greylisted": bounce.Greylisted,
	"old":        bounce.Expired,
}

func mailgunReports(o object) ([]report, error) {
	if inner, ok := o.at("event-data").(map[string]any); ok {
		o = inner
	}
	if o.has("address", "code") {
		if mailgunHeldBack(o.text("code")) {
			return nil, nil
		}
		r := report{recipient: o.text("address"), happened: bounce.WasFailed, at: o.time("created_at")}
		r.reply.Text, r.reply.Code = o.text("error"), replyCode(o.text("code"))
		return []report{r}, nil
	}
	r := report{
		recipient: o.text("recipient"),
		at:        o.time("timestamp", "@timestamp"),
		messageID: o.text("message.headers.message-id"),
		campaign:  o.text("campaigns", "tags"),
		from:      o.text("message.headers.from", "envelope.sender"),
	}
	if campaigns := o.objects("campaigns"); len(campaigns) > 0 {
		r.campaign = campaigns[0].text("name", "id")
	}
	reason := o.text("reason")
	code := o.text("delivery-status.code")
	r.reply = bounce.Reply{
		Code: replyCode(code), Text: o.text("delivery-status.message", "delivery-status.description"), Host: o.text("delivery-status.mx-host"),
		Enhanced: o.text("delivery-status.enhanced-code"),
	}
	switch o.text("event") {
	case "accepted":
		r.happened = bounce.WasSent
	case "delivered":
		r.happened = bounce.WasDelivered
	case "complained":
		r.happened, r.reply = bounce.WasComplained, bounce.Reply{}
	case "rejected": // by Mailgun, before it was tried
		r.happened, r.label, r.prior = bounce.WasFailed, "rejected", bounce.Policy
		r.reply = bounce.Reply{}
	case "failed":
		if strings.HasPrefix(reason, "suppress-") || mailgunHeldBack(code) {
			return nil, nil
		}
		r.happened, r.prior = bounce.WasFailed, mailgunPriors[reason]
		r.label = joined(o.text("severity"), reason)
		if o.text("severity") == "temporary" {
			r.happened, r.soft = bounce.WasDelayed, true
		}
	default:
		return nil, nil
	}
	return []report{r}, nil
}

// mailgunHeldBack: 605 to 607 are mails to an address that bounced, unsubscribed or
// complained before.
func mailgunHeldBack(code string) bool { return code == "605" || code == "606" || code == "607" }

// replyCode reads a reply code (RFC 5321 section 4.2.1: the second digit is at most 5).
// Services have numbers of their own beside those.
func replyCode(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 200 || n > 559 || n/10%10 > 5 {
		return 0
	}
	return n
}
