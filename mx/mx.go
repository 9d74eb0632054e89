// Package mx answers one question: which hosts take mail for a domain?
//
// It asks recursive resolvers and never believes them blindly: big providers
// must resolve and made-up names must not (the canaries), and what would
// condemn a domain is asked again at a second resolver where there is one. What
// could not be found out is a temporary outcome, never a negative one. It does
// not validate DNSSEC and asks no authoritative server.
//
// It asks as much at once, and as fast, as each resolver bears
// (docs/decisions/resolvers.md).
//
// RFC 5321 section 5.1 (mail exchangers, implicit MX), RFC 7505 (null MX),
// RFC 2308 (negative answers), RFC 6890 (special-purpose addresses), RFC 6891 (EDNS),
// RFC 8914 (extended errors), RFC 7858 (DNS over TLS), RFC 8484 (DNS over HTTPS).
package mx

import (
	"net/netip"
	"time"
)

// Outcome is what asking for the mail exchangers of a domain came to.
type Outcome uint8

const (
	Hosts        Outcome = iota + 1 // an MX host has a routable address
	Implicit                        // no MX, but the domain has an address: RFC 5321 section 5.1
	Null                            // "." alone: the domain takes no mail, RFC 7505 section 3
	Missing                         // NXDOMAIN
	None                            // NODATA for MX, A and AAAA
	Unresolvable                    // MX exist, and none of their hosts has an address, definitively
	Unroutable                      // only addresses where no mail comes to: RFC 6890
	Private                         // no routable address, but a private, shared, unique local or unspecified one
	ServFail                        // SERVFAIL
	Refused                         // REFUSED
	Timeout                         // no answer, or no resolver that answers
	Lame                            // NOERROR, but a referral instead of an answer
	Loop                            // aliases that lead back to themselves
	Malformed                       // only packets that do not answer the question
)

var outcomes = [...]string{
	"", "hosts", "implicit", "null", "missing", "none", "unresolvable", "unroutable",
	"private", "serv-fail", "refused", "timeout", "lame", "loop", "malformed",
}

// String returns the outcome's name, lower-case and hyphenated; "" for no outcome.
func (o Outcome) String() string {
	if int(o) >= len(outcomes) {
		return ""
	}
	return outcomes[o]
}

// Temporary reports whether o means that it could not be found out.
func (o Outcome) Temporary() bool { return o >= ServFail && o <= Malformed }

// negative reports whether o condemns the domain, and so wants confirming.
func (o Outcome) negative() bool {
	return o >= Null && o <= Unroutable
}

// Host is a mail exchanger.
type Host struct {
	Name       string       // lower case, without the trailing dot
	Preference uint16       // lower is tried first
	Addrs      []netip.Addr // routable or not; nil: none, or not asked since another host sufficed
}

// Answer is what is known of the mail exchangers of one domain. What Hosts holds
// may be shared between answers and must not be changed.
type Answer struct {
	Name    string // as asked
	Outcome Outcome
	Hosts   []Host // by preference; for Implicit the domain itself; nil if there are none

	// Confirmed says that the answer may be believed. Of a negative one
	// (Null to Unroutable): canaries passed before and after it at a resolver
	// which gave it, and a second resolver, where there is one alive, agreed;
	// without it the answer must not be acted on. Of the others with hosts (Hosts,
	// Implicit, Private): the resolver had passed its canaries. False for every
	// temporary outcome.
	Confirmed bool

	Detail string        // for people: resolver, response code, why it is not confirmed; one line of ASCII
	At     time.Time     // when it was learnt
	TTL    time.Duration // the shortest of the records it rests on; 0 if temporary or not known
}
