package validate

import (
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"winnow/provider"
)

// Uncounted is the name of the list of what a source names and no list counts.
const Uncounted = "uncounted"

// OwnTable is the letter, in the list of free providers, of a source that is no
// package: the table of package provider. OwnTableName is its name.
const (
	OwnTable     = 'w'
	OwnTableName = "provider-table"
)

// Account is all that the lists know of a domain.
type Account struct {
	Domain       string     // A-labels, lower case
	Lists        []Standing // the lists on which it, or a domain above it, stands
	Said         []Saying   // what each source says of it and of the domains above it
	Provider     string     // who runs it; "" if unknown
	Typo         string     // the provider's domain that it looks like; "" for none
	Institution  bool       // its suffix is kept for education, government or the military
	PublicSuffix bool       // anybody may register below it
}

// Standing is a place on a list.
type Standing struct {
	List  string // "disposable"
	Entry string // the domain, or the one above it, that the list names
	Rule  Rule   // of a disposable domain: why it is counted
}

// Rule says what made a domain count as disposable.
type Rule uint8

const (
	NoRule   Rule = iota
	Fresh         // a list that is kept fresh by hand names it, and its word is enough
	Families      // two families of lists that do not copy each other name it, or a domain above it
)

// Saying is what one source of lists says.
type Saying struct {
	Source  string // its package, or OwnTableName
	Version string // of the package
	Family  string // of disposable lists: those of one family copy each other
	Says    string // the list that it would put the entry on: "disposable" or "free"
	Entry   string // the domain that it names
	Why     string // why it is not counted; "" if it is
}

// freshFamily is the family whose word is enough.
const freshFamily = "fresh"

// Why tells all that the lists know of a domain, which is in A-labels and lower
// case. The error is one of reading the list of what is not counted.
func (l *Lists) Why(domain string) (Account, error) {
	uncounted, err := l.uncounted()
	if err != nil {
		return Account{}, err
	}
	suffix, _ := publicsuffix.PublicSuffix(domain)
	a := Account{
		Domain:       domain,
		Provider:     provider.OfDomain(domain).String(),
		Typo:         l.typos.nearest(domain).domain,
		Institution:  provider.Institutional(domain),
		PublicSuffix: suffix == domain,
	}
	left := newDomainSet(uncounted)
	sources, reasons := sourcesOf(left.header), reasonsOf(left.header)
	for p := domain; strings.Contains(p, "."); _, p, _ = strings.Cut(p, ".") {
		if letters, ok := l.disposable.value(p); ok {
			a.count("disposable", p, letters, sourcesOf(l.disposable.header))
		}
		if letters, ok := l.free.value(p); ok && p == domain {
			a.count("free", p, letters, sourcesOf(l.free.header))
		}
		if said, ok := left.value(p); ok {
			a.leave(p, said, sources, reasons)
		}
	}
	for i, s := range a.Lists {
		if s.List == "disposable" {
			a.Lists[i].Rule = a.rule(s.Entry)
		}
	}
	for _, name := range []string{"relay", "real"} {
		if entry, ok := newDomainSet(l.text[name]).hasParent(domain); ok {
			a.Lists = append(a.Lists, Standing{List: name, Entry: entry})
		}
	}
	if newDomainSet(l.text["squats"]).has(domain) {
		a.Lists = append(a.Lists, Standing{List: "squats", Entry: domain})
	}
	return a, nil
}

// RoleTier returns how surely a local part names a task, "system", "function" or
// "weak"; "" where nothing says so.
func (l *Lists) RoleTier(local string) string {
	switch l.role.tier(local) {
	case roleSystem:
		return "system"
	case roleFunction:
		return "function"
	case roleWeak:
		return "weak"
	}
	return ""
}

// count adds an entry that is counted, and who says so.
func (a *Account) count(list, entry, letters string, sources map[byte]Saying) {
	if !slices.ContainsFunc(a.Lists, func(s Standing) bool { return s.List == list }) {
		a.Lists = append(a.Lists, Standing{List: list, Entry: entry})
	}
	for i := range len(letters) {
		s := sources[letters[i]]
		s.Says, s.Entry = list, entry
		a.Said = append(a.Said, s)
	}
}

// leave adds what was said of an entry and is not counted: words such as "bcA",
// the letters of the sources and the code of the reason.
func (a *Account) leave(entry, said string, sources map[byte]Saying, reasons map[byte]string) {
	for word := range strings.FieldsSeq(said) {
		last := len(word) - 1
		for i := range last {
			s := sources[word[i]]
			s.Says, s.Entry, s.Why = "disposable", entry, reasons[word[last]]
			if s.Family == "" {
				s.Says = "free"
			}
			a.Said = append(a.Said, s)
		}
	}
}

// rule says which rule counts an entry.
func (a *Account) rule(entry string) Rule {
	for _, s := range a.Said {
		if s.Entry == entry && s.Family == freshFamily {
			return Fresh
		}
	}
	return Families
}

// sourcesOf reads the line "# sources: a=package/family b=package" of a header,
// and the packages' versions from that of the origin.
func sourcesOf(header string) map[byte]Saying {
	versions := make(map[string]string)
	for origin := range strings.SplitSeq(readHeader(header).Origin, ", ") {
		name, version, _ := strings.Cut(origin, " ")
		versions[name] = version
	}
	found := make(map[byte]Saying)
	for word := range strings.FieldsSeq(headerLine(header, "sources")) {
		letter, name, ok := strings.Cut(word, "=")
		if !ok || len(letter) != 1 {
			continue
		}
		name, family, _ := strings.Cut(name, "/")
		found[letter[0]] = Saying{Source: name, Family: family, Version: versions[name]}
	}
	return found
}

// reasonsOf reads the lines "# reason A: why" of a header.
func reasonsOf(header string) map[byte]string {
	found := make(map[byte]string)
	for line := range strings.Lines(header) {
		if code, why, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "# reason "), ": "); ok && len(code) == 1 {
			found[code[0]] = why
		}
	}
	return found
}

func headerLine(header, key string) string {
	for line := range strings.Lines(header) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "# "+key+": "); ok {
			return value
		}
	}
	return ""
}
