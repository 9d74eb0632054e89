package bounce

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

// token is a word of a text, by its number in the vocabulary: 0 is a word that no
// rule asks for, below are the things that a server only repeats.
type token int32

const (
	other  token = -iota
	addr         // an email address
	ip           // an IP address
	host         // a domain or a host's name
	link         // an address on the web
	number       // a reply code, an enhanced one, any other number
)

var things = map[string]token{"<addr>": addr, "<ip>": ip, "<host>": host, "<link>": link, "<number>": number}

// maxTokens is more than any reply has in maxText.
const maxTokens = 4096

// reader turns texts into tokens: lower case, without accents, punctuation and
// apostrophes, every ideograph and kana a word of its own. So words end at their
// bounds, and a phrase fits however a server breaks its lines. Addresses, hosts,
// links and numbers are ours more often than the server's, and become mere things;
// only the names of blocklists in them are kept.
type reader struct {
	word func([]byte) token
	keep map[string]bool // labels of hosts that are words all the same
	rule bool            // the text is a rule's phrase, in which # is a number
	buf  []byte
	out  []token
}

func (r *reader) read(text string) []token {
	text = withoutCommand(unfold(text))
	for i := 0; i < len(text) && len(r.out) < maxTokens; {
		if isDelimiter(text[i]) {
			i++
			continue
		}
		end := i + 1
		for end < len(text) && !isDelimiter(text[end]) {
			end++
		}
		r.chunk(text[i:end])
		i = end
	}
	return r.out
}

// withoutCommand takes out "(in reply to RCPT TO command)", which is the words of
// whoever asked; "(in reply to our callback)" are the server's own.
func withoutCommand(text string) string {
	const begin, end = "(in reply to ", ")"
	head, rest, ok := strings.Cut(text, begin)
	if !ok {
		return text
	}
	var b strings.Builder
	for ok {
		b.WriteString(head)
		b.WriteByte(' ')
		command, tail, closed := strings.Cut(rest, end)
		if !closed || len(command) > 40 || commandStage(command) == StageUnknown && !strings.HasSuffix(command, " command") {
			tail = rest
		}
		head, rest, ok = strings.Cut(tail, begin)
	}
	b.WriteString(head)
	return b.String()
}

// unfold decomposes what is not ASCII, so that marks can be left out. What is no
// UTF-8 is taken for Latin-1.
func unfold(text string) string {
	ascii := true
	for i := 0; i < len(text) && ascii; i++ {
		ascii = text[i] < utf8.RuneSelf
	}
	if ascii {
		return text
	}
	if cut := strings.ToValidUTF8(text, ""); len(cut)+utf8.UTFMax < len(text) || len(text) < maxText && len(cut) < len(text) {
		latin := make([]rune, len(text))
		for i := range len(text) {
			latin[i] = rune(text[i])
		}
		text = string(latin)
	}
	return norm.NFKD.String(text)
}

func isDelimiter(c byte) bool {
	return c <= ' ' || strings.IndexByte("<>()[]{}\",;|`", c) >= 0
}

func (r *reader) thing(t token) { r.out = append(r.out, t) }

// chunk reads what stands between white space or brackets.
func (r *reader) chunk(s string) {
	s = strings.Trim(s, ".:!?'-=#*_/\\")
	if s == "" {
		return
	}
	if i := strings.Index(s, "://"); i >= 0 {
		if head := strings.LastIndexAny(s[:i], ":=.") + 1; head > 0 {
			r.words(s[:head])
		}
		r.link(s[i+3:])
		return
	}
	if len(s) > 4 && strings.EqualFold(s[:4], "www.") {
		r.link(s)
		return
	}
	if i := strings.Index(s, "..."); i > 0 { // jane@example.com...User unknown
		r.chunk(s[:i])
		r.chunk(s[i+3:])
		return
	}
	if at := strings.IndexByte(s, '@'); at > 0 && at < len(s)-1 {
		if from, rest, ok := strings.Cut(s, ":"); ok && strings.IndexByte(from, '@') < 0 { // to:jane@example.com
			r.words(from)
			s = rest
		}
		if a, rest, ok := strings.Cut(s, ":"); ok && strings.IndexByte(a, '@') > 0 { // jane@example.com:blocked
			r.thing(addr)
			r.chunk(rest)
			return
		}
		r.thing(addr)
		return
	}
	if isDigit(s[0]) || strings.Count(s, ":") > 1 {
		if a, err := netip.ParseAddr(s); err == nil && a.IsValid() {
			r.thing(ip)
			return
		}
	}
	if strings.IndexByte(s, '.') > 0 {
		if name, rest, _ := strings.Cut(s, "/"); isHost(name) {
			if rest != "" {
				r.link(s)
			} else {
				r.host(name)
			}
			return
		}
		if name, rest, ok := strings.Cut(s, ":"); ok && rest != "" {
			r.chunk(name)
			r.chunk(rest)
			return
		}
	}
	r.words(s)
}

// isHost reports whether s is a name under a public suffix, and no two words
// without a space between.
func isHost(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	if dot <= 0 || len(s)-dot < 3 || len(s) > 253 || isDigit(s[len(s)-1]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || !isWord(c) && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	_, icann := publicsuffix.PublicSuffix(strings.ToLower(s[dot+1:]))
	return icann
}

func (r *reader) host(s string) {
	r.thing(host)
	r.kept(s)
}

// link keeps of an address on the web a blocklist's name, and the page of a
// provider's own help: ?p=NoSuchUser.
func (r *reader) link(s string) {
	r.thing(link)
	name, rest, _ := strings.Cut(s, "/")
	r.kept(name)
	if _, page, ok := strings.Cut(rest, "?p="); ok {
		r.words(page)
	}
}

// kept appends the labels of a host that are names of blocklists.
func (r *reader) kept(name string) {
	for from := 0; from < len(name); {
		end := from
		for end < len(name) && isWord(name[end]) {
			end++
		}
		if label := name[from:end]; r.keep[label] || r.keep[strings.ToLower(label)] {
			r.words(label)
		}
		from = end + 1
	}
}

// isEnding reports whether s, behind an apostrophe, is the t or s of an English word.
func isEnding(s string) bool {
	return s != "" && (s[0]|0x20 == 't' || s[0]|0x20 == 's') && (len(s) == 1 || !isWord(s[1]))
}

// words appends the words of s. A number in a word counts as any number: tss04 is
// tss#.
func (r *reader) words(s string) {
	r.buf = r.buf[:0]
	digits, letters := false, false
	flush := func() {
		if len(r.buf) > 0 {
			if letters {
				r.thing(r.word(r.buf))
			} else {
				r.thing(number)
			}
		}
		r.buf, digits, letters = r.buf[:0], false, false
	}
	for i, c := range s {
		switch {
		case 'a' <= c && c <= 'z':
			r.buf, letters, digits = append(r.buf, byte(c)), true, false
		case 'A' <= c && c <= 'Z':
			r.buf, letters, digits = append(r.buf, byte(c)+'a'-'A'), true, false
		case '0' <= c && c <= '9':
			if !digits {
				r.buf, digits = append(r.buf, '#'), true
			}
		case c == '#' && r.rule:
			r.buf, digits = append(r.buf, '#'), true
		case unicode.Is(unicode.Mn, c):
			// é is e
		case (c == '\'' || c == '’') && isEnding(s[i+utf8.RuneLen(c):]):
			// doesn't is doesnt, but n'existe two words
		case c < utf8.RuneSelf:
			flush()
		case unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana):
			flush()
			r.thing(r.word([]byte(s[i : i+utf8.RuneLen(c)])))
		case c == 'ß':
			r.buf, letters, digits = append(r.buf, "ss"...), true, false
		case unicode.IsLetter(c):
			r.buf, letters, digits = utf8.AppendRune(r.buf, unicode.ToLower(c)), true, false
		default:
			flush()
		}
	}
	flush()
}
