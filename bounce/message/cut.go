package message

import (
	"bytes"
	"errors"
	"strings"
)

// ErrCut says that a mail ends in the midst of a report. What stands whole before its
// end has been read; whose names are lost behind it, nobody knows.
var ErrCut = errors.New("message: the mail is cut off in its report: its end is lost")

// isCut reports whether the end of raw, which is the mail m, is lost: its last line
// has no end, or the line is missing that closes the last part (RFC 2046 section
// 5.1.1), which some servers forget, or base64 goes on.
func (m *mail) isCut(raw []byte) bool {
	if l := m.last(); l != nil && l.goesOn() {
		return true
	}
	boundary := m.header.boundary()
	switch {
	case boundary == "" || !strings.HasPrefix(m.header.kind(), "multipart/"):
	case hasLine(raw, "--"+boundary):
		return !hasLine(raw, "--"+boundary+"--")
	case bytes.HasPrefix([]byte("--"+boundary), lastLine(raw)): // as far as it goes
		return true
	}
	return len(raw) > 0 && raw[len(raw)-1] != '\n'
}

// lastLine is the last line that is not empty.
func lastLine(raw []byte) []byte {
	raw = bytes.TrimRight(raw, " \t\r\n")
	return raw[bytes.LastIndexByte(raw, '\n')+1:]
}

// hasLine reports whether a line of raw is this one. The last line needs no end.
func hasLine(raw []byte, line string) bool {
	for at := 0; ; {
		i := bytes.Index(raw[at:], []byte(line))
		if i < 0 {
			return false
		}
		i += at
		at = i + len(line)
		if i > 0 && raw[i-1] != '\n' {
			continue
		}
		if rest, _, _ := bytes.Cut(raw[at:], []byte("\n")); len(bytes.TrimSpace(rest)) == 0 {
			return true
		}
	}
}

// withoutEnd takes the last line off a mail that is cut off: half an address is
// somebody else's. So is what a soft line break (RFC 2045 section 6.7) goes on from.
func withoutEnd(raw []byte) []byte {
	for {
		raw = bytes.TrimRight(raw, "\r\n")
		raw = raw[:bytes.LastIndexByte(raw, '\n')+1]
		if !bytes.HasSuffix(bytes.TrimRight(raw, "\r\n"), []byte("=")) {
			return raw
		}
	}
}

// truncated is m, read without what can not be trusted at its end.
func (m *mail) truncated(raw []byte) *mail {
	shorter, ok := parse(withoutEnd(raw))
	if !ok {
		return &mail{}
	}
	if l := shorter.last(); l != nil && l.isBase64() {
		l.cut = true // of its lines the ends are others
		shorter.report, shorter.below = splitReport(shorter.text())
	}
	return shorter
}

// last returns the last leaf; nil if there is none.
func (m *mail) last() *leaf {
	if len(m.leaves) == 0 {
		return nil
	}
	return &m.leaves[len(m.leaves)-1]
}

func (l *leaf) isBase64() bool {
	return strings.EqualFold(strings.TrimSpace(l.header.first("content-transfer-encoding")), "base64")
}

// goesOn reports whether base64 seems to go on behind its end: the last line is as
// long as the first, and ends no line of what it stands for.
func (l *leaf) goesOn() bool {
	if !l.isBase64() {
		return false
	}
	body := bytes.TrimRight(l.body, "\r\n")
	first, _, several := bytes.Cut(body, []byte("\n"))
	last := body[bytes.LastIndexByte(body, '\n')+1:]
	return several && len(bytes.TrimSpace(last)) == len(bytes.TrimSpace(first)) && !bytes.HasSuffix(bytes.TrimSpace(last), []byte("=")) &&
		!bytes.HasSuffix(bytes.TrimRight(l.decoded(), " \t\r"), []byte("\n"))
}

// lacks reports whether a report that is cut off may have lost some of those of whom
// it speaks: it ends before the mail that it gives back, and, where nothing closes it,
// in a line that names somebody.
func (m *mail) lacks(raw []byte) bool {
	if m.returns() {
		return false
	}
	return strings.HasPrefix(m.header.kind(), "multipart/") || bytes.IndexByte(raw[len(withoutEnd(raw)):], '@') >= 0
}
