package probe

import (
	"errors"
	"strings"

	"winnow/address"
)

// recipient is how an address stands in RCPT: the local part as it was written, the
// domain in A-labels (RFC 6531 section 3.2 allows U-labels; A-labels every host takes).
// ok is false for what would end the command: no address that parsed has such a byte.
func recipient(local, domain string) (path string, ok bool) {
	if strings.ContainsFunc(local, func(c rune) bool { return c < ' ' || c == 0x7f }) || !isDomain(strings.TrimSuffix(strings.TrimPrefix(domain, "["), "]")) {
		return "", false
	}
	return "<" + local + "@" + domain + ">", true
}

// isASCII tells whether a local part needs no SMTPUTF8.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// isDomain tells whether a name has only what stands in domains, or within the brackets of a literal.
func isDomain(name string) bool {
	return !strings.ContainsFunc(name, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && !strings.ContainsRune(".-:_", c)
	})
}

// heloName is a name for EHLO as it is said: a host's full one, in A-labels, or an address literal
// (RFC 5321 section 4.1.1.1).
func heloName(name string) (string, error) {
	if name == "" {
		return "", errors.New("a name for HELO is needed")
	}
	if name[0] == '[' {
		literal, err := address.ParseDomain(name)
		if err != nil {
			return "", errors.New("the name for HELO is no address literal")
		}
		return literal, nil
	}
	host, err := address.ParseDomain(strings.TrimSuffix(name, "."))
	if err != nil {
		return "", errors.New("the name for HELO is no host name")
	}
	return host, nil
}

// sender is an address for MAIL as it is said, with the domain in A-labels; "" stays, the null path.
func sender(from string) (string, error) {
	if from == "" {
		return "", nil
	}
	a, err := address.Parse(from)
	if err != nil {
		return "", err
	}
	if a.IsUTF8() {
		return "", errors.New("the local part is not ASCII")
	}
	return a.String(), nil
}
