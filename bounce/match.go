package bounce

import (
	"fmt"
	"math/bits"
	"strings"
)

// matcher finds many phrases at once: a tree of words, walked from each word of a
// text. A phrase is words, {lists} of phrases that stand for one another, (a|b)
// for either, and .. for up to maxGap words of any kind. Things that servers repeat
// (addresses, numbers …) may stand between all words of a phrase.
type matcher struct {
	vocabulary map[string]token
	lists      []*node        // the phrases of each list
	listNamed  map[string]int // its place in lists
	begins     []uint64       // by word: the lists that have a phrase beginning with it, as bits
	root       node
}

const (
	maxGap    = 4
	maxSpan   = 48 // tokens from the first of a phrase to its last
	maxLists  = 64
	maxExpand = 1024 // phrases of one with alternatives
)

// node is what may follow in a phrase, and the phrases that end here.
type node struct {
	next   map[token]*node
	byList map[int]*node
	lists  uint64 // the keys of byList, as bits
	gap    *node
	ends   []int32
}

func newMatcher(lists map[string][]string, order []string) (*matcher, error) {
	if len(order) > maxLists {
		return nil, fmt.Errorf("more than %d lists", maxLists)
	}
	m := &matcher{vocabulary: map[string]token{}, listNamed: map[string]int{}, begins: make([]uint64, 1)}
	for i, name := range order {
		m.lists = append(m.lists, &node{})
		for _, phrase := range lists[name] {
			if strings.ContainsAny(phrase, "{}()|") || strings.Contains(phrase, "..") {
				return nil, fmt.Errorf("list %s: %q: a list has plain words only", name, phrase)
			}
			if err := m.add(m.lists[i], phrase, 0); err != nil {
				return nil, fmt.Errorf("list %s: %w", name, err)
			}
		}
		for first := range m.lists[i].next {
			m.begins[first] |= 1 << i
		}
		m.listNamed[name] = i
	}
	return m, nil
}

// intern gives a word its number.
func (m *matcher) intern(w []byte) token {
	if t, ok := m.vocabulary[string(w)]; ok {
		return t
	}
	t := token(len(m.begins))
	m.begins = append(m.begins, 0)
	m.vocabulary[string(w)] = t
	return t
}

// expand writes out the first alternatives (a|b) of a phrase, and so on; those may
// have alternatives of their own.
func expand(phrase string) []string {
	open := strings.IndexByte(phrase, '(')
	if open < 0 {
		return []string{phrase}
	}
	var either []string
	end, depth, from := -1, 0, open+1
	for i := open; i < len(phrase) && end < 0; i++ {
		switch c := phrase[i]; {
		case c == '(':
			depth++
		case c == ')' && depth > 1:
			depth--
		case c == ')':
			end = i
		}
		if end == i || depth == 1 && phrase[i] == '|' {
			either = append(either, phrase[from:i])
			from = i + 1
		}
	}
	if end < 0 {
		return []string{phrase}
	}
	var all []string
	for _, e := range either {
		all = append(all, expand(phrase[:open]+e+phrase[end+1:])...)
		if len(all) > maxExpand {
			return all
		}
	}
	return all
}

// add makes the phrase end in id.
func (m *matcher) add(root *node, phrase string, id int32) error {
	all := expand(phrase)
	if len(all) > maxExpand {
		return fmt.Errorf("%q has too many alternatives", phrase)
	}
	for _, plain := range all {
		if strings.ContainsAny(plain, "()|?[]") {
			return fmt.Errorf("%q: alternatives are (a|b), and nothing else is a mark", phrase)
		}
		n := root
		for _, field := range strings.Fields(plain) {
			switch {
			case field == "..":
				if n == root || n.gap != nil && n.gap == n {
					return fmt.Errorf("%q begins with a gap", phrase)
				}
				if n.gap == nil {
					n.gap = &node{}
				}
				n = n.gap
			case field[0] == '{':
				i, ok := m.listNamed[strings.Trim(field, "{}")]
				if !ok {
					return fmt.Errorf("%q: there is no list %s", phrase, field)
				}
				if n.byList == nil {
					n.byList = map[int]*node{}
				}
				if n.byList[i] == nil {
					n.byList[i] = &node{}
				}
				n.lists |= 1 << i
				n = n.byList[i]
			case things[field] != 0:
				n = n.after(things[field])
			default:
				words := (&reader{word: m.intern, rule: true}).readWords(field)
				for _, t := range words {
					n = n.after(t)
				}
			}
		}
		if n == root {
			return fmt.Errorf("%q has no words", phrase)
		}
		n.ends = append(n.ends, id)
	}
	return nil
}

// readWords reads a field of a phrase, in which nothing is a mere thing.
func (r *reader) readWords(field string) []token {
	r.words(unfold(field))
	return r.out
}

func (n *node) after(t token) *node {
	if n.next == nil {
		n.next = map[token]*node{}
	}
	if n.next[t] == nil {
		n.next[t] = &node{}
	}
	return n.next[t]
}

// find calls hit for each phrase in the text, once for each place and way in which
// it is there.
func (m *matcher) find(text []token, hit func(id int32)) {
	for i := range text {
		if text[i] != other {
			m.walk(&m.root, text[:min(len(text), i+maxSpan)], i, true, hit)
		}
	}
}

// walk goes on from n, which ends before text[i].
func (m *matcher) walk(n *node, text []token, i int, fresh bool, hit func(int32)) {
	if fresh {
		for _, id := range n.ends {
			hit(id)
		}
	}
	if i == len(text) {
		return
	}
	t := text[i]
	if next := n.next[t]; next != nil {
		m.walk(next, text, i+1, true, hit)
	}
	switch {
	case t < 0 && n != &m.root:
		m.walk(n, text, i+1, false, hit)
	case t > 0:
		for both := n.lists & m.begins[t]; both != 0; both &= both - 1 {
			which := bits.TrailingZeros64(both)
			m.entry(m.lists[which], text, i, func(end int) { m.walk(n.byList[which], text, end, true, hit) })
		}
	}
	if n.gap != nil {
		for skip := 0; skip <= maxGap && i+skip < len(text); skip++ {
			m.walk(n.gap, text, i+skip, skip == 0, hit)
		}
	}
}

// entry calls found with the end of each phrase of a list that begins at text[i].
func (m *matcher) entry(n *node, text []token, i int, found func(end int)) {
	if len(n.ends) > 0 {
		found(i)
	}
	if i == len(text) || n.next == nil {
		return
	}
	if next := n.next[text[i]]; next != nil {
		m.entry(next, text, i+1, found)
	} else if text[i] < 0 {
		m.entry(n, text, i+1, func(end int) {
			if end > i+1 {
				found(end)
			}
		})
	}
}
