package read

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxObject is how large an event may be. Of those that we know, the largest hold
// 256 KiB (a notification of SNS).
const maxObject = 4 << 20

var (
	errTooLarge  = fmt.Errorf("an object is larger than %d MiB", maxObject>>20)
	errNotClosed = errors.New("an object is not closed")
)

// eachObject cuts a stream of JSON into its objects: whole files, one a line, one
// behind the other, in arrays, or in the array that stands under the key page. One
// that is damaged is told and skipped; where it is not closed, the next line that opens a
// bracket and is not indented further begins another.
//
// encoding/json's own Decoder reads no further once it met a fault. Here only the
// brackets are followed, and each object is given to it alone.
func eachObject(r *bufio.Reader, page string, each func(place string, o object) error, damaged func(place string, err error)) error {
	c := cutter{page: `"` + page + `"`, line: 1, blank: true}
	for {
		b, err := r.ReadByte()
		if err != nil {
			if c.inside {
				damaged(c.place(), errNotClosed)
			}
			return ignoreEOF(err)
		}
		if c.broken(b) {
			damaged(c.place(), errNotClosed)
			c.inside = false
		}
		if !c.closes(b) {
			continue
		}
		if len(c.buf) > maxObject {
			damaged(c.place(), errTooLarge)
			continue
		}
		o, err := decode(c.buf)
		if err != nil {
			damaged(c.place(), err)
			continue
		}
		if err := each(c.place(), o); err != nil {
			return err
		}
	}
}

func decode(raw []byte) (object, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber() // ids have more digits than a float64
	var o object
	if err := d.Decode(&o); err != nil {
		return nil, err
	}
	return o, nil
}

// cutter finds where objects begin and end.
type cutter struct {
	page string // in quotes

	buf     []byte // the object so far
	inside  bool   // an object
	depth   int
	quoted  bool
	escaped bool
	last    byte // the last byte that was not white space

	line, indent int
	blank        bool // nothing in this line yet but white space
	nth          int  // objects that begin in this line

	// of the object
	atLine, atIndent, atNth int
}

// place says where the object began.
func (c *cutter) place() string {
	if c.atNth == 1 {
		return fmt.Sprintf("line %d", c.atLine)
	}
	return fmt.Sprintf("line %d, item %d", c.atLine, c.atNth)
}

// broken follows the lines, and reports whether b begins another object though the
// one before was not closed.
func (c *cutter) broken(b byte) bool {
	if b == '\n' {
		c.quoted, c.escaped = false, false // no string of JSON has a bare line end
		c.line, c.indent, c.blank, c.nth = c.line+1, 0, true, 0
		return false
	}
	if !c.blank {
		return false
	}
	if b == ' ' || b == '\t' || b == '\r' {
		c.indent++
		return false
	}
	c.blank = false
	return c.inside && (b == '{' || b == '[') && c.indent <= c.atIndent && c.last != ':' && c.last != '['
}

// closes takes the next byte, and reports whether it ends an object, which then is
// in buf.
func (c *cutter) closes(b byte) bool {
	if c.inside && len(c.buf) <= maxObject {
		c.buf = append(c.buf, b)
	}
	if c.quoted {
		switch {
		case c.escaped:
			c.escaped = false
		case b == '\\':
			c.escaped = true
		case b == '"':
			c.quoted = false
		}
		return false
	}
	switch b {
	case ' ', '\t', '\r', '\n':
		return false
	case '"':
		c.quoted = true
	case '{':
		if !c.inside {
			c.inside, c.depth, c.buf = true, 0, append(c.buf[:0], b)
			c.nth++
			c.atLine, c.atIndent, c.atNth = c.line, c.indent, c.nth
		}
		c.depth++
	case '[':
		if c.inside && c.depth == 1 && c.opensPage() {
			c.inside = false // its objects are the events
			c.nth--
		}
		c.depth++
	case '}', ']':
		c.depth--
	}
	c.last = b
	if c.inside && c.depth == 0 {
		c.inside = false
		return true
	}
	return false
}

// opensPage reports whether buf ends in the key of a page, and the bracket behind it.
func (c *cutter) opensPage() bool {
	s := bytes.TrimRight(c.buf[:len(c.buf)-1], " \t\r\n")
	if !bytes.HasSuffix(s, []byte(":")) {
		return false
	}
	return bytes.HasSuffix(bytes.TrimRight(s[:len(s)-1], " \t\r\n"), []byte(c.page))
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
