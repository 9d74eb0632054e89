package pipeline

import (
	"hash/maphash"
	"sync"

	"winnow/address"
	"winnow/probe"
	"winnow/validate"
)

// probed is what mail hosts said of the list's addresses. Each spelling is asked for
// once, however many rows have it. It takes about 65 octets an address: most is said of many
// in the same words. The zero probed has heard of nobody, and is to begin before it does.
type probed struct {
	rows    int64 // that were looked through
	summary probe.Summary

	hasher
	mu    sync.Mutex
	ids   map[key]int      // by both hashes of the address
	said  []*validate.RCPT // by ID; nil: not told yet
	words map[validate.RCPT]*validate.RCPT
}

func (p *probed) begin() {
	p.hasher, p.ids, p.words = newHasher(), map[key]int{}, map[validate.RCPT]*validate.RCPT{}
}

// maxWords is of how many different things that were said it is known that they were. A host that
// says something else each time, such as the number of a queue, takes no more for that.
const maxWords = 1 << 16

// key stands for an address. All 128 bits count: who has another's key has another's verdict.
func (p *probed) key(a address.Address) key {
	return key{maphash.Comparable(p.section, a), maphash.Comparable(p.check, a)}
}

// of returns what was said of an address; nil if nobody was asked. It is for when all
// was asked.
func (p *probed) of(a address.Address) *validate.RCPT {
	if len(p.ids) == 0 {
		return nil
	}
	if id, ok := p.ids[p.key(a)]; ok {
		return p.said[id]
	}
	return nil
}

// add returns a target for an address, unless it has one.
func (p *probed) add(a address.Address) (id int, isNew bool) {
	k := p.key(a)
	p.mu.Lock()
	defer p.mu.Unlock()
	if id, ok := p.ids[k]; ok {
		return id, false
	}
	id = len(p.said)
	p.ids[k] = id
	p.said = append(p.said, nil)
	return id, true
}

// hear keeps what was said of the address of an ID, as far as a list shows it.
func (p *probed) hear(id int, said *validate.RCPT) {
	words := validate.RCPT{Kind: said.Kind, Answered: said.Answered, Detail: said.Detail}
	p.mu.Lock()
	defer p.mu.Unlock()
	shared, ok := p.words[words]
	if !ok {
		if len(p.words) >= maxWords {
			clear(p.words)
		}
		shared = &words
		p.words[words] = shared
	}
	p.said[id] = shared
}

func (p *probed) total() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int64(len(p.said))
}
