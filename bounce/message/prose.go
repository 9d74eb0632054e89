package message

import "strings"

// prose is what a report says in words: its lines, and the addresses in them that
// may be of who was mailed to.
type prose struct {
	lines    []string
	mentions []mention
	in       map[int][]int       // the mentions of a line
	of       map[string][]int    // those of an address, in lower case
	own      map[string]bool     // addresses of who sent the mail, and of who reports
	said     map[string][]string // what about has returned, by address
	asked    map[string]int      // how often, see words
	became   map[string][]pair   // of whom the lines say whom their mail was handed on to, in lower case
	handed   map[string]string   // the reverse: who was mailed to, by who that became in lower case
}

// mention is an address in a line.
type mention struct {
	address string
	line    int
	rest    string // what stands behind it in the line
	rank    rank
	replied bool // it stands in what a server said
	helps   bool // it is of whom to ask
}

// rank is how plainly a line says that the mail to an address failed. Of the
// mentions in a report only those of the best rank name who was mailed to: the
// others are whom their mail was handed on to, and whom to ask for help.
type rank uint8

const (
	passing  rank = iota // in a sentence
	blamed               // in a sentence that speaks of a failure
	answered             // in the reply of a server, or in the command it answers
	listed               // at the beginning of a line, or behind "Recipient:"
)

// The bounds of what is looked at; for one recipient little, since a report that says
// more repeats
// itself.
const (
	maxLines    = 2000
	maxMentions = 500
	maxTexts    = 12       // pieces of a report that are judged
	maxSaid     = 16 << 10 // bytes of them
	maxBlocks   = 8        // blocks of fields for which they are
)

// prose reads the report.
func (m *mail) prose() *prose {
	p := &prose{own: m.ours(), in: map[int][]int{}, of: map[string][]int{}, said: map[string][]string{}, asked: map[string]int{}, became: map[string][]pair{}, handed: map[string]string{}}
	text := m.report
	for len(text) > 0 && len(p.lines) < maxLines {
		line, rest, _ := strings.Cut(text, "\n")
		p.lines = append(p.lines, strings.TrimSpace(line))
		text = rest
	}
	for n, line := range p.lines {
		var isReplied, fails bool // the line, which is looked at once
		for from := 0; len(p.mentions) < maxMentions; {
			begin, end, ok := nextAddress(line, from)
			if !ok {
				break
			}
			if from == 0 {
				isReplied, fails = isReply(line), hasAny(strings.ToLower(line), failing[:])
			}
			if begin > 0 && line[begin-1] == '<' && end == len(line) { // "<jane@acme" of "<jane@acme.com>": it was cut
				break
			}
			r := passing
			replied := isReply(line[from:begin]) || from > 0 && p.mentions[len(p.mentions)-1].replied
			before := strings.TrimRight(line[max(0, begin-maxBefore):begin], " \t<\"'(（「“")
			helps := p.helps(n, before)
			switch {
			case helps:
			case from == 0 && strings.Trim(line[:begin], " \t*->•·\"'<([.)") == "" && p.startsItem(n, line[end:]), isLabel(before) && !replied:
				r = listed
			case isReplied, commands(before):
				r = answered
			case fails:
				r = blamed
			}
			key := strings.ToLower(line[begin:end])
			p.in[n] = append(p.in[n], len(p.mentions))
			p.of[key] = append(p.of[key], len(p.mentions))
			p.mentions = append(p.mentions, mention{line[begin:end], n, strings.TrimLeft(line[end:], " >\"':)].,"), r, replied, helps})
			p.pair(len(p.mentions)-1, before)
			from = end
		}
	}
	return p
}

// maxBefore is how much before an address in its line is looked at for words that tell
// whose it is, in bytes.
const maxBefore = 200

// startsItem reports whether a line that begins with an address is an entry of a
// list, and no sentence that was broken there.
func (p *prose) startsItem(n int, rest string) bool {
	rest = strings.TrimLeft(rest, ">\"' \t")
	if rest == "" || strings.IndexByte(":[(<,;", rest[0]) >= 0 || n == 0 || strings.HasPrefix(rest, "on ") {
		return true
	}
	if above := p.in[n-1]; len(above) > 0 && p.mentions[above[0]].rank == listed { // an entry of one line
		return true
	}
	before := p.lines[n-1]
	return before == "" || strings.HasSuffix(before, ":") || strings.HasSuffix(before, "-") || strings.HasSuffix(before, ".")
}

// isLabel reports whether a text ends with words after which a report names the
// recipient.
func isLabel(before string) bool {
	before = strings.ToLower(before)
	if i := strings.LastIndexByte(before, ';'); i >= 0 && len(before)-i < 10 {
		before = before[:i]
		if i := strings.LastIndexByte(before, ':'); i >= 0 { // Final-Recipient: rfc822;
			before = before[:i]
		}
	}
	trimmed := strings.TrimRight(before, " \t:=.：「（“")
	for _, label := range labels {
		if strings.HasSuffix(trimmed, label) {
			return true
		}
	}
	return false
}

// commands reports whether a text ends in the command that names a recipient.
func commands(before string) bool {
	before = strings.ToLower(before[max(0, len(before)-len("rcpt to:")):])
	return before == "rcpt to:" || strings.HasSuffix(before, "rcpt:")
}

// helps reports whether an address in a line is of whom to ask: words such as
// "contact" stand right before it, or end the line above.
func (p *prose) helps(n int, before string) bool {
	if strings.Trim(before, " \t*->•·") == "" {
		for n--; n >= 0 && p.lines[n] == ""; n-- {
		}
		if n < 0 {
			return false
		}
		before = p.lines[n]
	}
	before = strings.ToLower(strings.TrimRight(before, " \t:<"))
	for _, words := range helping {
		if strings.HasSuffix(before, words) {
			return true
		}
	}
	return false
}

// isReply reports whether a line is what a mail server said: it begins with a code,
// or names one behind "said:" and the like.
func isReply(line string) bool {
	line = strings.TrimLeft(line, "<>\"' \t.:")
	if len(line) > 3 && line[0] >= '4' && line[0] <= '5' && isDigit(line[1]) && isDigit(line[2]) && strings.IndexByte(" -:#", line[3]) >= 0 {
		return true
	}
	for _, mark := range [...]string{": 5", ": 4", ":5", ":4", "> 5", "> 4", "#5.", "#4."} {
		if i := strings.Index(line, mark); i >= 0 && i+len(mark)+2 <= len(line) && (isDigit(line[i+len(mark)]) && isDigit(line[i+len(mark)+1]) || mark[0] == '#') {
			return true
		}
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// recipients returns the mentions that name who was mailed to, one an address.
// None is of a lower rank than least.
func (p *prose) recipients(least rank) (found []mention) {
	best := passing
	for _, m := range p.mentions {
		if m.rank > best && !p.own[strings.ToLower(m.address)] {
			best = m.rank
		}
	}
	if best < least {
		return nil
	}
	seen := map[string]bool{}
	for _, m := range p.mentions {
		key := strings.ToLower(m.address)
		if _, member := p.handed[key]; member {
			continue
		}
		if m.rank == best && !p.own[key] && !seen[key] {
			seen[key] = true
			found = append(found, m)
		}
	}
	return found
}

func hasAny(lower string, words []string) bool {
	for _, w := range words {
		if strings.Contains(lower, w) {
			return true
		}
	}
	return false
}
