package address

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// within returns the first whole address that stands in a text, if all else
// fails: what stands around it may be anything but a part of its own. It has
// plain characters only and a top-level domain that exists.
func within(t string) (string, float64) {
	for a := range wholes(t) {
		if apart(a.before, a.text[:strings.LastIndexByte(a.text, '@')], a.after) {
			if strings.Contains(a.before+a.after, "@") {
				return a.text, oddsFirst
			}
			return a.text, oddsWithin
		}
	}
	return "", 0
}

// Holds tells whether a text that is no address holds one with a top-level domain
// that exists, be it clear or not that it is the one that was meant: in
// "jane doe@acme.com" it is not. It is so too where a character of it was lost on
// the way, for that is the list's fault.
func Holds(s string) bool {
	t, _ := legible(s)
	t = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r >= utf8.RuneSelf && isControl(r) {
			return 'x' // whatever it was
		}
		return r
	}, t)
	for range wholes(gaps.Replace(t)) {
		return true
	}
	return false
}

var gaps = strings.NewReplacer(" @", "@", "@ ", "@")

// whole is an address in a text.
type whole struct{ before, text, after string }

// wholes yields the addresses in a text.
func wholes(t string) iter.Seq[whole] {
	return func(yield func(whole) bool) {
		if len(t) > maxInput {
			return
		}
		for at := strings.IndexByte(t, '@'); at >= 0; {
			start := len(strings.TrimRightFunc(t[:at], inLocal))
			start += 1 + strings.LastIndexAny(t[start:at], "/=?&|") // of a URL rather than of an address
			start = at - len(strings.TrimLeft(t[start:at], "'*~!#$^`{}"))
			end := len(t) - len(strings.TrimLeftFunc(t[at+1:], inDomain))
			a := t[start:at] + "@" + strings.TrimRight(t[at+1:end], ".-")
			if realTLD(a) && !yield(whole{t[:start], a, t[end:]}) {
				return
			}
			next := strings.IndexByte(t[at+1:], '@')
			if next < 0 {
				return
			}
			at += 1 + next
		}
	}
}

func inLocal(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(".!#$%&'*+-/=?^_`{|}~", r)
}

func inDomain(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '.' || r == '-'
}

// apart tells whether neither of the texts around an address can belong to it: a
// word and a space before it may (jane doe@acme.com), if it is not foreign, and so
// may a comma or a colon that stands for a dot.
func apart(before, local, after string) bool {
	const closes = ":;,|<>([{='*/&-–—•·"
	word := strings.TrimSpace(before)
	r, _ := utf8.DecodeLastRuneInString(word)
	switch {
	case word == "":
	case word != before && (strings.ContainsRune(`"”»`, r) || foreign(strings.Fields(word), local)): // or a name in quotes
	case !strings.ContainsRune(closes, r), word == before && (r == ',' || r == ':'):
		return false
	}
	if rest, ok := strings.CutPrefix(after, ","); ok {
		r, _ = utf8.DecodeRuneInString(rest)
		return !unicode.IsLetter(r)
	}
	return !strings.HasPrefix(after, "@")
}

// foreign tells whether the words before an address can be none of its local part: a
// number in a list, a label, a name that the local part has already, or first and last
// name in capitals before what has none.
func foreign(words []string, local string) bool {
	last := words[len(words)-1]
	if number := strings.TrimRight(last, ".)"); number != last && strings.Trim(number, "0123456789") == "" {
		return true
	}
	if slices.ContainsFunc(labels[:], func(label string) bool { return strings.EqualFold(last+":", label) }) {
		return true
	}
	for part := range strings.FieldsFuncSeq(local, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if utf8.RuneCountInString(part) > 1 && slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, part) }) {
			return true
		}
	}
	capital := func(w string) bool { r, _ := utf8.DecodeRuneInString(w); return unicode.IsUpper(r) }
	return len(words) > 1 && capital(last) && capital(words[len(words)-2]) && !strings.ContainsFunc(local, unicode.IsUpper)
}
