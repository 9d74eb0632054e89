package address

import "strings"

// What an ASCII character can be. Not in the table: the specials of RFC 5322,
// space, controls, and all that is not ASCII.
const (
	atext uint8 = 1 << iota // RFC 5322 section 3.2.3
	letter
	upper
	digit
	hyphen

	ldh = letter | digit | hyphen // RFC 5890 section 2.3.1
)

var class = func() (t [256]uint8) {
	for c := 'a'; c <= 'z'; c++ {
		t[c] = atext | letter
		t[c-'a'+'A'] = atext | letter | upper
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = atext | digit
	}
	for _, c := range "!#$%&'*+/=?^_`{|}~" {
		t[c] = atext
	}
	t['-'] = atext | hyphen
	return t
}()

// plain parses the usual kind of address in one scan: ASCII, not quoted, no
// literal. It answers false to all others, right or wrong.
func plain(s string) (Address, bool) {
	if len(s) > maxAddress {
		return Address{}, false
	}
	at := 0
	for at < len(s) {
		if class[s[at]]&atext == 0 && (s[at] != '.' || at == 0 || s[at-1] == '.') {
			break
		}
		at++
	}
	if at == 0 || at > maxLocal || at == len(s) || s[at] != '@' || s[at-1] == '.' {
		return Address{}, false
	}
	domain, ok := plainDomain(s[at+1:])
	return Address{Local: s[:at], Domain: domain}, ok
}

// plainDomain does the same for a domain.
func plainDomain(s string) (string, bool) {
	if len(s) > maxDomain {
		return "", false
	}
	start := 0 // of the label
	all, any := ^uint8(0), uint8(0)
	for i := 0; i < len(s); i++ {
		c := class[s[i]]
		if c&ldh != 0 {
			all &= c
			any |= c
			continue
		}
		if s[i] != '.' || !plainLabel(s[start:i]) {
			return "", false
		}
		start, all = i+1, ^uint8(0)
	}
	if start == 0 || all&letter == 0 || !plainLabel(s[start:]) {
		return "", false
	}
	if any&upper != 0 {
		s = strings.ToLower(s)
	}
	return s, true
}

// plainLabel takes letters, digits and hyphens, and tells whether they are a
// label that IDNA has nothing to say about.
func plainLabel(s string) bool {
	return 0 < len(s) && len(s) <= maxLabel && s[0] != '-' && s[len(s)-1] != '-' &&
		(len(s) < 4 || s[2] != '-' || s[3] != '-')
}
