package address

import (
	"iter"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// Suggest returns the address that was meant by a text that is none: copied
// with what stood around it, spelled out against robots, written in full-width
// characters or in Windows-1252, or with a slip of the keys. ok is false if s
// is an address already, and where more than one address could have been meant;
// only of several addresses, each whole, the first is suggested. What is
// suggested parses.
//
// It is a guess for people to look at: nothing should be sent to it unseen.
func Suggest(s string) (suggestion string, ok bool) {
	if parses(s) {
		return "", false
	}
	t := legible(s)
	// Joiners have their place in some scripts: they go only if nothing else helps.
	for _, t := range []string{t, withoutJoiners.Replace(t)} {
		if suggestion, ok = repair(t); ok {
			return suggestion, true
		}
	}
	return within(t)
}

var withoutJoiners = strings.NewReplacer("\u200c", "", "\u200d", "")

func parses(s string) bool {
	_, err := Parse(s)
	return err == nil
}

// legible returns s as UTF-8 in which white space is a space or a line end,
// nothing is invisible save the joiners, and an @ is ASCII.
func legible(s string) string {
	if !utf8.ValidString(s) {
		s = fromWindows1252(s)
	}
	wide := !strings.Contains(s, "@") && strings.ContainsAny(s, "＠﹫")
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Zs, r):
			return ' '
		case unicode.IsSpace(r):
			return '\n' // line ends and tabs part cells
		case isInvisible(r) && r != '\u200c' && r != '\u200d':
			return -1
		case wide:
			r, _ = narrow(r)
		}
		return r
	}, s)
	if !strings.Contains(s, "@") {
		s = strings.Replace(s, "%40", "@", 1) // of a URL
	}
	return strings.TrimSpace(strings.ReplaceAll(s, `\@`, "@")) // escaped for a shell or a script
}

// repair finds the address in a cell of a list.
func repair(t string) (string, bool) {
	if !strings.Contains(t, "@") {
		return spelledOut(t)
	}
	for _, cell := range cells(t) {
		if r, ok := repair(cell); ok {
			return r, true
		}
	}
	return unwrap(strings.ReplaceAll(t, "\n", " "))
}

// cells returns those parts of t that hold an @, if t is a list of some kind.
func cells(t string) []string {
	for _, sep := range []string{"\n", ";", "|", ", ", ","} {
		if !strings.Contains(t, sep) {
			continue
		}
		// A comma without a space may as well be a slip for a dot.
		if found, all := withAt(strings.Split(t, sep)); len(found) > 1 || len(found) < all && sep != "," {
			return found
		}
	}
	for _, sep := range []string{" ", " /"} {
		if !strings.ContainsAny(t, sep) {
			continue
		}
		fields := strings.FieldsFunc(t, func(r rune) bool { return strings.ContainsRune(sep, r) })
		if found, all := withAt(fields); len(found) > 1 && len(found) == all {
			return found
		}
	}
	return nil
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

// labels are what people and Exchange write before an address.
var labels = [...]string{"mailto:", "smtp:", "e-mail:", "email:", "mail:"}

// pairs stand around an address. Those that could be part of one are taken off
// only together.
var pairs = [...][2]string{
	{"<", ">"}, {"(", ")"}, {"[", "]"}, {"{", "}"}, {`"`, `"`}, {"'", "'"}, {"`", "`"}, {"*", "*"}, {"_", "_"},
	{"“", "”"}, {"„", "“"}, {"„", "”"}, {"‘", "’"}, {"«", "»"}, {"»", "«"}, {"‹", "›"}, {"「", "」"}, {"【", "】"},
}

// unwrap takes off what stands around an address, from the outside in, until
// what is left parses or can be mended.
func unwrap(t string) (string, bool) {
	if len(t) > maxInput {
		return "", false
	}
	for {
		t = strings.TrimSpace(t)
		if parses(t) {
			return t, true
		}
		inner, ok := unwrapOnce(t)
		if !ok {
			return mend(t)
		}
		t = inner
	}
}

func unwrapOnce(t string) (string, bool) {
	for _, label := range labels {
		if len(t) > len(label) && strings.EqualFold(t[:len(label)], label) {
			rest, _, _ := strings.Cut(t[len(label):], "?")
			if plain, err := url.PathUnescape(rest); err == nil && label == "mailto:" {
				rest = plain
			}
			return rest, true
		}
	}
	for _, p := range pairs {
		if inner, ok := strings.CutPrefix(t, p[0]); ok {
			if inner, ok := strings.CutSuffix(inner, p[1]); ok {
				return inner, true
			}
		}
	}
	if open, end, ok := angles(t); ok && strings.Count(t, "<") == 1 {
		return t[open:end], true
	}
	at := strings.IndexByte(t, '@')
	if i := strings.IndexByte(t, '<'); 0 <= i && i < at {
		return t[i+1:], true
	}
	if i := strings.LastIndexByte(t, '('); i > at && strings.HasSuffix(t, ")") {
		return t[:i], true
	}
	if i := strings.IndexByte(t, ')'); strings.HasPrefix(t, "(") && 0 < i && i < at {
		return t[i+1:], true
	}
	if r, n := utf8.DecodeLastRuneInString(t); strings.ContainsRune(`>"')]},;:.”’»`, r) {
		return t[:len(t)-n], true
	}
	if r, n := utf8.DecodeRuneInString(t); strings.ContainsRune(`<"([{,;:`, r) {
		return t[n:], true
	}
	return "", false
}

// mend corrects slips of the keys within one address.
func mend(t string) (string, bool) {
	for strings.Contains(t, "@@") {
		t = strings.ReplaceAll(t, "@@", "@")
	}
	local, domain, ok := strings.Cut(t, "@")
	if !ok || strings.Contains(domain, "@") {
		return "", false
	}
	local = strings.TrimSpace(local)
	for _, gap := range []string{" . ", " ."} { // but ". " may be the end of a sentence
		local = strings.ReplaceAll(local, gap, ".")
	}
	domain = strings.TrimSpace(strings.Map(func(r rune) rune { r, _ = narrow(r); return r }, domain))

	joined := strings.ContainsAny(domain, " ,")
	if joined {
		// What stands before the gap may be the whole domain.
		head := domain[:strings.IndexAny(domain, " ,")]
		if parses(local + "@" + strings.TrimRight(head, ".")) {
			return "", false
		}
		for _, gap := range []string{" , ", ", ", " ,", ",", " . ", ". ", " ."} {
			domain = strings.ReplaceAll(domain, gap, ".")
		}
	}
	for strings.Contains(domain, "..") {
		domain = strings.ReplaceAll(domain, "..", ".")
	}
	t = local + "@" + strings.Trim(domain, ".")
	return t, parses(t) && (!joined || realTLD(t))
}

// ats and dots are how the two are spelled out against robots.
var (
	ats  = [...]string{"(at)", "[at]", "{at}", "<at>", " at "}
	dots = [...]string{"(dot)", "[dot]", "{dot}", "<dot>", " dot "}
)

// spelledOut reads "jane at acme dot com". There must be exactly one "at", no
// other space, and a real top-level domain.
func spelledOut(t string) (string, bool) {
	if !isASCII(t) || len(t) > maxInput {
		return "", false
	}
	t = strings.Join(strings.Fields(t), " ")
	if n := replaceFold(&t, ats[:], "@"); n != 1 {
		return "", false
	}
	replaceFold(&t, dots[:], ".")
	t, ok := mend(strings.TrimRight(t, "."))
	return t, ok && realTLD(t)
}

// replaceFold replaces each of the words in ASCII text, whatever its case and
// with the spaces around it, and returns how many it found.
func replaceFold(t *string, words []string, with string) (n int) {
	for _, w := range words {
		for {
			i := strings.Index(strings.ToLower(*t), w)
			if i < 0 {
				break
			}
			*t = strings.TrimRight((*t)[:i], " ") + with + strings.TrimLeft((*t)[i+len(w):], " ")
			n++
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

// within returns the first whole address that stands in a text, if all else
// fails: what stands around it may be anything but a part of its own. It has
// plain characters only and a top-level domain that exists.
func within(t string) (string, bool) {
	for a := range wholes(t) {
		if apart(a.before, a.after) {
			return a.text, true
		}
	}
	return "", false
}

// Holds tells whether a text that is no address holds one with a top-level domain
// that exists, be it clear or not that it is the one that was meant: in
// "jane doe@acme.com" it is not.
func Holds(s string) bool {
	for range wholes(gaps.Replace(legible(s))) {
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
// word and a space before it may (jane doe@acme.com), and so may a comma or a
// colon that stands for a dot.
func apart(before, after string) bool {
	const closes = ":;,|<>([{='*/&-–—•·"
	word := strings.TrimSpace(before)
	r, _ := utf8.DecodeLastRuneInString(word)
	switch {
	case word == "":
	case !strings.ContainsRune(closes, r), word == before && (r == ',' || r == ':'):
		return false
	}
	if rest, ok := strings.CutPrefix(after, ","); ok {
		r, _ = utf8.DecodeRuneInString(rest)
		return !unicode.IsLetter(r)
	}
	return !strings.HasPrefix(after, "@")
}
