package validate

import (
	"winnow/mx"
	"winnow/provider"
	"winnow/verdict"
)

// Need is what a check wants to be known before it can speak.
type Need uint8

const (
	NeedNothing Need = iota // nothing from outside: runs for every address
	NeedMX                  // the domain's mail hosts
)

// Check is one thing that is looked at: the kinds it may say, what it needs,
// and one of two functions. Domain is called once a domain, Mailbox once an
// address (its *Domain is nil where the address has none that can be asked
// for). Both must be safe for concurrent use on different arguments, and do no
// I/O.
type Check struct {
	Kinds   []verdict.Kind
	Needs   Need
	Domain  func(*Domain) verdict.Set
	Mailbox func(*Domain, *Mailbox) verdict.Set
}

// checks is the table of all checks, cheapest first. Ties in gravity go by the
// order of the kinds, which is the order of the checks.
func checks(l lists) []Check {
	return []Check{
		row(),
		syntax(),
		literal(),
		reserved(),
		mailHosts(),
		typo(l.typos),
		disposable(l.disposable),
		role(l.role),
		relay(l.relay),
		free(l.free),
	}
}

// Domain is what is known of one domain. It is shared by all addresses at it;
// its checks run once. After [Validator.Domain] and [Validator.SetMX] it is
// only read.
type Domain struct {
	ASCII    string      // A-labels, lower case
	Provider provider.ID // who runs it; 0 if unknown
	MX       *mx.Answer  // nil: DNS was not asked
	Typo     string      // the provider's domain that it looks like; "" for none
	TypoP    float64     // how probable it is that Typo was meant, before DNS was asked; 0 for none
	Kinds    verdict.Set // what its checks said

	slip guess // what Typo and TypoP were taken from
}

// takesNoMail tells whether DNS has proved that no mail can reach the domain.
func (d *Domain) takesNoMail() bool { return d.Kinds.Intersects(noMail) }

var noMail = verdict.SetOf(DomainMissing, MXNone, MXNull, MXUnresolvable)
