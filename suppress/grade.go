package suppress

import (
	"slices"
	"time"

	"winnow/bounce"
)

// what is what an event means for its recipient.
type what uint8

const (
	nothing    what = iota
	delivery        // mail was taken
	soft            // a passing refusal, or one that does not say why
	full            // the same, because the mailbox is full
	hard            // a final refusal because of the recipient
	disabled        // the same, until it is tested again
	restricted      // a final refusal, to this sender
	complaint
)

// whatOf says what an event means. Of a domain it tells nothing: DNS knows how that
// is now.
func whatOf(h bounce.Happening, c bounce.Class, r bounce.Reason) what {
	switch {
	case c == bounce.Complained || h == bounce.WasComplained:
		return complaint
	case h == bounce.WasDelivered:
		return delivery
	case !isRefusal(h):
		return nothing
	case r == bounce.DomainInvalid || r == bounce.NullMX:
		return nothing
	case c == bounce.Hard && h == bounce.WasDelayed:
		return soft // it is tried on: not final
	case c == bounce.Hard && r == bounce.MailboxDisabled:
		return disabled
	case c == bounce.Hard:
		return hard
	case c == bounce.Soft && r == bounce.MailboxFull:
		return full
	case c == bounce.Soft || c == bounce.Undecided:
		return soft
	case c == bounce.Block && r == bounce.Restricted:
		return restricted
	}
	return nothing
}

// isRefusal tells whether what happened is a mail host's no.
func isRefusal(h bounce.Happening) bool {
	return h == bounce.WasFailed || h == bounce.WasDelayed || h == bounce.WasUnknown
}

// past is an event as it is judged.
type past struct {
	at       int64 // Unix time, in seconds
	recorded int64 // the same, in milliseconds; 0: nobody knows
	message  uint32
	what     what
	reason   bounce.Reason
	bad      bool // it is of a bad day
}

// Standing is what an address's past makes of it. Its word is permanent.
type Standing uint8

const (
	Clear      Standing = iota // nothing is held against it
	Soft                       // passing refusals, again and again; or one refusal of a bad day
	Hard                       // a final refusal
	Complained                 // its owner does not want any mail
)

var standings = [...]string{"clear", "soft", "hard", "complaint"}

// String returns the word of s.
func (s Standing) String() string {
	if int(s) >= len(standings) {
		return ""
	}
	return standings[s]
}

// ParseStanding is the reverse of [Standing.String].
func ParseStanding(word string) (s Standing, ok bool) {
	for i, w := range standings {
		if w == word {
			return Standing(i), true
		}
	}
	return Clear, false
}

// judged is what follows from all events of an address.
type judged struct {
	standing  Standing
	reason    bounce.Reason
	since     int64 // Unix time
	until     int64 // the same; 0: for good
	ended     int64 // the same, where the standing is Clear: when the last one ended by itself; 0: there was none
	delivered int64 // the last delivery that speaks for it; 0: none
	waits     bool  // for a second refusal: the first was of a bad day
	byHand    bool
}

// run is a row of passing refusals without a delivery in between.
type run struct {
	counted     []past // those within the last SoftWithin
	first, last int64  // of the run that suppresses; 0: none does
	since       int64
	reason      bounce.Reason
	full        bool
}

func (r *run) add(p *Policy, e past) {
	if n := len(r.counted); n > 0 && e.at-r.counted[n-1].at < seconds(p.SoftApart) {
		return
	}
	if e.message != 0 && slices.ContainsFunc(r.counted, func(c past) bool { return c.message == e.message }) {
		return
	}
	r.counted = append(r.counted, e)
	for r.counted[0].at < e.at-seconds(p.SoftWithin) {
		r.counted = r.counted[1:]
	}
	if len(r.counted) < p.SoftEvents {
		return
	}
	if r.last != 0 && e.at >= r.last+seconds(p.SoftFor) {
		r.first, r.full = 0, false // it was let go meanwhile
	}
	if r.first == 0 {
		r.first, r.since = r.counted[0].at, e.at
	}
	for _, c := range r.counted {
		r.full = r.full || c.what == full
	}
	r.last, r.reason = e.at, e.reason
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// judge says what follows from events, which are in the order of time.
func (p *Policy) judge(events []past, now int64) judged {
	var out judged
	var softly run
	var complained, refused, doubted past // the zero past is none
	var refusedMessage uint32             // of the last refusal
	var refusedUntil int64
	for _, e := range events {
		switch e.what {
		case delivery:
			if e.message != 0 && e.message == refusedMessage {
				continue // a relay took it, before it bounced: clocks differ
			}
			// Somebody takes mail there: what was refused before is over, but not what
			// somebody said.
			out.delivered, softly, refused, doubted = e.at, run{}, past{}, past{}
		case soft, full:
			softly.add(p, e)
		case complaint:
			if complained.what == nothing {
				complained = e
			}
			out.delivered = 0
		case hard, disabled, restricted:
			out.delivered, refusedMessage = 0, e.message
			if e.bad && (doubted.what == nothing || e.at-doubted.at < seconds(p.BadDayWait)) {
				if doubted.what == nothing {
					doubted = e
				}
				continue
			}
			if e.what == disabled && (refused.what == nothing || refused.what == disabled) {
				refusedUntil = e.at + seconds(p.DisabledFor)
			} else {
				refusedUntil = 0
			}
			if refused.what == nothing || refused.what == disabled && e.what != disabled {
				at := e.at
				if refused.what != nothing {
					at = refused.at
				}
				refused = e
				refused.at = at
			}
		}
	}
	age := p.SoftAge
	if softly.full {
		age = p.FullAge
	}
	softUntil := softly.last + seconds(p.SoftFor)
	waitUntil := doubted.at + seconds(p.BadDayWait)
	switch {
	case complained.what != nothing:
		out.standing, out.reason, out.since = Complained, complained.reason, complained.at
	case refused.what != nothing && (refusedUntil == 0 || now < refusedUntil):
		out.standing, out.reason, out.since, out.until = Hard, refused.reason, refused.at, refusedUntil
	case softly.first != 0 && now-softly.first >= seconds(age) && now < softUntil:
		out.standing, out.reason, out.since, out.until = Soft, softly.reason, softly.since, softUntil
	case doubted.what != nothing && now < waitUntil:
		out.standing, out.reason, out.since, out.until, out.waits = Soft, doubted.reason, doubted.at, waitUntil, true
	}
	if out.standing == Clear {
		for _, e := range [...]struct {
			was   bool
			until int64
		}{
			{refused.what != nothing, refusedUntil},
			{softly.first != 0 && softUntil-softly.first >= seconds(age), softUntil}, {doubted.what != nothing, waitUntil},
		} {
			if e.was && e.until <= now {
				out.ended = max(out.ended, e.until)
			}
		}
	}
	if out.delivered != 0 && now-out.delivered > seconds(p.RecentDelivery) {
		out.delivered = 0
	}
	return out
}
