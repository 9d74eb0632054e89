package validate

import (
	"strings"

	"golang.org/x/net/idna"

	"winnow/provider"
)

// lookalikes are the letters of other scripts that look the same as one of ours
// (Unicode Technical Standard 39, confusables): typed by who has two keyboards, or by
// who wants to deceive.
var lookalikes = strings.NewReplacer("а", "a", "ԁ", "d", "е", "e", "һ", "h", "і", "i", "ј", "j", "о", "o", "ο", "o",
	"р", "p", "ԛ", "q", "с", "c", "ѕ", "s", "υ", "u", "ν", "v", "ԝ", "w", "х", "x", "у", "y")

// lookalike returns the provider's domain that an internationalized one looks the same
// as, such as gmail.com for one with a Cyrillic а; "" for none.
func lookalike(domain string) string {
	if !strings.Contains(domain, "xn--") {
		return ""
	}
	u, err := idna.Punycode.ToUnicode(domain)
	if err != nil {
		return ""
	}
	if ours := lookalikes.Replace(u); ours != u && provider.OfDomain(ours) != provider.Unknown {
		return ours
	}
	return ""
}
