package validate

import (
	"strings"

	"winnow/address"
	"winnow/mx"
	"winnow/verdict"
)

// typo says which domains are slips of the finger for a provider's.
// It only raises a doubt: the domain may be somebody's own. What DNS knows of
// it makes the doubt smaller or larger.
func typo(targets *typoTargets) Check {
	said := verdict.SetOf(TypoDomain)
	return Check{
		Kinds: []verdict.Kind{TypoDomain},
		Domain: func(d *Domain) verdict.Set {
			d.slip = targets.nearest(d.ASCII)
			if d.slip.domain == "" {
				return verdict.Set{}
			}
			d.Typo, d.TypoP = d.slip.domain, d.slip.probability(0)
			return said
		},
	}
}

// What DNS says of a domain, as evidence that it is a slip: ln of how much more
// often it says so of slips than of domains that are somebody's own. Half of all
// slips do not exist, and few that do take mail; of the domains in a list of
// addresses, a few in a hundred have died. Hosts of one's own, or at one of the
// big operators, are hardly ever got for the sake of slips.
const (
	slipMissing     = 3.2
	slipNull        = 3.0
	slipNoHosts     = 2.3 // neither MX nor address, or only MX without one
	slipImplicit    = 1.4
	slipHosts       = -1.5
	slipEstablished = -3.5
)

// typoProbability returns how probable it is that d.Typo was meant, with what DNS
// has said, if it was asked and its answer may be believed; 0 if there is no
// Typo. It is below [Sure] where something could be at the domain that is somebody's:
// its top-level domain exists, and DNS has not denied it.
func (d *Domain) typoProbability() float64 {
	switch {
	case d.Typo == "":
		return 0
	case d.slip.domain == "": // only its top-level domain
		return d.TypoP
	}
	p := d.slip.probability(d.slipEvidence())
	denied := d.MX != nil && d.MX.Confirmed && (d.slipEvidence() > 0 || !d.slip.possible && d.MX.Outcome == mx.Missing)
	if d.slip.rival || !d.slip.squat && !denied && (d.slip.possible || d.MX != nil) {
		return min(p, unsure)
	}
	return p
}

// mend corrects the domain of an address that was itself read out of a faulty text.
// DNS was not asked for that domain: only one that can not exist, or is known to live
// on slips, is corrected as surely as the text.
func (v *Validator) mend(meant string, probability float64) (string, float64) {
	at := strings.LastIndexByte(meant, '@') + 1
	ascii, err := address.ParseDomain(meant[at:])
	if err != nil || v.grades[verdict.Valid].Intersects(typos) {
		return meant, probability
	}
	for _, own := range []*Own{v.allow, v.deny} {
		if m := Parse(meant); own.hasDomain(ascii) || own.hasMailbox(&m) {
			return meant, probability // the user knows it
		}
	}
	slip := v.lists.typos.nearest(ascii)
	if slip.domain == "" {
		if ended := v.lists.typos.withTLD(ascii); ended != "" {
			return meant[:at] + ended, min(probability, sureTLD)
		}
		return meant, probability
	}
	p := slip.probability(0)
	if slip.rival || !slip.squat && slip.possible {
		p = min(p, unsure)
	}
	return meant[:at] + slip.domain, min(probability, p)
}

// unsure is how probable a correction is at most that a person should look at.
const unsure = 0.98

// forgetTypo takes back that a domain is a slip if what DNS has said makes it
// likelier that it is somebody's own.
func (d *Domain) forgetTypo() {
	if d.Typo != "" && d.slipEvidence() < 0 && (d.slip.domain == "" || d.typoProbability() < leastSure) {
		d.Typo, d.TypoP, d.Kinds = "", 0, d.Kinds.Minus(typos)
	}
}

func (d *Domain) slipEvidence() float64 {
	if d.MX == nil || !d.MX.Confirmed {
		return 0
	}
	switch d.MX.Outcome {
	case mx.Missing:
		if !d.slip.possible {
			return 0 // nothing exists there
		}
		return slipMissing
	case mx.Null:
		return slipNull
	case mx.None, mx.Unresolvable, mx.Unroutable:
		return slipNoHosts
	case mx.Implicit:
		return slipImplicit
	case mx.Hosts:
		switch {
		case d.slip.squat:
			return 0 // there for the mail of others: hosts are what it lives by
		case d.established():
			return slipEstablished
		}
		return slipHosts
	}
	return 0
}

// operators take mail for those who pay them, under hosts below these domains.
var operators = [...]string{"google.com", "googlemail.com", "outlook.com", "pphosted.com", "mimecast.com", "zoho.com", "protonmail.ch", "yandex.net", "messagelabs.com"}

// established tells whether the domain's mail hosts are its own, or an operator's.
func (d *Domain) established() bool {
	for _, h := range d.MX.Hosts {
		name := strings.TrimSuffix(h.Name, ".")
		if below(name, d.ASCII) {
			return true
		}
		for _, o := range operators {
			if below(name, o) {
				return true
			}
		}
	}
	return false
}

// below tells whether a host is the domain, or below it.
func below(host, domain string) bool {
	rest, ok := strings.CutSuffix(host, domain)
	return ok && (rest == "" || rest[len(rest)-1] == '.')
}
