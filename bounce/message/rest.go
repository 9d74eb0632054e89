package message

import (
	"slices"
	"strings"
)

// rest returns what a report that speaks of one recipient says besides, in pieces, so
// that no phrase is read over their ends: all replies, and then every paragraph. What
// is said of others is left out; loose are the pieces with that in them, if there is
// any, since it may be of whom the mail was handed on to. whom are the recipient and
// who that became, as far as the report's fields tell.
func (p *prose) rest(whom []string) (pieces, loose []string) {
	others := p.others(whom)
	pieces = append([]string{p.replies(others)}, p.paragraphs(others)...)
	if slices.Contains(others, true) {
		none := make([]bool, len(p.lines))
		loose = append([]string{p.replies(none)}, p.paragraphs(none)...)
	}
	return pieces, loose
}

// others tells of each line whether it is about somebody else than whom, who is named
// in it or last above it, as far as an empty line.
func (p *prose) others(whom []string) []bool {
	about := make([]bool, len(p.lines))
	other := false
	for n, line := range p.lines {
		switch {
		case line == "":
			other = other && strings.HasSuffix(p.lines[n-1], ":")
		case len(p.in[n]) > 0:
			named, another := false, false
			for _, i := range p.in[n] {
				m := &p.mentions[i]
				isOne := slices.ContainsFunc(whom, func(a string) bool { return strings.EqualFold(a, m.address) })
				named = named || isOne
				another = another || !isOne && !m.helps && (m.rank == listed || !p.own[strings.ToLower(m.address)])
			}
			other = !named && (another || other)
		case strings.HasPrefix(line, ">>>"): // a command that names nobody, such as DATA
			other = false
		}
		about[n] = other
	}
	return about
}

// handedOn reports whether the addresses that a line names are such as a server says
// itself, which it hands the recipient's mail on to, and no recipients of their own.
func (p *prose) handedOn(n int) bool {
	for _, i := range p.in[n] {
		m := &p.mentions[i]
		isListed := func(i int) bool { return p.mentions[i].rank == listed }
		if !m.replied || slices.ContainsFunc(p.of[strings.ToLower(m.address)], isListed) {
			return false
		}
	}
	return !strings.HasPrefix(p.lines[n], "<<<") // a dialogue tells whom it is about
}

// replies returns all lines that are replies, with those that go on behind them, but
// for those that are about others.
func (p *prose) replies(others []bool) string {
	var said []string
	for n := 0; n < len(p.lines); n++ {
		if isReply(p.lines[n]) {
			for ; n < len(p.lines) && p.lines[n] != ""; n++ {
				if !others[n] {
					said = append(said, p.lines[n])
				}
			}
		}
	}
	return joined(said)
}

// paragraphs returns the report in pieces, without the lines that are about others.
func (p *prose) paragraphs(others []bool) (texts []string) {
	var said []string
	for n := 0; n <= len(p.lines) && len(texts) < maxTexts; n++ {
		switch {
		case n == len(p.lines) || p.lines[n] == "":
			if len(said) > 0 {
				texts = append(texts, joined(said))
			}
			said = nil
		case !others[n]:
			said = append(said, p.lines[n])
		}
	}
	return texts
}
