package validate

import (
	"iter"

	"golang.org/x/net/publicsuffix"

	"winnow/provider"
	"winnow/verdict"
)

// A mail host of which nothing is known beforehand is taken for one that serves
// throw-away addresses and nothing else where so many of a list's domains that it
// serves are known to be disposable, and at least that share.
const (
	learntDomains = 10
	learntShare   = 0.9
)

// Learn finds the mail hosts that serve disposable domains and hardly anything
// else, and says list.disposable of the other domains there. It is told all domains
// of a list when all have been asked for; it must not run beside a reader of them.
//
// A host that is known by name (shared, relay, gateway, a mailbox provider) is left
// alone, and a domain's own host says nothing but of itself.
func (v *Validator) Learn(domains iter.Seq[*Domain]) {
	type host struct {
		domains, disposable int
		others              []*Domain
	}
	hosts := make(map[string]*host)
	for d := range domains {
		name := servedBy(d)
		if name == "" {
			continue
		}
		h := hosts[name]
		if h == nil {
			h = &host{}
			hosts[name] = h
		}
		h.domains++
		if d.Kinds.Has(ListDisposable) {
			h.disposable++
		} else {
			h.others = append(h.others, d)
		}
	}
	said := verdict.SetOf(ListDisposable)
	for name, h := range hosts {
		if h.disposable < learntDomains || float64(h.disposable) < learntShare*float64(h.domains) {
			continue
		}
		for _, d := range h.others {
			if d.Typo == "" && !v.known(d) {
				d.Kinds, d.learnt = d.Kinds.Union(said), name
			}
		}
	}
}

// servedBy returns the registrable domain of a domain's first mail host; "" where
// there is none, it is known by name, or it is the domain's own.
func servedBy(d *Domain) string {
	if d.MX == nil || len(d.MX.Hosts) == 0 || !d.MX.Confirmed || d.Host.Class != provider.Unclassed {
		return ""
	}
	host, err := publicsuffix.EffectiveTLDPlusOne(d.MX.Hosts[0].Name)
	if err != nil {
		return ""
	}
	if own, err := publicsuffix.EffectiveTLDPlusOne(d.ASCII); err == nil && own == host {
		return ""
	}
	return host
}

// known tells whether a domain is known to be no throw-away one.
func (v *Validator) known(d *Domain) bool {
	return d.Provider != provider.Unknown || provider.Institutional(d.ASCII) ||
		d.Kinds.Has(ListRelay) || d.Kinds.Has(ListFree) || v.lists.typos.known(d.ASCII)
}
