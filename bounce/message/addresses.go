package message

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLocal is how long a local part in a text is at most, in bytes. RFC 5321 section
// 4.5.3.1.1 has 64.
const maxLocal = 128

// addresses finds the addresses in a text, in order, as they are written.
func addresses(s string) (found []string) {
	for from := 0; ; {
		begin, end, ok := nextAddress(s, from)
		if !ok {
			return found
		}
		found = append(found, s[begin:end])
		from = end
	}
}

// nextAddress finds the first address behind from: a local part of atoms (RFC 5321
// section 4.1.2) or a quoted string, and a domain with a dot. What stands in a link
// is none.
func nextAddress(s string, from int) (begin, end int, ok bool) {
	for at := from; ; at++ {
		i := strings.IndexByte(s[at:], '@')
		if i < 0 {
			return 0, 0, false
		}
		at += i
		begin, end = at, at+1
		if at > from+1 && s[at-1] == '"' { // "jane doe"@acme.com
			near := max(from, at-66)
			if open := strings.LastIndexByte(s[near:at-1], '"'); open >= 0 {
				begin = near + open
			}
		} else {
			begin = localBegin(s, from, at)
			if at-begin > 5 && strings.EqualFold(s[begin:begin+5], "smtp=") { // of an X.400 address
				begin += 5
			}
			whole := begin
			for begin < at && strings.IndexByte(".'`*=-/", s[begin]) >= 0 {
				begin++
			}
			if whole > 0 && s[whole-1] == '<' && strings.HasPrefix(s[domainEnd(s, at+1):], ">") { // no decoration
				begin = whole
			}
		}
		end = domainEnd(s, end)
		for end > at+1 && strings.IndexByte(".-_", s[end-1]) >= 0 {
			end--
		}
		name := s[at+1 : end]
		switch dot := strings.LastIndexByte(name, '.'); {
		case begin == at || at-begin > maxLocal || dot <= 0 || len(name)-dot < 3 || name[len(name)-1] <= '9', strings.Contains(name, ".."):
		case strings.HasSuffix(s[:begin], ":/") || strings.HasSuffix(s[:begin], "//"), isHalf(s, begin, end):
		default:
			return begin, end, true
		}
	}
}

// isHalf reports whether what stands from begin to end is only the end of an address,
// which would be somebody else's: of "info@jane@acme.com", or, in angle brackets,
// <jane doe@acme.com>.
func isHalf(s string, begin, end int) bool {
	if begin > 0 && s[begin-1] == '@' {
		return true
	}
	if end == len(s) || s[end] != '>' {
		return false
	}
	near := s[max(0, begin-maxLocal):begin]
	open := strings.LastIndexByte(near, '<')
	if open < 0 {
		return false
	}
	before := near[open+1:]
	return before != "" && before[0] != '@' && !strings.HasSuffix(before, ":") && !strings.HasSuffix(before, ";") && !strings.EqualFold(before, "smtp=") // a route, mailto:
}

// localBegin goes back over a local part. Where no spaces part words, those before an
// address of Latin letters are none of it.
func localBegin(s string, from, at int) int {
	begin, latin := at, false
	for begin > from && isLocal(s[begin-1]) {
		if s[begin-1] >= utf8.RuneSelf {
			r, size := utf8.DecodeLastRuneInString(s[from:begin])
			if latin && isUnspaced(r) || isMark(r) {
				break
			}
			begin -= size
			continue
		}
		begin--
		latin = true
	}
	return begin
}

// domainEnd goes on over a domain, likewise.
func domainEnd(s string, end int) int {
	latin := false
	for end < len(s) && isDomain(s[end]) {
		if s[end] >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[end:])
			if latin && isUnspaced(r) || isMark(r) {
				break
			}
			end += size
			continue
		}
		latin = s[end] != '.' && s[end] != '-'
		end++
	}
	return end
}

// isUnspaced reports whether r is of a script that is written without spaces.
func isUnspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai)
}

// isMark reports whether r is punctuation: （, 「, “, ：.
func isMark(r rune) bool {
	return unicode.IsPunct(r) || unicode.IsSymbol(r) && r < 0x1f000 || unicode.IsSpace(r)
}

func isLocal(c byte) bool {
	return isDomain(c) || strings.IndexByte("!#$%&'*+/=?^`{|}~", c) >= 0
}

func isDomain(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_' || c >= utf8.RuneSelf
}

func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

// unxtext decodes "+40" (RFC 3461 section 4).
func unxtext(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '+' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0 {
			b.WriteByte(byte(unhex(s[i+1])<<4 | unhex(s[i+2])))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// unescape decodes "\x{e9}" (RFC 6533 section 3).
func unescape(s string) string {
	var b strings.Builder
	for {
		head, rest, ok := strings.Cut(s, `\x{`)
		b.WriteString(head)
		if !ok {
			return b.String()
		}
		hex, tail, ok := strings.Cut(rest, "}")
		n, err := strconv.ParseUint(hex, 16, 32)
		if !ok || err != nil || n > utf8.MaxRune {
			b.WriteString(`\x{`)
			s = rest
			continue
		}
		b.WriteRune(rune(n))
		s = tail
	}
}
