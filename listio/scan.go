package listio

import (
	"iter"
	"strings"
)

// cellEnd is the careful scanner: the one home of what a quote means. It returns where the cell that begins at s[i]
// ends: the index of the delimiter, CR or LF behind it, or len(s). Closed is false where a quote opened the cell and
// s ended before another closed it.
func cellEnd(s string, i int, comma byte) (end int, closed bool) {
	if i == len(s) || s[i] != '"' {
		for ; i < len(s); i++ {
			if c := s[i]; c == comma || c == '\n' || c == '\r' {
				break
			}
		}
		return i, true
	}
	for i++; ; {
		quote := strings.IndexByte(s[i:], '"')
		if quote < 0 {
			return len(s), false
		}
		i += quote + 1
		switch {
		case i == len(s) || s[i] == comma || s[i] == '\n' || s[i] == '\r':
			return i, true
		case s[i] == '"':
			i++
		}
	}
}

// rowEnd returns where the row that begins at s[i] ends: the index of its CR or LF, or len(s). Open is the index of
// the quote that never closes, or -1.
func rowEnd(s string, i int, comma byte) (end, open int) {
	for {
		end, closed := cellEnd(s, i, comma)
		switch {
		case !closed:
			return end, i
		case end == len(s) || s[end] != comma:
			return end, -1
		}
		i = end + 1
	}
}

// behindEnd returns the index behind the row end that begins at s[i], a CR or LF.
func behindEnd(s string, i int) int {
	if s[i] == '\r' {
		switch rest := s[i+1:]; {
		case strings.HasPrefix(rest, "\n"):
			return i + 2
		case strings.HasPrefix(rest, "\r\n"):
			return i + 3
		}
	}
	return i + 1
}

// split appends to ends where each row of s ends. What is behind the last is a row not whole: it has no end yet, or
// its end could be longer than s shows, or (all there is, if final) a quote in it never closes.
//
// Three cursors run ahead of the row, so that however rare or frequent its quotes, LFs and CRs, s is looked through
// once for each. Only a row with a quote takes the careful scanner.
func split(ends []int, s string, comma byte, final bool) []int {
	lf, cr, quote := -1, -1, -1
	for i := 0; i < len(s); {
		if lf < i {
			lf = indexFrom(s, i, '\n')
		}
		if cr < i {
			cr = indexFrom(s, i, '\r')
		}
		if quote < i {
			quote = indexFrom(s, i, '"')
		}
		end := min(lf, cr)
		if quote < end {
			open := -1
			if end, open = rowEnd(s, i, comma); open >= 0 {
				break
			}
		}
		if end == len(s) {
			if final {
				ends = append(ends, end)
			}
			break
		}
		// The two bytes behind a CR tell whether they are part of the row's end.
		if !final && s[end] == '\r' && end+2 >= len(s) {
			break
		}
		i = behindEnd(s, end)
		ends = append(ends, i)
	}
	return ends
}

func indexFrom(s string, i int, c byte) int {
	if n := strings.IndexByte(s[i:], c); n >= 0 {
		return i + n
	}
	return len(s)
}

// bodyOf returns a row without its end.
func bodyOf(row string) string {
	switch n := len(row); {
	case n == 0:
		return row
	case row[n-1] == '\r':
		return row[:n-1]
	case row[n-1] != '\n':
		return row
	case strings.HasSuffix(row, "\r\r\n"):
		return row[:n-3]
	case strings.HasSuffix(row, "\r\n"):
		return row[:n-2]
	default:
		return row[:n-1]
	}
}

// rawCells yields the cells of a row's body as they stand there, by the careful scanner. There is at least one.
func rawCells(body string, comma byte) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for n, i := 0, 0; ; n++ {
			end, _ := cellEnd(body, i, comma)
			if !yield(n, body[i:end]) || end == len(body) {
				return
			}
			i = end + 1
		}
	}
}

// unquote returns what a raw cell says.
func unquote(raw string) string {
	if len(raw) == 0 || raw[0] != '"' {
		return raw
	}
	inside := strings.TrimSuffix(raw[1:], `"`)
	if strings.IndexByte(inside, '"') < 0 {
		return inside
	}
	return strings.ReplaceAll(inside, `""`, `"`)
}
