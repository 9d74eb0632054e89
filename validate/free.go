package validate

import "winnow/verdict"

// free says which domains give mailboxes to anybody.
func free(known domainSet) Check {
	said := verdict.SetOf(ListFree)
	return Check{
		Kinds: []verdict.Kind{ListFree},
		Domain: func(d *Domain) verdict.Set {
			if known.has(d.ASCII) {
				return said
			}
			return verdict.Set{}
		},
	}
}
