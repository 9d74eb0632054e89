package address

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Stray returns the address that was probably meant by one that is right by the
// rules, but before which a mark stands that nobody's address has: the apostrophe
// by which a spreadsheet says "text", a bullet, a quote that never closes; or whose
// local part is typed in full-width characters, or was damaged by a wrong encoding.
// The probability is 0 for all others.
func Stray(a Address) (suggestion string, probability float64) {
	suggestion, probability = strayOnce(a)
	if probability == 0 {
		return "", 0
	}
	b, _ := Parse(suggestion)
	if again, p := Stray(b); p > 0 {
		return again, min(probability, p)
	}
	return suggestion, probability
}

// strayOnce takes one layer off.
func strayOnce(a Address) (suggestion string, probability float64) {
	if a.Local == "" || a.IsQuoted() || class[a.Local[0]] != 0 && !isMark(rune(a.Local[0])) && isASCII(a.Local) {
		return "", 0
	}
	probability = oddsStray
	local := a.Local
	if once, ok := twiceEncoded(local); ok {
		local, probability = strings.Map(visible, once), oddsEncoding
	}
	local = strings.Map(func(r rune) rune { r, _ = narrow(r); return r }, local)
	if inner := strings.TrimLeftFunc(local, isMark); inner != local {
		if isArticle(local) {
			return "", 0
		}
		probability = min(probability, oddsOfMarks(local[:len(local)-len(inner)]))
		local = inner
		if closed := strings.TrimRightFunc(local, isMark); closed != local {
			local, probability = closed, min(probability, oddsMarkup)
		}
	}
	suggestion = local + "@" + a.Domain
	if local == a.Local || !parses(suggestion) {
		return "", 0
	}
	if !isASCII(local) {
		probability = min(probability, oddsMarkup)
	}
	return suggestion, probability
}

// isMark tells of what is written before or around a word, never as a part of it.
func isMark(r rune) bool {
	return r == '\'' || r == '`' || r >= utf8.RuneSelf && unicode.Is(unicode.P, r)
}

// oddsOfMarks returns how sure it is that marks before a word are none of it. What was
// cut off by an ellipsis may have been the better half of the name.
func oddsOfMarks(marks string) (odds float64) {
	odds = oddsStray
	for _, r := range marks {
		switch {
		case r == '…' || r == '‥':
			odds = min(odds, oddsEllipsis)
		case !strings.ContainsRune("'`‘’‚‛“”„‟«»‹›•‣◦", r):
			odds = min(odds, oddsMarkup)
		}
	}
	return odds
}

// isArticle tells whether a local part begins with a Dutch article, as in 't.hart.
func isArticle(local string) bool {
	_, n := utf8.DecodeRuneInString(local)
	return len(local) > n+1 && strings.ContainsRune("tskn", unicode.ToLower(rune(local[n]))) && class[local[n+1]]&(letter|digit) == 0
}

// visible is for [strings.Map]: it drops what leaves no trace on a page.
func visible(r rune) rune {
	if isInvisible(r) {
		return -1
	}
	return r
}
