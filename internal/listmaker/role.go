package listmaker

import (
	_ "embed"
	"strings"
)

//go:embed role-tiers.txt
var roleTiers string

func makeRole(p Packages, out *tally) []string {
	tiers := make(map[string]string)
	for _, line := range lines(roleTiers) {
		name, tier, _ := strings.Cut(line, " ")
		tiers[name] = tier
	}
	withoutSeparators := strings.NewReplacer(".", "", "-", "", "_", "")
	for _, entries := range p.saying(saysRole) {
		for _, entry := range entries {
			name := withoutSeparators.Replace(strings.ToLower(entry))
			switch {
			case !isRole(name):
				out.add("role", "no local part", entry)
			case tiers[name] == "drop":
				out.add("role", "noise", entry)
			case tiers[name] != "":
			case len(name) < 2 || strings.Trim(name, "0123456789") == "":
				out.add("role", "digits or a single letter", entry)
			default:
				tiers[name] = "weak"
			}
		}
	}
	entries := make(set)
	for name, tier := range tiers {
		if tier != "drop" {
			entries[name+" "+tier] = true
		}
	}
	return sortedKeys(entries)
}

// maxRole is how long a role's name is at most.
const maxRole = 32

// isRole tells whether a name, in lower case and without separators, can be
// that of a task.
func isRole(name string) bool {
	return len(name) <= maxRole && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}
