package listio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"unsafe"
)

// A Reader yields the rows of a list, a block at a time. One goroutine calls Next; Read and Release are safe for
// concurrent use.
type Reader struct {
	src   *Source
	in    io.Reader
	comma byte
	size  int // bytes read at a time

	buf    []byte // read, but not yet part of a block
	eof    bool
	offset int64 // of buf[0] in the list
	row    int   // number of the next row
	seq    int
	err    error // the last word of Next
	read   atomic.Int64
	free   sync.Pool
}

// A Block is some whole rows of a list, in their order. The caller owns it until Release. A string cut from Text keeps
// all of it in memory, and does not outlive Release: clone what is kept for longer.
type Block struct {
	Seq    int    // 0, 1, 2 …
	First  int    // row number of row 0
	Offset int64  // of Text in the list, in bytes, the byte order mark and header included
	Text   string // the rows with their ends, and nothing between them
	Ends   []int  // row i is Text[Ends[i-1]:Ends[i]], row 0 Text[:Ends[0]]

	buf []byte // what Text is a part of
}

// Len returns the number of rows, at least 1 in a Block from Next.
func (b *Block) Len() int { return len(b.Ends) }

// Row returns row i, 0 ≤ i < Len, with its end.
func (b *Block) Row(i int) string { return b.Rows(i, i+1) }

// Rows returns the rows from i to before j, 0 ≤ i < j ≤ Len, with their ends.
func (b *Block) Rows(i, j int) string {
	start := 0
	if i > 0 {
		start = b.Ends[i-1]
	}
	return b.Text[start:b.Ends[j-1]]
}

// reader returns a Reader of all rows from offset on, the first of which has the number row.
func (s *Source) reader(comma byte, offset int64, row int) *Reader {
	r := &Reader{src: s, in: s.from(offset), comma: comma, size: blockSize, offset: offset, row: row}
	r.read.Store(offset)
	return r
}

// Tee has every byte of the list, those before the first row included, written to w as it is read. It is called before
// the first Next.
func (r *Reader) Tee(w io.Writer) error {
	if _, err := io.Copy(w, io.LimitReader(r.src.Open(), r.offset)); err != nil {
		return fmt.Errorf("read what is above its rows: %w", err)
	}
	r.in = io.TeeReader(r.in, w)
	return nil
}

// Next returns the next block, or io.EOF behind the last row. Any other error names the row ("row 12: …"), and comes
// when all rows before it were returned: a quote that never closes, a row of over 16 MiB, an error of reading. Every
// later call returns the same error, unless Skip was called.
func (r *Reader) Next() (*Block, error) {
	if r.err != nil {
		return nil, r.err
	}
	b, err := r.next()
	if err != nil {
		r.err = err
		return nil, err
	}
	return b, nil
}

func (r *Reader) next() (*Block, error) {
	b, _ := r.free.Get().(*Block)
	if b == nil {
		b = &Block{}
	}
	var text string
	for want := r.size; ; want = min(2*len(r.buf), maxRow+len("\r\r\n")) {
		if err := r.fill(want); err != nil {
			return nil, fmt.Errorf("row %d: %w", r.row, err)
		}
		if len(r.buf) == 0 {
			return nil, io.EOF
		}
		text = textOf(r.buf)
		if b.Ends = split(b.Ends[:0], text, r.comma, r.eof); len(b.Ends) > 0 {
			break
		}
		if r.eof || len(r.buf) > maxRow {
			return nil, r.endless(text)
		}
	}
	end := b.Ends[len(b.Ends)-1]
	b.Seq, b.First, b.Offset, b.Text = r.seq, r.row, r.offset, text[:end]
	b.buf, r.buf = r.buf, append(b.buf[:0], r.buf[end:]...)
	r.seq++
	r.row += len(b.Ends)
	r.offset += int64(end)
	r.read.Store(r.offset)
	return b, nil
}

// fill reads until buf holds want bytes, or the list ends.
func (r *Reader) fill(want int) error {
	if cap(r.buf) < want {
		r.buf = append(make([]byte, 0, want), r.buf...)
	}
	for !r.eof && len(r.buf) < want {
		n, err := r.in.Read(r.buf[len(r.buf):want])
		r.buf = r.buf[:len(r.buf)+n]
		if errors.Is(err, io.EOF) {
			r.eof = true
			if r.offset+int64(len(r.buf)) < r.src.size {
				return fmt.Errorf("the list got shorter while it was read: %w", io.ErrUnexpectedEOF)
			}
		} else if err != nil {
			return err
		}
	}
	return nil
}

// endless says why the row that text begins with has no end.
func (r *Reader) endless(text string) error {
	_, open := rowEnd(text, 0, r.comma)
	line, err := r.src.line(r.offset + int64(max(open, 0)))
	switch {
	case err != nil:
		return fmt.Errorf("row %d: %w", r.row, err)
	case open < 0:
		return fmt.Errorf("row %d: is longer than %d MiB (it begins on line %d)", r.row, maxRow/mib, line)
	case len(text) > maxRow:
		return &quoteError{fmt.Sprintf("row %d: the quote that opens on line %d is not closed within %d MiB", r.row, line, maxRow/mib)}
	}
	return &quoteError{fmt.Sprintf("row %d: the quote that opens on line %d never closes", r.row, line)}
}

type quoteError struct{ text string }

func (e *quoteError) Error() string        { return e.text }
func (e *quoteError) Is(target error) bool { return target == ErrQuote }

// Skip goes on behind an error that is ErrQuote: the row that has no end is taken to be one line, and the next begins
// below it. It is for who takes addresses out of a list, and gives no row back. Where there is nothing to skip, it does
// nothing.
func (r *Reader) Skip() {
	if !errors.Is(r.err, ErrQuote) || len(r.buf) == 0 {
		return
	}
	end := len(r.buf)
	if i := bytes.IndexAny(r.buf, "\r\n"); i >= 0 {
		end = min(end, behindEnd(textOf(r.buf), i))
	}
	r.buf = append(r.buf[:0], r.buf[end:]...)
	r.row++
	r.offset += int64(end)
	r.read.Store(r.offset)
	r.err = nil
}

// line returns the number of the line, as an editor counts them, that holds the byte at offset.
func (s *Source) line(offset int64) (int, error) {
	line, last := 1, byte(0)
	in, buf := io.LimitReader(s.Open(), offset), make([]byte, 64*kib)
	for {
		n, err := in.Read(buf)
		for _, c := range buf[:n] {
			if c == '\r' || c == '\n' && last != '\r' {
				line++
			}
			last = c
		}
		if errors.Is(err, io.EOF) {
			return line, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// textOf returns buf as a string that is the same memory: good for as long as nobody writes to buf.
func textOf(buf []byte) string { return unsafe.String(unsafe.SliceData(buf), len(buf)) }

// Release gives back a Block that is no longer needed: later blocks are read into its memory, so that no string cut
// from its Text may be looked at again. To call it is optional: what is never released is never written to.
func (r *Reader) Release(b *Block) {
	b.Text = ""
	r.free.Put(b)
}

// Read returns how many bytes of the list the blocks returned so far reach to; at the end, the Source's Size.
func (r *Reader) Read() int64 { return r.read.Load() }
