package validate

import "winnow/verdict"

// stray says which addresses are right by the rules, but come with a mark that
// nobody's has: see [address.Stray].
func stray() Check {
	said := verdict.SetOf(LocalStray)
	return Check{
		Kinds: []verdict.Kind{LocalStray},
		Mailbox: func(_ *Domain, m *Mailbox) verdict.Set {
			if m.Fault == nil && m.Meant != "" {
				return said
			}
			return verdict.Set{}
		},
	}
}
