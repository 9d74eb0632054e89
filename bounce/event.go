package bounce

import "time"

// Event is what became of one mail to one recipient, as a bounce mail, a log or a
// sending service tells it. Its reply was classified: where nobody replied, its
// reason is [Complaint], [AutoReply] or [Delivered], or [Undetermined].
type Event struct {
	Recipient string // the address that was mailed to, as the report has it; "" where a complaint hides it
	Happened  Happening
	Result
	At          time.Time // zero: not known
	Source      string    // the file, and the place in it
	SourceLabel string    // what the service itself calls it, "Permanent/General": a prior, no proof
	MessageID   string    // of the mail that was sent, without angle brackets
	Campaign    string
	From        string // the domain that sent it, lower case; "" if not known
}

// Doubtful is the rule of an event that nothing is concluded from: the mail that tells
// it may be no bounce, or may be about somebody else. It has the class [None].
const Doubtful = "label not surely a bounce"

// Happening is what became of a mail. Its word is permanent.
type Happening uint8

const (
	WasUnknown    Happening = iota
	WasFailed               // it was refused for good, or given up
	WasDelayed              // it is tried on
	WasDelivered            // a mail host took it
	WasSent                 // it was handed over for sending: it says how many there were
	WasComplained           // the recipient called it spam
	WasAnswered             // by a machine: out of office
	WasChallenged           // a filter wants the sender to prove that it is human
)

var happenings = [...]string{"unknown", "failed", "delayed", "delivered", "sent", "complaint", "auto-reply", "challenge"}

// String returns the permanent word of h.
func (h Happening) String() string { return word(happenings[:], int(h)) }

// ParseHappening is the reverse of [Happening.String]. ok is false for other words.
func ParseHappening(s string) (h Happening, ok bool) {
	for i, word := range happenings {
		if word == s {
			return Happening(i), true
		}
	}
	return WasUnknown, false
}
