package read

import (
	"strings"

	"winnow/bounce"
)

// sparkpost is SparkPost (Bird): batches of its webhook, answers of the events API, and
// events as CSV under the same names.
//
// https://developers.sparkpost.com/api/webhooks/
// https://developers.sparkpost.com/api/events/
var sparkpost = service{
	name:  "sparkpost",
	about: "SparkPost: webhook batches, answers of the events API",
	page:  "results",
	columns: []string{
		"type", "rcpt_to", "raw_rcpt_to", "raw_reason", "reason", "error_code", "bounce_class", "timestamp", "message_id", "campaign_id",
		"friendly_from", "msg_from", "fbtype",
	},
	owns: func(o object) bool {
		return o.has("msys") || o.has("type") && (o.has("rcpt_to") || o.has("raw_rcpt_to"))
	},
	reports: sparkpostReports,
	word: func(o object) string {
		o = sparkpostUnwrap(o)
		switch class := o.text("bounce_class"); class {
		case "":
			return joined(o.text("type"), o.text("fbtype"))
		case "90":
			return "bounce/unsubscribe"
		default:
			return joined(o.text("type"), class)
		}
	},
}

var sparkpostEvents = map[string]bounce.Happening{
	"injection":            bounce.WasSent,
	"delivery":             bounce.WasDelivered,
	"delay":                bounce.WasDelayed,
	"bounce":               bounce.WasFailed,
	"out_of_band":          bounce.WasFailed,
	"policy_rejection":     bounce.WasFailed,
	"generation_failure":   bounce.WasFailed,
	"generation_rejection": bounce.WasFailed,
	"spam_complaint":       bounce.WasComplained,
}

// sparkpostClasses are the classes of bounces. 26, 80 and 90 are no news of a mail;
// 30, though "hard", says that no recipient could be determined.
// https://support.sparkpost.com/docs/deliverability/bounce-classification-codes
var sparkpostClasses = map[string]struct {
	prior bounce.Reason
	soft  bool
}{
	"1":   {bounce.Undetermined, true},
	"10":  {bounce.RecipientUnknown, false},
	"20":  {bounce.Undetermined, true},
	"21":  {bounce.Network, true},
	"22":  {bounce.MailboxFull, true},
	"23":  {bounce.TooLarge, true},
	"24":  {bounce.Expired, true},
	"25":  {bounce.Policy, false}, // SparkPost's own policies
	"30":  {bounce.Undetermined, false},
	"40":  {bounce.Undetermined, true},
	"50":  {bounce.Policy, false},
	"51":  {bounce.IPReputation, false},
	"52":  {bounce.SpamContent, false},
	"53":  {bounce.Content, false},
	"54":  {bounce.RelayDenied, false},
	"60":  {bounce.AutoReply, true},
	"70":  {bounce.DeferredSystem, true},
	"100": {bounce.AutoReply, true},
}

// sparkpostUnwrap takes an event out of its envelope.
func sparkpostUnwrap(o object) object {
	msys, ok := o.at("msys").(map[string]any)
	if !ok {
		return o
	}
	for _, inner := range msys {
		if inner, ok := inner.(map[string]any); ok {
			return inner
		}
	}
	return nil // an empty one is a ping
}

func sparkpostReports(o object) ([]report, error) {
	o = sparkpostUnwrap(o)
	kind := o.text("type")
	happened, known := sparkpostEvents[kind]
	if !known {
		return nil, nil
	}
	class := o.text("bounce_class")
	r := report{
		recipient: o.text("raw_rcpt_to", "rcpt_to"),
		happened:  happened,
		at:        o.time("timestamp"),
		messageID: o.text("message_id"),
		campaign:  o.text("campaign_id"),
		from:      o.text("friendly_from", "msg_from"),
		label:     class,
	}
	r.reply = bounce.Reply{Code: replyCode(o.text("error_code")), Text: o.text("raw_reason", "reason")}
	switch {
	case happened == bounce.WasComplained:
		r.label, r.reply = o.text("fbtype"), bounce.Reply{}
		if notSpam(r.label) {
			return nil, nil
		}
	case happened != bounce.WasFailed && happened != bounce.WasDelayed:
		r.label = ""
	case class == "26" || class == "80" || class == "90" || class == "25" && strings.Contains(strings.ToLower(r.reply.Text), "suppress"):
		return nil, nil // SparkPost did not try, or it is no bounce
	default:
		r.prior, r.soft = sparkpostClasses[class].prior, sparkpostClasses[class].soft
		switch {
		case class == "60":
			r.happened = bounce.WasAnswered
		case class == "100":
			r.happened = bounce.WasChallenged
		case class == "" && strings.HasPrefix(kind, "generation"):
			r.prior, r.label = bounce.Content, kind
		case class == "" && kind == "policy_rejection":
			r.prior, r.label = bounce.Policy, kind
		}
	}
	return []report{r}, nil
}
