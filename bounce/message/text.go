package message

import (
	"bytes"
	"encoding/base64"
	"html"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// text returns the words of who reports: all text that stands before what is given
// back. Where there is plain text, the same in HTML is left out.
func (m *mail) text() string {
	for _, kind := range [...]string{"text/plain", "text/html"} {
		var b strings.Builder
		for _, l := range m.leaves {
			if isOriginal(l.kind) {
				break
			}
			if l.kind == kind || kind == "text/plain" && strings.HasPrefix(l.kind, "text/") && l.kind != "text/html" {
				if b.Len() > 0 {
					b.WriteString("\n\n")
				}
				b.WriteString(l.text())
			}
			if b.Len() > maxText {
				break
			}
		}
		if s := b.String(); strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// text returns the leaf's text in UTF-8, and of HTML only its words.
func (l *leaf) text() string {
	b := l.decoded()
	b = head(b)
	s := toUTF8(b, parameter(l.header.first("content-type"), "charset"))
	if l.kind == "text/html" {
		s = words(s)
	}
	return s
}

// head is as much of b as is looked at, in whole lines.
func head(b []byte) []byte {
	if len(b) <= maxText {
		return b
	}
	b = b[:maxText]
	if end := bytes.LastIndexByte(b, '\n'); end > 0 {
		b = b[:end]
	}
	return b
}

// decoded undoes the transfer encoding, as far as it is whole.
func (l *leaf) decoded() []byte {
	if l.cut {
		whole := leaf{header: l.header, body: l.body}
		b := whole.decoded()
		return b[:bytes.LastIndexByte(b, '\n')+1]
	}
	switch strings.ToLower(l.header.first("content-transfer-encoding")) {
	case "base64":
		return unbase64(l.body)
	case "quoted-printable":
		return unquote(l.body)
	}
	return l.body
}

func unbase64(b []byte) []byte {
	clean := make([]byte, 0, len(b))
	for _, c := range b {
		if 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '/' {
			clean = append(clean, c)
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1] // a letter alone is no byte
	}
	n, _ := base64.RawStdEncoding.Decode(clean, clean)
	return clean[:n]
}

// unquote undoes quoted-printable (RFC 2045 section 6.7); what is none stays.
func unquote(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '=' {
			out = append(out, b[i])
			continue
		}
		line := b[i+1:]
		if end := bytes.IndexByte(line, '\n'); end >= 0 && len(bytes.TrimSpace(line[:end])) == 0 {
			i += end + 1 // a soft line break
		} else if len(line) >= 2 && unhex(line[0]) >= 0 && unhex(line[1]) >= 0 {
			out = append(out, byte(unhex(line[0])<<4|unhex(line[1])))
			i += 2
		} else {
			out = append(out, '=')
		}
	}
	return out
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'A' <= c&^0x20 && c&^0x20 <= 'F':
		return int(c&^0x20-'A') + 10
	}
	return -1
}

// toUTF8 reads bytes in the charset that they claim. What claims none, or a wrong
// one, is UTF-8 where it can be, else Windows-1252.
func toUTF8(b []byte, charset string) string {
	plain := true
	for _, c := range b {
		if c >= utf8.RuneSelf || c == 0x1b {
			plain = false
			break
		}
	}
	if plain {
		return string(b)
	}
	if e, err := htmlindex.Get(charset); err == nil {
		if name, _ := htmlindex.Name(e); name != "utf-8" && name != "replacement" {
			if s, err := e.NewDecoder().Bytes(b); err == nil {
				return string(s)
			}
		}
	}
	if utf8.Valid(b) {
		return string(b)
	}
	s, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(s)
}

// words takes the tags out of HTML, and keeps its lines.
func words(s string) string {
	var b strings.Builder
	for {
		text, rest, ok := strings.Cut(s, "<")
		b.WriteString(strings.Join(strings.Fields(text), " "))
		if !ok {
			break
		}
		tag, after, ok := strings.Cut(rest, ">")
		if !ok {
			break
		}
		name := strings.ToLower(strings.TrimLeft(tag, "/"))
		if i := strings.IndexAny(name, " \t\n/"); i >= 0 {
			name = name[:i]
		}
		switch name {
		case "br", "p", "div", "tr", "li", "ul", "table", "h1", "h2", "h3", "h4", "pre", "hr", "blockquote":
			b.WriteByte('\n')
		case "style", "script", "title": // as far as its end
			if tag[0] != '/' {
				_, after, _ = strings.Cut(after, "</")
			}
		default:
			b.WriteByte(' ')
		}
		s = after
	}
	return html.UnescapeString(b.String())
}

// unword decodes the encoded words of a field (RFC 2047).
func unword(s string) string {
	if !strings.Contains(s, "=?") {
		return toUTF8([]byte(s), "")
	}
	var b strings.Builder
	for s != "" {
		before, rest, ok := strings.Cut(s, "=?")
		if b.Len() == 0 || strings.TrimSpace(before) != "" {
			b.WriteString(before)
		}
		if !ok {
			break
		}
		f := strings.SplitN(rest, "?", 4)
		if len(f) < 4 {
			b.WriteString("=?" + rest)
			break
		}
		var raw []byte
		if strings.EqualFold(f[1], "b") {
			raw = unbase64([]byte(f[2]))
		} else {
			raw = unquote([]byte(strings.ReplaceAll(f[2], "_", " ")))
		}
		charset, _, _ := strings.Cut(f[0], "*") // RFC 2231 section 5
		b.WriteString(toUTF8(raw, charset))
		s = strings.TrimPrefix(f[3], "=")
	}
	return b.String()
}
