package provider

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Customs is how the provider of one domain reads the names before its @. Who
// looks at many addresses of a domain gets its Customs once.
//
// Two forms of an address come from them. By the canonical one, the same
// mailbox is found: letters without case, quotes only where they are needed (RFC
// 5321 section 4.1.2: "jane" and jane are the same), and what the provider
// itself declares to be one: tags, dots, other names of its domain. By the
// likely one, a mailbox is found that is probably the same: most hosts that know
// tags write them with a plus, but a host may give jane+x to anybody. The same
// mailbox is always likely the same.
//
// Both are keys that look like addresses, to compare and to show, not to
// send to.
type Customs struct {
	domain string // the one to write
	of     ID     // whose line of the table holds
	merged bool   // domain is not the one that was asked for
}

// CustomsOf returns the customs under a domain, an A-label in lower case
// without final dot, or an address literal.
func CustomsOf(domain string) Customs { return OfDomain(domain).Customs(domain) }

// Customs returns the customs under a domain of which [OfDomain] said id.
func (id ID) Customs(domain string) Customs {
	if id >= firstUnnamed {
		id = Unknown
	}
	if id == Yahoo && !strings.HasPrefix(domain, "yahoo.") && domain != "ymail.com" {
		id = Unknown // names that came from other companies may have hyphens
	}
	c := Customs{domain: domain, of: id}
	if d := c.table().domain; d != "" {
		c.domain, c.merged = d, d != domain
	}
	return c
}

func (c *Customs) table() *custom { return &customs[c.of] }

// Canonical returns the form of an address by which the same mailbox is found.
// The local part is one that parsed, quotes included; the domain is as for
// [CustomsOf].
func Canonical(local, domain string) string {
	return string(AppendCanonical(nil, local, domain))
}

// AppendCanonical appends Canonical to dst.
func AppendCanonical(dst []byte, local, domain string) []byte {
	c := CustomsOf(domain)
	return c.AppendCanonical(dst, local)
}

// AppendLikely appends the form by which mailboxes are found that are likely
// the same, and tells whether it differs from the canonical one.
func AppendLikely(dst []byte, local, domain string) (likely []byte, differs bool) {
	c := CustomsOf(domain)
	return c.AppendLikely(dst, local)
}

// AppendCanonical appends the canonical form of local under the domain to dst. It
// allocates only if dst has no room, or for what is not ASCII.
func (c *Customs) AppendCanonical(dst []byte, local string) []byte {
	dst = append(c.appendName(dst, local), '@')
	return append(dst, c.domain...)
}

// AppendLikely appends the likely form of local under the domain to dst, and
// tells whether it differs from the canonical one.
func (c *Customs) AppendLikely(dst []byte, local string) (likely []byte, differs bool) {
	start := len(dst)
	dst = c.appendName(dst, local)
	name := dst[start:]
	if name := c.likely(name); len(name) < len(dst)-start {
		dst, differs = dst[:start+len(name)], true
	}
	dst = append(dst, '@')
	return append(dst, c.domain...), differs
}

// Alias tells whether local has a tag that the provider ignores (a subaddress, RFC
// 5233): a way to write the mailbox that its owner made up for somebody. Dots at
// Gmail and other names of a domain are none: they are how people know their own
// address.
func (c *Customs) Alias(local string) bool {
	tag := c.table().tag
	if tag == 0 || strings.IndexByte(local, tag) < 0 || local[0] == '"' {
		return false
	}
	var buf [64]byte // longest local part: RFC 5321 section 4.5.3.1.1
	i := c.tagAt(append(buf[:0], local...), tag)
	return i > 0 && i+1 < len(local)
}

// appendName appends the canonical form of a local part.
func (c *Customs) appendName(dst []byte, local string) []byte {
	start := len(dst)
	if strings.HasPrefix(local, `"`) {
		var needed bool
		if dst, needed = appendUnquoted(dst, local); needed {
			return dst
		}
	} else {
		dst = appendFolded(dst, local)
	}
	return dst[:start+len(c.reduce(dst[start:]))]
}

// reduce takes off in place what the provider ignores. It leaves at least a
// letter, and what could stand before an @ still can.
func (c *Customs) reduce(name []byte) []byte {
	if tag := c.table().tag; tag != 0 {
		if i := c.tagAt(name, tag); i > 0 {
			name = name[:i]
			if c.table().alone {
				name = append(name, tag) // it stood there
			}
		}
	}
	switch c.table().dots {
	case dotsIgnored:
		name = without(name, true)
	case dotsAreHyphens:
		hyphensToDots(name)
	}
	return name
}

// likely takes off what is probably ignored of a canonical name.
func (c *Customs) likely(name []byte) []byte {
	if len(name) == 0 || name[0] == '"' {
		return name
	}
	if i := c.tagAt(name, '+'); i > 0 {
		name = name[:i]
	}
	if c.table().alone {
		if i := c.tagAt(name, c.table().tag); i > 0 {
			name = name[:i]
		}
	}
	if c.table().dots == dotsPerhaps {
		name = without(name, false)
	}
	return name
}

// tagAt returns where the tag of name begins, 0 if it has none. What would leave
// nothing, or a dot at the end, is no tag.
func (c *Customs) tagAt(name []byte, tag byte) int {
	i := bytes.IndexByte(name, tag)
	if i == 0 {
		i = 1 + bytes.IndexByte(name[1:], tag)
	}
	if i > 0 && name[i-1] == '.' && c.table().dots != dotsIgnored {
		return 0
	}
	return max(i, 0)
}

// without takes what stands between words off name in place, all of it or the
// dots only, unless nothing would be left.
func without(name []byte, dotsOnly bool) []byte {
	n := 0
	for _, b := range name {
		if b == '.' || !dotsOnly && (b == '-' || b == '_') {
			continue
		}
		name[n] = b
		n++
	}
	if n == 0 {
		return name // nothing was written to it
	}
	return name[:n]
}

// hyphensToDots makes a dot of each hyphen that stands between two other
// characters, where a dot may stand.
func hyphensToDots(name []byte) {
	single := func(i int) bool { return name[i] != '-' && name[i] != '.' }
	for i := 1; i < len(name)-1; i++ {
		if name[i] == '-' && single(i-1) && single(i+1) {
			name[i] = '.'
		}
	}
}

// appendFolded appends s in lower case.
func appendFolded(dst []byte, s string) []byte {
	start, all := len(dst), byte(0)
	dst = append(dst, s...)
	for i, b := range dst[start:] {
		dst[start+i] = lower(b)
		all |= b
	}
	if all >= utf8.RuneSelf {
		return append(dst[:start], strings.ToLower(s)...)
	}
	return dst
}

// appendUnquoted appends what a quoted string stands for, in lower case, and
// tells whether it needs its quotes: then with them, and with a backslash only
// where one must be.
func appendUnquoted(dst []byte, quoted string) (_ []byte, needed bool) {
	inner := strings.TrimSuffix(quoted[1:], `"`)
	if !isASCII(inner) {
		inner = strings.ToLower(inner)
	}
	start := len(dst)
	dst = append(dst, '"')
	for i := 0; i < len(inner); i++ {
		if inner[i] == '\\' && i+1 < len(inner) {
			i++
		}
		if inner[i] == '\\' || inner[i] == '"' {
			dst = append(dst, '\\')
		}
		dst = append(dst, lower(inner[i]))
	}
	if content := dst[start+1:]; isDotString(content) {
		copy(dst[start:], content)
		return dst[:len(dst)-1], false
	}
	return append(dst, '"'), true
}

// isDotString tells whether s can stand before the @ without quotes: atoms with
// dots between them (RFC 5321 section 4.1.2), of which all that is not ASCII can
// be part (RFC 6531 section 3.3).
func isDotString(s []byte) bool {
	prev := byte('.')
	for _, b := range s {
		if b == '.' && prev == '.' || b != '.' && !isAtext(b) {
			return false
		}
		prev = b
	}
	return prev != '.'
}

// isAtext: RFC 5322 section 3.2.3.
func isAtext(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b >= utf8.RuneSelf ||
		strings.IndexByte("!#$%&'*+-/=?^_`{|}~", b) >= 0
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
