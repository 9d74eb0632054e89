package validate

import (
	"winnow/address"
	"winnow/verdict"
)

// syntax says which rule a text breaks that is no address.
func syntax() Check {
	var said [address.NumRules]verdict.Set
	kinds := make([]verdict.Kind, 0, len(said))
	for r := address.Rule(1); r < address.NumRules; r++ {
		said[r] = verdict.SetOf(Syntax(r))
		kinds = append(kinds, Syntax(r))
	}
	return Check{
		Kinds: kinds,
		Mailbox: func(_ *Domain, m *Mailbox) verdict.Set {
			if m.Fault == nil {
				return verdict.Set{}
			}
			return said[m.Fault.Rule]
		},
	}
}
