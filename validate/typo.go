package validate

import "winnow/verdict"

// typo says which domains are one slip of the finger away from a provider's.
// It only raises a doubt: the domain may be somebody's own. The correction is
// offered once DNS has proved that no mail can reach the domain as written.
func typo(targets *typoTargets) Check {
	said := verdict.SetOf(TypoDomain)
	return Check{
		Kinds: []verdict.Kind{TypoDomain},
		Domain: func(d *Domain) verdict.Set {
			if d.Typo = targets.nearest(d.ASCII); d.Typo != "" {
				return said
			}
			return verdict.Set{}
		},
	}
}
