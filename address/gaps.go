package address

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// Here are the repairs of a domain that read it anew; what they make must end in a
// top-level domain that exists. The odds are 0 where there is nothing to repair.

// fromURL takes off what a browser shows before and behind a domain.
func fromURL(domain string) (string, float64) {
	scheme, rest, ok := strings.Cut(domain, "://")
	if !ok || !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return "", 0
	}
	return strings.TrimRight(rest, "/"), oddsURL
}

// withDots makes dots of what is spelled out.
func withDots(domain string) (string, float64) {
	if replaceFold(&domain, dots[:], ".") == 0 {
		return "", 0
	}
	return domain, oddsSpelled
}

// withHyphens makes hyphens of the dashes that a word processor, or a finger, put in
// their place, and dots of its ellipsis.
func withHyphens(domain string) (mended string, odds float64) {
	odds = oddsDash
	mended = strings.Map(func(r rune) rune {
		switch {
		case '\u2010' <= r && r <= '\u2015' || r == '\u2212' || r == '\ufe63':
			return '-'
		case r == '…':
			return '.'
		case r == '_' && strings.ContainsAny(domain, "."):
			odds = oddsUnder
			return '-'
		}
		return r
	}, domain)
	if mended == domain {
		return "", 0
	}
	return mended, odds
}

// endings are the top-level domains of so many addresses, and of so few other words, that
// one at the end of a domain without a dot had a dot before it.
var endings = []string{"com", "net", "org", "edu", "gov", "de", "fr", "es", "nl", "pl", "ru"}

// withDot makes a dot of the one character before an ending, be it what it may, if
// there is no other dot; and two of those before co and uk.
func withDot(domain string) (string, float64) {
	if strings.Contains(domain, ".") {
		return "", 0
	}
	head, last, ok := cutLast(domain)
	if ok && isEnding(last) {
		return head + "." + last, oddsNoDot
	}
	if head, second, ok := cutLast(head); ok && isSuffix(second, last) {
		return head + "." + second + "." + last, oddsNoDot
	}
	return "", 0
}

// cutLast parts a domain at the last character that is no letter.
func cutLast(domain string) (head, last string, ok bool) {
	i := strings.LastIndexFunc(domain, func(r rune) bool { return !unicode.IsLetter(r) })
	if i < 1 {
		return "", "", false
	}
	sep, n := utf8.DecodeRuneInString(domain[i:])
	return domain[:i], domain[i+n:], !unicode.IsDigit(sep) && !strings.ContainsRune(",;:", sep)
}

// isSuffix tells whether people have domains below second.last, as below co.uk.
func isSuffix(second, last string) bool {
	both := strings.ToLower(second + "." + last)
	suffix, icann := publicsuffix.PublicSuffix(both)
	return icann && suffix == both
}

func isEnding(label string) bool { return slices.Contains(endings, strings.ToLower(label)) }

// closed closes the one gap in a domain, or the gaps between all its letters.
func closed(domain string) (string, float64) {
	fields := strings.Fields(domain)
	if len(fields) < 2 || strings.ContainsAny(domain, ",;:") {
		return "", 0
	}
	joined, spaced := spacedOut(domain)
	if spaced {
		return joined, oddsGap
	}
	head, tail := fields[0], fields[1]
	if len(fields) > 2 || strings.HasSuffix(head, ".") || strings.HasPrefix(tail, ".") {
		return "", 0 // the dot is there
	}
	last := strings.LastIndexByte(head, '.') + 1
	switch {
	case strings.Contains(tail, "."):
		// gm ail.com, but not acme www.acme.com
		if last == 0 && !strings.HasPrefix(tail, head) && !strings.HasPrefix(tail, "www.") {
			return joined, oddsGap
		}
	case last > 0 && isEnding(head[last:]): // the domain was whole
	case last > 0 && isEnding(head[last:]+tail): // gmail.co m
		return joined, oddsGap
	case last > 0 && isSuffix(head[last:], tail): // acme.co uk
		return head + "." + tail, oddsGap
	}
	return "", 0
}

// slipOfCom makes com of an ending that is none.
func slipOfCom(domain string) (string, float64) {
	i := strings.LastIndexByte(domain, '.') + 1
	switch strings.ToLower(domain[i:]) {
	case "con", "comm", "coom", "ccom", "cmo", "ocm", "cim", "cpm", "c0m", "vom", "xom":
		return domain[:i] + "com", oddsEnding
	}
	return "", 0
}
