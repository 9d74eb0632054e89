package address

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// Hint says in a few words what of s, the text that e is about, breaks the rule: "a
// comma", "right after the @", "an IP address without brackets". It is "" where the
// rule says it all. It quotes one character at most.
func (e *Error) Hint(s string) string {
	before, rest := s[:min(e.Offset, len(s))], s[min(e.Offset, len(s)):]
	r, _ := utf8.DecodeRuneInString(rest)
	afterAt := strings.HasSuffix(before, "@")
	switch e.Rule {
	case LocalChar:
		for _, label := range labels {
			if strings.EqualFold(before+string(r), label) {
				return label + " before the address"
			}
		}
		return called(r)
	case ControlCharacter, InvisibleCharacter, DomainChar:
		return called(r)
	case LocalSpace, DomainSpace:
		return beside(before, strings.TrimLeft(rest, " \u00a0"))
	case SeveralAt:
		if afterAt {
			return "two in a row"
		}
	case DomainLabelEmpty:
		if afterAt {
			return "right after the @"
		}
		return "two in a row"
	case DomainNoDot:
		if _, ending, ok := dotLost(s); ok {
			return "perhaps the one before " + ending + " is missing"
		}
	case DomainTLD:
		if _, err := netip.ParseAddr(s[strings.LastIndexByte(s, '@')+1:]); err == nil {
			return "an IP address"
		}
	case LocalTooLong, TooLong, DomainTooLong:
		return fmt.Sprintf("%d bytes", len(rest[:partEnd(rest, e.Rule)]))
	}
	return ""
}

// partEnd returns where the part ends that is too long.
func partEnd(rest string, r Rule) int {
	if i := strings.LastIndexByte(rest, '@'); r == LocalTooLong && i >= 0 {
		return i
	}
	return len(rest)
}

// beside says where a space stands.
func beside(before, rest string) string {
	switch {
	case strings.HasSuffix(before, "@"):
		return "right after the @"
	case strings.HasPrefix(rest, "@"):
		return "right before the @"
	case before == "":
		return "at the start"
	case rest == "":
		return "at the end"
	case strings.HasSuffix(before, "."):
		return "after a dot"
	case strings.HasPrefix(rest, "."):
		return "before a dot"
	}
	return ""
}

// nameOf returns what people call a character that often stands where it can not; ""
// for all others.
func nameOf(r rune) string {
	switch r {
	case '\t':
		return "a tab"
	case '\n', '\r', '\u2028', '\u2029':
		return "a line end"
	case '\u200b':
		return "a zero-width space"
	case '\u200c', '\u200d':
		return "a zero-width joiner"
	case '\ufeff':
		return "a byte order mark"
	case '\u00ad':
		return "a soft hyphen"
	case '\u200e', '\u200f', '\u202e':
		return "a mark of writing direction"
	case ',':
		return "a comma"
	case ';':
		return "a semicolon"
	case ':':
		return "a colon"
	case '_':
		return "an underscore"
	case '\'':
		return "an apostrophe"
	case '"':
		return "a quote"
	case '/':
		return "a slash"
	case '\\':
		return "a backslash"
	case '<', '>':
		return "an angle bracket"
	case '(', ')':
		return "a parenthesis"
	case '[', ']':
		return "a bracket"
	case '{', '}':
		return "a brace"
	case utf8.RuneError:
		return "a character that was lost"
	case '!':
		return "an exclamation mark"
	case '?':
		return "a question mark"
	case '*':
		return "an asterisk"
	case '+':
		return "a plus sign"
	case '&':
		return "an ampersand"
	}
	return ""
}

func called(r rune) string {
	switch name := nameOf(r); {
	case name != "":
		return name
	case isControl(r) || isInvisible(r):
		return fmt.Sprintf("U+%04X", r)
	default:
		return string(r)
	}
}

// dotLost parts acmecom, the single label of s, in acme and com.
func dotLost(s string) (name, ending string, ok bool) {
	for _, ending := range []string{"com", "org", "couk"} {
		n := len(s) - len(ending)
		if n > 2 && strings.EqualFold(s[n:], ending) && !strings.ContainsAny(s[n-3:n], "@.") {
			return s[:n], strings.Replace(strings.ToLower(ending), "couk", "co.uk", 1), true
		}
	}
	return "", "", false
}
