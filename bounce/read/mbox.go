package read

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

func looksMbox(head []byte) bool {
	line, rest, _ := bytes.Cut(head, []byte("\n"))
	return bytes.HasPrefix(line, fromLine) && looksMail(rest)
}

var fromLine, dashes = []byte("From "), []byte("--")

// readMbox reads a mailbox (RFC 4155). A mail begins at a line "From " behind an
// empty one, or behind the end of its last part, and ">From " in a mail is "From ", as both mboxo and mboxrd write it.
// A sentence that begins so begins no mail: a time is in the line.
func readMbox(in *input) error {
	var mail []byte
	number, line, began := 0, 0, 0
	empty := true  // the line before is, or there is none
	begins := true // the next piece begins a line
	end := func() error {
		if number == 0 && len(bytes.TrimSpace(mail)) == 0 {
			return nil
		}
		return in.mail(fmt.Sprintf("mail %d, line %d", max(number, 1), max(began, 1)), mail) // 0: it has no line "From "
	}
	for {
		// A line longer than the buffer comes in pieces.
		text, err := in.ReadSlice('\n')
		whole := err != bufio.ErrBufferFull
		if err != nil && err != io.EOF && whole {
			return fmt.Errorf("line %d: %w", line+1, err)
		}
		if len(text) == 0 && err == io.EOF {
			return end()
		}
		if begins {
			line++
		}
		if begins && empty && bytes.HasPrefix(text, fromLine) && (number == 0 || hasTime(text)) {
			if err := end(); err != nil {
				return err
			}
			number, began, mail, empty = number+1, line, mail[:0], false
			begins = whole
			continue
		}
		ending := bytes.TrimRight(text, "\r\n")
		empty = begins && (len(ending) == 0 || bytes.HasPrefix(ending, dashes) && bytes.HasSuffix(ending, dashes))
		if quoted := bytes.TrimLeft(text, ">"); begins && len(quoted) < len(text) && bytes.HasPrefix(quoted, fromLine) {
			text = text[1:]
		}
		mail = append(mail, text[:min(len(text), maxMail-len(mail))]...)
		begins = whole
	}
}

// hasTime reports whether a line has hh:mm in it.
func hasTime(line []byte) bool {
	for i := 2; i+2 < len(line); i++ {
		if line[i] == ':' && isDigit(line[i-2]) && isDigit(line[i-1]) && isDigit(line[i+1]) && isDigit(line[i+2]) {
			return true
		}
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
