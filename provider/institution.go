package provider

import "strings"

// Institutional tells whether a domain stands under a suffix that registries
// reserve for education, government or the military (example.edu,
// example.ac.uk, example.gov.br, example.go.jp): no provider sells addresses
// there, and the domain is nobody's misspelling. The domain is an A-label in
// lower case without trailing dot.
func Institutional(domain string) bool {
	dot := strings.LastIndexByte(domain, '.')
	if dot < 0 {
		return false
	}
	last := domain[dot+1:]
	switch last {
	case "edu", "gov", "mil", "int":
		return true
	}
	if len(last) != len("uk") {
		return false
	}
	second := domain[:dot]
	start := strings.LastIndexByte(second, '.')
	if start < 0 {
		return false
	}
	switch second[start+1:] {
	case "edu", "ac", "school", "sch", "k12",
		"gov", "govt", "gob", "gouv", "gub", "gv", "go", "mil":
		return true
	}
	return false
}
