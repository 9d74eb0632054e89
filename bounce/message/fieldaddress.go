package message

import (
	"strings"
	"unicode"
)

// fieldAddress reads the address of a recipient field, "rfc822; jane@acme.com", or ""
// if it has none of a mailbox (X.400, a pipe), or one that is not whole: half of an
// address is somebody else's. xtext is the form of Original-Recipient (RFC 3461
// section 4), and \x{e9} that of UTF-8 in ASCII (RFC 6533 section 3).
func fieldAddress(value string) string {
	kind, rest, ok := strings.Cut(value, ";")
	if !ok || strings.ContainsAny(kind, "@<\"") {
		kind, rest = "", value
	}
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "x400", "x.400", "unknown", "ldap", "ims":
		return ""
	}
	s := strings.TrimSpace(unword(rest))
	if strings.Contains(s, `\x{`) {
		s = unescape(s)
	}
	if strings.IndexByte(s, '@') < 0 {
		s = unxtext(s)
	}
	return wholeAddress(s)
}

// decoded undoes the xtext of an original recipient, "jane+2Bnews@acme.com", which some
// leave in it. So may an address be written too; that it is none says who that became,
// or whom the mail was to.
func (m *mail) decoded(recipient, final string) string {
	plain := unxtext(recipient)
	if plain == recipient {
		return recipient
	}
	if strings.EqualFold(plain, final) || strings.EqualFold(plain, m.onlyRecipient()) {
		return plain
	}
	return recipient
}

// namesSomebody reports whether a recipient field says of whom it is, in whatever
// form. A route alone does not.
func namesSomebody(value string) bool {
	kind, rest, ok := strings.Cut(value, ";")
	if !ok {
		rest = kind
	}
	if strings.HasPrefix(strings.TrimSpace(rest), "@") && !strings.Contains(rest, ":") {
		return false
	}
	return strings.IndexFunc(rest, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
}

// wholeAddress takes off an address what may stand around it: a name and angle
// brackets, quotes in pairs, a comment behind it, a route (RFC 5321 section 4.1.2),
// "mailto:". What is left is an address and nothing else, or the result is "".
func wholeAddress(s string) string {
	s = strings.TrimRight(s, " \t,;")
	if open := strings.Index(s, " ("); open > 0 && strings.HasSuffix(s, ")") {
		s = strings.TrimRight(s[:open], " \t")
	}
	if open := strings.LastIndexByte(s, '<'); open >= 0 && strings.HasSuffix(s, ">") {
		s = strings.TrimSpace(s[open+1 : len(s)-1])
	}
	if n := len(s); n > 2 && s[0] == s[n-1] && (s[0] == '\'' || s[0] == '"') {
		s = s[1 : n-1]
	}
	for _, before := range [...]string{"mailto:", "smtp:", "smtp="} {
		if len(s) > len(before) && strings.EqualFold(s[:len(before)], before) {
			s = s[len(before):]
		}
	}
	if strings.HasPrefix(s, "@") {
		_, s, _ = strings.Cut(s, ":")
	}
	at := strings.LastIndexByte(s, '@')
	if at <= 0 {
		return ""
	}
	local, name := s[:at], strings.TrimSuffix(s[at+1:], ".")
	quoted := len(local) > 2 && local[0] == '"' && strings.IndexByte(local[1:], '"') == len(local)-2
	if !quoted && !all(local, isLocal) || name == "" || !all(strings.Trim(name, "[]"), func(c byte) bool { return isDomain(c) || c == ':' }) {
		return ""
	}
	return s[:at+1] + name
}

func all(s string, is func(c byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}
