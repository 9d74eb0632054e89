package validate

import (
	"slices"
	"strings"
	"unicode/utf8"

	"winnow/address"
	"winnow/provider"
)

// withAt finds the @ that is lost in jane2gmail.com, jane.gmail.com or janegmail.com:
// before a big provider's domain, another key or none at all. It is no more than likely,
// since nobody knows whether the 2 belongs to the name.
//
// Many a domain ends in a short word that is a provider's as well (welcome.com,
// fotomail.com): before those only a mark counts that no domain has.
func withAt(text string) (suggestion string, probability float64) {
	const (
		longest  = 100 // in bytes: each place is looked at
		shortest = 4   // a name, not the "my", "get" or "the" of a domain
	)
	lower := strings.ToLower(text)
	if len(text) > longest || len(lower) != len(text) || strings.Contains(text, "/") {
		return "", 0
	}
	for i := range lower {
		if i == 0 || provider.OfDomain(lower[i:]) == 0 {
			continue
		}
		mark, n := utf8.DecodeLastRuneInString(text[:i])
		local := text[:i-n]
		switch {
		case strings.ContainsRune(`!"#$'£§`, mark): // near the 2, or on its key
		case !singular(lower[i:]):
			continue
		case strings.ContainsRune("2 ._", mark):
		case mark == 'q' && !strings.HasSuffix(local, "i"): // the German key of the @; but Tariq, Sadiq
		default:
			if local = text[:i]; len(local) < shortest {
				return "", 0
			}
		}
		a, err := address.Parse(local + "@" + lower[i:])
		if err != nil || isHost(strings.ToLower(local)) || strings.HasSuffix(local, "-") {
			return "", 0 // a domain, or a host below it
		}
		return a.String(), .8
	}
	return "", 0
}

// singular tells whether a provider's domain has a long name that is nobody else's.
func singular(domain string) bool {
	name, _, _ := strings.Cut(domain, ".")
	if len(name) < len("gmail") {
		return false
	}
	for t := range provider.Targets() {
		if t.Domain == domain {
			return t.Exclusive
		}
	}
	return false
}

// isHost tells whether what stands before a domain names a machine or a service rather
// than a person: one of its labels does, or there are many.
func isHost(local string) bool {
	labels := strings.Split(local, ".")
	return len(labels) > 3 || slices.ContainsFunc(labels, func(label string) bool {
		return slices.Contains(hosts, strings.TrimRight(label, "0123456789"))
	})
}

var hosts = []string{
	"account", "accounts", "answers", "api", "app", "beta", "blog", "box", "cdn", "dns", "finance", "ftp", "groups", "help", "imap",
	"images", "img", "inbound", "login", "m", "mail", "mobile", "mta", "mx", "my", "news", "ns", "pop", "relay", "search", "secure",
	"shop", "signin", "smtp", "sports", "static", "status", "store", "support", "test", "web", "webmail", "www",
}
