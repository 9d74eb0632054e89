package validate

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"winnow/verdict"
)

// typoTLD says which domains end in no top-level domain that exists, but in a slip
// for one: acme.con, acme.couk, acme.con.br. What exists is never "repaired": acme.co
// may be anybody's. A slip for a provider's whole domain is that first.
func typoTLD(targets *typoTargets) Check {
	said := verdict.SetOf(TypoTLD)
	return Check{
		Kinds: []verdict.Kind{TypoTLD},
		Domain: func(d *Domain) verdict.Set {
			if d.Typo == "" {
				if d.Typo = targets.withTLD(d.ASCII); d.Typo != "" {
					d.TypoP = sureTLD
					return said
				}
			}
			return verdict.Set{}
		},
	}
}

// sureTLD is how probable it is that the right top-level domain was found. DNS can say
// nothing of it: no domain exists under one that does not.
const sureTLD = 0.95

// popular are top-level domains that slips are for, the likeliest first.
var popular = [...]string{"com", "net", "org", "info", "biz", "edu", "gov"}

// withTLD returns the domain with the top-level domain that was meant; "" if its own
// exists, or none is near.
func (t *typoTargets) withTLD(domain string) string {
	above, tld := cutLast(domain)
	if above == "" || strings.HasPrefix(tld, "xn--") {
		return ""
	}
	if t.tlds.has(tld) {
		return t.withSecondLevel(above, tld)
	}
	for _, p := range popular {
		if oneSlip(tld, p) {
			return above + "." + p
		}
	}
	n := len(tld)
	switch {
	case n == 3 && tld[0] == tld[1] && t.tlds.has(tld[1:]):
		return above + "." + tld[1:] // .dde
	case n == 3 && tld[2] == tld[1] && t.tlds.has(tld[:2]):
		return above + "." + tld[:2] // .dee
	case n > 3 && slices.Contains(secondLevel[:], tld[:n-2]) && t.tlds.has(tld[n-2:]):
		return above + "." + tld[:n-2] + "." + tld[n-2:] // .couk
	}
	return ""
}

// withSecondLevel corrects acme.con.br: below a country that gives out domains
// under com, con is hardly anybody's name.
func (t *typoTargets) withSecondLevel(above, country string) string {
	name, second := cutLast(above)
	if name == "" || len(country) != len("br") || second == "com" || !slices.Contains(slipsOfCom[:], second) {
		return ""
	}
	if suffix, icann := publicsuffix.PublicSuffix("com." + country); !icann || suffix != "com."+country {
		return ""
	}
	return name + ".com." + country
}

var slipsOfCom = [...]string{"con", "cmo", "ocm", "vom", "xom", "cim", "cpm", "comm", "coom", "ccom", "cm"}

// oneSlip tells whether two words are one edit apart: an octet inserted, deleted or
// replaced, or two neighbours swapped.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 1:
		return a[i:] == b[i+1:]
	case 0:
		return i < len(a) && (a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:])
	}
	return false
}
