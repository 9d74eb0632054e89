package listio

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Options say what is known of a list beforehand. The zero value finds out everything.
type Options struct {
	Column string // the address column: its name in the header, whatever the case, or its number from 1; "": find it
	Comma  byte   // the delimiter; 0: find it
}

// A List is a Source whose rows and address column are known. Its methods are safe for concurrent use.
type List struct {
	Dialect    Dialect
	Header     []string // the header's cells, unquoted; nil: there is none, the first row is data
	Column     int      // of the addresses, from 0
	ColumnName string   // its name in the header, or "column 3"
	Why        string   // why this column: "its header says email", "412 of the first 500 rows hold an address there"
	Cells      int      // cells a row should have: as the header, or, without one, as most rows of the sample
	AverageRow float64  // bytes a row, of the sample

	src    *Source
	head   string    // all that stands before the first data row: lines that are not rows, and the header
	header int       // where in head the header begins
	start  int64     // offset of the first data row
	first  int       // its row number
	sep    string    // Dialect.Comma
	quoted [256]bool // bytes for which a cell must be quoted
	old    []bool    // which of the Cells are columns of ours, from an earlier run; nil: none
	atEnd  bool      // the old ones are the last
}

// Open looks at the first MiB of src and finds the delimiter, the header and the address column. The error wraps
// ErrFormat where it is not delimited text, ErrEmpty, ErrNoRows, or is a *ColumnError where the column asked for is
// not there or none, or more than one, could be meant; or it names a row that can not be read.
//
// A first row without an address is a header. In a list of one column it is none if it has an @ ("bob@" is an address
// that lacks something). Blank lines above a header belong to it.
func Open(src *Source, o Options) (*List, error) {
	text, err := src.beginning()
	if err != nil {
		return nil, err
	}
	if err := foreign(text); err != nil {
		return nil, err
	}
	l := &List{src: src, first: 1}
	if strings.HasPrefix(text, bom) {
		l.Dialect.BOM, text, l.start = true, text[len(bom):], int64(len(bom))
	}
	if err := l.findDialect(text, o.Comma); err != nil {
		return nil, err
	}
	rows, err := l.sample()
	if err != nil {
		return nil, err
	}
	if rows = l.takeHeader(rows); len(rows) == 0 {
		return nil, ErrNoRows
	}
	if err := l.findColumn(rows, o.Column); err != nil {
		return nil, err
	}
	return l, nil
}

// beginning returns the bytes Open looks at.
func (s *Source) beginning() (string, error) {
	buf := make([]byte, min(s.size, blockSize))
	if _, err := io.ReadFull(s.Open(), buf); err != nil {
		return "", fmt.Errorf("read its first bytes: %w", err)
	}
	return string(buf), nil
}

// findDialect sets the delimiter and what follows from it, and takes a "sep=;" line from the list.
func (l *List) findDialect(text string, comma byte) error {
	d := &l.Dialect
	if i := strings.IndexAny(text, "\r\n"); i > 0 {
		if said, ok := separator(text[:i]); ok {
			l.head, d.Comma = text[:behindEnd(text, i)], said
		}
	}
	switch {
	case comma != 0 && !canDelimit(comma):
		return fmt.Errorf("%q can not be a delimiter", comma)
	case comma != 0:
		d.Comma = comma
	case d.Comma == 0:
		d.Comma = findComma(text, l.src.name)
	}
	l.start += int64(len(l.head))
	l.sep = string(d.Comma)
	for _, c := range []byte{d.Comma, '"', '\r', '\n'} {
		l.quoted[c] = true
	}
	return nil
}

// sample returns the first rows: as many as Open looks at, and more only where there would not be two.
func (l *List) sample() ([]string, error) {
	const enough = 2 * maxRow // of blank lines
	var rows []string
	r := l.Blocks()
	for blank := 0; len(rows) < blank+2 && r.Read() < enough; {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		for i := range b.Len() {
			rows = append(rows, b.Row(i))
		}
		blank = leadingBlanks(rows)
	}
	if leadingBlanks(rows) == len(rows) {
		return nil, ErrEmpty
	}
	l.AverageRow = float64(r.Read()-l.start) / float64(len(rows))
	l.Dialect.Newline = "\n"
	switch end := rows[0][len(bodyOf(rows[0])):]; end {
	case "\r", "\r\n":
		l.Dialect.Newline = end
	case "\r\r\n":
		l.Dialect.Newline = "\r\n"
	}
	return rows, nil
}

func leadingBlanks(rows []string) int {
	for i, row := range rows {
		if bodyOf(row) != "" {
			return i
		}
	}
	return len(rows)
}

// takeHeader sets Header and Cells and returns the data rows of a sample.
func (l *List) takeHeader(rows []string) []string {
	blank := leadingBlanks(rows)
	cells := l.Values(rows[blank])
	if !isHeader(cells) {
		widths := map[int]int{}
		for _, row := range rows {
			if bodyOf(row) != "" {
				_, n := l.Cell(row)
				widths[n]++
			}
		}
		l.Cells = commonest(widths)
		return rows
	}
	above := strings.Join(rows[:blank], "")
	l.header = len(l.head) + len(above)
	l.head += above + rows[blank]
	l.start += int64(len(above) + len(rows[blank]))
	l.first = blank + 2
	l.Header, l.Cells = cells, len(cells)
	l.findOld()
	return rows[blank+1:]
}

// findOld notes which columns an earlier run of ours added.
func (l *List) findOld() {
	last := false
	for i, name := range l.Header {
		isOld := strings.HasPrefix(name, ours)
		if isOld && l.old == nil {
			l.old, l.atEnd = make([]bool, l.Cells), true
		}
		if l.old != nil {
			l.old[i] = isOld
			l.atEnd = l.atEnd && (isOld || !last)
		}
		last = isOld
	}
	l.atEnd = l.atEnd && last
}

// isHeader says whether the cells of a first row are names, not data.
func isHeader(cells []string) bool {
	for _, cell := range cells {
		if before, after, ok := strings.Cut(cell, "@"); ok && (len(cells) == 1 || isSomebody(before, after)) {
			return false
		}
	}
	return true
}

// isSomebody says whether what stands on both sides of an @ is somebody, if only "jane@" or "jane @acme.com", and not
// the name of a column, such as "Twitter (@handle)" or "Contact @ work".
func isSomebody(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	return unicode.IsLetter(last) || unicode.IsDigit(last) || before != "" && strings.Contains(after, ".")
}

// Values returns what all cells of a row say, unquoted.
func (l *List) Values(row string) []string {
	var cells []string
	for _, raw := range rawCells(bodyOf(row), l.Dialect.Comma) {
		cells = append(cells, unquote(raw))
	}
	return cells
}

// HeaderRow returns the bytes that stand before the first data row, with their row end and without the byte order
// mark: the header, with what stands above it (a "sep=;" line, blank lines); "" if there is nothing.
func (l *List) HeaderRow() string { return l.head }

// Blocks returns a Reader of the data rows from the first. Each is independent of any other.
func (l *List) Blocks() *Reader { return l.src.reader(l.Dialect.Comma, l.start, l.first) }

// Cell returns what the cell in the address column of a row says, unquoted, "" if the row is too short, and how many
// cells the row has. The value is a part of row unless it holds doubled quotes.
func (l *List) Cell(row string) (value string, cells int) {
	body := bodyOf(row)
	if strings.IndexByte(body, '"') >= 0 {
		return carefulCell(body, l.Dialect.Comma, l.Column)
	}
	cells = 1 + strings.Count(body, l.sep)
	for range l.Column {
		comma := strings.IndexByte(body, l.Dialect.Comma)
		if comma < 0 {
			return "", cells
		}
		body = body[comma+1:]
	}
	if comma := strings.IndexByte(body, l.Dialect.Comma); comma >= 0 {
		body = body[:comma]
	}
	return body, cells
}

func carefulCell(body string, comma byte, column int) (value string, cells int) {
	for i, raw := range rawCells(body, comma) {
		if i == column {
			value = unquote(raw)
		}
		cells = i + 1
	}
	return value, cells
}

// Ragged says whether a row of so many cells has too few or too many.
func (l *List) Ragged(cells int) bool { return cells != l.Cells }
