package address

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Suggest returns the address that was meant by a text that is none: copied
// with what stood around it, spelled out against robots, written in full-width
// characters or in Windows-1252, or with a slip of the keys. The probability is 0,
// and the suggestion "", if s is an address already (but see [Stray]), and where
// more than one address could have been meant; only of several addresses, each
// whole, the first is suggested. What is suggested parses.
//
// It is a guess for people to look at. What has a probability of .99 or more only
// takes away what no address can have; odds.go says why of each repair.
func Suggest(s string) (suggestion string, probability float64) {
	if parses(s) {
		return "", 0
	}
	t, p := legible(s)
	joined := withoutJoiners.Replace(t)
	suggestion, q := repair(t)
	if q == 0 && joined != t {
		// Joiners have their place in some scripts: they go only if nothing else helps.
		suggestion, q = repair(joined)
		if !isASCII(suggestion) {
			q = min(q, oddsJoiner)
		}
	}
	if q == 0 {
		suggestion, q = within(t)
	}
	if q == 0 {
		return "", 0
	}
	a, _ := Parse(suggestion)
	if clean, r := Stray(a); r > 0 {
		suggestion, q = clean, min(q, r)
	}
	return suggestion, min(p, q)
}

var withoutJoiners = strings.NewReplacer("\u200c", "", "\u200d", "")

func parses(s string) bool {
	_, err := Parse(s)
	return err == nil
}

// legible returns s as UTF-8 in which white space is a space, a tab or a line end,
// nothing is invisible save what is in its place and the joiners, and an @ is
// ASCII; and the odds of the least sure step.
func legible(s string) (t string, p float64) {
	p = oddsSpace
	if !utf8.ValidString(s) {
		s, p = fromWindows1252(s), oddsEncoding
	} else if once, ok := twiceEncoded(s); ok {
		s, p = once, oddsEncoding
	}
	wide := !strings.Contains(s, "@") && strings.ContainsAny(s, "＠﹫")
	var b strings.Builder
	for i, r := range s {
		switch {
		case unicode.Is(unicode.Zs, r):
			r = ' '
		case unicode.IsSpace(r) && r != '\t':
			r = '\n'
		case r == '\u202e':
			p = min(p, oddsReversed)
			continue
		case isInvisible(r) && r != '\u200c' && r != '\u200d' && !inPlace(s, i, r):
			p = min(p, oddsInvisible)
			continue
		case wide:
			r, _ = narrow(r)
			p = min(p, oddsWide)
		}
		b.WriteRune(r)
	}
	t = b.String()
	for _, escaped := range []string{`\@`, "%40", "&#64;", "&#x40;", "&commat;"} { // for a shell or a script; in a URL; in HTML
		if strings.Count(t, escaped) == 1 && strings.Count(t, "@") == strings.Count(escaped, "@") {
			t, p = strings.Replace(t, escaped, "@", 1), min(p, oddsEscape)
		}
	}
	return strings.TrimSpace(t), p
}

// repair finds the address in a cell of a list.
func repair(t string) (string, float64) {
	if !strings.Contains(t, "@") {
		return spelledOut(t)
	}
	if joined, ok := spacedOut(t); ok {
		r, p := repair(joined)
		return r, min(p, oddsSpelled)
	}
	if !named(t) {
		found, odds := cells(t)
		for _, cell := range found {
			if r, p := repair(cell); p > 0 {
				return r, min(p, odds)
			}
		}
	}
	return unwrap(oneLine.Replace(t))
}

var oneLine = strings.NewReplacer("\n", " ", "\t", " ")

// spacedOut joins a text that has a space between all its characters.
func spacedOut(t string) (joined string, ok bool) {
	if len(t) > maxInput {
		return "", false
	}
	fields := strings.Fields(t)
	return strings.Join(fields, ""), len(fields) > 1 && !slices.ContainsFunc(fields, func(f string) bool { return utf8.RuneCountInString(f) > 1 })
}

// named tells whether t is one name and address, as in "Doe, Jane <jane@acme.com>".
func named(t string) bool {
	open, end, ok := angles(t)
	return ok && strings.Count(t, "<") == 1 && strings.Trim(t[end:], " ,;.") == "" &&
		oddsOfName(t[:open], t[open+1:end-1]) == oddsAngles
}

// cells returns those parts of t that hold an @, if t is a list of some kind, and
// the odds that the first of them is meant.
func cells(t string) (found []string, odds float64) {
	for _, sep := range []string{"\n", "\t", ";", "|", ", ", ","} {
		if !strings.Contains(t, sep) || sep == "\t" && tabInName(t) {
			continue
		}
		// A comma without a space may as well be a slip for a dot.
		if found, all := withAt(strings.Split(t, sep)); len(found) > 1 || len(found) < all && sep != "," {
			return found, oddsOfCells(found, all)
		}
	}
	for _, sep := range []string{" ", " /"} {
		if !strings.ContainsAny(t, sep) {
			continue
		}
		fields := strings.FieldsFunc(t, func(r rune) bool { return strings.ContainsRune(sep, r) })
		if found, all := withAt(fields); len(found) > 1 && len(found) == all {
			return found, oddsOfCells(found, all)
		}
	}
	return nil, 0
}

// tabInName tells whether a tab may stand in the place of a space before an address
// that would not be clear with a space either.
func tabInName(t string) bool {
	before, after, _ := strings.Cut(t, "\t")
	local, _, ok := strings.Cut(after, "@")
	return ok && strings.ContainsFunc(before, unicode.IsLetter) && !strings.Contains(after, "\t") && !apart(before+" ", local, "")
}

func oddsOfCells(found []string, all int) float64 {
	for _, f := range found {
		if !strings.EqualFold(f, found[0]) {
			return oddsFirst
		}
	}
	if len(found) < all {
		return oddsCell
	}
	return oddsTwice
}

// withAt returns those of the parts that hold an @, and how many parts there
// are that are not blank or a joining word.
func withAt(parts []string) (found []string, all int) {
	for _, p := range parts {
		switch p = strings.TrimSpace(p); strings.ToLower(p) {
		case "", "and", "or", "&", "+", "-", "–", "und", "oder", "et", "ou", "y", "o", "e":
			continue
		}
		all++
		if strings.Contains(p, "@") {
			found = append(found, p)
		}
	}
	return found, all
}
