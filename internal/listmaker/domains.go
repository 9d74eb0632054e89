package listmaker

import (
	"iter"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

type set map[string]bool

// parents yields the domain and the domains above it, but for the top level.
func parents(domain string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for strings.Contains(domain, ".") {
			if !yield(domain) {
				return
			}
			_, domain, _ = strings.Cut(domain, ".")
		}
	}
}

// hasParent tells whether the set holds the domain or one above it.
func (s set) hasParent(domain string) bool {
	for p := range parents(domain) {
		if s[p] {
			return true
		}
	}
	return false
}

// normalise returns an entry as an A-label in lower case, or "" where it is no
// domain name under a top-level domain that exists.
func normalise(entry string) string {
	domain, err := idna.Lookup.ToASCII(strings.ToLower(strings.TrimSpace(entry)))
	if err != nil || !strings.Contains(domain, ".") || strings.HasSuffix(domain, ".") ||
		strings.Contains(domain, "..") || strings.HasPrefix(domain, ".") || strings.ContainsAny(domain, " /@:#") {
		return ""
	}
	if suffix, icann := publicsuffix.PublicSuffix(domain); !icann && !strings.Contains(suffix, ".") {
		return ""
	}
	return domain
}

func suffixOf(domain string) string {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix
}

// registrable returns the domain of a host that somebody registered, or the host
// itself where there is none.
func registrable(host string) string {
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}

func publicSuffix(domain string) bool { return suffixOf(domain) == domain }
