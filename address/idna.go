package address

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// The profile leaves lengths to us: its errors do not tell them from others.
var profile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.CheckJoiners(true),
	idna.CheckHyphens(true), idna.StrictDomainName(true), idna.ValidateLabels(true))

// older is what a name could be under IDNA2003: emoji, with the joiners between them.
var older = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.BidiRule(), idna.StrictDomainName(true),
	idna.ValidateLabels(true), idna.CheckJoiners(false))

// aLabel returns the A-label of one label that is not empty and has no ASCII
// but letters, digits and hyphens; or the rule that it breaks. isIDN tells
// whether it is an internationalized one. What breaks only DomainSymbol has an
// A-label too.
func aLabel(s string) (a string, isIDN bool, rule Rule) {
	if isASCII(s) {
		s = strings.ToLower(s)
		switch {
		case s[0] == '-' || s[len(s)-1] == '-':
			return "", false, DomainHyphen
		case len(s) > maxLabel:
			return "", false, DomainLabelTooLong
		case plainLabel(s):
			return s, false, 0
		}
	}
	a, err := profile.ToASCII(s)
	switch {
	case err != nil:
		return symbolLabel(s)
	case len(a) > maxLabel:
		return "", true, DomainLabelTooLong
	}
	// The profile follows UTS 46, which lets pass what IDNA2008 does not (symbols
	// and emoji), labels that map to nothing, and A-labels of nothing.
	u, err := profile.ToUnicode(a)
	switch {
	case err != nil || u == "" || strings.Contains(u, "."):
		return "", true, DomainIDNA
	case strings.IndexFunc(u, disallowed) >= 0:
		return symbolLabel(s)
	}
	if back, err := profile.ToASCII(u); err != nil || back != a {
		return "", true, DomainIDNA
	}
	return a, true, 0
}

// symbolLabel tells of a label that IDNA2008 refuses whether it does so for its
// symbols alone.
func symbolLabel(s string) (a string, isIDN bool, rule Rule) {
	u, err := older.ToUnicode(s)
	first, _ := utf8.DecodeRuneInString(u)
	if err != nil || unicode.Is(unicode.M, first) || strings.IndexFunc(u, isSymbol) < 0 ||
		strings.IndexFunc(u, func(r rune) bool { return disallowed(r) && !isSymbol(r) }) >= 0 {
		return "", true, DomainIDNA
	}
	a, err = older.ToASCII(u)
	switch {
	case err != nil, isASCII(s) && a != s:
		return "", true, DomainIDNA
	case len(a) > maxLabel:
		return "", true, DomainLabelTooLong
	}
	return a, true, DomainSymbol
}

// disallowed tells whether RFC 5892 refuses r in a label, of those that UTS 46
// leaves after mapping. The rules for CONTEXTJ are the profile's; those for
// CONTEXTO bind registries, not who looks up (RFC 5891 section 5.4).
func disallowed(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return class[r]&ldh == 0
	case unicode.Is(exceptions, r):
		return false
	case unicode.Is(refused, r):
		return true
	}
	// Capitals are mapped away, save those of Cherokee, which are what its small letters map to.
	return !unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lo, unicode.Lm, unicode.Mn, unicode.Mc, unicode.Nd)
}

// exceptions are the characters of RFC 5892 section 2.6 (F) and 2.8 (H) that are
// no letters or digits, yet PVALID or CONTEXT.
var exceptions = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x00b7, Hi: 0x00b7, Stride: 1}, // middle dot, of Catalan
	{Lo: 0x0375, Hi: 0x0375, Stride: 1}, // Greek lower numeral sign
	{Lo: 0x05f3, Hi: 0x05f4, Stride: 1}, // Hebrew geresh, gershayim
	{Lo: 0x06fd, Hi: 0x06fe, Stride: 1}, // Sindhi ampersand, postposition men
	{Lo: 0x0f0b, Hi: 0x0f0b, Stride: 1}, // Tibetan tsheg
	{Lo: 0x200c, Hi: 0x200d, Stride: 1}, // zero width non-joiner, joiner
	{Lo: 0x3007, Hi: 0x3007, Stride: 1}, // ideographic zero
	{Lo: 0x30fb, Hi: 0x30fb, Stride: 1}, // katakana middle dot
}}

// refused are the letters and marks that RFC 5892 disallows one by one (section
// 2.6), as ignorable blocks (2.4) and as old Hangul jamo (2.9).
var refused = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x0640, Hi: 0x0640, Stride: 1},
	{Lo: 0x07fa, Hi: 0x07fa, Stride: 1},
	{Lo: 0x1100, Hi: 0x11ff, Stride: 1},
	{Lo: 0x20d0, Hi: 0x20ff, Stride: 1},
	{Lo: 0x302e, Hi: 0x302f, Stride: 1},
	{Lo: 0x3031, Hi: 0x3035, Stride: 1},
	{Lo: 0x303b, Hi: 0x303b, Stride: 1},
	{Lo: 0xa960, Hi: 0xa97c, Stride: 1},
	{Lo: 0xd7b0, Hi: 0xd7fb, Stride: 1},
}, R32: []unicode.Range32{
	{Lo: 0x1d100, Hi: 0x1d24f, Stride: 1},
}}

// A profile that only normalizes: the first option brings the mapping, the
// second takes away all checks.
var normalizer = idna.New(idna.ValidateLabels(true), idna.ValidateLabels(false))

// nfc returns s, which is UTF-8, in Unicode normalization form C. It goes from
// one ASCII character to the next: NFC never joins one to what stands before
// it, and no piece can then be taken for an A-label and be decoded.
func nfc(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	start := 0
	flush := func(end int) {
		piece, _ := normalizer.ToUnicode(s[start:end]) // without checks there are no errors
		b.WriteString(piece)
		start = end
	}
	for i := 1; i < len(s); i++ {
		if s[i] < utf8.RuneSelf {
			flush(i)
		}
	}
	flush(len(s))
	return b.String()
}
