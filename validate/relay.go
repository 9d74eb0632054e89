package validate

import (
	"winnow/provider"
	"winnow/verdict"
)

// relay says which domains forward to a mailbox that its owner may switch off:
// real people, unlike disposable ones.
func relay(known domainSet) Check {
	said := verdict.SetOf(ListRelay)
	return Check{
		Kinds: []verdict.Kind{ListRelay},
		Domain: func(d *Domain) verdict.Set {
			if _, ok := known.hasParent(d.ASCII); ok {
				return said
			}
			return verdict.Set{}
		},
		MX: func(d *Domain) verdict.Set {
			if d.Host.Class == provider.Relay {
				return said
			}
			return verdict.Set{}
		},
	}
}
