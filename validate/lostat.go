package validate

import (
	"strings"

	"winnow/address"
	"winnow/provider"
)

// withAt finds the @ that is lost in jane2gmail.com or janegmail.com: before a big
// provider's domain, the key of the @ without its Shift, or no key at all. It is no
// more than likely, since nobody knows whether the 2 belongs to the name.
func withAt(text string) (suggestion string, probability float64) {
	const longest = 100 // in bytes: each place is looked at
	lower := strings.ToLower(text)
	if len(text) > longest || len(lower) != len(text) || strings.HasPrefix(lower, "www.") || strings.Contains(text, "/") {
		return "", 0
	}
	for i := range lower {
		if provider.OfDomain(lower[i:]) == 0 {
			continue
		}
		local := strings.TrimRight(text[:i], `2#"'q`)
		a, err := address.Parse(local + "@" + lower[i:])
		if err != nil || strings.HasSuffix(local, "-") {
			return "", 0 // a domain, or a host below it
		}
		return a.String(), .8
	}
	return "", 0
}
