package provider

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed data/providers.txt
var providersText string

// row is a line of data/providers.txt.
type row struct {
	domain     string
	id         ID
	popularity int // 0: no target of typo checks
	exclusive  bool
}

type table struct {
	rows     []row // in the file's order
	byDomain map[string]ID
	names    []string // by ID
}

var loaded = sync.OnceValue(func() *table { return parse(providersText) })

// parse reads lines of "domain provider typo". The file is ours and a test
// proves its form, so that there is no error to return: a line of another
// form is left out.
func parse(text string) *table {
	t := &table{
		rows:     make([]row, 0, strings.Count(text, "\n")),
		byDomain: make(map[string]ID, strings.Count(text, "\n")),
		names:    append([]string(nil), named[:]...),
	}
	ids := make(map[string]ID)
	for id, name := range named {
		ids[name] = ID(id)
	}
	for line := range strings.Lines(text) {
		r, name, ok := parseLine(strings.TrimSuffix(line, "\n"))
		if !ok {
			continue
		}
		id, known := ids[name]
		if !known {
			id = ID(len(t.names))
			ids[name] = id
			t.names = append(t.names, name)
		}
		r.id = id
		t.rows = append(t.rows, r)
		t.byDomain[r.domain] = id
	}
	return t
}

func parseLine(line string) (r row, name string, ok bool) {
	if strings.HasPrefix(line, "#") {
		return row{}, "", false
	}
	domain, rest, _ := strings.Cut(line, " ")
	name, typo, _ := strings.Cut(rest, " ")
	if domain == "" || name == "" {
		return row{}, "", false
	}
	r = row{domain: domain}
	if typo, r.exclusive = strings.CutSuffix(typo, "!"); len(typo) == 1 && '1' <= typo[0] && typo[0] <= '9' {
		r.popularity = int(typo[0] - '0')
		return r, name, true
	}
	return r, name, typo == "-" && !r.exclusive
}
