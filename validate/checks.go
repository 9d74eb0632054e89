package validate

import (
	"cmp"

	"winnow/mx"
	"winnow/provider"
	"winnow/verdict"
)

// Check is one thing that is looked at: the kinds it may say, and the functions
// that say them, each as soon as what it needs is known. Domain and MX are called
// once a domain, MX once DNS has answered (or failed to); Mailbox once an address
// (its *Domain is nil where the address has none that can be asked for). All must
// be safe for concurrent use on different arguments, and do no I/O.
type Check struct {
	Kinds   []verdict.Kind
	Domain  func(*Domain) verdict.Set
	MX      func(*Domain) verdict.Set
	Mailbox func(*Domain, *Mailbox) verdict.Set
}

// checks is the table of all checks, cheapest first. Ties in gravity go by the
// order of the kinds, which is the order of the checks.
func checks(l *Lists, allow, deny *Own) []Check {
	return []Check{
		row(),
		syntax(),
		stray(),
		literal(),
		own(allow, deny),
		reserved(),
		mailHosts(),
		probed(),
		history(),
		typo(l.typos),
		typoTLD(l.typos),
		disposable(l.disposable),
		role(l.role),
		unlikely(),
		relay(l.relay),
		free(l.free),
		hosted(),
		alias(),
	}
}

// Domain is what is known of one domain. It is shared by all addresses at it;
// its checks run once. After [Validator.Domain] and [Validator.SetMX] it is
// only read.
type Domain struct {
	ASCII    string           // A-labels, lower case
	Provider provider.ID      // who gives out addresses there; 0 if unknown
	Host     provider.Host    // what is known of its first mail host by its name; zero until DNS was asked
	Customs  provider.Customs // how it reads the names before its @
	keptAs   provider.Customs // by what customs its addresses are looked up in the history
	MX       *mx.Answer       // nil: DNS was not asked
	Typo     string           // the provider's domain that it looks like; "" for none
	TypoP    float64          // how probable it is that Typo was meant, before DNS was asked; 0 for none
	Kinds    verdict.Set      // what its checks said
	learnt   string           // the mail host by which it was found to be disposable; see [Validator.Learn]
	slip     guess            // what Typo and TypoP were taken from
}

// RunBy returns who runs the domain's mail: the provider that gives out addresses
// there, else who is known by the name of its mail host.
func (d *Domain) RunBy() provider.ID { return cmp.Or(d.Provider, d.Host.ID) }

// takesNoMail tells whether DNS has proved that no mail can reach the domain.
func (d *Domain) takesNoMail() bool { return d.Kinds.Intersects(noMail) }

var noMail = verdict.SetOf(DomainMissing, MXNone, MXNull, MXUnresolvable, MXUnroutable)
