package validate

import (
	"math/bits"
	"slices"
	"strings"
)

// typed is a domain as it was typed.
type typed struct {
	alignment
	domain string
	label  string // the first one
	suffix string // what follows it, with its dot; "" for nothing
	public string // its public suffix
	tlds   domainSet
	exists bool    // its top-level domain does
	tail   uint32  // the letters of its suffix
	least  float32 // ln p that it is somebody's own, at the least, its shortness aside
}

func (w *typed) start(t *typoTargets, domain string, label int) {
	w.alignment.start(domain)
	w.domain, w.label, w.suffix = domain, domain[:label], domain[label:]
	w.tlds = t.tlds
	w.public, w.exists = publicSuffix(domain, t.tlds)
	w.tail = letters(w.suffix)
	w.least = w.shareOfOthers() - surpriseMost - surpriseLetter*float32(len(w.label))
}

// floor returns ln p below which it is not worth a look how the name was typed:
// the domain is likelier to be somebody's own.
func (w *typed) floor(n *typoName) float32 {
	if w.label == n.name || w.suffix == "" || w.suffix[1:] != w.public {
		return w.least + nobodyElse
	}
	return w.least + w.shortness(len(w.label))
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
// are made as far as the target's name, where they came to least; or any price
// above limit.
func (w *typed) price(n *typoName, target *typoTarget, least, limit float32) float32 {
	name, whole := len(target.name), len(target.domain)
	price := float32(never)
	if w.leastOf(target, least) < limit && w.steps(target.domain, name, whole, limit) < never {
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

// leastOf is a price below which the domain can not have been typed for the
// target, whose name was typed for least: so many letters of its suffix are
// lacking where the suffix may stand, and so many others were typed for them,
// beside them or behind.
func (w *typed) leastOf(t *typoTarget, least float32) float32 {
	from := min(max(len(t.name)-maxDrift, 0), len(w.domain))
	lacking := priceDrop * float32(bits.OnesCount32(t.tail&^letters(w.domain[from:])))
	strange := float32(bits.OnesCount32(w.tail &^ t.all))
	return lacking + max(least, min(priceBehind, (priceNearKey-priceDrop)*strange))
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
