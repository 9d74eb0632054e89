package validate

import (
	"cmp"
	"iter"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"winnow/provider"
)

// typoTargets are the provider domains that people mean when they mistype,
// and what is known to be no mistake. It is only read, and safe for concurrent
// use.
type typoTargets struct {
	names   func() *typoNames // made at the first domain that needs them: most are a provider's
	letters letterModel
	tlds    domainSet
	squats  domainSet   // registered for the sake of typing errors: no veto
	listed  domainSet   // gathered by others, slips and all: counts against one, no veto
	real    []domainSet // people's own
}

func newTypoTargets(squats, listed domainSet, real ...domainSet) *typoTargets {
	return &typoTargets{
		names:   sync.OnceValue(newTypoNames),
		letters: newLetterModel(lettersText),
		tlds:    newDomainSet(tldsText),
		squats:  squats, listed: listed, real: real,
	}
}

// typoNames are the names of all targets, the likeliest first.
type typoNames struct {
	all    []typoName
	begins [256]bitset // by octet: the names that have it first or second
}

// typoName is a provider's name, with the suffixes under which it gives out
// addresses: yahoo, with com, co.uk …
type typoName struct {
	name    string
	letters uint32 // of name
	targets []typoTarget
}

type typoTarget struct {
	domain    string
	name      string  // its first part
	suffix    string  // its second, with the dot
	all, tail uint32  // the letters of domain, and of suffix
	prior     float32 // ln of its share of all addresses
	exclusive bool    // the name is nobody else's, under whatever suffix
	sure      bool    // and so well known that it is meant under another suffix, too
}

// priors are ln of the share of all addresses that a domain of each popularity
// has, roughly: half a list is at the four biggest.
var priors = [10]float32{-9, -8, -7.3, -6.6, -5.9, -5.2, -4.5, -3.8, -3.0, -1.8}

func newTypoNames() *typoNames {
	targets := make([]typoTarget, 0, maxTargets)
	for p := range provider.Targets() {
		name, _, _ := strings.Cut(p.Domain, ".")
		targets = append(targets, typoTarget{
			domain:    p.Domain,
			name:      name,
			suffix:    p.Domain[len(name):],
			all:       letters(p.Domain),
			tail:      letters(p.Domain[len(name):]),
			prior:     priors[p.Popularity],
			exclusive: p.Exclusive,
			sure:      p.Exclusive && (p.Popularity >= 7 || p.Popularity >= 5 && len(name) >= longName),
		})
	}
	// The likeliest first: once one is found, what is much less likely needs no look.
	slices.SortStableFunc(targets, func(a, b typoTarget) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(b.prior, a.prior))
	})
	t := &typoNames{all: make([]typoName, 0, maxNames)}
	for len(targets) > 0 {
		name, n := targets[0].name, 1
		for n < len(targets) && targets[n].name == name {
			n++
		}
		t.all = append(t.all, typoName{name: name, letters: letters(name), targets: targets[:n]})
		targets = targets[n:]
	}
	slices.SortStableFunc(t.all, func(a, b typoName) int { return cmp.Compare(b.targets[0].prior, a.targets[0].prior) })
	for i, n := range t.all {
		t.begins[n.name[0]].set(i)
		t.begins[n.name[1]].set(i)
	}
	return t
}

// letters returns which letters a string has, as a set in which other characters
// may fall together with them. One slip changes two of its bits at most.
func letters(s string) (set uint32) {
	for i := range len(s) {
		set |= 1 << (s[i] & 31)
	}
	return set
}

// bitset is a set of small numbers.
type bitset [maxNames / 64]uint64

// maxNames and maxTargets are more than there are; a test proves it.
const (
	maxNames   = 512
	maxTargets = 512
)

func (s *bitset) set(i int) { s[i/64] |= 1 << (i % 64) }

// beginning yields the names that begin, by their first two letters, like one that
// was typed: the likeliest first. One of the two may be a slip, or both be swapped.
func (t *typoNames) beginning(typed string) iter.Seq[*typoName] {
	return func(yield func(*typoName) bool) {
		if len(typed) < 2 {
			return
		}
		a, b := &t.begins[typed[0]], &t.begins[typed[1]]
		for w := range a {
			for bits64 := a[w] | b[w]; bits64 != 0; bits64 &= bits64 - 1 {
				if !yield(&t.all[w*64+bits.TrailingZeros64(bits64)]) {
					return
				}
			}
		}
	}
}

// near tells, cheaply, whether a name may be a slip of this one. Most are not:
// the length is not, or the letters.
func (n *typoName) near(typed string, has uint32) bool {
	longer := len(typed) - len(n.name)
	return -maxDrift <= longer && longer <= maxDrift && bits.OnesCount32(n.letters^has) <= maxStrange
}

// maxStrange is how many letters may stand in one of two names only: two slips.
const maxStrange = 4

// under tells whether the provider gives out addresses under this suffix, of
// two parts, which begins with its dot.
func (n *typoName) under(suffix, rest string) bool {
	for i := range n.targets {
		if after, ok := strings.CutPrefix(n.targets[i].suffix, suffix); ok && after == rest {
			return true
		}
	}
	return false
}

// shortName is up to how many letters a name is short: with two slips it can
// be turned into nearly anything.
const shortName = 4

// longName is from how many letters on a name is hardly ever anything else.
const longName = 9

// known tells whether the domain is known to be what its owner meant.
func (t *typoTargets) known(domain string) bool {
	if provider.Institutional(domain) {
		return true
	}
	for _, s := range t.real {
		if _, ok := s.hasParent(domain); ok {
			return true
		}
	}
	return false
}
