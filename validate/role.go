package validate

import "winnow/verdict"

// role says which local parts name a task rather than a person.
func role(known roleSet) Check {
	system, function, weak := verdict.SetOf(RoleSystem), verdict.SetOf(RoleFunction), verdict.SetOf(RoleWeak)
	return Check{
		Kinds: []verdict.Kind{RoleSystem, RoleFunction, RoleWeak},
		Mailbox: func(_ *Domain, m *Mailbox) verdict.Set {
			switch known.tier(m.Addr.Local) {
			case roleSystem:
				return system
			case roleFunction:
				return function
			case roleWeak:
				return weak
			}
			return verdict.Set{}
		},
	}
}
