package validate

import (
	"winnow/address"
	"winnow/verdict"
)

// reserved says which domains can never be a real one (RFC 6761, RFC 2606).
func reserved() Check {
	said := verdict.SetOf(DomainReserved)
	return Check{
		Kinds: []verdict.Kind{DomainReserved},
		Domain: func(d *Domain) verdict.Set {
			if _, ok := address.Special(d.ASCII); ok {
				return said
			}
			return verdict.Set{}
		},
	}
}
