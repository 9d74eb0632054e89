package probe

import (
	"net/netip"
	"time"

	"winnow/bounce"
)

// Evidence is what asking for one address came to: raw, and not judged. [Read]
// judges it, today or when the rules have changed.
//
// It says either what a host replied (Reply.Code is not 0), or why no host did
// (Failure). Both are set where a reply was the last word heard before asking ended
// for another reason: a greylisting host, and patience that ran out.
type Evidence struct {
	ID      int       // the Target's
	Domain  string    // A-labels, lower case
	At      time.Time // of the reply, of MadeUp where that decides alone (perhaps before the run), or of giving up
	Reply   Reply     // to RCPT, or to the command at which the host ended the matter
	Failure Failure   // why there is no reply to RCPT, or why it was not asked again; 0 where RCPT was answered for good
	Detail  string    // of the Failure, for people: one line of ASCII, no address
	Asked   int       // how often RCPT was sent for the address
	TLS     TLS

	// UTF8 says that the local part is not ASCII, so that a host must offer SMTPUTF8
	// (RFC 6531).
	UTF8 bool

	// Late says that the host refused the address late in a session, and would not take
	// after it whom it had taken before: it refuses everybody once asked for many.
	Late bool

	// MadeUp is the reply to a recipient of the domain that nobody has: zero if none
	// was asked, or if none was answered. It is of the host of Reply. Its time may lie
	// before the run, where Options.Known knew it.
	MadeUp Reply

	// Refused counts the addresses of the domain that were refused for good so far, while not
	// one was taken; 0 once one was, and where there are too few to tell. Postmaster is
	// the reply to postmaster@ (RFC 5321 section 4.5.1), asked of such a domain.
	Refused    int
	Postmaster Reply
}

// Reply is what a host said, and when. The zero Reply is none.
type Reply struct {
	bounce.Reply                // Text is all lines, joined with \n, their codes taken off; of more than 2 KiB the middle is left out
	Addr         netip.AddrPort // who was connected to
	At           time.Time

	// local is the part that RCPT asked for, of a reply that others are shown: they see it without.
	// "" for that of an address's own evidence.
	local string
}

// Said tells whether there is a reply.
func (r *Reply) Said() bool { return r.Code != 0 }

// about is the reply to an asking, for others than its address.
func (r Reply) about(a *asking) Reply {
	r.local = a.local
	return r
}

// Failure says why a host did not answer for an address. Its word is permanent.
type Failure uint8

const (
	NotFailed   Failure = iota
	NoHost              // the domain has no host that could be asked: none in the Target, or no address known
	Private             // only addresses that Options.Routable refuses
	OverBudget          // Options.Budget was spent
	Breaker             // the provider has refused us: it is not asked again in this run
	Patience            // the host wants to be asked again later than Options.Patience or the deadline allows
	Timeout             // no host answered in time
	Refused             // the connection was refused
	Unreachable         // no route to any host, or another error of the network; the host's name could not be looked up for now
	Dropped             // the connection was closed or reset in the midst of the dialogue, more than once
	Garbled             // what came is no SMTP: an endless line, no reply code
	NoUTF8              // the local part is not ASCII, and the host does not offer SMTPUTF8
	HungUp              // the host said 421 each time before it answered for the address
	Deadline            // our own time was up
	numFailures
)

var failureWords = [numFailures]string{"", "no-host", "private", "over-budget", "breaker", "patience", "timeout", "refused", "unreachable", "dropped", "garbled", "no-utf8", "hung-up", "deadline"}

// String returns the permanent word of f, "" for NotFailed.
func (f Failure) String() string {
	if f >= numFailures {
		return ""
	}
	return failureWords[f]
}

// TLS is what was noted of STARTTLS (RFC 3207). A certificate is noted, never required.
type TLS struct {
	Offered bool
	Version string // "TLS 1.3"; "" if the dialogue was not encrypted
	Subject string // the certificate's names: the first DNS name, else the common name
	Problem string // why the certificate does not verify for the host, or why there is no encryption; "" if all is well
}

// Catch is what is known of a domain that was asked for a made-up recipient.
type Catch struct {
	All   bool  // it takes mail for everybody; else it refused the made-up one
	Reply Reply // to the made-up one: which host said so, and when
}
