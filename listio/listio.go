// Package listio answers one question: what are the rows of this list, and how do rows get out again unaltered?
//
// A list is delimited text as people have it (RFC 4180, loosely): any of four delimiters, LF, CRLF or CR at a row's
// end, also mixed, quotes where they need not be, rows too short or too long, bytes that are not UTF-8. A row is never
// taken apart to be put together again: it is a piece of the file's own bytes, and goes out as it came in, with our
// cells behind it. What is not such a text (a workbook, an archive, UTF-16) is refused by name.
//
//	OpenFile, Spool ─▶ Source ─Open─▶ List ─Blocks─▶ Reader ─Next─▶ Block ─Row─▶ Cell, AppendRow ─▶ Output
//
// How a row is read:
//   - a row ends at LF, CRLF, CR CR LF (a text-mode slip of many scripts) or a CR alone, outside of quotes;
//   - a quote opens only as the first byte of a cell, and closes only before the delimiter, the row's end or the
//     file's; two quotes are one; any other quote stands for itself;
//   - a blank row is a row with one empty cell.
//
// Errors of OpenFile, Create and LockFile name the path; those of Open and Next do not: whoever holds the Source
// knows its name.
package listio

import "errors"

// Sentinels of this package; errors returned wrap them.
var (
	ErrEmpty  = errors.New("the list is empty")
	ErrNoRows = errors.New("the list has a header, but no rows")
	ErrFormat = errors.New("not a list in delimited text")
	ErrLocked = errors.New("another run holds the lock")
	ErrQuote  = errors.New("its quote is open") // of a row that a quote keeps from ending
)

const (
	kib = 1 << 10
	mib = 1 << 20

	// blockSize is what Reader reads at a time, and how much of a list Open looks at.
	blockSize = 1 * mib
	// maxRow is the longest row taken. A longer one is a quote that never closed, or no list.
	maxRow = 16 * mib
)
