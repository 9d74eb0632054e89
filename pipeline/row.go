package pipeline

import (
	"slices"
	"strings"

	"winnow/address"
	"winnow/validate"
	"winnow/verdict"
)

// mailbox reads a row: its address, and what is odd about the row itself.
//
// Where a delimiter has moved the cells (there are more or fewer than the header
// has, or the address stands in another one), or a stray quote has swallowed
// rows, what stands in the address column says nothing of anybody: the row is
// row.shifted, and nobody is removed for it.
func (r *run) mailbox(row string) validate.Mailbox {
	text, cells := r.List.Cell(row)
	ragged := r.List.Ragged(cells)
	lines := strings.IndexByte(row, '"') >= 0 && strings.ContainsAny(strings.TrimRight(row, "\r\n"), "\r\n")

	if validate.NoAddress(text) {
		kind := validate.RowNoAddress
		if ragged && strings.Contains(row, "@") || lines && r.swallows(row) {
			kind = validate.RowShifted
		}
		return validate.Mailbox{Text: text, Row: verdict.SetOf(kind)}
	}
	m := validate.Parse(text)
	// In a row as long as the others, a wrong address is one; a cell without any @ may be another column's.
	elsewhere := (ragged || m.Fault != nil && m.Fault.Rule == address.NoAt) && holdsAddress(strings.Replace(row, text, "", 1))
	switch {
	case m.Fault != nil && m.Meant != "" && !ragged:
		return m // several addresses on lines of one cell: the first is suggested
	case ragged && (lines || m.Fault != nil), elsewhere, lines && r.swallows(row):
		return validate.Mailbox{Text: text, Row: verdict.SetOf(validate.RowShifted)}
	case ragged:
		m.Row = verdict.SetOf(validate.RowRagged)
	}
	return m
}

// holdsAddress tells whether an address stands in a row; handles (@jane) are none.
// Of a very long row it is taken for granted.
func holdsAddress(row string) bool {
	const long = 4 << 10
	return strings.Contains(row, "@") && (len(row) > long || slices.ContainsFunc(strings.FieldsFunc(row, isDelimiter), address.Holds))
}

func isDelimiter(r rune) bool { return strings.ContainsRune(",;\t|", r) }

// swallows tells whether a line inside of a row is itself a row with an address:
// a quote that was left open has taken it in.
func (r *run) swallows(row string) bool {
	lines := strings.FieldsFunc(row, func(c rune) bool { return c == '\n' || c == '\r' })
	for _, line := range lines[1:] {
		text, cells := r.List.Cell(line)
		if !r.List.Ragged(cells) && !validate.NoAddress(text) && validate.Parse(text).Fault == nil {
			return true
		}
	}
	return false
}

// domainOf returns the name to ask for, "" if there is none.
func domainOf(m *validate.Mailbox) string {
	if m.Fault != nil || m.Addr.IsLiteral() {
		return ""
	}
	return m.Addr.Domain
}
