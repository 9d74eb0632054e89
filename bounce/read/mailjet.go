package read

import "winnow/bounce"

// mailjet is Mailjet: its event webhook, one by one or grouped, and events as CSV under
// the same names. "sent" means that a mail host took the mail. "blocked" repeats what
// is known of an address that Mailjet did not try, and is left out; but where it is the
// sender that was blocked, it is news.
//
// https://dev.mailjet.com/email/guides/webhooks/
var mailjet = service{
	name:  "mailjet",
	about: "Mailjet: event webhook",
	page:  "Data",
	columns: []string{
		"event", "time", "email", "MessageID", "mj_campaign_id", "mj_contact_id", "customcampaign", "blocked", "hard_bounce", "error_related_to",
		"error", "comment", "smtp_reply", "source",
	},
	owns: func(o object) bool {
		return o.has("event", "email") && !o.has("sg_event_id") && (o.has("mj_campaign_id") || o.has("mj_contact_id") || o.has("error_related_to") || o.has("MessageID", "time"))
	},
	reports: mailjetReports,
	word:    func(o object) string { return joined(o.text("event"), o.text("error")) },
}

var mailjetEvents = map[string]bounce.Happening{
	"sent":    bounce.WasDelivered,
	"bounce":  bounce.WasFailed,
	"blocked": bounce.WasFailed,
	"spam":    bounce.WasComplained,
}

// mailjetErrors are what its errors say of a mail.
// https://dev.mailjet.com/email/guides/webhooks/#possible-values-for-errors
var mailjetErrors = map[string]bounce.Reason{
	"user unknown":        bounce.RecipientUnknown,
	"mailbox inactive":    bounce.MailboxDisabled,
	"quota exceeded":      bounce.MailboxFull,
	"invalid domain":      bounce.DomainInvalid,
	"no mail host":        bounce.DomainInvalid,
	"relay/access denied": bounce.RelayDenied,
	"greylisted":          bounce.Greylisted,
	"sender blocked":      bounce.SenderRejected,
	"content blocked":     bounce.SpamContent,
	"policy issue":        bounce.Policy,
	"system issue":        bounce.DeferredSystem,
	"protocol issue":      bounce.Protocol,
	"connection issue":    bounce.Network,
}

// mailjetOwn are errors of mails that Mailjet itself held back.
var mailjetOwn = map[string]bool{
	"blacklisted": true, "spam reporter": true, "typofix": true, "preblocked": true, "duplicate in campaign": true, "spam preblocked": true, "bad or empty template": true,
}

func mailjetReports(o object) ([]report, error) {
	happened, known := mailjetEvents[o.text("event")]
	fault := o.text("error")
	ofSender := mailjetErrors[fault].Class() == bounce.Block
	if !known || mailjetOwn[fault] || o.text("event") == "blocked" && !ofSender {
		return nil, nil
	}
	r := report{
		recipient: o.text("email"),
		happened:  happened,
		at:        o.time("time"),
		messageID: o.text("MessageID", "Message_GUID"),
		campaign:  o.text("customcampaign"),
	}
	if id := o.text("mj_campaign_id"); r.campaign == "" && id != "0" {
		r.campaign = id
	}
	switch happened {
	case bounce.WasDelivered:
		r.reply.Text = o.text("smtp_reply")
	case bounce.WasComplained:
		r.label = o.text("source")
	case bounce.WasFailed:
		r.label = joined(o.text("error_related_to"), fault)
		r.reply.Text = o.text("comment", "smtp_reply")
		r.prior = mailjetErrors[fault]
		r.soft = o.text("hard_bounce") != "true" && o.text("hard_bounce") != "1"
		if fault == "greylisted" && r.soft {
			r.happened = bounce.WasDelayed // Mailjet tries on
		}
	}
	return []report{r}, nil
}
