package main

import (
	"encoding/csv"
	"strings"
)

// words is a flag that takes words by comma and may be given more than once. It reads
// what a StringSlice of pflag reads; that one writes itself as CSV when it is
// made, four kilobytes a flag, before anything has been asked.
type words []string

// Set adds the words of a text. One that holds a comma itself stands in quotes.
func (w *words) Set(text string) error {
	if text == "" {
		return nil
	}
	more, err := csv.NewReader(strings.NewReader(text)).Read()
	*w = append(*w, more...)
	return err
}

func (w *words) String() string { return strings.Join(*w, ",") }

// Type is what help would call a value that its flag's usage has no name for.
func (w *words) Type() string { return "words" }
