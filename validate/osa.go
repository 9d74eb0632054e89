package validate

import (
	"math/bits"
	"strings"

	"golang.org/x/net/publicsuffix"

	"winnow/provider"
)

// osa1 tells whether the optimal string alignment distance of two strings of
// bytes is exactly 1: one insertion, deletion, substitution or transposition
// of neighbours.
func osa1(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	if i == len(a) {
		return false // equal
	}
	return a[i+1:] == b[i+1:] || transposed(a, b, i)
}

// transposed tells whether the strings, of one length and first different at
// i, differ only by the order of the bytes i and i+1.
func transposed(a, b string, i int) bool {
	return i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// letters returns which letters a string has, as a set in which other characters
// may fall together with them. One edit changes two of its bits at most.
func letters(s string) (set uint32) {
	for i := range len(s) {
		set |= 1 << (s[i] & 31)
	}
	return set
}

// typoTargets are the provider domains that people mean when they mistype,
// and what is known to be no mistake. It is only read, and safe for concurrent
// use.
type typoTargets struct {
	byLength [][]typoTarget
	squats   domainSet   // registered for the sake of typing errors: no veto
	real     []domainSet // people's own
}

type typoTarget struct {
	domain     string
	letters    uint32 // of domain
	name       int    // length of the part before the suffix
	popularity int
	exclusive  bool
}

// Names up to tinyName letters stand close to everything; of those up to
// shortName nearly every neighbour under a common suffix is somebody's.
const (
	tinyName  = 3
	shortName = 4
)

func newTypoTargets(squats domainSet, real ...domainSet) *typoTargets {
	t := &typoTargets{squats: squats, real: real}
	for p := range provider.Targets() {
		suffix, _ := publicsuffix.PublicSuffix(p.Domain)
		for len(p.Domain) >= len(t.byLength) {
			t.byLength = append(t.byLength, nil)
		}
		t.byLength[len(p.Domain)] = append(t.byLength[len(p.Domain)], typoTarget{
			domain:     p.Domain,
			letters:    letters(p.Domain),
			name:       len(p.Domain) - len(suffix) - len("."),
			popularity: p.Popularity,
			exclusive:  p.Exclusive,
		})
	}
	return t
}

// nearest returns the provider domain that one slip of the finger turned into
// this domain, the most popular if there are several, or "" where there is
// none or the domain is known to be real. The domain is in A-labels and lower
// case.
func (t *typoTargets) nearest(domain string) string {
	var best typoTarget
	has := letters(domain)
	for length := max(len(domain)-1, 0); length <= len(domain)+1 && length < len(t.byLength); length++ {
		for i := range t.byLength[length] {
			target := &t.byLength[length][i]
			if target.popularity > best.popularity && bits.OnesCount32(target.letters^has) <= 2 && osa1(domain, target.domain) && target.likely(domain) {
				best = *target
			}
		}
	}
	if best.domain == "" || !t.squats.has(domain) && t.known(domain) {
		return ""
	}
	return best.domain
}

// known tells whether the domain is known to be what its owner meant.
func (t *typoTargets) known(domain string) bool {
	if provider.OfDomain(domain) != provider.Unknown || provider.Institutional(domain) {
		return true
	}
	for _, s := range t.real {
		if _, ok := s.hasParent(domain); ok {
			return true
		}
	}
	return false
}

// likely tells whether a domain one edit away is a slip of this target rather
// than somebody else's name.
func (t *typoTarget) likely(domain string) bool {
	if strings.IndexByte(domain, '.') < 0 {
		return true // the dot was dropped
	}
	if len(domain) > t.name && domain[:t.name] == t.domain[:t.name] && domain[t.name] == '.' {
		return t.exclusive || !knownTLD(domain)
	}
	if t.name <= tinyName {
		return false
	}
	return t.name > shortName || sameLetters(domain, t.domain)
}

// knownTLD tells whether the domain's top-level domain exists.
func knownTLD(domain string) bool {
	suffix, icann := publicsuffix.PublicSuffix(domain)
	// A suffix of several labels that is not ICANN's is a private one, below
	// a top-level domain that exists.
	return icann || strings.IndexByte(suffix, '.') >= 0
}

// sameLetters tells whether the edit between two strings, osa1 apart, changed
// no letters: it swapped two, or doubled one or took back a doubled one.
func sameLetters(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return transposed(a, b, i)
	}
	return i > 0 && b[i] == b[i-1]
}
