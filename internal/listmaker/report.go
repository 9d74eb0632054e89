package listmaker

import (
	"fmt"
	"slices"
	"strings"
)

// tally counts what was left out of a list, by reason.
type tally struct{ entries map[string][]string } // by "list: reason"

// namedEntries is how many entries of a reason are named in the report.
const namedEntries = 200

func (t *tally) add(list, why, entry string) {
	if t.entries == nil {
		t.entries = make(map[string][]string)
	}
	key := list + ": " + why
	t.entries[key] = append(t.entries[key], entry)
}

func (t *tally) String() string {
	var b strings.Builder
	for _, key := range sortedKeys(t.entries) {
		entries := t.entries[key]
		slices.Sort(entries)
		shown, more := entries, ""
		if len(shown) > namedEntries {
			shown, more = shown[:namedEntries], " …"
		}
		fmt.Fprintf(&b, "%s: left out %d: %s%s\n", key, len(entries), strings.Join(shown, " "), more)
	}
	return b.String()
}
