package validate

import "winnow/verdict"

// literal says which addresses name an IP address in place of a domain
// (RFC 5321 section 4.1.3).
func literal() Check {
	said := verdict.SetOf(AddressLiteral)
	return Check{
		Kinds: []verdict.Kind{AddressLiteral},
		Mailbox: func(_ *Domain, m *Mailbox) verdict.Set {
			if m.Addr.IsLiteral() {
				return said
			}
			return verdict.Set{}
		},
	}
}
