package message

import (
	"context"
	"strings"

	"winnow/bounce"
)

// readAnswer reads what a machine answered in somebody's name (RFC 3834), and the
// mail of a filter that wants the sender to prove that it is human. Neither says
// anything against the address: it was reached.
func readAnswer(_ context.Context, m *mail, _ *bounce.Rules) (events []bounce.Event, own bool) {
	from := addresses(unword(m.header.first("from")))
	if len(from) == 0 {
		return nil, false
	}
	e := bounce.Event{Recipient: from[0], Result: bounce.Result{Reason: bounce.AutoReply}}
	subject := strings.ToLower(unword(m.header.first("subject")))
	switch {
	case m.header.first("list-unsubscribe") != "", hasAny(strings.ToLower(from[0]), daemons[:]):
		return nil, false
	case hasAny(subject, challenges[:]) || hasAny(strings.ToLower(m.report), challenging[:]):
		e.Happened, e.Rule = bounce.WasChallenged, "challenge"
	case m.isAnswer(subject):
		e.Happened, e.Rule = bounce.WasAnswered, "auto-reply"
	default:
		return nil, false
	}
	return []bounce.Event{e}, true
}

// isAnswer reports whether a mail says of itself that a machine wrote it as an
// answer: "auto-generated" is a newsletter too (RFC 3834 section 5).
func (m *mail) isAnswer(subject string) bool {
	if auto := strings.ToLower(m.header.first("auto-submitted")); auto != "" {
		return strings.HasPrefix(auto, "auto-replied")
	}
	for _, name := range [...]string{"x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply-from"} {
		if v := m.header.first(name); v != "" && !strings.EqualFold(v, "no") {
			return true
		}
	}
	if p := strings.ToLower(m.header.first("precedence")); p == "auto_reply" || p == "auto-reply" {
		return true
	}
	return hasPrefix(subject, answers[:])
}
