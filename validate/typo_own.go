package validate

import "strings"

const (
	shareOwn      = -1.2 // the domains that are no target's have this share of all addresses
	suffixCom     = -0.8 // and these suffixes have these shares of them
	suffixNet     = -3.2 // net and org, each
	suffixLand    = -3.5 // a country's
	suffixDeep    = -4.5 // several labels: co.uk
	suffixOther   = -6.0
	suffixNone    = -9.0 // no such top-level domain: it is a slip for one
	suffixStrange = -1.5 // and a letter too long for one
	labelMore     = -6.0 // a label more than needed: mail.acme.com
	nobodyElse    = -6.0 // the name is the provider's alone
	oddsListed    = 6.0  // a list of others names the domain: they hold slips, too

	// Letters do not tell all that makes a name: the longest words and the
	// strangest abbreviations are somebody's.
	surpriseMost   = 13.0
	surpriseLetter = 0.7 // more of it, a letter

	// A name made of one word and another: somebody's cloud, somebody's yahoo.
	surpriseTail = 5.0 // for one of the words that end names
	surpriseName = 6.0 // for a provider's name behind
	surpriseHead = 9.0 // for a provider's name before
)

// shortNames are all taken, by their length, whatever their letters.
var shortNames = [...]float32{5, 5, 5, 5, 3.5, 1.5}

// tailWords end many names, and many a provider's.
var tailWords = [...]string{"mail", "cloud", "world", "online", "link", "net", "look", "global", "live", "web", "box", "planet"}

// shareOfOthers returns ln of the share of all addresses that all domains of others with
// this suffix have.
func (w *typed) shareOfOthers() float32 {
	switch {
	case !w.exists:
		return shareOwn + suffixNone + suffixStrange*float32(max(len(w.public)-len("com"), 0))
	case w.public == "com":
		return shareOwn + suffixCom
	case w.public == "net" || w.public == "org":
		return shareOwn + suffixNet
	case strings.IndexByte(w.public, '.') >= 0:
		return shareOwn + suffixDeep
	case len(w.public) == len("de"):
		return shareOwn + suffixLand
	}
	return shareOwn + suffixOther
}

// own returns ln p that the domain is somebody's own, rather than the target's.
func (t *typoTargets) own(w *typed, target *typoTarget) float32 {
	p := w.shareOfOthers()
	name := strings.TrimSuffix(w.domain[:len(w.domain)-len(w.public)], ".")
	for dot := strings.IndexByte(name, '.'); dot >= 0; dot = strings.IndexByte(name, '.') {
		name = name[dot+1:]
		p += labelMore
	}
	p -= t.surprise(name)
	switch {
	case name == target.name && target.exclusive:
		p += nobodyElse
	case name != target.name || w.exists:
		p += w.shortness(len(name))
	}
	return p
}

// shortness is how much likelier a name of this length is to be taken for its
// length alone.
func (w *typed) shortness(length int) float32 {
	switch {
	case length >= len(shortNames):
		return 0
	case !w.exists || strings.IndexByte(w.public, '.') >= 0:
		return shortNames[length] / 2
	}
	return shortNames[length]
}

// surprise returns -ln p of a name: letter by letter, or as of two words.
func (t *typoTargets) surprise(name string) float32 {
	least := min(t.letters.surprise(name), surpriseMost+surpriseLetter*float32(len(name)))
	for _, word := range tailWords {
		if head, ok := strings.CutSuffix(name, word); ok && head != "" {
			least = min(least, surpriseTail+t.letters.surprise(strings.TrimSuffix(head, "-")))
		}
	}
	names := t.names().all
	for i := range names {
		word := names[i].name
		if len(word) < shortName || len(word) >= len(name) ||
			word[0] != name[0] && word[len(word)-1] != name[len(name)-1] {
			continue
		}
		if head, ok := strings.CutSuffix(name, word); ok {
			least = min(least, surpriseName+t.letters.surprise(strings.TrimSuffix(head, "-")))
		}
		if tail, ok := strings.CutPrefix(name, word); ok {
			least = min(least, surpriseHead+t.letters.surprise(strings.TrimPrefix(tail, "-")))
		}
	}
	return least
}
