package provider

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed data/providers.txt
var providersText string

//go:embed data/hosts.txt
var hostsText string

// row is a line of data/providers.txt.
type row struct {
	domain     string
	id         ID
	popularity int // 0: no target of typo checks
	exclusive  bool
}

// hostRow is a line of data/hosts.txt.
type hostRow struct {
	suffix string
	id     ID
	class  Class
}

// table is the two files, read once a process. Its rows are sorted, as the
// files are, and searched in place: to build maps of them would take longer than
// all that a short run looks up.
type table struct {
	rows  []row     // by domain
	hosts []hostRow // by suffix
	names []string  // by ID
}

var loaded = sync.OnceValue(func() *table { return parse(providersText, hostsText) })

// parse reads lines of "domain provider typo" and of "suffix class provider".
// The files are ours and a test proves their form, so that there is no error to
// return: a line of another form is left out.
func parse(providers, hosts string) *table {
	t := &table{
		rows:  make([]row, 0, strings.Count(providers, "\n")),
		hosts: make([]hostRow, 0, strings.Count(hosts, "\n")),
	}
	ids := newIDs()
	for line := range strings.Lines(providers) {
		if r, name, ok := parseLine(strings.TrimSuffix(line, "\n")); ok {
			r.id = ids.of(name)
			t.rows = append(t.rows, r)
		}
	}
	for line := range strings.Lines(hosts) {
		if h, name, ok := parseHostLine(strings.TrimSuffix(line, "\n")); ok {
			h.id = ids.of(name)
			t.hosts = append(t.hosts, h)
		}
	}
	t.names = ids.names
	return t
}

// ids numbers the providers in the order in which they are met, after those
// that have a constant.
type ids struct {
	names  []string // by ID
	byName map[string]ID
	last   ID // neighbouring lines are often one provider's
}

func newIDs() *ids {
	const about = 400 // so many names, to make room for at once
	n := &ids{names: make([]string, 0, about), byName: make(map[string]ID, about)}
	for id, name := range named {
		n.names = append(n.names, name)
		n.byName[name] = ID(id)
	}
	return n
}

func (n *ids) of(name string) ID {
	if n.names[n.last] == name {
		return n.last
	}
	id, known := n.byName[name]
	if !known {
		id = ID(len(n.names))
		n.byName[name] = id
		n.names = append(n.names, name)
	}
	n.last = id
	return id
}

func parseLine(line string) (r row, name string, ok bool) {
	domain, name, typo, ok := threeFields(line)
	if !ok {
		return row{}, "", false
	}
	r = row{domain: domain}
	if typo, r.exclusive = strings.CutSuffix(typo, "!"); len(typo) == 1 && '1' <= typo[0] && typo[0] <= '9' {
		r.popularity = int(typo[0] - '0')
		return r, name, true
	}
	return r, name, typo == "-" && !r.exclusive
}

func parseHostLine(line string) (h hostRow, name string, ok bool) {
	suffix, class, name, ok := threeFields(line)
	if !ok {
		return hostRow{}, "", false
	}
	h = hostRow{suffix: suffix, class: classNamed(class)}
	return h, name, h.class != Unclassed && name != ""
}

// threeFields cuts a line that is not a comment at its first two spaces.
func threeFields(line string) (first, second, third string, ok bool) {
	if strings.HasPrefix(line, "#") {
		return "", "", "", false
	}
	first, rest, _ := strings.Cut(line, " ")
	second, third, _ = strings.Cut(rest, " ")
	return first, second, third, first != "" && second != ""
}
