package suppress

import (
	"time"
)

const day = 24 * time.Hour

// Policy says what events make of an address. A field that is zero has its default.
//
// A final refusal because of the recipient suppresses at once, and a complaint for
// good. A passing one, and one that says nothing, counts: see Soft.
type Policy struct {
	// Soft and undetermined refusals suppress where SoftEvents (3) or more, each
	// SoftApart (24 h) or more behind the one before and of another message, fall into
	// SoftWithin (30 days), with no delivery in between, and the first is SoftAge (7
	// days) old; FullAge (14 days) if a mailbox was full. They are let go SoftFor (180
	// days) after the last.
	SoftEvents       int
	SoftApart        time.Duration
	SoftWithin       time.Duration
	SoftAge, FullAge time.Duration
	SoftFor          time.Duration
	DisabledFor      time.Duration // 90 days; then a disabled mailbox is to be tested again
	BadDayWait       time.Duration // 7 days; see below
	RecentDelivery   time.Duration // 90 days; for so long a delivery speaks for an address
	BadDayEvents     int           // 50
	BadDayTimes      float64       // 5
	From             string        // the domain that mail is to be sent from: a mailbox that takes mail of certain senders only is suppressed for it; "": for nobody
	_                struct{}      // name the fields
}

// Bad days: on a day on which a mail host told of BadDayEvents mails or more, and
// most were blocked, or the share of unknown recipients was above BadDayTimes its
// usual, its refusals prove nothing yet. The usual share is that of all its other
// days; where none of its deliveries is known, numbers a day stand for shares. Such
// a refusal holds an address back for BadDayWait; it suppresses only with a second
// one, of a day that is not bad, or so much later.

func (p Policy) withDefaults() Policy {
	def(&p.SoftEvents, 3)
	def(&p.SoftApart, day)
	def(&p.SoftWithin, 30*day)
	def(&p.SoftAge, 7*day)
	def(&p.FullAge, 14*day)
	def(&p.SoftFor, 180*day)
	def(&p.DisabledFor, 90*day)
	def(&p.BadDayWait, 7*day)
	def(&p.RecentDelivery, 90*day)
	def(&p.BadDayEvents, 50)
	def(&p.BadDayTimes, 5)
	return p
}

func def[T comparable](v *T, otherwise T) {
	if *v == *new(T) {
		*v = otherwise
	}
}
