package read

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// maxRow is how long a row may be, and how far a quote is looked for that closes.
const maxRow = 64 << 10

// eachRow reads a CSV file with a header. A row that is damaged is told and skipped; a
// quote that nothing closes costs its own line, and no more.
func eachRow(r *bufio.Reader, columns []string, each func(place string, o object) error, damaged func(place string, err error)) error {
	names, comma, ok := header(r, columns)
	if !ok {
		return errors.New("its header names none of the columns that are known")
	}
	rows := rowReader{r: r, line: 1}
	for {
		row, at, err := rows.next(comma)
		if err != nil {
			return ignoreEOF(err)
		}
		place := fmt.Sprintf("line %d", at)
		switch cells, open := cellsOf(row, comma); {
		case len(bytes.TrimSpace(row)) == 0:
		case open:
			damaged(place, errors.New("a quote is not closed"))
		case len(cells) != len(names):
			damaged(place, fmt.Errorf("it has %d cells, the header has %d", len(cells), len(names)))
		case rows.cut && len(rows.back) == 0 && addressIn(cells[len(cells)-1]) != "": // half an address is somebody else's
			damaged(place, errors.New("it has no end, and may be cut off in its address"))
		default:
			o := object{}
			for i, name := range names {
				if name != "" && cells[i] != "" {
					o[name] = cells[i]
				}
			}
			if err := each(place, o); err != nil {
				return err
			}
		}
	}
}

// header reads the header: of each column the name that is known, "" for others. Case
// and signs do not count: "Bounced At" is BouncedAt.
func header(r *bufio.Reader, known []string) (names []string, comma byte, ok bool) {
	line, err := readLine(r, nil, maxRow)
	if err != nil {
		return nil, 0, false
	}
	line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	comma = ','
	for _, other := range []byte(";\t|") {
		if bytes.Count(line, []byte{other}) > bytes.Count(line, []byte{comma}) {
			comma = other
		}
	}
	byLetters := make(map[string]string, len(known))
	for _, name := range known {
		byLetters[letters(name)] = name
	}
	cells, _ := cellsOf(line, comma)
	for _, cell := range cells {
		name := byLetters[letters(cell)]
		names, ok = append(names, name), ok || name != ""
	}
	return names, comma, ok
}

// letters is s without anything but letters and digits, lower case.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		}
		return -1
	}, s)
}

// rowReader gathers the lines of rows: a quoted cell may span some.
type rowReader struct {
	r    *bufio.Reader
	line int      // of the last line that was taken
	back [][]byte // lines that were taken in vain
	cut  bool     // the last line that was read has no end
}

func (rr *rowReader) take() ([]byte, error) {
	if len(rr.back) > 0 {
		line := rr.back[0]
		rr.back = rr.back[1:]
		rr.line++
		return line, nil
	}
	line, ended, err := readEndedLine(rr.r, nil, maxRow)
	if err == nil {
		rr.line++
	}
	rr.cut = err == nil && !ended
	return line, err
}

// next returns a row, without the line end, and the line in which it begins. Where a
// quote is not closed it is the one line.
func (rr *rowReader) next(comma byte) (row []byte, at int, err error) {
	first, err := rr.take()
	if err != nil {
		return nil, 0, err
	}
	at = rr.line
	row = first
	var more [][]byte
	for {
		if _, open := cellsOf(row, comma); !open {
			return row, at, nil
		}
		line, err := rr.take()
		if err == nil {
			more = append(more, line)
		}
		if err != nil || len(row)+len(line) > maxRow || len(more) > maxLines {
			rr.back = append(more, rr.back...)
			rr.line = at
			return first, at, nil
		}
		row = append(append(append([]byte{}, row...), '\n'), line...)
	}
}

// maxLines is how many lines a row may span. A reply of that length is a message.
const maxLines = 100

// cellsOf splits a row (RFC 4180). A quote opens only where a cell begins, so that one
// in the middle of a reply is a mere sign. open says that a quote is not closed.
func cellsOf(row []byte, comma byte) (cells []string, open bool) {
	for i := 0; ; i++ {
		var cell []byte
		if i < len(row) && row[i] == '"' {
			open = true
			for i++; i < len(row); i++ {
				if row[i] != '"' {
					cell = append(cell, row[i])
				} else if i+1 < len(row) && row[i+1] == '"' {
					cell = append(cell, '"')
					i++
				} else {
					open = false
					i++
					break
				}
			}
		}
		end := len(row)
		if n := bytes.IndexByte(row[min(i, len(row)):], comma); n >= 0 {
			end = i + n
		}
		cell = append(cell, row[min(i, end):end]...)
		cells = append(cells, strings.TrimSpace(string(cell)))
		if i = end; i >= len(row) {
			return cells, open
		}
	}
}

// readLine appends a line to buf, without its end, and of one that is longer than limit
// only the beginning. The error is io.EOF only where nothing is left.
func readLine(r *bufio.Reader, buf []byte, limit int) ([]byte, error) {
	line, _, err := readEndedLine(r, buf, limit)
	return line, err
}

// readEndedLine is readLine, and reports whether the line has an end: the last one of a
// file that was cut off has none.
func readEndedLine(r *bufio.Reader, buf []byte, limit int) (line []byte, ended bool, err error) {
	some := false
	for {
		part, err := r.ReadSlice('\n')
		some = some || len(part) > 0
		buf = append(buf, part[:min(len(part), limit-min(limit, len(buf)))]...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil && !some:
			return buf, false, err
		case ignoreEOF(err) != nil:
			return buf, false, err
		default:
			return bytes.TrimRight(buf, "\r\n"), err == nil, nil
		}
	}
}
