// Package address answers one question: is this an address, and what are its
// parts?
//
// An address is what can stand in the envelope of a mail: the Mailbox of
// RFC 5321 section 4.1.2 (dot-atom or quoted string, domain or address
// literal), with UTF-8 local parts (RFC 6531 section 3.3, in the normalization
// form of RFC 6532 section 3.1) and internationalized domain names (IDNA2008,
// RFC 5890 to 5893). What RFC 5322 lets stand in a header beyond that, such as
// display names, comments and folding white space, is no address here, but
// [Suggest] finds the address within, and says how sure it is. [Stray] tells of
// addresses that are right and yet nobody's.
//
// It knows nothing of DNS or of providers: an address that parses may still
// have no mailbox. Two rules go beyond RFC 5321, to what the public internet
// can deliver; [Error.Grammatical] tells them apart.
//
// Everything here is safe for concurrent use.
package address

import "strings"

// The longest that the parts may be, in octets, the local part as it is sent
// and the domain in A-labels (RFC 5321 section 4.5.3.1, RFC 1035 section 2.3.4,
// RFC 3696 erratum 1690).
const (
	maxLocal   = 64
	maxLabel   = 63
	maxDomain  = 253 // 255 on the wire, with its length octets
	maxAddress = 254
)

// Address is a parsed address. The zero Address is none. Addresses are the same
// to SMTP if they are ==, save for quoting and, where a host so chooses, the
// case of the local part.
type Address struct {
	Local  string // as written, quotes and backslashes included; NFC where not ASCII
	Domain string // lower-case A-labels without a final dot; or "[192.0.2.1]", "[IPv6:2001:db8::1]"
}

// String returns Local@Domain, and "" for the zero Address.
func (a Address) String() string {
	if a == (Address{}) {
		return ""
	}
	return a.Local + "@" + a.Domain
}

// IsLiteral tells whether the domain is an IP address (RFC 5321 section 4.1.3).
func (a Address) IsLiteral() bool { return strings.HasPrefix(a.Domain, "[") }

// IsQuoted tells whether the local part is a quoted string.
func (a Address) IsQuoted() bool { return strings.HasPrefix(a.Local, `"`) }

// IsUTF8 tells whether the local part is not ASCII, so that each host on the
// way must offer SMTPUTF8 (RFC 6531).
func (a Address) IsUTF8() bool { return !isASCII(a.Local) }

// Parse reads s as one address, whole: nothing is trimmed and nothing repaired.
// The error is always an [*Error]. Local and Domain are parts of s where they
// can be: an ASCII address whose domain is in lower case costs no allocation.
func Parse(s string) (Address, error) {
	if a, ok := plain(s); ok {
		return a, nil
	}
	a, err := parse(s)
	if err != nil {
		return Address{}, err
	}
	return a, nil
}

// ParseDomain reads s as what stands behind the @, by the same rules, and
// returns it in the form of [Address.Domain]. The error is always an [*Error].
func ParseDomain(s string) (string, error) {
	if d, ok := plainDomain(s); ok {
		return d, nil
	}
	if i := notUTF8(s); i >= 0 {
		return "", &Error{NotUTF8, i}
	}
	d, err := parseDomain(s, 0)
	if err != nil {
		return "", err
	}
	return d, nil
}

// parse is the careful way, for all that plain does not take.
func parse(s string) (Address, *Error) {
	if s == "" {
		return Address{}, &Error{Empty, 0}
	}
	if i := notUTF8(s); i >= 0 {
		return Address{}, &Error{NotUTF8, i}
	}
	if !strings.Contains(s, "@") {
		if i := strings.IndexAny(s, "＠﹫"); i >= 0 {
			return Address{}, &Error{FullWidth, i}
		}
		return Address{}, &Error{NoAt, len(s)}
	}
	local, at, err := parseLocal(s)
	if err != nil {
		return Address{}, diagnose(s, err)
	}
	domain, err := parseDomain(s, at+1)
	if err != nil && !err.Grammatical() {
		return Address{}, diagnose(s, err)
	}
	// The length is grammar too, and comes before the rules that are not. It holds
	// for the text as well: who mails it may not normalize it first.
	if n := len(local) + len("@") + len(domain); max(n, len(s)) > maxAddress {
		return Address{}, &Error{TooLong, 0}
	}
	if err != nil {
		return Address{}, err
	}
	return Address{Local: local, Domain: domain}, nil
}
