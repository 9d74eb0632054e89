package message

import (
	"context"
	"slices"
	"strings"

	"winnow/bounce"
)

// maxStatus is how much of the fields is looked at: those of some thousand recipients.
const (
	maxStatus     = 1 << 20
	maxRecipients = 5000
)

// readStatus reads a delivery status notification (RFC 3464), also where its fields
// stand in the midst of text.
func readStatus(ctx context.Context, m *mail, rules *bounce.Rules) (events []bounce.Event, own bool) {
	text := ""
	for i := range m.leaves {
		if l := &m.leaves[i]; (l.kind == "message/delivery-status" || l.kind == "message/global-delivery-status") && len(text) < maxStatus {
			body := l.decoded()
			text += toUTF8(body[:min(len(body), maxStatus)], parameter(l.header.first("content-type"), "charset")) + "\n\n"
		}
	}
	own = text != ""
	if !own && strings.Contains(strings.ToLower(m.report), "final-recipient:") {
		text = strings.ReplaceAll(m.report, "\n> ", "\n") // also of who forwards it
	}
	if text == "" {
		return nil, false
	}
	m.letter = m.writer(true) == person
	if m.letter && m.isList() {
		return nil, false // a list speaks of everybody's bounces
	}
	whole, recipients := statusFields(text)
	if !own { // in a text, one field alone is only spoken of
		recipients = slices.DeleteFunc(recipients, func(h header) bool {
			return h.first("action")+h.first("status")+h.first("diagnostic-code") == ""
		})
	}
	p := m.prose()
	var seen reported
	for _, h := range recipients {
		if ctx.Err() != nil {
			return nil, false
		}
		if e, final, ok := m.statusEvent(whole, h, p, len(recipients) == 1, rules); ok {
			seen.add(e, final)
		}
	}
	events = seen.settle()
	return events, own || len(events) > 0
}

// statusEvent reads the fields h of one recipient. final is who that became, or "";
// alone, that there are no other recipients.
func (m *mail) statusEvent(whole, h header, p *prose, alone bool, rules *bounce.Rules) (e bounce.Event, final string, ok bool) {
	// Who was mailed to is who the sender named; where that is lost, who it became.
	unread := false // a field names somebody, in no form that is an address
	for _, name := range [...]string{"original-recipient", "final-recipient", "x-actual-recipient"} {
		if e.Recipient = fieldAddress(h.first(name)); e.Recipient != "" {
			break
		}
		unread = unread || namesSomebody(h.first(name))
	}
	guessed := e.Recipient == ""
	if guessed {
		if e.Recipient = m.onlyRecipient(); e.Recipient == "" {
			return e, "", false
		}
	}
	final = fieldAddress(h.first("final-recipient"))
	if actual := fieldAddress(h.first("x-actual-recipient")); actual != "" { // of Sendmail, for which the final one is who was mailed to
		final = actual
	}
	e.Recipient = m.decoded(e.Recipient, final)
	action := strings.ToLower(h.first("action"))
	status := h.first("status")
	e.SourceLabel = action
	e.Happened = m.happened(action, status)
	e.MessageID = messageID(strings.Join(whole.all("original-message-id", "x-original-message-id"), " "))
	dates := [...]string{h.first("last-attempt-date"), m.header.first("date"), whole.first("arrival-date")}
	if m.letter { // who hands a report on does so later, perhaps much
		dates[1], dates[2] = dates[2], dates[1]
	}
	for _, date := range dates {
		if e.At = parseTime(date); !e.At.IsZero() {
			break
		}
	}
	diagnostics := h.all("diagnostic-code") // of several, each is a reply of its own
	for i, d := range diagnostics {
		diagnostics[i] = withoutType(d)
	}
	if len(diagnostics) == 0 {
		diagnostics = []string{""}
	}
	diagnostics = diagnostics[:min(len(diagnostics), maxTexts)]
	reply := bounce.Reply{Text: diagnostics[0], Host: remoteHost(h.first("remote-mta")), Enhanced: enhanced(status)}
	if e.Happened == bounce.WasDelivered {
		e.Result = delivered(reply)
		return e, final, true
	}
	t := trial{rules: rules, happened: e.Happened, whom: []string{e.Recipient}, own: p.own, from: m.original().from, apart: true}
	if final != "" && !strings.EqualFold(final, e.Recipient) {
		t.whom = append(t.whom, final)
	}
	said := slices.Concat(diagnostics, p.words(e.Recipient, final))
	if alone { // the rest of the words is about whom else?
		var rest []string
		rest, t.loose = p.rest(t.whom)
		said = append(said, rest...)
	}
	e.Result = t.judge(reply, said)
	if guessed && unread {
		doubt(&e)
	}
	return e, final, true
}

// happened reads the action (RFC 3464 section 2.3.3); where it was left out, the
// status must do.
func (m *mail) happened(action, status string) bounce.Happening {
	for _, a := range actions {
		if strings.HasPrefix(action, a.word) {
			return a.happened
		}
	}
	if strings.HasPrefix(status, "2") {
		return bounce.WasDelivered
	}
	return m.failedOrDelayed()
}

var actions = [...]struct {
	word     string
	happened bounce.Happening
}{
	{"fail", bounce.WasFailed}, {"error", bounce.WasFailed}, {"undeliver", bounce.WasFailed}, {"expired", bounce.WasFailed},
	{"delay", bounce.WasDelayed}, {"deferred", bounce.WasDelayed},
	{"deliver", bounce.WasDelivered}, {"relay", bounce.WasDelivered}, {"expand", bounce.WasDelivered}, {"success", bounce.WasDelivered},
}

// statusFields reads the fields of the whole mail and those of each recipient (RFC
// 3464 section 2.1): a block of lines is a recipient's if one of them names it.
// Empty lines in the midst of a block, and lines that lost their indent, are borne.
func statusFields(text string) (whole header, recipients []header) {
	var block header
	named := false // block names a recipient
	end := func() {
		switch {
		case named:
			recipients = append(recipients, block)
		case len(recipients) > 0:
			last := &recipients[len(recipients)-1]
			*last = append(*last, block...)
		default:
			whole = append(whole, block...)
		}
		block, named = nil, false
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" {
			end()
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if ok = ok && isName([]byte(name)) && !strings.HasPrefix(value, "//"); !ok {
			if len(block) > 0 && (line[0] == ' ' || line[0] == '\t' || block[len(block)-1].name == "diagnostic-code") {
				last := &block[len(block)-1]
				if len(last.value) > maxReply {
					continue
				}
				last.value = strings.TrimLeft(last.value+" "+strings.TrimLeft(line, " \t"), " ")
			}
			continue
		}
		f := field{strings.ToLower(name), strings.TrimSpace(value)}
		if f.name == "final-recipient" || f.name == "original-recipient" {
			if named && block.first(f.name) != "" {
				end() // the empty line between two was lost
			}
			named = true
		}
		if len(block) < maxFields && len(recipients) < maxRecipients {
			block = append(block, f)
		}
	}
	end()
	return whole, recipients
}

// withoutType takes the type off a Diagnostic-Code (RFC 3464 section 2.3.6).
func withoutType(s string) string {
	if kind, rest, ok := strings.Cut(s, ";"); ok && len(kind) < 16 && !strings.ContainsAny(kind, " .<") && kind != "" && (kind[0] < '0' || kind[0] > '9') {
		return strings.TrimSpace(rest)
	}
	return s
}

// remoteHost reads the name in "dns; mx.acme.com (192.0.2.1)".
func remoteHost(s string) string {
	if _, rest, ok := strings.Cut(s, ";"); ok {
		s = rest
	}
	s = strings.Trim(s, " \t<>")
	if i := strings.IndexAny(s, " ([:,"); i >= 0 {
		s = s[:i]
	}
	if !strings.Contains(s, ".") {
		return ""
	}
	return strings.Trim(s, ".")
}

// enhanced reads the code of a Status field, which may have a comment behind it.
func enhanced(status string) string {
	if i := strings.IndexAny(status, " \t(;,"); i >= 0 {
		status = status[:i]
	}
	if len(status) < 5 || strings.Count(status, ".") != 2 || strings.IndexByte("245", status[0]) < 0 || status[1] != '.' {
		return ""
	}
	return status
}
