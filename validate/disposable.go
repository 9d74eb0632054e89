package validate

import (
	"winnow/provider"
	"winnow/verdict"
)

// disposable says which domains hand out addresses to throw away: those on the
// list, and those whose mail goes to a host that serves no others. A typo of a
// provider is a typo first, even where a list calls it disposable.
func disposable(known domainSet) Check {
	said := verdict.SetOf(ListDisposable)
	listed := func(d *Domain) bool {
		if d.Provider != provider.Unknown {
			return false // no list that is used holds one: see contradicted
		}
		_, ok := known.hasParent(d.ASCII)
		return ok
	}
	return Check{
		Kinds: []verdict.Kind{ListDisposable},
		Domain: func(d *Domain) verdict.Set {
			if d.Typo == "" && listed(d) {
				return said
			}
			return verdict.Set{}
		},
		MX: func(d *Domain) verdict.Set {
			if d.Typo != "" {
				return verdict.Set{}
			}
			// What was taken for a typo may have turned out to be none.
			if listed(d) || d.Host.Class == provider.Disposable {
				return said
			}
			return verdict.Set{}
		},
	}
}
