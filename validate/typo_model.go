package validate

import (
	"math"
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

	squat    bool // it is known to live on slips
	possible bool // its top-level domain exists
	rival    bool // it does not, and under one that does the domain may be somebody's
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
	squatOdds  = 8.0 // of a domain that lives on slips, and the like
	wellBehind = 5.0 // nats: what is so much less likely than the best makes it no less sure
	leastSure  = 0.5 // which one was meant
)

// nearest returns the provider's domain of which this one most probably is a
// slip; none if it is known to be real, or may as well be somebody's own. The
// domain is in A-labels and lower case.
func (t *typoTargets) nearest(domain string) guess {
	if len(domain) > maxTyped || provider.OfDomain(domain) != provider.Unknown {
		return guess{}
	}
	if rest, ok := strings.CutPrefix(domain, "www."); ok && provider.OfDomain(rest) != provider.Unknown {
		return guess{domain: rest, odds: squatOdds, share: 1, squat: true} // a web site's name, and no mail domain
	}
	if same := lookalike(domain); same != "" {
		return guess{domain: same, odds: squatOdds, share: 1, possible: true}
	}
	best := t.weigh(domain)
	if best.domain == "" {
		return guess{}
	}
	if ended := t.withTLD(domain); ended != "" && ended != best.domain && !t.squats.has(ended) {
		if provider.OfDomain(ended) != provider.Unknown || t.known(ended) {
			return guess{} // only its ending is wrong: see typoTLD
		}
		best.rival = true
	}
	switch {
	case t.squats.has(domain):
		best.odds, best.squat = max(best.odds, squatOdds), true
	case best.odds < leastOdds || best.share < leastSure || t.known(domain) ||
		best.odds < leastOdds+oddsListed && t.listed.has(domain):
		return guess{}
	}
	return best
}

// inCountry returns the provider's domain of the country that was typed, where its
// name is right and only the suffix is not: hotmail.co.uk for hotmail.uk.
func (w *typed) inCountry(t *typoTargets, best *typoTarget) *typoTarget {
	_, country := cutLast(w.domain)
	if w.label != best.name || len(country) != len("uk") || oneSlip(country, "com") {
		return nil // .co is a slip for .com rather than Colombia
	}
	for n := range t.names().beginning(w.label) {
		if n.name != w.label {
			continue
		}
		for i := range n.targets {
			if strings.HasSuffix(n.targets[i].suffix, "."+country) {
				return &n.targets[i]
			}
		}
	}
	return nil
}

// weigh returns the likeliest target, and the odds that it was meant; no domain
// where none is near.
func (t *typoTargets) weigh(domain string) guess {
	label, _, _ := strings.Cut(domain, ".")
	has := letters(label)
	var w typed
	var best *typoTarget
	slip, second := float32(-maxPrice), float32(-maxPrice)
	for n := range t.names().beginning(label) {
		if !n.near(label, has) {
			continue
		}
		if w.domain == "" {
			w.start(t, domain, len(label))
		}
		floor := max(w.floor(n), slip-wellBehind)
		least := w.steps(n.name, 0, len(n.name), n.targets[0].prior-priceFirst-floor)
		if least == never {
			continue
		}
		under := n.under(w.suffix, "")
		for j := range n.targets {
			target := &n.targets[j]
			limit := target.prior - priceFirst - max(floor, second, slip-wellBehind)
			if least > limit {
				break // and so those behind it
			}
			if under && target.suffix != w.suffix {
				continue // the suffix is right
			}
			switch p := target.prior - w.price(n, target, least, limit); {
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
	if own := w.inCountry(t, best); own != nil {
		best, second = own, -maxPrice
	}
	return guess{
		domain: best.domain,
		odds:   slip - t.own(&w, best),
		share:  float32(1 / (1 + math.Exp(float64(second-slip)))),

		possible: w.exists,
	}
}
