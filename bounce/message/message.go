// Package message answers one question: of whom does this mail say what?
//
// A mail that comes back is a delivery status notification (RFC 3464, and with
// UTF-8 addresses RFC 6533), a feedback report (RFC 5965), a machine's answer (RFC
// 3834), or what a server wrote before, or beside, those. [Read] tells them apart,
// reads of whom they speak, and hands what was said to package bounce to be
// classified. What is none of them has no event.
//
// What a report says and the mail that it gives back are kept apart: nothing is
// read out of the body of the latter. The address that a bounce was sent to is ours,
// and fails only where a report's own field says so; what is said of it is not said of
// the recipient. Nor is what a report tells of others, of other mails and of its codes.
// Where it is not sure whom a failure is about, it is told, and counts for nothing
// ([bounce.Doubtful]).
//
// Real mails are broken. Missing boundaries, wrong charsets, a line "From " before
// the header, eight-bit bytes and endless nesting are borne; all work is linear in
// the size of the mail. Everything here is safe for concurrent use.
package message

import (
	"context"
	"errors"
	"strings"

	"winnow/bounce"
)

var (
	// ErrNoMail says that the bytes have no header of a mail.
	ErrNoMail = errors.New("message: this is no mail: it has no header")

	// ErrNoRecipient says that a mail reports a failure or a complaint, and hides or
	// has lost of whom it speaks.
	ErrNoRecipient = errors.New("message: the report names no recipient")
)

// formats are the forms in which a mail says what became of another. The first that
// knows the mail as its own has read it.
var formats = [...]struct {
	name string
	read func(context.Context, *mail, *bounce.Rules) (events []bounce.Event, own bool)
}{
	{"feedback report", readFeedback},
	{"delivery status notification", readStatus},
	{"bounce of no standard", readPlain},
	{"automatic answer", readAnswer},
}

// Read returns what the mail raw says of those whom another mail was sent to, one
// event a recipient, of an alias perhaps two; none if it is no bounce. Its lines end in LF, CRLF or CR. The
// events' Source is left to who knows where the mail came from. An error is
// [ErrNoMail], [ErrNoRecipient] or [ErrCut]; beside the last there are the events of
// what was read. The end of ctx ends it in the midst of a mail, and its error is that
// of ctx.
func Read(ctx context.Context, raw []byte, rules *bounce.Rules) ([]bounce.Event, error) {
	raw = unixLines(raw)
	m, ok := parse(raw)
	if !ok {
		return nil, ErrNoMail
	}
	cut := m.isCut(raw)
	if cut {
		m = m.truncated(raw)
	}
	events, reported := m.events(ctx, rules)
	switch err := ctx.Err(); {
	case err != nil:
		return nil, err
	case cut && len(events) > 0 && m.lacks(raw), cut && len(events) == 0 && (reported || m.writer(false) == machine):
		return events, ErrCut
	case len(events) == 0 && reported:
		return nil, ErrNoRecipient
	}
	return events, nil
}

// events reads the mail. reported says that it is a report, even if there are none.
func (m *mail) events(ctx context.Context, rules *bounce.Rules) (events []bounce.Event, reported bool) {
	for _, format := range formats {
		events, own := format.read(ctx, m, rules)
		if len(events) > 0 {
			m.sign(events)
			return events, true
		}
		reported = reported || own
	}
	if inner := m.wrapped(); inner != nil {
		for _, format := range formats {
			if events, _ := format.read(ctx, inner, rules); len(events) > 0 {
				inner.sign(events)
				return events, true
			}
		}
	}
	return nil, reported
}

// wrapped returns the report that the mail gives back in its text: some who get one
// write a letter around it. nil if what stands there is no report, or if there is
// nothing that is.
func (m *mail) wrapped() *mail {
	if m.below == "" || m.isList() && m.writer(true) == person {
		return nil
	}
	inner, ok := parse([]byte(m.below))
	if !ok || !strings.HasPrefix(strings.ToLower(inner.header.first("content-type")), "multipart/report") {
		return nil
	}
	return inner
}

// Text returns the words of who wrote the mail raw, without what it gives back; "" if
// it is none.
func Text(raw []byte) string {
	m, ok := parse(raw)
	if !ok {
		return ""
	}
	return m.report
}

// sign fills in what is the same for all events of a mail.
func (m *mail) sign(events []bounce.Event) {
	o := m.original()
	for i := range events {
		e := &events[i]
		if e.At.IsZero() {
			e.At = m.at()
		}
		if e.MessageID == "" {
			e.MessageID = o.messageID
		}
		e.Campaign, e.From = o.campaign, o.from
	}
}
