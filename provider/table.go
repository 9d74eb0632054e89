package provider

import (
	_ "embed"
	"strings"
)

//go:embed data/providers.txt
var providersText string

//go:embed data/hosts.txt
var hostsText string

// Tables returns the two tables as they are written, with the comments that say what
// they are and of when: data/providers.txt and data/hosts.txt.
func Tables() (providers, hosts string) { return providersText, hostsText }

// The rows of the two tables, without the comments above them. They are
// searched as they are: to read them into a map would take a short run longer
// than all else that it does.
var (
	providerRows = rowsOf(providersText)
	hostRows     = rowsOf(hostsText)
)

// rowsOf cuts off the comments at the head of a table.
func rowsOf(text string) string {
	for strings.HasPrefix(text, "#") {
		_, text, _ = strings.Cut(text, "\n")
	}
	return text
}

// find returns the line whose first word is key, parted behind it. All lines are
// of two words or more, end in a line feed, and are sorted by the first word, by
// bytes.
func find[K string | []byte](rows string, key K) (word, rest string, ok bool) {
	for from, to := 0, len(rows); from < to; {
		start := int(uint(from+to) / 2)
		for start > from && rows[start-1] != '\n' {
			start--
		}
		space := start
		for rows[space] != ' ' {
			space++
		}
		word, end := rows[start:space], space+strings.IndexByte(rows[space:], '\n')
		switch {
		case word == string(key):
			return word, rows[space+1 : end], true
		case word < string(key):
			from = end + 1
		default:
			to = start
		}
	}
	return "", "", false
}

// fields yields the three columns of each row, in the file's order. The files are
// ours and a test proves their form, so that there is no error to return.
func fields(rows string) func(yield func(first, second, third string) bool) {
	return func(yield func(first, second, third string) bool) {
		for line := range strings.Lines(rows) {
			first, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			second, third, _ := strings.Cut(rest, " ")
			if !yield(first, second, third) {
				return
			}
		}
	}
}

// target reads the column typo: "-", or a digit, perhaps with a "!".
func target(typo string) (popularity int, exclusive bool) {
	typo, exclusive = strings.CutSuffix(typo, "!")
	if len(typo) == 1 && '1' <= typo[0] && typo[0] <= '9' {
		return int(typo[0] - '0'), exclusive
	}
	return 0, false
}
