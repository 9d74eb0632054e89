package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// tally counts what was left out of a list, by reason.
type tally struct {
	report io.Writer
	lists  map[string][]string // by "list: reason"
}

// namedEntries is how many entries of a reason are named in the report.
const namedEntries = 200

func (t *tally) add(list, why, entry string) {
	if t.lists == nil {
		t.lists = make(map[string][]string)
	}
	key := list + ": " + why
	t.lists[key] = append(t.lists[key], entry)
}

func (t *tally) print() {
	for _, key := range slices.Sorted(maps.Keys(t.lists)) {
		entries := t.lists[key]
		slices.Sort(entries)
		shown, more := entries, ""
		if len(shown) > namedEntries {
			shown, more = shown[:namedEntries], " …"
		}
		fmt.Fprintf(t.report, "%s: left out %d: %s%s\n", key, len(entries), strings.Join(shown, " "), more)
	}
}
