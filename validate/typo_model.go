package validate

import (
	"math"
	"slices"
	"strings"

	"winnow/provider"
)

// A domain as it was typed is either a slip for a provider's, or somebody's own
// (or a slip for somebody's own). Which is likelier is asked of a model of each:
//
//	slip   the provider's share of all addresses × the slips that lead to it
//	own    the share of all other domains together × how usual the name is × its suffix
//
// All in nats, ln p. What is known to be real is no slip however near it is.

// guess is what the model thinks of a domain.
type guess struct {
	domain string  // the provider's that was meant; "" for none
	odds   float32 // ln of the odds that a provider's was meant, rather than somebody's own
	share  float32 // if so, how probable it is that it was this one
}

// probability returns that of having meant the provider's domain, with what else
// speaks for a slip, or against it, in nats.
func (g guess) probability(evidence float64) float64 {
	return float64(g.share) / (1 + math.Exp(-float64(g.odds)-evidence))
}

const (
	maxTyped   = 40  // octets: what is longer is no slip
	maxPrice   = 26  // nats: what is as improbable as this is none either
	leastOdds  = 1.2 // real names are more various than the model knows: below this, too many are taken for slips
	squatOdds  = 8.0 // of a domain that lives on slips
	wellBehind = 7.0 // nats: what is so much less likely than the best makes it no less sure
	leastSure  = 0.5 // which one was meant
)

// nearest returns the provider's domain of which this one most probably is a
// slip; none if it is known to be real, or may as well be somebody's own. The
// domain is in A-labels and lower case.
func (t *typoTargets) nearest(domain string) guess {
	if len(domain) > maxTyped || provider.OfDomain(domain) != provider.Unknown {
		return guess{}
	}
	best := t.weigh(domain)
	switch {
	case best.domain == "":
		return guess{}
	case t.squats.has(domain):
		best.odds = max(best.odds, squatOdds)
	case best.odds < leastOdds || best.share < leastSure || t.known(domain) ||
		best.odds < leastOdds+oddsListed && t.listed.has(domain):
		return guess{}
	}
	return best
}

// weigh returns the likeliest target, and the odds that it was meant; no domain
// where none is near.
func (t *typoTargets) weigh(domain string) guess {
	label, _, _ := strings.Cut(domain, ".")
	has := letters(label)
	var w typed
	var best *typoTarget
	slip, second := float32(-maxPrice), float32(-maxPrice)
	for i := range t.names {
		n := &t.names[i]
		if !n.near(label, has) {
			continue
		}
		if w.domain == "" {
			w.start(t, domain, len(label))
		}
		// The most that any way of typing the rest can come to.
		most := n.targets[0].prior - priceFirst
		least := w.steps(n.name, 0, len(n.name), most-w.floor)
		if least == never {
			continue
		}
		under := n.under(w.suffix, "")
		for j := range n.targets {
			target := &n.targets[j]
			most := target.prior - priceFirst
			limit := most - max(w.floor, second, slip-wellBehind)
			if least > limit {
				break // and so those behind it
			}
			if under && target.suffix != w.suffix {
				continue // the suffix is right
			}
			switch p := target.prior - w.price(n, target, limit); {
			case p > slip:
				best, slip, second = target, p, slip
			case p > second:
				second = p
			}
		}
	}
	if best == nil {
		return guess{}
	}
	return guess{
		domain: best.domain,
		odds:   slip - t.own(&w, best),
		share:  float32(1 / (1 + math.Exp(float64(second-slip)))),
	}
}

// typed is a domain as it was typed.
type typed struct {
	alignment
	domain string
	label  string // the first one
	suffix string // what follows it, with its dot; "" for nothing
	public string // its public suffix
	tlds   domainSet
	exists bool    // its top-level domain does
	floor  float32 // ln p below which a slip is not worth a look
}

func (w *typed) start(t *typoTargets, domain string, label int) {
	w.alignment.start(domain)
	w.domain, w.label, w.suffix = domain, domain[:label], domain[label:]
	w.tlds = t.tlds
	w.public, w.exists = publicSuffix(domain, t.tlds)
	w.floor = w.share() + nobodyElse - surpriseMost - surpriseLetter*float32(len(w.label))
}

// publicSuffix returns the suffix below which domains are given out, and whether
// its top-level domain exists. It is as good a guess as the model needs, made in
// place: the one of publicsuffix allocates.
func publicSuffix(domain string, tlds domainSet) (suffix string, exists bool) {
	above, tld := cutLast(domain)
	if !tlds.has(tld) {
		return tld, false
	}
	if name, label := cutLast(above); name != "" && len(tld) == len("uk") && slices.Contains(secondLevel[:], label) {
		return domain[len(domain)-len(tld)-len(label)-len("."):], true
	}
	return tld, true
}

// secondLevel are the labels that countries have below their own.
var secondLevel = [...]string{"ac", "co", "com", "edu", "gob", "go", "gov", "gv", "ltd", "mil", "ne", "net", "nom", "or", "org", "plc", "sch"}

// cutLast parts the last label of a domain from those before it.
func cutLast(domain string) (before, label string) {
	dot := strings.LastIndexByte(domain, '.')
	return domain[:max(dot, 0)], domain[dot+1:]
}

const (
	priceBehind  = 3.0 // an ending put behind: gmail.com.ar
	priceForeign = 3.0 // and that by a provider that has domains of its own for countries
	priceJunk    = 7.0 // something behind that is no ending: gmail.com73160
	priceSuffix  = 5.0 // another well-known suffix: gmail.net
	priceCountry = 8.0 // another suffix
	priceCommon  = 2.0 // the name is not the provider's alone: its neighbours are words as well
	priceAway    = 4.0 // a slip in the suffix that leads to one that exists
)

// price returns that of having typed the domain for the target, when the steps
// are made as far as the target's name.
func (w *typed) price(n *typoName, target *typoTarget, limit float32) float32 {
	name, whole := len(target.name), len(target.domain)
	price := float32(never)
	if w.steps(target.domain, name, whole, limit) < never {
		price = w.at(len(w.domain), whole)
		for i := max(whole-maxDrift, 1); i <= whole+maxDrift && i < len(w.domain); i++ {
			if slips := w.at(i, whole); slips < price {
				price = min(price, slips+w.behind(n, target, w.domain[i:]))
			}
		}
	}
	slips := w.at(len(w.label), name)
	if target.sure && (slips == 0 || name > shortName) {
		price = min(price, slips+w.otherSuffix(target))
	}
	if !target.exclusive {
		price += priceCommon
	}
	if w.exists && !target.sure && w.suffix != target.suffix {
		if slips == 0 && !target.exclusive {
			return never
		}
		price += priceAway
	}
	return priceFirst + price
}

// behind is the price of what was put behind a whole domain of the provider's.
func (w *typed) behind(n *typoName, t *typoTarget, junk string) float32 {
	tld, dot := strings.CutPrefix(junk, ".")
	switch {
	case !dot && strings.Trim(junk, "0123456789") == "":
		return priceJunk
	case !dot || !t.exclusive || len(tld) > len("com") || strings.IndexByte(tld, '.') >= 0:
		return never
	case strings.HasSuffix(t.suffix, junk):
		return priceBehind // said twice
	case n.under(t.suffix, junk):
		return never // nothing too much: another target
	}
	price := float32(priceJunk)
	if w.tlds.has(tld) {
		price = priceBehind
	}
	if len(n.targets) > 1 {
		price += priceForeign
	}
	return price
}

// otherSuffix is the price of another suffix in the place of the target's.
func (w *typed) otherSuffix(target *typoTarget) float32 {
	switch {
	case !w.exists || w.suffix == "" || w.suffix[1:] != w.public:
		return never // no suffix at all, or below somebody's domain
	case w.public == "com":
		return never // most probably the provider's own company
	case w.public == "net" || w.public == "org" || w.public == "co":
		return priceSuffix
	}
	return priceCountry
}

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

// share returns ln of the share of all addresses that all domains of others with
// this suffix have.
func (w *typed) share() float32 {
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
	p := w.share()
	name := strings.TrimSuffix(w.domain[:len(w.domain)-len(w.public)], ".")
	for dot := strings.IndexByte(name, '.'); dot >= 0; dot = strings.IndexByte(name, '.') {
		name = name[dot+1:]
		p += labelMore
	}
	p -= t.surprise(name)
	switch {
	case name == target.name && target.exclusive:
		p += nobodyElse
	case name == target.name && !w.exists:
	case len(name) >= len(shortNames):
	case !w.exists || strings.IndexByte(w.public, '.') >= 0:
		p += shortNames[len(name)] / 2
	default:
		p += shortNames[len(name)]
	}
	return p
}

// surprise returns -ln p of a name: letter by letter, or as of two words.
func (t *typoTargets) surprise(name string) float32 {
	least := min(t.letters.surprise(name), surpriseMost+surpriseLetter*float32(len(name)))
	for _, word := range tailWords {
		if head, ok := strings.CutSuffix(name, word); ok && head != "" {
			least = min(least, surpriseTail+t.letters.surprise(strings.TrimSuffix(head, "-")))
		}
	}
	for i := range t.names {
		word := t.names[i].name
		if len(word) < shortName || len(word) >= len(name) {
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
