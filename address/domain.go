package address

import (
	_ "embed"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxInput is a length in octets beyond which no text can be a domain, however
// much of it normalization takes away: punycode's cost grows with the square.
const maxInput = 8 * maxDomain

// parseDomain reads s[start:], the rest of which is UTF-8, as a domain. A domain
// that breaks only a rule beyond RFC 5321 is returned together with that error.
func parseDomain(s string, start int) (string, *Error) {
	d := s[start:]
	switch {
	case d == "":
		return "", &Error{DomainEmpty, start}
	case d[0] == '[':
		return parseLiteral(s, start)
	}
	for i, r := range d {
		if rule := domainRune(r); rule != 0 && !(rule == InvisibleCharacter && inPlace(d, i, r)) {
			return "", &Error{rule, start + i}
		}
	}
	if len(d) > maxInput {
		return "", &Error{DomainTooLong, start}
	}

	var labels []string
	var symbol *Error // the first label with one
	idn := false
	at := start // of the label
	for label := range strings.SplitSeq(d, ".") {
		if label == "" && at == len(s) && len(labels) > 0 {
			return "", &Error{DomainDotEnd, at - 1}
		}
		if label == "" {
			return "", &Error{DomainLabelEmpty, min(at, len(s)-1)}
		}
		a, isIDN, rule := aLabel(label)
		switch {
		case rule == 0:
		case rule == DomainSymbol && at+len(label) == len(s):
			return "", &Error{DomainIDNA, at} // no top-level domain has one
		case rule == DomainSymbol:
			if symbol == nil {
				symbol = &Error{DomainSymbol, at}
			}
		default:
			if rule == DomainHyphen && label[0] != '-' {
				at += len(label) - 1
			}
			return "", &Error{rule, at}
		}
		labels = append(labels, a)
		idn = idn || isIDN
		at += len(label) + len(".")
	}
	domain := strings.Join(labels, ".")
	if len(domain) > maxDomain {
		return "", &Error{DomainTooLong, start}
	}
	if idn && symbol == nil {
		// Only of the whole can be told whether it keeps the rule for right-to-left
		// names (RFC 5893 section 2).
		if _, err := profile.ToASCII(domain); err != nil {
			return "", &Error{DomainIDNA, start}
		}
	}

	tld := labels[len(labels)-1]
	switch {
	case symbol != nil && isTLD(tld):
		return "", symbol
	case symbol != nil:
		return "", &Error{DomainIDNA, symbol.Offset} // hopeless besides
	case len(labels) == 1 && !takesMail(tld):
		return domain, &Error{DomainNoDot, len(s)}
	case !isTLD(tld):
		return domain, &Error{DomainTLD, start + strings.LastIndexByte(d, '.') + 1}
	}
	return domain, nil
}

// domainRune returns the rule by which r can stand in no domain, 0 if it may:
// of what is not ASCII, IDNA has the last word.
func domainRune(r rune) Rule {
	_, wide := narrow(r)
	switch {
	case r == '.' || r < utf8.RuneSelf && class[r]&ldh != 0:
		return 0
	case r == '@':
		return SeveralAt
	case r == '(':
		return Comment
	case isControl(r):
		return ControlCharacter
	case r == '\u200c' || r == '\u200d':
		return 0 // the joiners have their place in some scripts
	case isInvisible(r):
		return InvisibleCharacter
	case unicode.Is(unicode.Zs, r):
		return DomainSpace
	case wide:
		return FullWidth
	case r < utf8.RuneSelf:
		return DomainChar
	}
	return 0
}

// isTLD tells whether an A-label could be a top-level domain.
func isTLD(a string) bool {
	return strings.HasPrefix(a, "xn--") ||
		strings.IndexFunc(a, func(r rune) bool { return class[r]&letter == 0 }) < 0
}

//go:embed dotless.txt
var dotless string

// takesMail tells whether a top-level domain is known to have had mail
// exchangers of its own.
func takesMail(tld string) bool {
	for line := range strings.Lines(dotless) {
		if strings.TrimSpace(line) == tld {
			return true
		}
	}
	return false
}
