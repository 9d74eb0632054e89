package listio

import (
	"path/filepath"
	"strings"
)

// A Dialect is how a list is written.
type Dialect struct {
	Comma   byte   // the delimiter between cells
	BOM     bool   // it begins with the byte order mark of UTF-8
	Newline string // "\n", "\r\n" or "\r", as the first row ends: for a row that has no end of its own
}

// findComma returns the delimiter under which text, the start of the list called name, makes most sense: rows of
// equally many cells, and cells that are an address and nothing else. A plain list of addresses has a comma.
func findComma(text, name string) byte {
	text = text[:min(len(text), 64*kib)]
	ext := strings.ToLower(filepath.Ext(name))
	tabbed := ext == ".tsv" || ext == ".tab"
	best, comma := 0.0, byte(',')
	for _, c := range []byte(",;\t|") {
		score := fit(text, c)
		if c == '\t' && tabbed {
			score += 0.5
		}
		if score > best {
			best, comma = score, c
		}
	}
	return comma
}

// fit scores text read with a delimiter, from 0 to 3: 1 for rows of equally many cells, at least two; 2 for rows that
// hold an address. What no row could be made of, since a quote swallowed it, counts as nothing.
func fit(text string, comma byte) float64 {
	ends := split(nil, text, comma, false)
	if len(ends) == 0 {
		ends = split(ends, text, comma, true)
	}
	if len(ends) == 0 {
		return 0
	}
	rows, withAddress, start := 0, 0, 0
	widths := map[int]int{}
	for _, end := range ends {
		body := bodyOf(text[start:end])
		start = end
		if body == "" {
			continue
		}
		width, found := 0, false
		for _, raw := range rawCells(body, comma) {
			width++
			cell := unquote(raw)
			found = found || holdsAddress(cell) && !strings.ContainsAny(cell, ",;|\"")
		}
		rows++
		widths[width]++
		if found {
			withAddress++
		}
	}
	if rows == 0 {
		return 0
	}
	score := 2 * float64(withAddress)
	if width := commonest(widths); width > 1 {
		score += float64(widths[width])
	}
	return score / float64(rows) * float64(start) / float64(len(text))
}

// commonest returns the key with the highest count, of several the greatest; 0 if there is none.
func commonest(counts map[int]int) int {
	best := 0
	for key, n := range counts {
		if n > counts[best] || n == counts[best] && key > best {
			best = key
		}
	}
	return best
}

// separator returns the delimiter that a first line such as "sep=;" declares to spreadsheets.
func separator(row string) (comma byte, ok bool) {
	body := bodyOf(row)
	if len(body) != len("sep=;") || !strings.EqualFold(body[:4], "sep=") {
		return 0, false
	}
	return body[4], canDelimit(body[4])
}

// canDelimit says whether c can stand between cells: not a byte of a row's end, of quoting or of most addresses.
func canDelimit(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == 0, c >= 0x80:
		return false
	}
	return strings.IndexByte("\"'\r\n@.-_", c) < 0
}
