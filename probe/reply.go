package probe

import (
	"bufio"
	"errors"
	"io"
	"unicode/utf8"
)

// The most of one reply that is read. RFC 5321 section 4.5.3.1.5 allows 512 octets a
// line and no end of lines; what is far beyond is no mail server.
const (
	maxReply = 64 << 10 // octets
	maxLines = 128
)

// The most of its text that is kept, for an address may wait long with it: what stands at the beginning,
// and what stands at the end. The longest replies that we know have 400 octets.
const (
	maxHead = 1536 // octets
	maxTail = 512
)

// errGarbled says that what came is no reply of SMTP.
var errGarbled = errors.New("no reply of SMTP")

// readReply reads one reply of RFC 5321 section 4.2: its code, and its text with the
// lines joined with \n and their codes taken off. Line ends may be LF alone, and text may
// be missing or of eight bits; of a long one, a part in the middle is left out. said is told each line
// as it came, without its end.
//
// The error wraps errGarbled, or is the reader's; io.ErrUnexpectedEOF where the
// connection ended within a reply.
func readReply(r *bufio.Reader, said func(line []byte)) (code int, text string, err error) {
	var all []byte
	for lines, size := 0, 0; ; lines++ {
		line, err := readLine(r, maxReply-size)
		if err != nil {
			if err == io.EOF && (lines > 0 || len(line) > 0) {
				err = io.ErrUnexpectedEOF
			}
			return 0, "", err
		}
		size += len(line)
		said(line)
		n, more, rest := cutCode(line)
		switch {
		case n == 0, lines > 0 && n != code, lines >= maxLines:
			return 0, "", errGarbled
		case lines > 0:
			all = append(all, '\n')
		}
		code = n
		all = append(all, rest...)
		if !more {
			return code, shortened(all), nil
		}
	}
}

// shortened is a text with its middle left out where it is long. No character is cut apart.
func shortened(text []byte) string {
	if len(text) <= maxHead+maxTail {
		return string(text)
	}
	const gap = " … " // no end of a line: what stands at the beginning of one has a meaning
	head, tail := text[:maxHead-len(gap)], text[len(text)-maxTail:]
	for range utf8.UTFMax - 1 {
		if r, size := utf8.DecodeLastRune(head); r == utf8.RuneError && size == 1 {
			head = head[:len(head)-1]
		}
		if !utf8.RuneStart(tail[0]) {
			tail = tail[1:]
		}
	}
	return string(head) + gap + string(tail)
}

// readLine reads up to the next LF and returns what stands before it, and before a CR
// there. What it returns is good until the next read. With io.EOF comes what there was.
func readLine(r *bufio.Reader, most int) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		line = append([]byte(nil), line...)
		for err == bufio.ErrBufferFull {
			if len(line) > most {
				return nil, errGarbled
			}
			var part []byte
			part, err = r.ReadSlice('\n')
			line = append(line, part...)
		}
	}
	switch {
	case err != nil:
		return line, err
	case len(line) > most:
		return nil, errGarbled
	}
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, nil
}

// cutCode takes a line of a reply apart. The code is 0 if it is none. A tab instead of
// the space is taken too: some servers send it.
func cutCode(line []byte) (code int, more bool, rest []byte) {
	if len(line) < 3 || line[0] < '2' || line[0] > '5' {
		return 0, false, nil
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return 0, false, nil
		}
		code = code*10 + int(c-'0')
	}
	switch {
	case len(line) == 3:
		return code, false, nil
	case line[3] == ' ', line[3] == '\t':
		return code, false, line[4:]
	case line[3] == '-':
		return code, true, line[4:]
	}
	return 0, false, nil
}
