package address

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// labels are what people and Exchange write before an address.
var labels = [...]string{"mailto:", "smtp:", "e-mail:", "email:", "mail:"}

// pairs stand around an address. Those that could be part of one are taken off
// only together.
var pairs = [...]struct {
	open, close string
	odds        float64
}{
	{"<", ">", oddsAngles},
	{"(", ")", oddsPair}, {"[", "]", oddsPair}, {"{", "}", oddsPair},
	{`="`, `"`, oddsPair}, // a spreadsheet's formula
	{`"`, `"`, oddsPair}, {"'", "'", oddsPair}, {"`", "`", oddsPair},
	{"*", "*", oddsMarkup}, {"_", "_", oddsMarkup},
	{"“", "”", oddsPair}, {"„", "“", oddsPair}, {"„", "”", oddsPair}, {"‘", "’", oddsPair},
	{"«", "»", oddsPair}, {"»", "«", oddsPair}, {"‹", "›", oddsPair}, {"「", "」", oddsPair}, {"【", "】", oddsPair},
}

// unwrap takes off what stands around an address, from the outside in, until
// what is left parses or can be mended.
func unwrap(t string) (string, float64) {
	if len(t) > maxInput {
		return "", 0
	}
	for p := oddsSpace; ; {
		t = strings.TrimSpace(t)
		if parses(t) {
			return t, p
		}
		inner, q := unwrapOnce(t)
		if q == 0 {
			t, q = mend(t)
			return t, min(p, q)
		}
		t, p = inner, min(p, q)
	}
}

// unwrapOnce takes one thing off; its odds are 0 if there is none.
func unwrapOnce(t string) (inner string, odds float64) {
	for _, label := range labels {
		if len(t) <= len(label) || !strings.EqualFold(t[:len(label)], label) {
			continue
		}
		rest, _, _ := strings.Cut(t[len(label):], "?")
		if label != "mailto:" {
			return rest, oddsLabel
		}
		if plain, err := url.PathUnescape(rest); err == nil {
			rest = plain
		}
		return strings.TrimLeft(rest, "/"), oddsMailto
	}
	for _, p := range pairs {
		if inner, ok := strings.CutPrefix(t, p.open); ok {
			if inner, ok := strings.CutSuffix(inner, p.close); ok {
				return inner, p.odds
			}
		}
	}
	if open, end, ok := angles(t); ok && strings.Count(t, "<") == 1 {
		return t[open:end], oddsOfName(t[:open]+t[end:], t[open+1:end-1])
	}
	at := strings.IndexByte(t, '@')
	if i := strings.IndexByte(t, '<'); 0 <= i && i < at {
		return t[i+1:], oddsOpen
	}
	if i := strings.LastIndexByte(t, '('); i > at && strings.HasSuffix(t, ")") {
		return t[:i], oddsComment
	}
	if i := strings.IndexByte(t, ')'); strings.HasPrefix(t, "(") && 0 < i && i < at {
		return t[i+1:], oddsComment
	}
	if i := strings.LastIndexByte(t[:max(at, 0)], '('); i > 0 && t[at-1] == ')' {
		return t[:i] + t[at:], oddsComment
	}
	if i := strings.IndexByte(t, ')'); i > at && strings.HasPrefix(t[at+1:], "(") {
		return t[:at+1] + t[i+1:], oddsComment
	}
	if strings.HasSuffix(t, "@") && at < len(t)-1 {
		return t[:len(t)-1], oddsAtTwice
	}
	if strings.HasSuffix(t, "..") {
		return t[:len(t)-1], oddsEllipsis
	}
	if r, n := utf8.DecodeLastRuneInString(t); strings.ContainsRune(`>"')]},;:.”’»`, r) {
		return t[:len(t)-n], oddsEdge
	}
	if r, n := utf8.DecodeRuneInString(t); strings.ContainsRune(`<"([{`, r) {
		return t[n:], oddsOpen
	} else if strings.ContainsRune(`,;:`, r) {
		return t[n:], oddsEdge
	}
	return "", 0
}

// oddsOfName returns the odds that the address in angle brackets is meant, not one
// in the name beside it.
func oddsOfName(name, address string) float64 {
	name = strings.Trim(strings.TrimSpace(name), `"'`)
	if strings.Contains(name, "@") && !strings.EqualFold(name, strings.TrimSpace(address)) {
		return oddsNameAt
	}
	return oddsAngles
}
