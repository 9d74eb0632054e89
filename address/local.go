package address

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// parseLocal reads the local part of s, which is UTF-8 and has an @, and returns
// it in NFC, and where the @ behind it stands.
func parseLocal(s string) (local string, at int, err *Error) {
	if s[0] == '"' {
		at, err = quotedString(s)
	} else {
		at, err = dotString(s)
	}
	if err != nil {
		return "", 0, err
	}
	local = nfc(s[:at])
	if len(local) > maxLocal {
		return "", 0, &Error{LocalTooLong, 0}
	}
	return local, at, nil
}

// dotString finds the end of the Dot-string that s begins with.
func dotString(s string) (at int, err *Error) {
	prev := '.'
	for i, r := range s {
		switch {
		case r == '@' && i == 0:
			return 0, &Error{LocalEmpty, 0}
		case r == '@' && prev == '.':
			return 0, &Error{LocalDotEnd, i - 1}
		case r == '@':
			return i, nil
		case r == '.' && i == 0:
			return 0, &Error{LocalDotStart, 0}
		case r == '.' && prev == '.':
			return 0, &Error{LocalDotDouble, i}
		case r == '.':
		case r == '"':
			return 0, &Error{LocalQuote, i}
		case r == '(':
			return 0, &Error{Comment, i}
		case r < utf8.RuneSelf && class[r]&atext != 0:
		case i == 0 && unicode.Is(unicode.M, r):
			return 0, &Error{LocalChar, i}
		default:
			if rule := localRune(r); rule != 0 && !(rule == InvisibleCharacter && inPlace(s, i, r)) {
				return 0, &Error{rule, i}
			}
		}
		prev = r
	}
	return 0, &Error{NoAt, len(s)}
}

// quotedString finds the end of the Quoted-string that s begins with.
func quotedString(s string) (at int, err *Error) {
	escaped := false
	for i, r := range s[1:] {
		i++
		switch {
		case escaped && r >= utf8.RuneSelf:
			// RFC 6531 section 3.3 widens qtext, but not the quoted pair.
			return 0, &Error{LocalChar, i}
		case ' ' <= r && r <= '~' && escaped:
			escaped = false
		case r == '\\':
			escaped = true
		case r == '"' && i+1 == len(s):
			return 0, &Error{LocalQuote, 0}
		case r == '"' && s[i+1] != '@':
			return 0, &Error{LocalQuote, i + 1}
		case r == '"':
			return i + 1, nil
		case ' ' <= r && r <= '~':
		default:
			rule := localRune(r)
			if rule != 0 && !asciiInNFC(r) && !(rule == InvisibleCharacter && inPlace(s, i, r)) {
				return 0, &Error{rule, i}
			}
		}
	}
	return 0, &Error{LocalQuote, 0}
}

// localRune returns the rule by which r can not stand in a local part outside
// quotes, 0 if it can. It is for what is not atext in ASCII.
func localRune(r rune) Rule {
	for _, c := range nfc(string(r)) {
		rule := LocalChar
		switch {
		case isControl(c):
			rule = ControlCharacter
		case isInvisible(c):
			rule = InvisibleCharacter
		case unicode.Is(unicode.Zs, c):
			rule = LocalSpace
		case c < utf8.RuneSelf:
			if class[c]&atext != 0 {
				continue
			}
		case c == utf8.RuneError:
			// Valid UTF-8, but the trace of a character that was lost.
		case unicode.IsGraphic(c):
			continue
		}
		return rule
	}
	return 0
}

// asciiInNFC tells whether r is one of the few characters that NFC turns into ASCII.
func asciiInNFC(r rune) bool { return r >= utf8.RuneSelf && isASCII(nfc(string(r))) }

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}
