package address

import (
	"net/netip"
	"strings"
)

// parseLiteral reads s[start:], which begins with a bracket, as an
// address-literal (RFC 5321 section 4.1.3), and returns it in the form of
// RFC 5952.
func parseLiteral(s string, start int) (string, *Error) {
	bad := &Error{LiteralBad, start}
	body, ok := strings.CutSuffix(s[start+1:], "]")
	if !ok {
		return "", bad
	}
	if tag, rest, ok := strings.Cut(body, ":"); ok && strings.EqualFold(tag, "IPv6") {
		ip, err := netip.ParseAddr(rest)
		if err != nil || !ip.Is6() || ip.Zone() != "" || overCompressed(rest) {
			return "", bad
		}
		return "[IPv6:" + ip.String() + "]", nil
	}
	if ip, ok := parseIPv4(body); ok {
		return "[" + ip.String() + "]", nil
	}
	if isTagged(body) {
		return "", &Error{LiteralTag, start}
	}
	return "", bad
}

// overCompressed tells whether the "::" of a valid IPv6 address stands for one
// group only: RFC 5321 section 4.1.3 wants two at least.
func overCompressed(s string) bool {
	before, after, ok := strings.Cut(s, "::")
	if !ok {
		return false
	}
	groups := 0
	for f := range strings.FieldsFuncSeq(before+":"+after, func(r rune) bool { return r == ':' }) {
		groups++
		if strings.Contains(f, ".") {
			groups++ // an IPv4 address fills two
		}
	}
	return groups > 6
}

// parseIPv4 reads the IPv4-address-literal, whose numbers may, unlike
// elsewhere, have leading zeros and yet are decimal.
func parseIPv4(s string) (netip.Addr, bool) {
	fields := strings.Split(s, ".")
	for i, f := range fields {
		if len(f) > len("255") {
			return netip.Addr{}, false
		}
		for len(f) > 1 && f[0] == '0' {
			f = f[1:]
		}
		fields[i] = f
	}
	ip, err := netip.ParseAddr(strings.Join(fields, "."))
	return ip, err == nil && ip.Is4()
}

// isTagged tells whether s is the inside of a General-address-literal.
func isTagged(s string) bool {
	tag, content, _ := strings.Cut(s, ":")
	if tag == "" || content == "" || strings.HasSuffix(tag, "-") {
		return false
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return false // an IPv6 address that lacks its tag
	}
	for _, r := range tag {
		if r > '~' || class[r]&ldh == 0 {
			return false
		}
	}
	for _, r := range content {
		if r < '!' || r > '~' || strings.ContainsRune(`[\]`, r) {
			return false
		}
	}
	return true
}
