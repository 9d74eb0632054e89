package bounce

import (
	"strings"
	"time"
)

// Stage is the command that a reply answers. Before [StageRcpt] the server knows
// nothing of the recipient.
type Stage uint8

const (
	StageUnknown Stage = iota
	StageConnect
	StageHelo // HELO, EHLO, STARTTLS, AUTH
	StageMail
	StageRcpt
	StageData // DATA, and the end of the message
)

var stageWords = [...]string{"", "connect", "helo", "mail", "rcpt", "data"}

// String returns the stage's word in rules, or "" for StageUnknown.
func (s Stage) String() string { return word(stageWords[:], int(s)) }

// Reply is what a server said. The zero value of a field means that it is not
// known; [Classify] then reads it out of the text.
type Reply struct {
	Stage    Stage
	Code     int    // such as 550
	Enhanced string // such as "5.1.1"; "5.0.0" where a report only says that delivery failed for good
	Text     string // as it came: of many lines, with its codes or without
	Host     string // who said it, by its name in the MX
}

// maxText is how much of a text is looked at. A line of a reply has at most 512
// octets (RFC 5321 section 4.5.3.1.5); what stands so far behind is a message that
// somebody quoted.
const maxText = 16 << 10

func (r *Reply) head() string {
	if len(r.Text) > maxText {
		return r.Text[:maxText]
	}
	return r.Text
}

// read fills in what is not known and stands in the text.
func (r Reply) read() Reply {
	text := r.head()
	behind := ""
	if r.Code == 0 {
		r.Code, behind = findCode(text)
	} else if n, rest := findCode(text); n == r.Code {
		behind = rest
	}
	if r.Code < 200 || r.Code > 599 {
		r.Code = 0
	}
	if _, _, ok := enhancedAt(r.Enhanced); !ok {
		r.Enhanced = findEnhanced(text, behind, r.Code)
	}
	if r.Stage == StageUnknown {
		r.Stage = findStage(text)
	}
	if r.Host == "" {
		r.Host = findHost(text)
	}
	return r
}

// findCode returns the first reply code and what stands behind it. One stands at
// the start, perhaps behind the type of a Diagnostic-Code (RFC 3464 section 2.3.6),
// or behind words like "host mx.example.com said:".
func findCode(text string) (code int, behind string) {
	s := strings.TrimLeft(text, " \t\r\n'\"<(")
	if kind, rest, ok := strings.Cut(s, ";"); ok && len(kind) < 16 && !strings.ContainsAny(kind, " .0123456789") {
		s = strings.TrimLeft(rest, " \t\r\n'\"<(")
	}
	if n := codeAt(s); n != 0 {
		if n < 300 {
			if m, behind := refusalBehind(s[3:]); m != 0 {
				return m, behind
			}
		}
		return n, s[3:]
	}
	before := byte('x') // the last byte that was not white space
	for i := 0; i+3 <= len(s); i++ {
		c := s[i]
		inIP := i > 0 && s[i-1] == ':' && i+3 < len(s) && s[i+3] == ':' // 2001:db8:220:1::1
		if c >= '2' && c <= '5' && (i == 0 || !isWord(s[i-1])) && !inIP {
			// A number in mid-sentence is a code only where it looks like one.
			if n := codeAt(s[i:]); n != 0 && n/100 != 3 && (strings.IndexByte(":;,('\"<#", before) >= 0 || i+3 < len(s) && s[i+3] == '-') {
				return n, s[i+3:]
			}
		}
		if c == '\n' {
			before = ':' // a line begins
		} else if c != ' ' && c != '\t' && c != '\r' {
			before = c
		}
	}
	return 0, ""
}

// refusalBehind finds a refusal that stands behind the name in a greeting: "220-mx
// 421 4.2.1 Service refused". Its enhanced code proves that the number is a code.
func refusalBehind(s string) (code int, behind string) {
	for i := 1; i+8 <= len(s) && i < 200; i++ {
		if s[i-1] != ' ' || s[i] != '4' && s[i] != '5' || s[i+3] != ' ' && s[i+3] != '-' {
			continue
		}
		if n := codeAt(s[i:]); n != 0 && s[i+4] == s[i] {
			if _, _, ok := enhancedAt(s[i+4:]); ok {
				return n, s[i+3:]
			}
		}
	}
	return 0, ""
}

// codeAt reads the reply code with which s begins, or 0.
func codeAt(s string) int {
	if len(s) < 3 || s[0] < '2' || s[0] > '5' || s[1] < '0' || s[1] > '9' || s[2] < '0' || s[2] > '9' {
		return 0
	}
	if len(s) > 3 && (isWord(s[3]) || s[3] == '.' && len(s) > 4 && isDigit(s[4])) {
		return 0
	}
	return int(s[0]-'0')*100 + int(s[1]-'0')*10 + int(s[2]-'0')
}

// findEnhanced returns the enhanced code that stands behind the reply code, else
// the first in the text that is of its class: "(#5.1.1)".
func findEnhanced(text, behind string, code int) string {
	s := strings.TrimLeft(behind, " -'\"#(:")
	if e, _, ok := enhancedAt(s); ok && s != "" {
		return e
	}
	for i := 0; i < len(text); i++ {
		if c := text[i]; c != '5' && c != '4' && c != '2' || i > 0 && (isWord(text[i-1]) || text[i-1] == '.') {
			continue
		}
		e, _, ok := enhancedAt(text[i:])
		if ok && (code == 0 && (i == 0 || e[0] != '2') || code/100 == int(e[0]-'0')) {
			return e
		}
	}
	return ""
}

// enhancedAt reads the enhanced status code with which s begins (RFC 3463 section
// 2); a fourth number makes it something else, such as an IP address.
func enhancedAt(s string) (code string, n int, ok bool) {
	if len(s) < 5 || s[0] != '2' && s[0] != '4' && s[0] != '5' {
		return "", 0, false
	}
	n = 1
	for range 2 {
		if n >= len(s) || s[n] != '.' {
			return "", 0, false
		}
		from := n + 1
		for n = from; n < len(s) && isDigit(s[n]); n++ {
		}
		if n == from || n > from+3 {
			return "", 0, false
		}
	}
	if n < len(s) && (isWord(s[n]) || s[n] == '.' && n+1 < len(s) && isDigit(s[n+1])) {
		return "", 0, false
	}
	return s[:n], n, true
}

var commandStages = [...]struct {
	command string
	stage   Stage
}{
	{"initial connection", StageConnect}, {"connect", StageConnect}, {"initial server greeting", StageConnect}, {"banner", StageConnect},
	{"helo", StageHelo}, {"ehlo", StageHelo}, {"starttls", StageHelo}, {"auth", StageHelo},
	{"mail from", StageMail}, {"pipelined mail from", StageMail},
	{"rcpt to", StageRcpt}, {"pipelined rcpt to", StageRcpt},
	{"data", StageData}, {"end of data", StageData}, {"pipelined data", StageData}, {"pipelined end of data", StageData}, {"bdat", StageData},
}

// answering are the words of mail servers before the command that was answered, and
// refusedAt those that say how far they came without naming it: of Postfix, where the
// greeting was a refusal, and of qmail. All begin with another letter than most words.
var (
	answering = [...]string{"in reply to ", "in response to ", "after ", "during ", "while sending ", ">>> "}
	refusedAt = [...]struct {
		words string
		stage Stage
	}{
		{"refused to talk to me", StageConnect}, {"but greeting failed", StageConnect}, {"but my name was rejected", StageHelo}, {"but sender was rejected", StageMail},
	}
)

// findStage reads which command was answered from the words of the server that
// tells of it; the last to speak knows best, and who names the command goes before who
// does not.
func findStage(text string) Stage {
	var named, told Stage
	for i := range len(text) {
		switch text[i] {
		case 'i', 'I', 'a', 'A', 'd', 'D', 'w', 'W', '>':
			for _, words := range answering {
				if hasPrefixFold(text[i:], words) {
					if stage := commandStage(text[i+len(words):]); stage != StageUnknown {
						named = stage
					}
				}
			}
		case 'r', 'b':
			for _, r := range refusedAt {
				if strings.HasPrefix(text[i:], r.words) {
					told = r.stage
				}
			}
		}
	}
	if named != StageUnknown {
		return named
	}
	return told
}

// commandStage is the stage of the command with which s begins.
func commandStage(s string) Stage {
	for _, c := range commandStages {
		if hasPrefixFold(s, c.command) {
			return c.stage
		}
	}
	return StageUnknown
}

// hasPrefixFold reports whether s begins with a prefix of lower case in any case.
func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && s[0]|0x20 == prefix[0]|0x20 && strings.EqualFold(s[:len(prefix)], prefix)
}

// findHost reads who spoke: "host mx.example.com[192.0.2.1] said:", as Postfix and
// Exim tell it, or a name in the brackets at the end, as Microsoft signs.
func findHost(text string) string {
	for _, words := range [...]string{"host ", "Host "} {
		if _, rest, ok := strings.Cut(text, words); ok {
			if end := strings.IndexAny(rest, "[ "); end > 0 && strings.Contains(rest[end:min(len(rest), end+64)], "]") {
				if host := rest[:end]; strings.Contains(host, ".") && !strings.ContainsAny(host, "<@:") {
					return host
				}
			}
		}
	}
	if open := strings.LastIndexByte(text, '['); open >= 0 {
		rest := text[open+1:]
		if end := strings.IndexAny(rest, "] "); end > 0 && strings.Count(rest[:end], ".") >= 2 && !isDigit(rest[end-1]) && !strings.ContainsAny(rest[:end], "@:") {
			return rest[:end]
		}
	}
	return ""
}

// units are how servers write the time after which to come again.
var units = [...]struct {
	word string
	unit time.Duration
}{{"sec", time.Second}, {"min", time.Minute}, {"hour", time.Hour}, {"hr", time.Hour}}

// AskedToWait reads the time that a reply itself names, after which to come again: "try
// again in 300 seconds", also where a line of it ends in the midst of that, and "come
// back in 00:05:00". ok is false if it names none.
func AskedToWait(text string) (wait time.Duration, ok bool) {
	if len(text) > maxText {
		text = text[:maxText]
	}
	for i := 0; i < len(text); i++ {
		if !isDigit(text[i]) || i > 0 && text[i-1] != ' ' && text[i-1] != '\n' && text[i-1] != '(' {
			continue
		}
		if d := clockAt(text[i:]); d > 0 {
			return d, true
		}
		n, end := 0, i
		for ; end < len(text) && isDigit(text[end]) && end-i < 6; end++ {
			n = n*10 + int(text[end]-'0')
		}
		rest := text[end:min(len(text), end+40)]
		rest = strings.ToLower(rest[skipBreak(rest):])
		for _, u := range units {
			if d := time.Duration(n) * u.unit; strings.HasPrefix(rest, u.word) && d > 0 && d <= 2*day {
				return d, true
			}
		}
		i = end
	}
	return 0, false
}

// skipBreak returns how much of s is white space, perhaps with the codes with which the next line
// of a reply begins: " \r\n451-4.7.1 ".
func skipBreak(s string) int {
	n := len(s) - len(strings.TrimLeft(s, " \t\r\n"))
	if !strings.Contains(s[:n], "\n") {
		return n
	}
	if c := codeAt(s[n:]); c != 0 {
		n += 3
		if n < len(s) && s[n] == '-' {
			n++
		}
		n += len(s[n:]) - len(strings.TrimLeft(s[n:], " "))
	}
	if _, m, ok := enhancedAt(s[n:]); ok {
		n += m
	}
	return n + len(s[n:]) - len(strings.TrimLeft(s[n:], " "))
}

// clockAt reads the time with which s begins as hours, minutes and seconds: 00:05:00.
// What is no such time, such as one of day with more behind it, is 0.
func clockAt(s string) time.Duration {
	if len(s) < 8 || s[2] != ':' || s[5] != ':' || len(s) > 8 && (isWord(s[8]) || s[8] == ':') {
		return 0
	}
	var parts [3]time.Duration
	for i := range parts {
		a, b := s[3*i], s[3*i+1]
		if !isDigit(a) || !isDigit(b) {
			return 0
		}
		parts[i] = time.Duration(10*(a-'0') + b - '0')
	}
	if parts[0] > 6 { // a time of day sooner than a wait
		return 0
	}
	return parts[0]*time.Hour + parts[1]*time.Minute + parts[2]*time.Second
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isWord(c byte) bool  { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80 }
