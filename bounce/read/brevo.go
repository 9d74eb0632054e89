package read

import (
	"fmt"
	"strings"

	"winnow/bounce"
)

// brevo is Brevo, which was Sendinblue: webhooks of transactional and marketing mail,
// answers of the events API, and exports of its logs and webhooks as CSV.
//
// The field date, and ts of the logs, have the zone of the account, which is not told:
// they are taken for UTC, and only where there is no ts_epoch and no ts_event. The logs
// are in the account's language; of others than English winnow says so for each row.
//
// https://developers.brevo.com/docs/transactional-webhooks
// https://developers.brevo.com/docs/marketing-webhooks
// https://developers.brevo.com/docs/bulk-fetch-all-your-transactional-activity
var brevo = service{
	name:  "brevo",
	about: "Brevo: webhooks, answers of the events API, exports of the logs",
	page:  "events",
	columns: []string{
		"event", "email", "reason", "ts_epoch", "ts_event", "date", "message-id", "messageId", "tag", "tags", "camp_id", "campaign name",
		"st_text", "ts", "frm", "mid", "from",
	},
	owns: func(o object) bool {
		if o.has("st_text", "email") {
			return true
		}
		return o.has("event", "email") && !o.has("sg_event_id") && (o.has("message-id") || o.has("messageId", "date") || o.has("ts_epoch") || o.has("ts_event") || o.has("camp_id"))
	},
	reports: brevoReports,
	word:    func(o object) string { return o.text("event", "st_text") },
}

// brevoEvents has the events by their letters: webhooks, API and exports spell them
// each in its own way. "blocked" is an address on the account's own list.
var brevoEvents = map[string]struct {
	happened bounce.Happening
	prior    bounce.Reason
	soft     bool
}{
	"request":      {bounce.WasSent, bounce.Undetermined, false},
	"requests":     {bounce.WasSent, bounce.Undetermined, false},
	"sent":         {bounce.WasSent, bounce.Undetermined, false},
	"delivered":    {bounce.WasDelivered, bounce.Delivered, false},
	"deferred":     {bounce.WasDelayed, bounce.Undetermined, true},
	"softbounce":   {bounce.WasFailed, bounce.Undetermined, true},
	"softbounces":  {bounce.WasFailed, bounce.Undetermined, true},
	"softbounced":  {bounce.WasFailed, bounce.Undetermined, true},
	"hardbounce":   {bounce.WasFailed, bounce.Undetermined, false},
	"hardbounces":  {bounce.WasFailed, bounce.Undetermined, false},
	"hardbounced":  {bounce.WasFailed, bounce.Undetermined, false},
	"invalid":      {bounce.WasFailed, bounce.Undetermined, false},
	"invalidemail": {bounce.WasFailed, bounce.Undetermined, false},
	"error":        {bounce.WasFailed, bounce.Protocol, true}, // on its way out of Brevo
	"spam":         {bounce.WasComplained, bounce.Complaint, false},
	"complaint":    {bounce.WasComplained, bounce.Complaint, false},
}

// brevoOther are the words of its logs, in English, for what is no news of a mail.
var brevoOther = map[string]bool{
	"opened": true, "firstopening": true, "uniqueopened": true, "clicked": true, "unsubscribed": true, "blocked": true, "loadedbyproxy": true,
	"uniqueproxyopen": true, "proxyopen": true, "adminreport": true,
}

func brevoReports(o object) ([]report, error) {
	label := o.text("event", "st_text")
	kind, known := brevoEvents[letters(label)]
	if !known {
		if word := o.text("st_text"); word != "" && !brevoOther[letters(word)] {
			return nil, fmt.Errorf("there is no status %q in an English log", word)
		}
		return nil, nil
	}
	r := report{
		recipient: o.text("email"),
		happened:  kind.happened,
		prior:     kind.prior,
		soft:      kind.soft,
		at:        o.time("ts_epoch", "ts_event", "date", "ts"),
		messageID: o.text("message-id", "messageId", "mid"),
		campaign:  strings.Trim(o.text("campaign name", "camp_id", "tags", "tag"), `[]"`),
		from:      o.text("from", "frm"),
		label:     label,
	}
	switch kind.happened {
	case bounce.WasComplained:
	case bounce.WasSent, bounce.WasDelivered:
		r.label = ""
	default:
		r.reply.Text = o.text("reason")
	}
	return []report{r}, nil
}
