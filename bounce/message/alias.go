package message

import (
	"slices"
	"strings"

	"winnow/bounce"
)

// pair is a line about who an address became: "bob@acme.org (expanded from
// <team@acme.com>)". Both are mentions.
type pair struct{ member, alias int }

// origins stand before who was mailed to, behind who that became.
var origins = [...]string{"expanded from", "generated from"}

// maxApart is how many lines the two are apart at most.
const maxApart = 4

// pair keeps that the mention at is who the one above it was, if the text before it
// says so. Our own addresses are not whom we mailed to.
func (p *prose) pair(at int, before string) {
	m := &p.mentions[at]
	lower := strings.TrimRight(strings.ToLower(before), " \t:")
	if at == 0 || p.own[strings.ToLower(m.address)] || !slices.ContainsFunc(origins[:], func(w string) bool { return strings.HasSuffix(lower, w) }) {
		return
	}
	for i := at - 1; i >= 0; i-- {
		member := &p.mentions[i]
		if m.line-member.line > maxApart || slices.Contains(p.lines[member.line:m.line], "") {
			return
		}
		if member.rank != listed {
			continue
		}
		key, alias := strings.ToLower(member.address), strings.ToLower(m.address)
		if _, known := p.became[key]; key != alias && !known {
			p.handed[key] = m.address
			p.became[alias] = append(p.became[alias], pair{i, at})
		}
		return
	}
}

// mailedTo puts in the place of addresses who was mailed to, where lines say that they
// were only what that became.
func (p *prose) mailedTo(recipients []string) (found []string) {
	seen := map[string]bool{}
	for _, a := range recipients {
		if alias, ok := p.handed[strings.ToLower(a)]; ok {
			a = alias
		}
		if key := strings.ToLower(a); !seen[key] {
			seen[key] = true
			found = append(found, a)
		}
	}
	return found
}

// withoutOrigin takes "(expanded from <team@acme.com>): " off what is said of an address.
func withoutOrigin(rest string) string {
	lower := strings.ToLower(rest[:min(len(rest), 40)])
	if strings.HasPrefix(lower, "(") && hasAny(lower, origins[:]) {
		if _, behind, ok := strings.Cut(rest, ")"); ok {
			return strings.TrimLeft(behind, ": ")
		}
	}
	return rest
}

// member returns what is said of a member of an alias.
func (p *prose) member(pair pair) []string {
	return []string{p.entry(&p.mentions[pair.member]), p.entry(&p.mentions[pair.alias])}
}

// judgeMembers judges what is said of each member of an alias. Where one of them lives,
// so does the alias.
func (t *trial) judgeMembers(p *prose, pairs []pair) (res bounce.Result) {
	for i, pair := range pairs {
		r := t.judge(bounce.Reply{}, p.member(pair))
		if i == 0 || res.Class == bounce.Hard && r.Class != bounce.Hard {
			res = r
		}
	}
	return res
}
