package validate

import "winnow/verdict"

// disposable says which domains hand out addresses to throw away. A typo of a
// provider is a typo first, even where a list calls it disposable.
func disposable(known domainSet) Check {
	said := verdict.SetOf(ListDisposable)
	return Check{
		Kinds: []verdict.Kind{ListDisposable},
		Domain: func(d *Domain) verdict.Set {
			if d.Typo == "" {
				if _, ok := known.hasParent(d.ASCII); ok {
					return said
				}
			}
			return verdict.Set{}
		},
	}
}
