package listmaker

import (
	_ "embed"
	"fmt"
	"strings"

	"winnow/provider"
)

// Hand are the lists that are written by hand, as their texts.
type Hand struct{ Relay, Real, Squats string }

// mailboxes are domains of internet access and mailbox services beside those of
// package provider.
//
//go:embed mailboxes.txt
var mailboxes string

// known are the domains of which it is known what they are.
type known struct {
	providers     set
	relay, squats set
	real          set // well known, with all below them
	academic      set // with all below them
	sites         set // well known themselves; below some of them anybody may live
	others        set // real, of all kinds
	doubts        set
	above         set // the parents of all of these but squats and doubts
	slips         slips
}

func readKnown(p Packages, h Hand) (k known, err error) {
	k = known{providers: make(set), sites: make(set), academic: make(set), others: make(set), doubts: make(set), above: make(set), slips: newSlips()}
	for domain := range provider.Domains() {
		k.providers[domain] = true
	}
	for name, by := range map[string]struct {
		text string
		into *set
	}{
		"relay": {h.Relay, &k.relay}, "real": {h.Real + "\n" + mailboxes, &k.real}, "squats": {h.Squats, &k.squats},
	} {
		*by.into = make(set)
		for _, entry := range lines(by.text) {
			if normalise(entry) != entry || publicSuffix(entry) {
				return k, fmt.Errorf("list %s: %s: not a domain name in A-labels, or a public suffix", name, entry)
			}
			(*by.into)[entry] = true
		}
	}
	for use, into := range map[use]set{saysAcademic: k.academic, saysWellKnown: k.sites, saysReal: k.others, doubts: k.doubts} {
		for _, entries := range p.saying(use) {
			for _, entry := range entries {
				if domain := normalise(entry); domain != "" && !publicSuffix(domain) {
					into[domain] = true
				}
			}
		}
	}
	for domain := range k.doubts {
		if strings.Contains(strings.TrimSuffix(domain, "."+suffixOf(domain)), ".") {
			delete(k.doubts, domain) // a host of somebody's, not a provider
		}
	}
	for _, s := range []set{k.providers, k.relay, k.real, k.academic, k.sites} {
		for domain := range s {
			for above := range parents(domain) {
				if above != domain {
					k.above[above] = true
				}
			}
		}
	}
	return k, nil
}

// banned says why a domain must not stand among the disposable ones, or 0.
func (k known) banned(domain string) reason {
	switch {
	case publicSuffix(domain):
		return isSuffix
	case k.providers.hasParent(domain):
		return isProvider
	case k.relay.hasParent(domain):
		return isRelay
	case k.real.hasParent(domain), k.sites[domain]:
		return isWellKnown
	case k.academic.hasParent(domain):
		return isAcademic
	case provider.Institutional(domain):
		return isInstitution
	case k.above[domain]:
		return isAbove
	case k.squats[domain]:
		return isSquat
	}
	return 0
}

// notFree says why a domain must not stand among the free ones, or 0.
func (k known) notFree(domain string) reason {
	switch {
	case k.providers[domain]:
		return 0
	case publicSuffix(domain):
		return isSuffix
	case k.relay.hasParent(domain):
		return isRelay
	case k.academic.hasParent(domain):
		return isAcademic
	case provider.Institutional(domain):
		return isInstitution
	case k.squats[domain]:
		return isSquat
	case k.slips.has(domain) && !k.real[domain]:
		return isSlip
	}
	return 0
}

// near returns the real domains that look like a provider's: within two edits of
// its domain, or under another suffix with a name that is one edit from a longer one
// that nobody else uses. Such a name itself, whatever its suffix, is the provider's.
func (k known) near() []string {
	var targets, names []string
	brands := make(set)
	for t := range provider.Targets() {
		targets = append(targets, t.Domain)
		name, _, _ := strings.Cut(t.Domain, ".")
		if t.Exclusive {
			brands[name] = true
			if len(name) >= nameLength {
				names = append(names, name)
			}
		}
	}
	found := make(set)
	for _, s := range []set{k.academic, k.sites, k.others} {
		for domain := range s {
			name, _, _ := strings.Cut(domain, ".")
			if k.providers[domain] || k.squats[domain] || brands[name] || provider.Institutional(domain) {
				continue
			}
			if looksLike(domain, targets, nearby) || looksLike(name, names, 1) {
				found[domain] = true
			}
		}
	}
	return sortedKeys(found)
}

const (
	nearby     = 2 // so many slips of the finger make a domain look like a target
	nameLength = 5 // from so many letters on a name is looked at without its suffix
)

func looksLike(text string, targets []string, slips int) bool {
	for _, t := range targets {
		if diff := len(text) - len(t); -slips <= diff && diff <= slips && distance(text, t) <= slips {
			return true
		}
	}
	return false
}

// distance is the optimal string alignment distance.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var rows [3][65]int
	before, above, here := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		above[j] = j
	}
	for i := range len(a) {
		here[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			here[j+1] = min(above[j+1]+1, here[j]+1, above[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				here[j+1] = min(here[j+1], before[j-1]+1)
			}
		}
		before, above, here = above, here, before
	}
	return above[len(b)]
}

// slips are names that are one slip away from a provider's.
type slips struct {
	domains set      // one edit away from a target
	brands  set      // names that nobody else uses, under whatever suffix, and what is one edit away from a longer one
	long    []string // targets with a name so long that two edits are a slip, too
}

// From how many letters on a name has few honest neighbours, one edit away and
// two.
const (
	longName     = 7
	veryLongName = 9
)

func newSlips() slips {
	s := slips{domains: make(set), brands: make(set)}
	for t := range provider.Targets() {
		edits(t.Domain, s.domains)
		if name, ok := nameOf(t.Domain); ok && t.Exclusive {
			s.brands[name] = true
			if len(name) >= longName {
				edits(name, s.brands)
			}
			if len(name) >= veryLongName {
				s.long = append(s.long, t.Domain)
			}
		}
	}
	return s
}

func (s slips) has(domain string) bool {
	if s.domains[domain] || looksLike(domain, s.long, nearby) {
		return true
	}
	name, ok := nameOf(domain)
	first, rest, _ := strings.Cut(domain, ".")
	return ok && s.brands[name] ||
		s.brands[first] && (strings.HasPrefix(rest, "com.") || strings.HasPrefix(rest, "co.")) // yahoo.com.is: com.is is no public suffix
}

// nameOf returns the label before the public suffix.
func nameOf(domain string) (name string, ok bool) {
	rest, ok := strings.CutSuffix(domain, "."+suffixOf(domain))
	return rest[strings.LastIndexByte(rest, '.')+1:], ok
}

// edits adds all that is one edit away: an octet inserted, deleted or replaced,
// two neighbours swapped.
func edits(d string, into set) {
	const octets = "abcdefghijklmnopqrstuvwxyz0123456789-."
	for i := range len(d) + 1 {
		for _, c := range octets {
			into[d[:i]+string(c)+d[i:]] = true
			if i < len(d) {
				into[d[:i]+string(c)+d[i+1:]] = true
			}
		}
		if i < len(d) {
			into[d[:i]+d[i+1:]] = true
		}
		if i+1 < len(d) {
			into[d[:i]+d[i+1:i+2]+d[i:i+1]+d[i+2:]] = true
		}
	}
}
