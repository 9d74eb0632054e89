package bounce

import (
	"slices"
	"strings"
)

// Between reads r again by who the mail was between, which a reply does not tell: where
// all addresses in it are ours, what it says of an address or a domain is said of us,
// and r becomes [SenderRejected]. Servers look for the sender as they look for a
// recipient, and say it in the same words. Each of ours is an address, or a domain that
// stands for all that is in it; what is empty is not known.
func (r Result) Between(recipient string, ours ...string) Result {
	if facts[r.Reason].class != Hard {
		return r
	}
	named := addressesIn(r.head())
	if len(named) == 0 || slices.ContainsFunc(named, func(a string) bool { return !isOurs(a, recipient, ours) }) {
		return r
	}
	res := Conclude(SenderRejected, r.Reply, "our address")
	res.Overrode = append([]string{r.Rule}, r.Overrode...)
	return res
}

// isOurs reports whether an address of a reply is one of ours. Where we write to
// somebody in a domain of our own, the domain does not tell.
func isOurs(address, recipient string, ours []string) bool {
	if strings.EqualFold(address, recipient) {
		return false
	}
	domain := domainOf(address)
	for _, our := range ours {
		switch at := strings.LastIndexByte(our, '@'); {
		case our == "":
		case strings.EqualFold(address, our):
			return true
		case inDomain(domain, our[at+1:]) && !inDomain(domainOf(recipient), our[at+1:]):
			return true
		}
	}
	return false
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// inDomain reports whether a domain is the other or one in it, or holds it: bounces go
// to a name below the domain of the mail, or above it.
func inDomain(domain, other string) bool {
	if len(domain) < len(other) {
		domain, other = other, domain
	}
	cut := len(domain) - len(other)
	return strings.Contains(other, ".") && strings.EqualFold(domain[cut:], other) && (cut == 0 || domain[cut-1] == '.')
}

// addressesIn returns what looks like an address in a text, as far as that is needed to
// tell one from another.
func addressesIn(text string) (all []string) {
	for from := 0; ; {
		at := strings.IndexByte(text[from:], '@')
		if at < 0 {
			return all
		}
		at += from
		begin, end := at, at+1
		for begin > from && isLocal(text[begin-1]) {
			begin--
		}
		for end < len(text) && (isWord(text[end]) || text[end] == '-' || text[end] == '.') {
			end++
		}
		if address := strings.TrimRight(text[begin:end], ".-"); begin < at && strings.Contains(domainOf(address), ".") && !slices.Contains(all, address) {
			all = append(all, address)
		}
		from = at + 1
	}
}

// isLocal reports whether c stands in a local part without quotes (RFC 5321 section
// 4.1.2, RFC 6531). The apostrophe is left out, for servers quote with it.
func isLocal(c byte) bool {
	return isWord(c) || strings.IndexByte("!#$%&*+-/=?^_`{|}~.", c) >= 0
}
