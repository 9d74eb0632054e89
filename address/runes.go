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
