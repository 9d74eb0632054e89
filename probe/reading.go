package probe

import (
	"time"

	"winnow/bounce"
	"winnow/verdict"
)

// Reading is what evidence means.
type Reading struct {
	// Code is one of Codes, or "" where the host took the address and refused a made-up
	// one: the mailbox is there.
	Code string

	Reason     bounce.Reason // what the reply says; Undetermined where there is none
	Class      bounce.Class
	Target     bounce.Target // whom the reply is about: whose fault it is
	RetryAfter time.Time     // when to ask again; zero if that is of no use
	Detail     string        // for people: stage, code, host and text of the reply, or what failed; one line, no address that we asked for

	// Answered says that the host has spoken of the recipient: the depth is "smtp".
	Answered bool
}

// Read judges evidence by the rules that come with winnow. It asks nobody.
func Read(e Evidence) Reading { return Reading{} }

// Code is something that a probe can say of an address.
type Code struct {
	Code  string // permanent, hyphenated: "recipient-unknown"
	Grade verdict.Grade
	About bounce.Target // Recipient, Domain, System (the host), Sender (us)
	Text  string        // in words that need no RFC
	Todo  string
}

// Codes returns all codes, in a fixed order, by gravity.
func Codes() []Code { return nil }
