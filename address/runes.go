package address

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// notUTF8 returns where s stops being UTF-8, -1 if nowhere.
func notUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return -1
}

// isControl tells of control characters and of Unicode's own line ends.
func isControl(r rune) bool { return unicode.Is(unicode.Cc, r) || r == '\u2028' || r == '\u2029' }

// isInvisible tells of characters that leave no trace on a page: format
// characters (zero width, bidirectional, byte order mark) and the rest of those
// that Unicode says to ignore where they can not be shown.
func isInvisible(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.Is(unicode.Cf, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) ||
		unicode.Is(unicode.Variation_Selector, r) || r == '\u034f' || r == '\u2800')
}

// narrow returns the ASCII character whose full-width or ideographic form r is.
func narrow(r rune) (ascii rune, ok bool) {
	switch {
	case '！' <= r && r <= '～':
		return r - '！' + '!', true
	case strings.ContainsRune("。｡﹒", r):
		return '.', true
	case r == '﹫':
		return '@', true
	}
	return r, false
}

// inPlace tells whether the invisible character r, which stands at s[i:], shapes
// what it stands between, so that the text without it is another one: a joiner
// where a script needs it (RFC 5892 appendix A.1, A.2), or what joins symbols to one emoji.
func inPlace(s string, i int, r rune) bool {
	before, after := s[:i], s[i+utf8.RuneLen(r):]
	next, _ := utf8.DecodeRuneInString(after)
	switch r {
	case '\ufe0e', '\ufe0f':
		return symbolAtEnd(before) || next == keycap
	case '\u200d':
		if isSymbol(next) && symbolAtEnd(strings.TrimSuffix(before, "\ufe0f")) {
			return true
		}
	case '\u200c':
	default:
		return false
	}
	if i > 4*maxLocal {
		return false // too long, and each joiner costs what is around it
	}
	_, err := profile.ToUnicode(wordBefore(before, near) + string(r) + wordAfter(after, near))
	return err == nil
}

// near is how many characters the rules for joiners are shown on either side: they look
// past marks, but not past letters.
const near = 8

// wordBefore returns the end of s, as far as it is one word: n characters, and back to a letter.
func wordBefore(s string, n int) string {
	start := len(s)
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:start])
		if !inWord(r) {
			break
		}
		start -= size
		if n--; n <= 0 && unicode.Is(unicode.L, r) {
			break
		}
	}
	return s[start:]
}

// wordAfter returns the beginning of s, as far as it is one word, n characters at most.
func wordAfter(s string, n int) string {
	end := 0
	for ; n > 0; n-- {
		r, size := utf8.DecodeRuneInString(s[end:])
		if !inWord(r) {
			break
		}
		end += size
	}
	return s[:end]
}

// inWord tells of what the rules for joiners look at; another joiner is none of it.
func inWord(r rune) bool { return unicode.In(r, unicode.L, unicode.M) }

// keycap is the frame around a digit that makes it an emoji.
const keycap = '\u20e3'

// isSymbol tells of symbols beyond ASCII, which emoji are.
func isSymbol(r rune) bool {
	return r >= utf8.RuneSelf && r != utf8.RuneError && unicode.Is(unicode.S, r) || r == keycap
}

// symbolAtEnd tells whether s ends in a symbol that NFC leaves as it is.
func symbolAtEnd(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return isSymbol(r) && nfc(string(r)) == string(r)
}
