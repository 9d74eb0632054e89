package message

import (
	"slices"
	"strings"
)

// original is what is known of the mail that was sent.
type original struct {
	header    header
	messageID string
	campaign  string
	from      string // a domain
}

// isOriginal reports whether a leaf of this kind gives back what was sent, whole or
// its header only.
func isOriginal(kind string) bool {
	switch kind {
	case "message/rfc822", "message/rfc822-headers", "message/global", "message/global-headers", "message/partial", "text/rfc822-headers", "text/rfc822-header", "text/rfc822":
		return true
	}
	return false
}

// original reads the header of what was given back: a part of its own, or the end
// of the text.
func (m *mail) original() *original {
	if m.given != nil {
		return m.given
	}
	m.given = &original{}
	o := m.given
	for _, l := range m.leaves {
		if isOriginal(l.kind) {
			o.header, _ = readHeader(head(l.decoded()))
			break
		}
	}
	if len(o.header) == 0 {
		o.header, _ = readHeader([]byte(m.below))
	}
	o.messageID = messageID(o.header.first("message-id"))
	if o.messageID == "" { // a reply to the mail says so (RFC 5322 section 3.6.4)
		o.messageID = messageID(m.header.first("in-reply-to"))
	}
	o.campaign = o.header.campaign()
	if from := addresses(unword(o.header.first("from"))); len(from) > 0 {
		o.from = strings.ToLower(domain(from[0]))
	}
	return o
}

// messageID takes the angle brackets off, and a comment.
func messageID(s string) string {
	if _, inside, ok := strings.Cut(s, "<"); ok {
		s, _, _ = strings.Cut(inside, ">")
	}
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, " \t") || len(s) > 998 {
		return ""
	}
	return s
}

// campaigns are the fields in which senders write the campaign that a mail belongs
// to, the plainest first.
var campaigns = [...]string{"x-campaign", "x-campaign-id", "x-campaignid", "x-campaign_id", "x-mailgun-tag", "x-mj-customid", "x-pm-tag", "x-msys-campaign", "x-job"}

func (h header) campaign() string {
	for _, name := range campaigns {
		if v := h.first(name); v != "" {
			return unword(v)
		}
	}
	// Feedback-ID is campaign:customer:type:sender. What SES puts in itself has no campaign.
	if f := strings.Split(h.first("feedback-id"), ":"); len(f) >= 3 && !strings.EqualFold(f[len(f)-1], "AmazonSES") {
		return strings.TrimSpace(f[0])
	}
	return ""
}

// ours returns the addresses that are the sender's own, or the reporter's, in lower
// case: whom the bounce was sent to, and from whom the mail was.
func (m *mail) ours() map[string]bool {
	own := map[string]bool{}
	put := func(h header, names ...string) {
		for _, v := range h.all(names...) {
			for _, a := range addresses(v) {
				own[strings.ToLower(a)] = true
			}
		}
	}
	put(m.header, "to", "cc", "from", "reply-to", "delivered-to", "envelope-to", "x-original-sender", "x-envelope-to", "errors-to")
	put(m.original().header, "from", "sender", "reply-to", "return-path", "errors-to", "x-sender")
	return own
}

// splitReport parts the words of a report from the mail that stands below them. It
// begins at a line that says so, or at the first lines that are plainly its header.
func splitReport(text string) (report, below string) {
	for at := 0; at < len(text); {
		line, _, _ := strings.Cut(text[at:], "\n")
		next := min(at+len(line)+1, len(text))
		switch {
		case announces(line):
			return text[:at], unquoted(strings.TrimLeft(text[next:], "\r\n \t"))
		case beginsHeader(text[at:]):
			return text[:at], unquoted(text[at:])
		}
		at = next
	}
	return text, ""
}

// unquoted takes the mark of a quotation off every line, where the first has it.
func unquoted(s string) string {
	if strings.HasPrefix(s, "> ") {
		return strings.ReplaceAll(s[2:], "\n> ", "\n")
	}
	return s
}

// announces reports whether a line says that the mail follows.
func announces(line string) bool {
	line = strings.ToLower(strings.Trim(line, "-=*_#+:.>|[]<~\t\r "))
	if len(line) < 8 || len(line) > 100 {
		return false
	}
	for _, words := range announcements {
		if rest, ok := strings.CutPrefix(line, words); ok {
			return !slices.ContainsFunc(received[:], func(s string) bool { return strings.HasPrefix(rest, s) })
		}
	}
	return false
}

// received follows "original message" where it is only spoken of.
var received = [...]string{" was", " is ", " could", " has", " to ", " from ", " sent", " ha ", " as a separate", " as an attach", ":"}

// traces are fields that a mail has and a report's own words have not.
var traces = map[string]bool{
	"received": true, "x-received": true, "return-path": true, "message-id": true, "mime-version": true, "dkim-signature": true,
	"domainkey-signature": true, "authentication-results": true, "delivered-to": true, "x-originating-ip": true, "x-mailer": true,
	"received-spf": true, "arc-seal": true, "x-google-dkim-signature": true, "user-agent": true,
}

// statusNames are fields of a delivery status (RFC 3464), which is a report's.
var statusNames = map[string]bool{
	"reporting-mta": true, "original-recipient": true, "final-recipient": true, "action": true, "status": true,
	"remote-mta": true, "diagnostic-code": true, "last-attempt-date": true, "will-retry-until": true,
}

// beginsHeader reports whether a mail's header begins here: fields follow one
// another, and two of them or more are such as only a mail has.
func beginsHeader(s string) bool {
	found, first := 0, true
	for fields, n := 0, 0; fields < 12 && n < 200 && s != ""; n++ {
		line, rest, _ := strings.Cut(s, "\n")
		line = strings.TrimRight(strings.TrimPrefix(line, "> "), " \t\r")
		s = rest
		if line == "" {
			return false
		}
		if line[0] == ' ' || line[0] == '\t' {
			if first {
				return false
			}
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isName([]byte(name)) {
			return false
		}
		fields++
		if name = strings.ToLower(name); statusNames[name] {
			return false
		} else if traces[name] && value != "" {
			if found++; found >= 2 || name == "received" && strings.Contains(value, " ") && first {
				return true
			}
		}
		first = false
	}
	return false
}
