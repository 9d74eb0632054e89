package address

import (
	"strings"

	"golang.org/x/net/publicsuffix"
)

// mend corrects slips of the keys within one address.
func mend(t string) (string, float64) {
	p := oddsSpace
	if strings.Contains(t, "@@") {
		p = oddsAtTwice
	}
	for strings.Contains(t, "@@") {
		t = strings.ReplaceAll(t, "@@", "@")
	}
	local, domain, ok := strings.Cut(t, "@")
	if !ok || strings.Contains(domain, "@") {
		return "", 0
	}
	if strings.HasSuffix(local, " ") || strings.HasPrefix(domain, " ") {
		p = min(p, oddsAtSpace)
	}
	local = strings.TrimSpace(local)
	for _, gap := range []string{" . ", " ."} { // but ". " may be the end of a sentence
		if strings.Contains(local, gap) {
			local, p = strings.ReplaceAll(local, gap, "."), min(p, oddsDotSpace)
		}
	}
	if dotted := collapse(strings.Trim(local, ".")); dotted != local && !strings.ContainsAny(local, `"`) {
		local, p = dotted, min(p, oddsLocalDot)
	}
	domain, q := mendDomain(local, domain)
	t = local + "@" + domain
	if q == 0 || !parses(t) {
		return "", 0
	}
	return t, min(p, q)
}

// mendDomain corrects slips of the keys behind the @; the odds are 0 if there is
// too much to mend.
func mendDomain(local, domain string) (mended string, odds float64) {
	odds = oddsWide
	domain = strings.TrimSpace(strings.Map(func(r rune) rune { r, _ = narrow(r); return r }, domain))
	given := domain
	for _, repair := range []func(string) (string, float64){fromURL, withDots, withHyphens, withDot, closed} {
		if mended, p := repair(domain); p > 0 {
			domain, odds = mended, min(odds, p)
		}
	}
	guessed := domain != given
	if strings.ContainsAny(domain, " ,;:") {
		guessed = true
		// What stands before the gap may be the whole domain.
		head := domain[:strings.IndexAny(domain, " ,;:")]
		if parses(local + "@" + strings.TrimRight(head, ".")) {
			return "", 0
		}
		if strings.Contains(domain, " ") {
			odds = min(odds, oddsDotSpace)
		}
		if strings.ContainsAny(domain, ",;:") {
			odds = min(odds, oddsComma)
		}
		for _, gap := range []string{" , ", ", ", " ,", ",", ";", ":", " . ", ". ", " ."} {
			domain = strings.ReplaceAll(domain, gap, ".")
		}
		if mended, p := slipOfCom(domain); p > 0 {
			domain, odds = mended, min(odds, p)
		}
	}
	if single := collapse(domain); single != domain {
		domain, odds = single, min(odds, oddsDots)
	}
	if strings.HasPrefix(domain, ".") {
		odds = min(odds, oddsDotFirst)
	}
	domain = strings.Trim(domain, ".")
	if name, ending, ok := dotLost(domain); ok && !strings.Contains(domain, ".") {
		domain, odds = name+"."+ending, min(odds, oddsNoDot)
	}
	if short := strings.TrimRight(domain, "0123456789"); short != domain && realTLD("a@"+short) {
		domain, odds = short, min(odds, oddsDigits)
	}
	if guessed && !realTLD("a@"+domain) {
		return "", 0
	}
	return domain, odds
}

// collapse makes one dot of several in a row.
func collapse(s string) string {
	for strings.Contains(s, "..") {
		s = strings.ReplaceAll(s, "..", ".")
	}
	return s
}

// ats and dots are how the two are spelled out against robots.
var (
	ats = [...]string{
		"(at)", "[at]", "{at}", "<at>", "_at_", " at ",
		"(ät)", "[ät]", "{ät}", "<ät>", "_ät_", " ät ",
		"(arroba)", "[arroba]", "{arroba}", "<arroba>", "_arroba_", " arroba ",
	}
	dots = [...]string{
		"(dot)", "[dot]", "{dot}", "<dot>", "_dot_", " dot ",
		"(punkt)", "[punkt]", "{punkt}", "<punkt>", "_punkt_", " punkt ",
		"(punto)", "[punto]", "{punto}", "<punto>", "_punto_", " punto ",
	}
)

// spelledOut reads "jane at acme dot com". There must be exactly one "at", no
// other space unless it stands for the dot, and a real top-level domain.
func spelledOut(t string) (string, float64) {
	if len(t) > maxInput {
		return "", 0
	}
	t = strings.Join(strings.Fields(t), " ")
	if n := replaceFold(&t, ats[:], "@"); n != 1 {
		return "", 0
	}
	replaceFold(&t, dots[:], ".")
	if strings.Contains(dotGaps.Replace(t), " ") && strings.Contains(t, ".") {
		return "", 0
	}
	t, p := mend(strings.TrimRight(t, "."))
	if p == 0 || !realTLD(t) {
		return "", 0
	}
	return t, min(p, oddsSpelled)
}

var dotGaps = strings.NewReplacer(" .", ".", ". ", ".")

// replaceFold replaces each of the words in a text, whatever its case and with the
// spaces around it, and returns how many it found.
func replaceFold(t *string, words []string, with string) (n int) {
	for _, w := range words {
		for from := 0; ; {
			i := strings.IndexByte((*t)[from:], w[0]) + from
			if i < from || i+len(w) > len(*t) {
				break
			}
			from = i + 1
			if strings.EqualFold((*t)[i:i+len(w)], w) {
				before := strings.TrimRight((*t)[:i], " ") + with
				*t = before + strings.TrimLeft((*t)[i+len(w):], " ")
				from = len(before)
				n++
			}
		}
	}
	return n
}

// realTLD tells whether an address ends in a top-level domain that exists.
func realTLD(s string) bool {
	a, err := Parse(s)
	if err != nil || a.IsLiteral() {
		return false
	}
	_, icann := publicsuffix.PublicSuffix(a.Domain[strings.LastIndexByte(a.Domain, '.')+1:])
	return icann
}
