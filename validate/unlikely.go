package validate

import "winnow/verdict"

// unlikely says which local parts their provider would not give out today. Old
// accounts predate the rules: it is a reason to look twice.
func unlikely() Check {
	said := verdict.SetOf(LocalUnlikely)
	return Check{
		Kinds: []verdict.Kind{LocalUnlikely},
		Mailbox: func(d *Domain, m *Mailbox) verdict.Set {
			if d != nil && d.RunBy().Unlikely(m.Addr.Local) != "" {
				return said
			}
			return verdict.Set{}
		},
	}
}
