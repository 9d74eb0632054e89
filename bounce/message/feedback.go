package message

import (
	"context"
	"strings"

	"winnow/bounce"
)

// readFeedback reads a feedback report (RFC 5965), and the older form in which only
// the mail itself comes back, with its recipient in a field.
//
// Who complained is often hidden. The returned mail's To is believed only where it
// is one address, and was not made unreadable; else the event has no recipient, and
// only the Message-ID can say who it was.
func readFeedback(_ context.Context, m *mail, _ *bounce.Rules) (events []bounce.Event, own bool) {
	var report header
	for i := range m.leaves {
		if l := &m.leaves[i]; l.kind == "message/feedback-report" {
			report, own = append(report, readAll(toUTF8(l.decoded(), ""))...), true
		}
	}
	o := m.original()
	hidden := o.header.all("x-hmxmroriginalrecipient")
	kind := strings.ToLower(report.first("feedback-type"))
	if m.header.first("x-apple-unsubscribe") == "true" { // Apple Mail, for who pressed its button
		hidden, kind = m.header.all("from"), "opt-out"
	}
	if !own && len(hidden) == 0 {
		return nil, false
	}
	e := bounce.Event{SourceLabel: kind, At: m.at()}
	if e.At.IsZero() {
		e.At = parseTime(report.first("arrival-date"))
	}
	switch kind {
	case "not-spam":
		return nil, false
	case "auth-failure", "dmarc": // RFC 6591: of our domain's SPF, DKIM and DMARC, and perhaps of mail that is not ours
		e.Result = bounce.Result{Reason: bounce.AuthFailure, Class: bounce.Block, Target: bounce.Sender, Action: bounce.Fix}
	case "virus":
		e.Happened = bounce.WasUnknown
		e.Result = bounce.Result{Reason: bounce.Virus, Class: bounce.Block, Target: bounce.Sender, Action: bounce.Fix}
	default:
		e.Happened = bounce.WasComplained
		e.Result = bounce.Result{Reason: bounce.Complaint, Class: bounce.Complained, Target: bounce.Recipient, Action: bounce.SuppressAlways}
	}
	e.Rule = "feedback-type " + kind
	if id := report.first("original-message-id"); id != "" {
		e.MessageID = messageID(id)
	}
	named := append(report.all("original-rcpt-to", "removal-recipient", "original-recipient"), hidden...)
	var recipients []string
	for _, v := range named {
		if a := fieldAddress(v); a != "" && !concealed(a) {
			recipients = append(recipients, a)
		}
	}
	if len(recipients) == 0 && e.Happened == bounce.WasComplained {
		if to := addresses(strings.Join(o.header.all("x-original-to", "envelope-to", "to", "cc", "bcc"), ",")); len(to) == 1 && !concealed(to[0]) {
			recipients = to
		}
	}
	var seen reported
	for _, a := range recipients {
		e.Recipient = a
		seen.add(e, "")
	}
	if len(recipients) == 0 { // somebody did, and it counts
		seen.add(e, "")
	}
	return seen.settle(), true
}

// readAll reads every field of a text of them, also over empty lines.
func readAll(text string) header {
	whole, recipients := statusFields(text)
	for _, h := range recipients {
		whole = append(whole, h...)
	}
	return whole
}

// concealed reports whether who reports has taken the name out of an address, or put
// a hash in its place.
func concealed(address string) bool {
	local := strings.ToLower(address[:strings.LastIndexByte(address, '@')])
	if strings.Contains(local, "redact") || strings.Contains(local, "hidden") || strings.Contains(local, "hashed") || strings.Trim(local, "*x.") == "" {
		return true
	}
	return len(local) >= 32 && strings.Trim(local, "0123456789abcdef") == ""
}
