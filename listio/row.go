package listio

import "strings"

// AppendRow appends a row to dst: its own bytes, empty cells up to Cells where it is short, the cells ours behind
// them, and its own row end (Dialect.Newline where it has none). Columns of ours from an earlier run are left out.
// Ours are quoted where they must be, and get a ' in front where a spreadsheet would take them for a formula.
//
// Behind a row with more than Cells cells, ours stand as many columns too far to the right.
func (l *List) AppendRow(dst []byte, row string, ours []string) []byte {
	body := bodyOf(row)
	end := row[len(body):]
	if end == "" {
		end = l.Dialect.Newline
	}
	if l.old != nil {
		dst = l.appendKept(dst, body)
	} else {
		dst = append(dst, body...)
		for n := l.width(body); n < l.Cells; n++ {
			dst = append(dst, l.Dialect.Comma)
		}
	}
	for _, cell := range ours {
		dst = l.appendCell(append(dst, l.Dialect.Comma), cell)
	}
	return append(dst, end...)
}

// AppendCorrected appends a row to dst with value in its address cell, and every other byte as it was; the cell is
// quoted if it was or must be. A row that is too short to have the cell is appended as it is.
func (l *List) AppendCorrected(dst []byte, row, value string) []byte {
	body := bodyOf(row)
	start, cell := 0, ""
	for i, raw := range rawCells(body, l.Dialect.Comma) {
		if i == l.Column {
			cell = raw
			break
		}
		start += len(raw) + len(l.sep)
	}
	if start > len(body) {
		return append(dst, row...)
	}
	end := start + len(cell)
	dst = append(dst, row[:start]...)
	if strings.HasPrefix(cell, `"`) || !l.isPlain(value) {
		cell = `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	} else {
		cell = value
	}
	return append(append(dst, cell...), row[end:]...)
}

// AppendCells appends a row of ours, in the list's dialect, to dst.
func (l *List) AppendCells(dst []byte, ours []string) []byte {
	for i, cell := range ours {
		if i > 0 {
			dst = append(dst, l.Dialect.Comma)
		}
		dst = l.appendCell(dst, cell)
	}
	return append(dst, l.Dialect.Newline...)
}

// AppendHeader appends HeaderRow to dst as AppendRow does a row, with the names of our columns behind. Without a
// header it appends HeaderRow as it is, which then is most often nothing.
func (l *List) AppendHeader(dst []byte, names []string) []byte {
	if l.Header == nil {
		return append(dst, l.head...)
	}
	return l.AppendRow(append(dst, l.head[:l.header]...), l.head[l.header:], names)
}

// width returns how many cells a row has.
func (l *List) width(body string) int {
	if strings.IndexByte(body, '"') < 0 {
		return 1 + strings.Count(body, l.sep)
	}
	_, cells := carefulCell(body, l.Dialect.Comma, 0)
	return cells
}

// appendKept appends the cells of a row that are not of our own making, and empty ones for those that lack.
func (l *List) appendKept(dst []byte, body string) []byte {
	width := l.width(body)
	shift := 0
	// Behind a row too long we once wrote our cells at its very end, not below their names.
	if l.atEnd {
		shift = max(width-l.Cells, 0)
	}
	isOld := func(i int) bool { i -= shift; return i >= 0 && i < l.Cells && l.old[i] }
	some := false
	keep := func(i int, raw string) {
		if isOld(i) {
			return
		}
		if some {
			dst = append(dst, l.Dialect.Comma)
		}
		dst = append(dst, raw...)
		some = true
	}
	for i, raw := range rawCells(body, l.Dialect.Comma) {
		keep(i, raw)
	}
	for i := width; i < l.Cells; i++ {
		keep(i, "")
	}
	return dst
}

// appendCell appends a cell of ours.
func (l *List) appendCell(dst []byte, cell string) []byte {
	if cell == "" {
		return dst
	}
	plain := l.isPlain(cell)
	if !plain {
		dst = append(dst, '"')
	}
	switch cell[0] {
	case '=', '+', '-', '@', '\t', '\r':
		dst = append(dst, '\'')
	}
	if plain {
		return append(dst, cell...)
	}
	for i := range len(cell) {
		if cell[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, cell[i])
	}
	return append(dst, '"')
}

func (l *List) isPlain(cell string) bool {
	for i := range len(cell) {
		if l.quoted[cell[i]] {
			return false
		}
	}
	return true
}
