package read

import "winnow/bounce"

// postmark is Postmark: webhooks for bounces, deliveries and complaints, and answers of
// its bounce API, also as CSV under the same names.
//
// https://postmarkapp.com/developer/webhooks/bounce-webhook
// https://postmarkapp.com/developer/api/bounce-api
var postmark = service{
	name:    "postmark",
	about:   "Postmark: webhooks, and answers of the bounce API",
	page:    "Bounces",
	columns: []string{"RecordType", "Type", "TypeCode", "Email", "Recipient", "BouncedAt", "DeliveredAt", "Details", "MessageID", "Tag", "From"},
	owns: func(o object) bool {
		return o.has("RecordType") && (o.has("Email") || o.has("Recipient")) || o.has("Type", "Email") && (o.has("TypeCode") || o.has("BouncedAt"))
	},
	reports: postmarkReports,
	word: func(o object) string {
		switch kind := o.text("RecordType"); kind {
		case "", "Bounce":
			return o.text("Type", "TypeCode")
		case "SubscriptionChange":
			return joined(kind, o.text("SuppressionReason"))
		default:
			return kind
		}
	},
}

// postmarkTypes are the types of bounces. What is not here is no news of a mail:
// (un)subscribed, deactivated by hand, never confirmed, inbound.
// https://postmarkapp.com/developer/api/bounce-api#bounce-types
var postmarkTypes = map[string]struct {
	happened bounce.Happening
	prior    bounce.Reason
	soft     bool
}{
	"HardBounce":              {bounce.WasFailed, bounce.Undetermined, false}, // 1; of any reason
	"Transient":               {bounce.WasDelayed, bounce.DeferredSystem, true},
	"AutoResponder":           {bounce.WasAnswered, bounce.AutoReply, false},
	"AddressChange":           {bounce.WasAnswered, bounce.AutoReply, false},
	"DnsError":                {bounce.WasFailed, bounce.Network, true}, // 256; a temporary one
	"SpamNotification":        {bounce.WasFailed, bounce.SpamContent, false},
	"Unknown":                 {bounce.WasFailed, bounce.Undetermined, true},
	"SoftBounce":              {bounce.WasFailed, bounce.Undetermined, true},
	"VirusNotification":       {bounce.WasFailed, bounce.Virus, false},
	"ChallengeVerification":   {bounce.WasChallenged, bounce.AutoReply, false},
	"BadEmailAddress":         {bounce.WasFailed, bounce.RecipientSyntax, false},
	"SpamComplaint":           {bounce.WasComplained, bounce.Complaint, false},
	"Blocked":                 {bounce.WasFailed, bounce.Policy, false},
	"SMTPApiError":            {bounce.WasFailed, bounce.Protocol, false},
	"DMARCPolicy":             {bounce.WasFailed, bounce.AuthFailure, false},
	"TemplateRenderingFailed": {bounce.WasFailed, bounce.Content, false},
}

// postmarkCodes are the numbers of the types, for where the word is missing.
var postmarkCodes = map[string]string{
	"1": "HardBounce", "2": "Transient", "64": "AutoResponder", "128": "AddressChange", "256": "DnsError", "512": "SpamNotification",
	"2048": "Unknown", "4096": "SoftBounce", "8192": "VirusNotification", "16384": "ChallengeVerification", "100000": "BadEmailAddress",
	"100001": "SpamComplaint", "100006": "Blocked", "100007": "SMTPApiError", "100009": "DMARCPolicy", "100010": "TemplateRenderingFailed",
}

func postmarkReports(o object) ([]report, error) {
	r := report{
		recipient: o.text("Email", "Recipient"),
		at:        o.time("BouncedAt", "DeliveredAt"),
		messageID: o.text("MessageID"),
		campaign:  o.text("Tag", "Metadata.campaign"),
		from:      o.text("From"),
	}
	// Description is Postmark's own sentence, the same for all of a type.
	r.reply.Text = o.text("Details")
	switch o.text("RecordType") {
	case "Delivery":
		r.happened = bounce.WasDelivered
		return []report{r}, nil
	case "SpamComplaint":
		r.happened, r.label, r.reply = bounce.WasComplained, "SpamComplaint", bounce.Reply{}
		return []report{r}, nil
	case "Bounce", "":
	default:
		return nil, nil
	}
	if r.label = o.text("Type"); r.label == "" {
		r.label = postmarkCodes[o.text("TypeCode")]
	}
	kind, known := postmarkTypes[r.label]
	if !known {
		return nil, nil
	}
	r.happened, r.prior, r.soft = kind.happened, kind.prior, kind.soft
	return []report{r}, nil
}
