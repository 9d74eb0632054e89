package listmaker

import (
	"bytes"
	"fmt"
	"strings"
)

// Change is what became of a list.
type Change struct {
	Before, After int      // entries
	New, Gone     []string // keys, sorted
}

// Compare says how a list has changed, by its old and its new text.
func Compare(before, after []byte) Change {
	was, is := keys(before), keys(after)
	c := Change{Before: len(was), After: len(is)}
	for _, key := range sortedKeys(is) {
		if !was[key] {
			c.New = append(c.New, key)
		}
	}
	for _, key := range sortedKeys(was) {
		if !is[key] {
			c.Gone = append(c.Gone, key)
		}
	}
	return c
}

func keys(text []byte) set {
	found := make(set, bytes.Count(text, []byte("\n")))
	for _, line := range lines(string(text)) {
		key, _, _ := strings.Cut(line, " ")
		found[key] = true
	}
	return found
}

// maxShrink is how much of a list may go at once. A package that lost more lost
// it by mistake, or its form has changed.
const maxShrink = 0.2

// Shrunk is the error for a list that lost too much, or nil.
func (c Change) Shrunk() error {
	if float64(c.After) < (1-maxShrink)*float64(c.Before) {
		return fmt.Errorf("it would shrink from %d to %d entries, by more than %.0f %%", c.Before, c.After, 100*maxShrink)
	}
	return nil
}

// WriteFiles replaces files, by their paths.
func WriteFiles(files map[string][]byte) error {
	for _, path := range sortedKeys(files) {
		if err := replace(path, files[path]); err != nil {
			return err
		}
	}
	return nil
}
