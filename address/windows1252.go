package address

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// windows1252 are the characters of the bytes 0x80 to 0x9f; the rest are those
// of Latin-1. Bytes without a character stand for the control of that number.
const windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

// fromWindows1252 reads bytes that are not UTF-8 as the encoding that they most
// often are in lists.
func fromWindows1252(s string) string {
	high := []rune(windows1252)
	var b strings.Builder
	for i := range len(s) {
		r := rune(s[i])
		if 0x80 <= r && r < 0xa0 {
			r = high[r-0x80]
		}
		b.WriteRune(r)
	}
	return b.String()
}

// twiceEncoded undoes what happens to UTF-8 that is read as Windows-1252 and written
// as UTF-8 again: josÃ© was josé. ok is false if s is not of the kind.
func twiceEncoded(s string) (once string, ok bool) {
	if isASCII(s) {
		return "", false
	}
	high := []rune(windows1252)
	var b []byte
	for _, r := range s {
		if i := slices.Index(high, r); i >= 0 {
			r = rune(0x80 + i)
		}
		if r > 0xff {
			return "", false
		}
		b = append(b, byte(r))
	}
	return string(b), utf8.Valid(b)
}
