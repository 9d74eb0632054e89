package listmaker

import (
	"strings"

	"winnow/provider"
	"winnow/validate"
)

// votes are what the packages say of domains.
type votes struct {
	fresh    set
	families map[string]set // the others that call domains disposable
	all      set            // disposable by any
	freely   set
	letters  map[string][]byte // of each domain, the letters of the sources that name it, in their order
}

func readVotes(p Packages, out *tally) votes {
	v := votes{fresh: make(set), families: make(map[string]set), all: make(set), freely: make(set), letters: make(map[string][]byte)}
	for _, s := range sources {
		if s.letter == 0 {
			continue
		}
		into := v.into(s)
		if s.silent {
			into = make(set)
		}
		for _, entry := range p.of[s.name].entries {
			domain := normalise(entry)
			if domain == "" {
				out.add(s.name, "no domain name", entry)
				continue
			}
			if s.use == saysDisposable {
				v.all[domain] = true
			}
			if said := v.letters[domain]; !strings.HasSuffix(string(said), string(s.letter)) {
				v.letters[domain] = append(said, s.letter)
			}
			into[domain] = true
		}
	}
	return v
}

// into returns the set that a source's entries go to.
func (v votes) into(s source) set {
	switch {
	case s.use == saysFree:
		return v.freely
	case s.family == fresh:
		return v.fresh
	}
	if v.families[s.family] == nil {
		v.families[s.family] = make(set)
	}
	return v.families[s.family]
}

// disposable returns the domains that count as disposable, and why the others
// do not.
func (v votes) disposable(k known) (yes set, others map[string]reason) {
	yes, others = make(set), make(map[string]reason)
	for domain := range v.all {
		if why := k.banned(domain); why != 0 {
			others[domain] = why
		} else if why := v.outvoted(domain, k); why != 0 {
			others[domain] = why
		} else {
			yes[domain] = true
		}
	}
	// The list is asked for parents, too.
	for domain := range v.all {
		if _, parent, _ := strings.Cut(domain, "."); yes.hasParent(parent) && k.banned(domain) == 0 {
			others[domain] = belowEntry
		}
	}
	for domain := range others {
		delete(yes, domain)
	}
	return yes, others
}

// outvoted is 0 where the fresh list, or two families that do not copy each
// other, call the domain or one above it disposable. A mailbox provider, which
// the fresh list does not contradict, is none: old lists never forget.
func (v votes) outvoted(domain string, k known) reason {
	if v.fresh[domain] {
		return 0
	}
	families := 0
	for _, family := range v.families {
		if family.hasParent(domain) {
			families++
		}
	}
	switch {
	case families < 2:
		return tooFew
	case v.freely[domain], k.doubts[domain]:
		return freeSays
	}
	return 0
}

// free returns the domains that count as free, and why the others that were
// named do not.
func (v votes) free(k known) (yes set, others map[string]reason) {
	yes, others = make(set), make(map[string]reason)
	for domain := range k.providers {
		yes[domain] = true
	}
	for domain := range v.freely {
		why := k.notFree(domain)
		if why == 0 && !k.providers[domain] && v.all.hasParent(domain) {
			why = isDisposable
		}
		if why != 0 {
			others[domain] = why
		} else {
			yes[domain] = true
		}
	}
	return yes, others
}

// named returns a list's lines: each domain with the letters of who says so.
func (v votes) named(domains set, u use) []string {
	entries := make(set)
	for domain := range domains {
		letters := v.of(domain, u)
		if u == saysFree && provider.OfDomain(domain) != provider.Unknown {
			letters += string(validate.OwnTable)
		}
		entries[domain+" "+letters] = true
	}
	return sortedKeys(entries)
}

// of returns the letters of the sources of a use that name a domain.
func (v votes) of(domain string, u use) (letters string) {
	for _, s := range sources {
		if s.use == u && s.letter != 0 && strings.IndexByte(string(v.letters[domain]), s.letter) >= 0 {
			letters += string(s.letter)
		}
	}
	return letters
}

// uncounted returns the lines of what was named and is not counted: the domain,
// and for disposable, for free or for both the letters and the reason's code.
func (v votes) uncounted(notDisposable, notFree map[string]reason) []string {
	entries := make(map[string]string)
	for domain, why := range notDisposable {
		entries[domain] += " " + v.of(domain, saysDisposable) + string(why.code())
	}
	for domain, why := range notFree {
		entries[domain] += " " + v.of(domain, saysFree) + string(why.code())
	}
	found := make(set)
	for domain, said := range entries {
		found[domain+said] = true
	}
	return sortedKeys(found)
}
