package read

import "winnow/bounce"

// sendgrid is Twilio SendGrid: its event webhook, and the lists of bounces, blocks,
// invalid addresses and spam reports, as the API answers and as CSV.
//
// A block (type "blocked") is no bounce of the address: where the reply does not say
// why, it is a policy. "dropped" means that SendGrid did not try.
//
// https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
// https://www.twilio.com/docs/sendgrid/api-reference/bounces-api/retrieve-all-bounces
var sendgrid = service{
	name:  "sendgrid",
	about: "SendGrid: event webhook, and exports of bounces, blocks, invalid addresses and spam reports",
	page:  "result",
	columns: []string{
		"email", "created", "reason", "status", "ip",
		"event", "type", "response", "bounce_classification", "timestamp", "smtp-id", "sg_message_id", "sg_event_id", "category",
		"marketing_campaign_name", "marketing_campaign_id", "singlesend_name", "singlesend_id",
	},
	owns: func(o object) bool {
		if o.has("event", "email") {
			return o.has("sg_event_id") || o.has("sg_message_id") || o.has("smtp-id")
		}
		return o.has("email", "created") && (o.has("reason") || o.has("ip"))
	},
	reports: sendgridReports,
	word: func(o object) string {
		switch event := o.text("event"); {
		case event == "dropped":
			return joined(event, o.text("reason"))
		case event == "" && o.has("email"):
			return "unsubscribed"
		default:
			return event
		}
	},
}

var sendgridEvents = map[string]bounce.Happening{
	"processed":  bounce.WasSent,
	"delivered":  bounce.WasDelivered,
	"deferred":   bounce.WasDelayed,
	"bounce":     bounce.WasFailed,
	"blocked":    bounce.WasFailed,
	"spamreport": bounce.WasComplained,
}

// sendgridPriors are its classifications. Technical and unclassified ones say nothing.
// https://www.twilio.com/docs/sendgrid/ui/sending-email/bounces
var sendgridPriors = map[string]bounce.Reason{
	"Invalid Address":              bounce.RecipientUnknown,
	"Content":                      bounce.SpamContent,
	"Reputation":                   bounce.IPReputation,
	"Frequency or Volume Too High": bounce.SenderRate,
}

// sendgridInvalid is why an address is on the list of invalid ones. Of the reasons that
// are not here, such as a known bad domain, none says that the address is dead.
var sendgridInvalid = map[string]bounce.Reason{
	"Mail domain mentioned in email address is unknown": bounce.DomainInvalid,
}

func sendgridReports(o object) ([]report, error) {
	r := report{
		recipient: o.text("email"),
		at:        o.time("timestamp", "created"),
		messageID: o.text("smtp-id", "sg_message_id"),
		campaign:  o.text("marketing_campaign_name", "singlesend_name", "marketing_campaign_id", "singlesend_id", "category"),
		label:     o.text("bounce_classification"),
	}
	r.reply.Text, r.reply.Enhanced = o.text("reason", "response"), o.text("status")
	if !o.has("event") { // a row of a list
		r.happened = bounce.WasFailed
		switch {
		case !o.has("ip") && !o.has("reason") && !o.has("status"):
			return nil, nil // somebody who unsubscribed
		case o.has("ip") && !o.has("reason") && !o.has("status"):
			r.happened = bounce.WasComplained
		case !o.has("status") && replyCode(r.reply.Text[:min(3, len(r.reply.Text))]) == 0:
			// The list of invalid addresses gives SendGrid's own words, and nobody's reply.
			r.label, r.prior, r.reply = joined("invalid", r.reply.Text), sendgridInvalid[r.reply.Text], bounce.Reply{}
		}
		return []report{r}, nil
	}
	var known bool
	if r.happened, known = sendgridEvents[o.text("event")]; !known {
		return nil, nil
	}
	r.prior = sendgridPriors[r.label]
	if kind := o.text("type"); kind == "blocked" || o.text("event") == "blocked" {
		r.soft = true
		if r.prior.Class() != bounce.Block {
			r.prior = bounce.Policy
		}
		r.label = joined("blocked", r.label)
	} else if r.happened == bounce.WasFailed {
		r.label = joined("bounce", r.label)
	}
	return []report{r}, nil
}

// joined is kind/subtype, or kind alone.
func joined(kind, subtype string) string {
	if subtype == "" || kind == "" {
		return kind + subtype
	}
	return kind + "/" + subtype
}
