package address

import "strings"

// specials are the names, and all below them, that are nobody's: RFC 2606, RFC
// 6761, RFC 6762 (.local), RFC 7686 (.onion), RFC 8375 (home.arpa), RFC 9476
// (.alt), and .internal, which ICANN's board reserved in July 2024.
var specials = [...]string{
	"test", "example", "invalid", "localhost", "local", "onion", "internal", "alt", "home.arpa",
	"example.com", "example.net", "example.org",
}

// Special tells whether a domain, in lower-case A-labels, is or lies below one of the special-use
// domains that take no mail from the public internet, and which. A literal is
// none.
func Special(domain string) (name string, ok bool) {
	for _, name := range specials {
		rest, below := strings.CutSuffix(domain, name)
		if below && (rest == "" || strings.HasSuffix(rest, ".")) {
			return name, true
		}
	}
	return "", false
}
