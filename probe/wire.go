package probe

import (
	"errors"
	"net/netip"
	"strings"

	"winnow/address"
)

// recipient is how an address stands in RCPT: the local part as it was written, the
// domain in A-labels (RFC 6531 section 3.2 allows U-labels; A-labels every host takes).
// ok is false for what would end the command: no address that parsed has such a byte.
func recipient(local, domain string) (path string, ok bool) {
	if strings.ContainsFunc(local, func(c rune) bool { return c < ' ' || c == 0x7f }) || !isHostName(strings.TrimSuffix(strings.TrimPrefix(domain, "["), "]"), ":_") {
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

// isHostName tells whether a name has only what host names have, and the given.
func isHostName(name, also string) bool {
	return !strings.ContainsFunc(name, func(c rune) bool {
		return c != '.' && c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && !strings.ContainsRune(also, c)
	})
}

// checkHelo says what is wrong with a name for EHLO (RFC 5321 section 4.1.1.1).
func checkHelo(name string) error {
	if name == "" {
		return errors.New("a name for HELO is needed")
	}
	if inner, ok := strings.CutPrefix(name, "["); ok {
		inner, closed := strings.CutSuffix(inner, "]")
		if a, err := netip.ParseAddr(strings.TrimPrefix(inner, "IPv6:")); !closed || err != nil || a.Zone() != "" {
			return errors.New("the name for HELO is no address literal")
		}
		return nil
	}
	if !isHostName(name, "") {
		return errors.New("the name for HELO is no host name")
	}
	return nil
}

// checkFrom says what is wrong with an address for MAIL.
func checkFrom(from string) error {
	if from == "" {
		return nil
	}
	a, err := address.Parse(from)
	if err != nil {
		return err
	}
	if a.IsUTF8() {
		return errors.New("the local part is not ASCII")
	}
	return nil
}
