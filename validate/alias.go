package validate

import (
	"strings"

	"winnow/verdict"
)

// alias says which addresses have a tag that their provider ignores, and which are
// not plain ASCII.
func alias() Check {
	other, idn := verdict.SetOf(AddressAlias), verdict.SetOf(AddressIDN)
	return Check{
		Kinds: []verdict.Kind{AddressAlias, AddressIDN},
		Domain: func(d *Domain) verdict.Set {
			if strings.HasPrefix(d.ASCII, "xn--") || strings.Contains(d.ASCII, ".xn--") {
				return idn
			}
			return verdict.Set{}
		},
		Mailbox: func(d *Domain, m *Mailbox) (said verdict.Set) {
			if d == nil {
				return said
			}
			if d.Customs.Alias(m.Addr.Local) {
				said = other
			}
			if m.Addr.IsUTF8() {
				said = said.Union(idn)
			}
			return said
		},
	}
}
