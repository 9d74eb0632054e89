package provider

import (
	"slices"
	"strings"
)

// Institutional tells whether a domain stands under a suffix that registries
// or governments reserve for education, government, health, police or the
// military (example.edu, example.ac.uk, example.gov.br, example.go.jp,
// example.bund.de): no provider sells addresses there, and the domain is
// nobody's misspelling. The domain is an A-label in lower case without trailing
// dot.
func Institutional(domain string) bool {
	rest, last, ok := cutLast(domain)
	if !ok {
		return false
	}
	switch last {
	case "edu", "gov", "mil", "int":
		return true
	}
	if isReserved(domain) {
		return true
	}
	if len(last) != len("uk") {
		return false
	}
	rest, second, ok := cutLast(rest)
	if !ok {
		return false
	}
	switch second {
	case "edu", "ac", "school", "sch", "k12",
		"gov", "govt", "gob", "gouv", "gub", "gv", "go", "mil":
		return true
	}
	// In the United States they stand below the state: k12.ca.us (RFC 1480).
	if last == "us" && len(second) == len("ca") {
		_, third, ok := cutLast(rest)
		return ok && (third == "k12" || third == "cc" || third == "tec" || third == "lib" || third == "state")
	}
	return false
}

// isReserved tells whether domain is below a suffix of the table, or one of them.
func isReserved(domain string) bool {
	for name := domain; strings.IndexByte(name, '.') >= 0; {
		if _, ok := slices.BinarySearch(reserved, name); ok {
			return true
		}
		_, name, _ = strings.Cut(name, ".")
	}
	return false
}

// cutLast cuts the last label off a name that has more than one.
func cutLast(name string) (rest, last string, ok bool) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return name, "", false
	}
	return name[:dot], name[dot+1:], true
}

// reserved holds the suffixes that the general words do not tell, sorted: from
// the public suffix list and the registries' rules, and domains under which a
// government gives a name to each of its offices. Cities and single
// universities are not among them.
var reserved = []string{
	"admin.ch",      // Swiss federal offices
	"bel.tr",        // Turkish municipalities
	"belgium.be",    // Belgian federal offices
	"bund.de",       // German federal offices
	"cri.nz",        // crown research institutes
	"def.br",        // Brazilian defence
	"dep.no",        // Norwegian ministries
	"desa.id",       // Indonesian villages
	"ed.jp",         // Japanese schools
	"es.kr",         // South Korean elementary schools
	"europa.eu",     // institutions of the European Union
	"fed.us",        // United States federal offices
	"fgov.be",       // Belgian federal offices
	"gc.ca",         // Canadian federal offices
	"gencat.cat",    // offices of Catalonia
	"gok.pk",        // offices of Pakistani Kashmir
	"gop.pk",        // offices of Punjab
	"gos.pk",        // offices of Sindh
	"gouv.qc.ca",    // offices of Quebec
	"gov.ab.ca",     // offices of Alberta
	"gov.bc.ca",     // offices of British Columbia
	"gov.mb.ca",     // offices of Manitoba
	"gov.nl.ca",     // offices of Newfoundland and Labrador
	"gov.ns.ca",     // offices of Nova Scotia
	"gov.on.ca",     // offices of Ontario
	"gov.scot",      // Scottish offices
	"gov.sk.ca",     // offices of Saskatchewan
	"gov.wales",     // Welsh offices
	"health.nz",     // New Zealand health
	"health.vn",     // Vietnamese health
	"herad.no",      // Norwegian municipalities
	"hs.kr",         // South Korean high schools
	"idf.il",        // Israeli army
	"iwi.nz",        // Maori tribal authorities
	"jus.br",        // Brazilian courts
	"kg.kr",         // South Korean kindergartens
	"kommune.no",    // Norwegian municipalities
	"leg.br",        // Brazilian parliaments
	"lg.jp",         // Japanese local governments
	"llyw.cymru",    // Welsh offices
	"mi.th",         // Thai army
	"mod.uk",        // British defence
	"mp.br",         // Brazilian public prosecutors
	"ms.kr",         // South Korean middle schools
	"muni.il",       // Israeli municipalities
	"nhs.uk",        // British health
	"nic.in",        // Indian government offices
	"nsn.us",        // native sovereign nations
	"parliament.nz", // New Zealand parliament
	"parliament.uk", // British parliament
	"pol.tr",        // Turkish police
	"police.uk",     // British police
	"res.in",        // Indian research institutes
	"sc.ke",         // Kenyan schools
	"sc.kr",         // South Korean schools
	"sc.tz",         // Tanzanian schools
	"sc.ug",         // Ugandan schools
	"stat.no",       // Norwegian state offices
	"tc.br",         // Brazilian courts of audit
	"tsk.tr",        // Turkish army
	"vgs.no",        // Norwegian upper secondary schools
}
