package message

import (
	"bytes"
	netmail "net/mail"
	"strings"
	"time"

	"winnow/bounce"
)

// The bounds of what is looked at in one mail.
const (
	maxDepth  = 12
	maxLeaves = 64
	maxFields = 1000
	maxText   = 64 << 10 // bytes of a report; what it gives back stands behind
)

// mail is a mail cut into its leaves, which are all parts that are no multipart, in
// order. A message/* leaf is not cut further: what it holds is somebody else's.
type mail struct {
	header header
	leaves []leaf

	report string    // what was written by who reports, see text
	given  *original // what is known of the mail that was sent, see original
	below  string    // what stands in the text below the report
	letter bool      // a person hands the report on

	happens *bounce.Happening // see failedOrDelayed
	only    *string           // see onlyRecipient
}

type leaf struct {
	kind   string // "text/plain", lower case
	header header
	body   []byte // as it came
	cut    bool   // its end is lost, see cut.go
}

// unixLines makes LF of CRLF, and of the CR alone that some programs write.
func unixLines(raw []byte) []byte {
	if bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	if bytes.IndexByte(raw, '\n') < 0 {
		return bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	}
	return bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
}

// parse cuts a mail. ok is false if there is no header.
func parse(raw []byte) (m *mail, ok bool) {
	raw = unixLines(raw)
	m = &mail{}
	var body []byte
	m.header, body = readHeader(raw)
	if len(m.header) == 0 {
		return nil, false
	}
	m.cut(m.header, body, 0)
	m.report, m.below = splitReport(m.text())
	return m, true
}

// cut appends the leaves of a part.
func (m *mail) cut(h header, body []byte, depth int) {
	kind := h.kind()
	if strings.HasPrefix(kind, "multipart/") && depth < maxDepth {
		boundary := h.boundary()
		parts := split(body, boundary)
		if parts == nil {
			parts = split(body, guessBoundary(body))
		}
		for _, part := range parts {
			inner, rest := readHeader(part)
			m.cut(inner, rest, depth+1)
		}
		if parts != nil {
			return
		}
		kind = "text/plain"
	}
	if len(m.leaves) < maxLeaves {
		m.leaves = append(m.leaves, leaf{kind: kind, header: h, body: body})
	}
}

// split returns the parts between the lines "--boundary"; nil if there is none. The
// line that closes the last one is often missing.
func split(body []byte, boundary string) (parts [][]byte) {
	if boundary == "" {
		return nil
	}
	mark := []byte("--" + boundary)
	begin := -1
	for at := 0; at < len(body); {
		i := bytes.Index(body[at:], mark)
		if i < 0 {
			break
		}
		i += at
		at = i + len(mark)
		if i > 0 && body[i-1] != '\n' {
			continue
		}
		line, _, _ := bytes.Cut(body[at:], []byte("\n"))
		trimmed := bytes.TrimRight(line, " \t\r")
		if len(trimmed) != 0 && string(trimmed) != "--" {
			continue
		}
		if begin >= 0 {
			parts = append(parts, body[begin:max(begin, i-1)])
		}
		if at += len(line) + 1; len(trimmed) != 0 || len(parts) >= maxLeaves {
			return parts
		}
		begin = at
	}
	if begin >= 0 && begin <= len(body) {
		parts = append(parts, body[begin:])
	}
	return parts
}

// guessBoundary finds a line that begins a part: "--" and something, and below it a
// field of a part's header. Servers lose the parameter, or mistype it.
func guessBoundary(body []byte) string {
	for at := 0; ; {
		i := bytes.Index(body[at:], []byte("\nContent-"))
		if i < 0 {
			return ""
		}
		line := body[at : at+i]
		line = bytes.TrimRight(line[bytes.LastIndexByte(line, '\n')+1:], " \t\r")
		if len(line) > 4 && bytes.HasPrefix(line, []byte("--")) {
			return string(line[2:])
		}
		at += i + 1
	}
}

// header is the fields of a header, in order.
type header []field

type field struct{ name, value string } // name in lower case; value unfolded

// first returns the value of the first field of a name, or "".
func (h header) first(name string) string {
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// all returns the values of all fields of these names.
func (h header) all(names ...string) (values []string) {
	for _, f := range h {
		for _, name := range names {
			if f.name == name {
				values = append(values, f.value)
			}
		}
	}
	return values
}

// readHeader reads fields up to the empty line, and returns what stands behind. A
// "From " line of an mbox before them, and a stray line between two of them, are
// stepped over; where two such lines stand, the empty line was lost.
func readHeader(raw []byte) (h header, body []byte) {
	rest, strays := raw, 0
	for len(rest) > 0 && len(h) < maxFields {
		line, next, _ := bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimRight(line, " \t\r")
		if len(line) == 0 {
			if len(h) > 0 || len(rest) == len(next) {
				return h, next
			}
			rest = next // empty lines before the header
			continue
		}
		if (line[0] == ' ' || line[0] == '\t') && len(h) > 0 { // of a line that was stepped over
			rest = next
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		name = bytes.TrimRight(name, " \t")
		switch {
		case ok && isName(name):
			var unfolded string
			unfolded, next = unfold(value, next)
			h = append(h, field{strings.ToLower(string(name)), unfolded})
			strays = 0
		case len(h) == 0 && (bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))):
		default:
			if strays++; len(h) == 0 || strays > 1 {
				return h, rest
			}
			if f, _, _ := bytes.Cut(line, []byte("=")); isName(f) && len(h) > 0 { // a parameter that lost its indent
				h[len(h)-1].value += " " + string(line)
			}
		}
		rest = next
	}
	return h, rest
}

// unfold joins the first line of a field with those that continue it, and returns
// what stands behind them.
func unfold(first, rest []byte) (value string, behind []byte) {
	if len(rest) == 0 || rest[0] != ' ' && rest[0] != '\t' {
		return string(bytes.TrimSpace(first)), rest
	}
	var b strings.Builder
	b.Write(bytes.TrimSpace(first))
	for len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') {
		line, next, _ := bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break // an empty line, with blanks in it
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.Write(line)
		rest = next
	}
	return b.String(), rest
}

// isName reports whether b can be the name of a field (RFC 5322 section 2.2).
func isName(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7f || c == '<' || c == '@' || c == '(' || c == '"' {
			return false
		}
	}
	return len(b) > 0 && len(b) < 80
}

// kind returns the media type, in lower case. A part without one is text (RFC 2045
// section 5.2).
func (h header) kind() string {
	v := h.first("content-type")
	if i := strings.IndexAny(v, "; \t"); i >= 0 {
		v = v[:i]
	}
	if v = strings.ToLower(v); strings.IndexByte(v, '/') < 0 {
		return "text/plain"
	}
	return v
}

func (h header) boundary() string { return parameter(h.first("content-type"), "boundary") }

// parameter returns a parameter of a field such as Content-Type, without its quotes.
// It bears what mime.ParseMediaType refuses: parameters without a semicolon, twice,
// or with bytes that want quotes.
func parameter(value, name string) string {
	lower := strings.ToLower(value)
	for at := 0; ; {
		i := strings.Index(lower[at:], name)
		if i < 0 || len(lower) != len(value) {
			return ""
		}
		at += i + len(name)
		rest := strings.TrimLeft(value[at:], " \t")
		if before := at - len(name) - 1; before < 0 || strings.IndexByte("; \t", value[before]) < 0 || !strings.HasPrefix(rest, "=") {
			continue
		}
		rest = strings.TrimLeft(rest[1:], " \t")
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			inside, _, _ := strings.Cut(quoted, `"`)
			return inside
		}
		if end := strings.IndexAny(rest, "; \t"); end >= 0 {
			rest = rest[:end]
		}
		return rest
	}
}

// at is when the mail was written.
func (m *mail) at() time.Time { return parseTime(m.header.first("date")) }

// parseTime reads a date (RFC 5322 section 3.3); zero if it is none.
func parseTime(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	t, err := netmail.ParseDate(s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
