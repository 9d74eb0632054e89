package message

import (
	"context"
	"slices"
	"strings"

	"winnow/bounce"
)

// readPlain reads what servers write in their own words. That it is a bounce must be
// said by two signs that do not hang together; who failed, by the lines that name
// addresses; and why, by the words nearest to each.
func readPlain(ctx context.Context, m *mail, rules *bounce.Rules) (events []bounce.Event, own bool) {
	failed := failedRecipients(m.header)
	lower := strings.ToLower(m.report)
	subject := strings.ToLower(unword(m.header.first("subject")))
	speaks := hasAny(subject, subjects[:]) && !isReplySubject(subject)
	by := m.writer(speaks)
	switch {
	case len(failed) > 0:
	case by == person, hasAny(subject, others[:]):
		return nil, false
	case !m.isBounce(by, speaks, lower):
		return nil, by == machine && speaks // of which nothing is left but the header
	}
	p := m.prose()
	recipients := failed
	if len(recipients) == 0 {
		least := answered
		if speaks {
			least = blamed // the subject bears a sentence out
		}
		for _, n := range p.recipients(least) {
			recipients = append(recipients, n.address)
		}
	}
	if len(recipients) == 0 {
		if to := m.onlyRecipient(); to != "" {
			recipients = append(recipients, to)
		}
	}
	recipients = p.mailedTo(recipients)
	happened, shared := m.failedOrDelayed(), p.preamble()
	var unnamed *bounce.Result // of those of whom nothing is said but what is shared
	for _, address := range recipients {
		if ctx.Err() != nil {
			return nil, false
		}
		e := bounce.Event{Recipient: address, Happened: happened}
		t := trial{rules: rules, happened: happened, whom: []string{address}, own: p.own, from: m.original().from, apart: len(recipients) == 1}
		about, members := p.about(address), p.became[strings.ToLower(address)]
		for _, pair := range members {
			t.whom = append(t.whom, p.mentions[pair.member].address)
		}
		if len(members) == 1 {
			about = slices.Concat(p.member(members[0]), about)
		}
		switch {
		case len(members) > 1:
			e.Result = t.judgeMembers(p, members)
		case len(recipients) > 1 && len(about) == 0 && unnamed != nil:
			e.Result = *unnamed
		default:
			said := slices.Concat(about, []string{shared})
			if len(recipients) == 1 {
				var rest []string
				rest, t.loose = p.rest(t.whom)
				said = slices.Concat(about, rest)
			}
			e.Result = t.judgeWith(subject, said)
			if len(about) == 0 {
				res := e.Result // which doubt may change
				unnamed = &res
			}
		}
		if by == unsure {
			doubt(&e)
		}
		events = append(events, e)
	}
	return events, speaks && by == machine
}

// judgeWith judges what a mail without fields says. Its subject is believed only where
// it is about the address, and the words say nothing.
func (t *trial) judgeWith(subject string, said []string) bounce.Result {
	res := t.judge(bounce.Reply{}, said)
	if res.Reason != bounce.Undetermined {
		return res
	}
	t.loose = nil
	r := t.judge(bounce.Reply{Stage: res.Stage}, []string{subject})
	if (r.Target == bounce.Recipient || r.Target == bounce.Domain) && repeats(res.Reply, r.Reply) {
		return r
	}
	return res
}

// doubt makes of an event what is told, and counts for nothing: no sender of bounces
// vouches for the mail, or its recipient is a guess.
func doubt(e *bounce.Event) {
	if e.Class == bounce.Hard {
		e.Result = bounce.Conclude(bounce.Undetermined, e.Reply, "")
	}
	e.Rule, e.Class, e.Action, e.RetryIn = bounce.Doubtful, bounce.None, bounce.Nothing, 0
}

// failedRecipients reads the field in which Exim and others name who failed, one
// behind the other and commas between.
func failedRecipients(h header) (found []string) {
	seen := map[string]bool{}
	for _, v := range h.all("x-failed-recipients") {
		for _, one := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
			if len(found) == maxRecipients {
				return found
			}
			a := wholeAddress(strings.TrimSpace(one))
			if key := strings.ToLower(a); a != "" && !seen[key] {
				seen[key] = true
				found = append(found, a)
			}
		}
	}
	return found
}

// isBounce reports whether a mail that is no notification by its form is one by its
// words: who wrote it, its subject (speaks), and what it says must bear one another
// out.
func (m *mail) isBounce(by writer, speaks bool, report string) bool {
	says := hasAny(report, openings[:]) || isReplies(report)
	return by == machine && (says || speaks && (report != "" || m.isReport())) || says && speaks
}

// isReplies reports whether there is a reply to a recipient in a text.
func isReplies(lower string) bool {
	for line := range strings.Lines(lower) {
		if isReply(strings.TrimSpace(line)) {
			return true
		}
	}
	return false
}

// failedOrDelayed reads whether the mail is tried on.
func (m *mail) failedOrDelayed() bounce.Happening {
	if m.happens != nil {
		return *m.happens
	}
	subject := strings.ToLower(unword(m.header.first("subject")))
	report := strings.ToLower(m.report)
	happened := bounce.WasFailed
	if (hasAny(subject, delays[:]) || hasAny(report, delays[:])) && !hasAny(report, givenUp[:]) {
		happened = bounce.WasDelayed
	}
	m.happens = &happened
	return happened
}

// onlyRecipient returns whom the returned mail was to, where that is one address and
// not our own; else "".
func (m *mail) onlyRecipient() string {
	if m.only == nil {
		only := m.findOnlyRecipient()
		m.only = &only
	}
	return *m.only
}

func (m *mail) findOnlyRecipient() string {
	if m.wrapped() != nil { // it was to whom a report goes
		return ""
	}
	h := m.original().header
	to := addresses(strings.Join(h.all("to", "cc", "bcc", "x-envelope-to", "envelope-to"), ","))
	own := m.ours()
	only := ""
	for _, a := range to {
		if own[strings.ToLower(a)] || only != "" && !strings.EqualFold(only, a) {
			return ""
		}
		only = a
	}
	return only
}
