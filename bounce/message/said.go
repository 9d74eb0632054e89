package message

import (
	"slices"
	"strings"
)

// words returns what is said of who was mailed to and of who that became, if that is
// somebody else. Where a report has blocks of fields without end for the same
// recipient, only the first are worth it.
func (p *prose) words(recipient, final string) (texts []string) {
	key := strings.ToLower(recipient)
	if p.asked[key]++; p.asked[key] > maxBlocks {
		return nil
	}
	texts = p.about(recipient)
	if final != "" && !strings.EqualFold(final, recipient) {
		texts = slices.Concat(texts, p.about(final))
	}
	return texts
}

// about returns what is said of an address, the nearest words first: the entries that
// it begins, and the other lines that it stands in.
func (p *prose) about(address string) (texts []string) {
	key := strings.ToLower(address)
	if texts, ok := p.said[key]; ok {
		return texts
	}
	var lines []string
	size := 0
	for i, at := range p.of[key] {
		m := &p.mentions[at]
		if i > 0 && at > 0 && p.of[key][i-1] == at-1 && p.mentions[at-1].line == m.line {
			continue
		}
		if len(texts)+len(lines) >= maxTexts-1 || size >= maxSaid {
			break
		}
		text := ""
		if m.rank == listed {
			if text = p.entry(m); text != "" {
				texts = append(texts, text)
			}
		} else {
			text = p.passage(m)
			lines = append(lines, text)
		}
		size += len(text)
	}
	if len(lines) > 0 {
		texts = append(texts, strings.Join(lines, "\n"))
	}
	p.said[key] = texts
	return texts
}

// entry is what stands behind an address that begins a line, as far as the next
// address. Of addresses that stand one directly below the other, what is said below
// the last is said of all.
func (p *prose) entry(m *mention) string {
	var said []string
	size := len(m.rest)
	if rest := withoutOrigin(m.rest); rest != "" {
		said = append(said, rest)
	}
	together, crossed := m.rest == "", false // crossed: an empty line, or another address
	for n := m.line + 1; n < len(p.lines) && size <= maxReply; n++ {
		line := p.lines[n]
		crossed = crossed || line == ""
		if p.names(n, m.address) && (crossed || !p.handedOn(n)) {
			if next := p.mentions[p.in[n][0]]; together && next.rank == listed && next.rest == "" {
				crossed = true
				continue
			}
			break
		}
		if line == "" && len(said) > 0 && p.ended(n) {
			break
		}
		if together = false; line != "" && strings.Trim(line, "-=*_") != "" {
			said = append(said, line)
			size += len(line)
		}
	}
	return joined(said)
}

// joined puts lines that were broken together again, and leaves those of a dialogue.
func joined(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		switch {
		case i == 0:
		case len(line) > 2 && (isDigit(line[0]) && isDigit(line[1]) && isDigit(line[2]) || line[:3] == ">>>" || line[:3] == "<<<"):
			b.WriteByte('\n')
		default:
			b.WriteByte(' ')
		}
		b.WriteString(line)
	}
	return b.String()
}

// ended reports whether an empty line ends an entry: what stands behind it does not
// look like a reply.
func (p *prose) ended(n int) bool {
	for n++; n < len(p.lines); n++ {
		if p.lines[n] != "" {
			return !isReply(p.lines[n]) && !hasAny(strings.ToLower(p.lines[n]), continuing[:])
		}
	}
	return true
}

// passage is the lines around an address that stand together: of a transcript, what
// was answered before the line that names who it failed for.
func (p *prose) passage(m *mention) string {
	begin, end := m.line, m.line+1
	replied := isReply(p.lines[m.line])
	for ; end < len(p.lines) && end-m.line < 8; end++ {
		line := p.lines[end]
		if line == "" || p.names(end, m.address) || strings.HasPrefix(line, ">>> ") || replied && isReply(line) && line[3] != '-' {
			break
		}
	}
	for replied && begin > 0 && m.line-begin < 8 {
		line := p.lines[begin-1]
		if line == "" || p.names(begin-1, m.address) || !isReply(line) && !strings.HasPrefix(line, ">>> ") {
			break
		}
		begin--
	}
	return joined(p.lines[begin:end])
}

// names reports whether a line has another address than this, and than ours.
func (p *prose) names(n int, address string) bool {
	for _, i := range p.in[n] {
		if m := &p.mentions[i]; !strings.EqualFold(m.address, address) && !p.own[strings.ToLower(m.address)] {
			return true
		}
	}
	return false
}

// preamble returns what stands above the first entry and names nobody: it is said of
// all.
func (p *prose) preamble() string {
	var said []string
	for n, line := range p.lines {
		if p.names(n, "") {
			if p.mentions[p.in[n][0]].rank == listed {
				break
			}
			continue
		}
		if line != "" {
			said = append(said, line)
		}
	}
	return joined(said)
}
