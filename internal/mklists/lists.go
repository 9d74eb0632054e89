package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"winnow/provider"
)

// fixed are the domains that are known by hand.
type fixed struct {
	relay, real, squats set
	providers           set
	// above are the parents of all of them but squats: an entry there would
	// take them with it.
	above set
}

func readFixed(dir string) (f fixed, err error) {
	f.providers, f.above = make(set), make(set)
	for domain := range provider.Domains() {
		f.providers[domain] = true
	}
	for name, into := range map[string]*set{"relay": &f.relay, "real": &f.real, "squats": &f.squats} {
		data, err := os.ReadFile(filepath.Join(dir, name+".txt"))
		if err != nil {
			return f, fmt.Errorf("read a list that is written by hand: %w", err)
		}
		*into = make(set)
		for _, entry := range lines(string(data)) {
			if normalise(entry) != entry || publicSuffix(entry) {
				return f, fmt.Errorf("list %s: %s: not a domain name in A-labels, or a public suffix", name, entry)
			}
			(*into)[entry] = true
		}
	}
	for _, s := range []set{f.providers, f.relay, f.real} {
		for domain := range s {
			for p := range parents(domain) {
				f.above[p] = true
			}
		}
	}
	return f, nil
}

// lines returns the lines of a text that are no comments.
func lines(text string) (entries []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			entries = append(entries, line)
		}
	}
	return entries
}

// banned says why a domain must not stand among the disposable ones, or "".
func (f fixed) banned(domain string) string {
	switch {
	case publicSuffix(domain):
		return "public suffix"
	case f.providers.hasParent(domain):
		return "provider"
	case f.relay.hasParent(domain):
		return "relay"
	case f.real.hasParent(domain):
		return "well known"
	case f.above[domain]:
		return "above a provider, relay or well-known domain"
	case provider.Institutional(domain):
		return "education or government"
	case f.squats[domain]:
		return "squat: a typo first"
	}
	return ""
}

// list is a list made.
type list struct {
	name, title string
	entries     []string // sorted
}

func makeLists(packages map[string]content, f fixed, report io.Writer) ([]list, error) {
	dropped := &tally{report: report}
	votes := readVotes(packages, dropped)
	disposable := makeDisposable(votes, f, dropped)
	made := []list{
		{name: "disposable", title: "domains that hand out addresses to throw away", entries: disposable},
		{name: "free", title: "domains that give mailboxes to anybody", entries: makeFree(votes, f, dropped)},
		{name: "role", title: "local parts that name a task, with their tiers, without separators", entries: makeRole(packages, dropped)},
	}
	dropped.print()
	return made, guard(made, f)
}

// votes are the domains of the packages. all holds every disposable one.
type votes struct {
	fresh    set
	families map[string]set
	all      set
	free     set
}

func readVotes(packages map[string]content, dropped *tally) votes {
	v := votes{fresh: make(set), families: make(map[string]set), all: make(set), free: make(set)}
	for _, s := range sources {
		var into set
		switch {
		case s.list == "free":
			into = v.free
		case s.list != "disposable":
			continue
		case s.family == fresh:
			into = v.fresh
		default:
			if into = v.families[s.family]; into == nil {
				into = make(set)
				v.families[s.family] = into
			}
		}
		for _, entry := range packages[s.name].entries {
			domain := normalise(entry)
			if domain == "" {
				dropped.add(s.name, "no domain name", entry)
				continue
			}
			if s.list == "disposable" {
				v.all[domain] = true
			}
			into[domain] = true
		}
	}
	return v
}

// disposable tells whether the fresh list, or two families that do not copy
// each other, say so of the domain or of one above it. A free provider, which
// the fresh list does not contradict, is none.
func (v votes) disposable(domain string) bool {
	if v.fresh[domain] {
		return true
	}
	families := 0
	for _, family := range v.families {
		if family.hasParent(domain) {
			families++
		}
	}
	return families >= 2 && !v.free[domain]
}

func makeDisposable(v votes, f fixed, dropped *tally) []string {
	kept := make(set)
	for domain := range v.all {
		if !v.disposable(domain) {
			continue
		}
		if why := f.banned(domain); why != "" {
			dropped.add("disposable", why, domain)
			continue
		}
		kept[domain] = true
	}
	for domain := range kept {
		// The list is asked for parents, too.
		if _, parent, _ := strings.Cut(domain, "."); kept.hasParent(parent) {
			dropped.add("disposable", "below another entry", domain)
			delete(kept, domain)
		}
	}
	return sorted(kept)
}

func makeFree(v votes, f fixed, dropped *tally) []string {
	typos := slips()
	kept := maps.Clone(f.providers)
	for domain := range v.free {
		switch {
		case f.providers[domain]:
		case v.all.hasParent(domain):
			dropped.add("free", "disposable on some list", domain)
		case publicSuffix(domain):
			dropped.add("free", "public suffix", domain)
		case f.relay.hasParent(domain):
			dropped.add("free", "relay", domain)
		case provider.Institutional(domain):
			dropped.add("free", "education or government", domain)
		case f.squats[domain] || typos[domain] && !f.real[domain]:
			dropped.add("free", "a slip of a provider", domain)
		default:
			kept[domain] = true
		}
	}
	return sorted(kept)
}

//go:embed role-tiers.txt
var roleTiers string

func makeRole(packages map[string]content, dropped *tally) []string {
	tiers := make(map[string]string)
	for _, line := range lines(roleTiers) {
		name, tier, _ := strings.Cut(line, " ")
		tiers[name] = tier
	}
	withoutSeparators := strings.NewReplacer(".", "", "-", "", "_", "")
	for _, entry := range packages["role-based-email-addresses"].entries {
		name := withoutSeparators.Replace(strings.ToLower(entry))
		switch {
		case tiers[name] == "drop":
			dropped.add("role", "noise", entry)
		case tiers[name] != "":
		case len(name) < 2 || strings.Trim(name, "0123456789") == "":
			dropped.add("role", "digits or a single letter", entry)
		default:
			tiers[name] = "weak"
		}
	}
	entries := make(set)
	for name, tier := range tiers {
		if tier != "drop" {
			entries[name+" "+tier] = true
		}
	}
	return sorted(entries)
}

func sorted(s set) []string { return slices.Sorted(maps.Keys(s)) }

// guard proves of the finished lists what must hold of them, however they were
// made.
func guard(made []list, f fixed) error {
	for _, l := range made {
		if len(l.entries) == 0 {
			return fmt.Errorf("list %s: empty", l.name)
		}
		for i, entry := range l.entries {
			if i > 0 && l.entries[i-1] >= entry {
				return fmt.Errorf("list %s: %s is out of order", l.name, entry)
			}
			if why := f.breach(l.name, entry); why != "" {
				return fmt.Errorf("list %s: %s: %s", l.name, entry, why)
			}
		}
	}
	return nil
}

func (f fixed) breach(list, entry string) string {
	switch list {
	case "disposable":
		if normalise(entry) != entry {
			return "not a domain name in A-labels"
		}
		return f.banned(entry)
	case "free":
		switch {
		case normalise(entry) != entry:
			return "not a domain name in A-labels"
		case publicSuffix(entry):
			return "public suffix"
		case f.relay.hasParent(entry):
			return "relay"
		case f.squats[entry]:
			return "squat"
		}
	}
	return ""
}

// write replaces the list's file, and reports what came and went.
func (l list) write(dir string, lock []pin, missing []string, report io.Writer) error {
	path := filepath.Join(dir, l.name+".txt")
	before := make(set)
	if old, err := os.ReadFile(path); err == nil {
		for _, entry := range lines(string(old)) {
			before[entry] = true
		}
	}
	added := 0
	for _, entry := range l.entries {
		if !before[entry] {
			added++
		}
	}
	fmt.Fprintf(report, "%s: %d entries, %d new, %d gone\n", l.name, len(l.entries), added, len(before)+added-len(l.entries))
	return replace(path, l.text(lock, missing))
}

// text is the list as it is written.
func (l list) text(lock []pin, missing []string) []byte {
	var origin, licences, lacks []string
	date := ""
	for i, p := range lock {
		if sources[i].list != l.name && (l.name != "free" || sources[i].list != "disposable") {
			continue
		}
		of := p.Package + " " + p.Version
		if slices.Contains(missing, p.Package) {
			lacks = append(lacks, of)
			continue
		}
		origin = append(origin, of)
		date = max(date, p.Date)
		if !slices.Contains(licences, p.Licence) {
			licences = append(licences, p.Licence)
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s: %s\n", l.name, l.title)
	fmt.Fprintf(&b, "# origin: %s\n", strings.Join(origin, ", "))
	if lacks != nil {
		fmt.Fprintf(&b, "# missing: %s\n", strings.Join(lacks, ", "))
	}
	fmt.Fprintf(&b, "# date: %s\n", date)
	fmt.Fprintf(&b, "# licence: %s\n", strings.Join(licences, ", "))
	fmt.Fprintf(&b, "# count: %d\n", len(l.entries))
	for _, entry := range l.entries {
		b.WriteString(entry)
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// replace writes a file beside its name and renames it when whole.
func replace(path string, data []byte) error {
	whole := path + ".new"
	if err := os.WriteFile(whole, data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(whole, path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
