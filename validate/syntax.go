package validate

import (
	"strings"

	"winnow/address"
	"winnow/verdict"
)

// syntax says which rule a text breaks that is no address.
//
// A carrier that handed out addresses against the rules still has people behind
// them: those are a reason to look twice, not to remove anybody.
func syntax() Check {
	kinds := make([]verdict.Kind, 0, address.NumRules)
	for r := address.Rule(1); r < address.NumRules; r++ {
		kinds = append(kinds, Syntax(r))
	}
	legacy := verdict.SetOf(LocalLegacyDots)
	return Check{
		Kinds: append(kinds, LocalLegacyDots),
		Mailbox: func(_ *Domain, m *Mailbox) verdict.Set {
			if m.Fault == nil {
				return verdict.Set{}
			}
			if legacyDots(m) {
				return legacy
			}
			return verdict.SetOf(Syntax(m.Fault.Rule))
		},
	}
}

// legacyDots tells whether an address only breaks the rules about dots, at a
// Japanese carrier that took no notice of them until 2009.
func legacyDots(m *Mailbox) bool {
	switch m.Fault.Rule {
	case address.LocalDotDouble, address.LocalDotEnd, address.LocalDotStart:
	default:
		return false
	}
	switch strings.ToLower(m.Text[strings.LastIndexByte(m.Text, '@')+1:]) {
	case "docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp":
		return true
	}
	return false
}
