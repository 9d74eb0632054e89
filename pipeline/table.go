package pipeline

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"

	"winnow/mx"
	"winnow/validate"
	"winnow/verdict"
)

// domain is a domain of the list: what is known of it, and what became of its
// rows.
type domain struct {
	validate.Domain
	removed atomic.Int64 // rows, for what is known of the domain itself
	refused atomic.Int64 // rows whose mailboxes its host does not know
	asked   atomic.Int64 // rows for which its host was asked
	next    *domain      // another whose name has the same hash
}

// table interns the domains of a list. It is safe for concurrent use.
type table struct {
	validator *validate.Validator
	asks      func(*validate.Domain) bool // whether DNS is to be asked for a domain
	seed      maphash.Seed
	absent    *mx.Answer // what new domains are told when nobody can be asked
	count     atomic.Int64
	shards    [256]shard
}

type shard struct {
	sync.RWMutex
	domains hashed[*domain] // by name
}

func (s *shard) find(name string, hash uint64) *domain {
	d := s.domains.find(hash).value
	for d != nil && d.ASCII != name {
		d = d.next
	}
	return d
}

func newTable(v *validate.Validator, asks func(*validate.Domain) bool) *table {
	t := &table{validator: v, asks: asks, seed: maphash.MakeSeed()}
	for i := range t.shards {
		t.shards[i].domains = newHashed[*domain](0)
	}
	return t
}

// intern returns the domain of that name (A-labels, lower case), and whether it
// had not been seen.
func (t *table) intern(name string) (d *domain, isNew bool) {
	return t.internHashed(name, t.hash(name))
}

func (t *table) hash(name string) uint64 { return maphash.String(t.seed, name) }

// likely returns a domain whose name has that hash, nil if there is none: that it
// has the name too is for the caller to see.
func (t *table) likely(hash uint64) *domain {
	s := &t.shards[hash%uint64(len(t.shards))]
	s.RLock()
	defer s.RUnlock()
	return s.domains.find(hash).value
}

// internHashed is intern for who has the name's hash.
func (t *table) internHashed(name string, hash uint64) (d *domain, isNew bool) {
	s := &t.shards[hash%uint64(len(t.shards))]
	s.RLock()
	d = s.find(name, hash)
	s.RUnlock()
	if d != nil {
		return d, false
	}
	name = strings.Clone(name) // the row's block is not to live as long
	fresh := &domain{Domain: *t.validator.Domain(name)}
	if t.absent != nil && t.asks(&fresh.Domain) {
		t.validator.SetMX(&fresh.Domain, *t.absent)
	}
	s.Lock()
	defer s.Unlock()
	if d = s.find(name, hash); d != nil {
		return d, false
	}
	fresh.next = s.domains.find(hash).value
	s.domains.put(hash, fresh)
	t.count.Add(1)
	return fresh, true
}

// at returns the domain of a name that was interned.
func (t *table) at(name string) *domain {
	d, _ := t.intern(name)
	return d
}

// unanswered gives an answer to every domain that should have been asked for and
// was not, and to those that are yet to come. It must not run beside intern.
func (t *table) unanswered(a mx.Answer) {
	t.absent = &a
	for d := range t.all {
		if d.MX == nil && t.asks(&d.Domain) {
			t.validator.SetMX(&d.Domain, a)
		}
	}
}

// all yields every domain. It must not run beside intern.
func (t *table) all(yield func(*domain) bool) {
	for i := range t.shards {
		for _, slot := range t.shards[i].domains.slots {
			for d := slot.value; d != nil; d = d.next {
				if !yield(d) {
					return
				}
			}
		}
	}
}

// judged yields what is known of every domain. It must not run beside intern.
func (t *table) judged(yield func(*validate.Domain) bool) {
	for d := range t.all {
		if !yield(&d.Domain) {
			return
		}
	}
}

func (t *table) len() int64 { return t.count.Load() }

// reached tells whether any domain was looked at that deep.
func (t *table) reached(depth verdict.Depth) bool {
	for d := range t.all {
		if d.Depth() >= depth {
			return true
		}
	}
	return false
}

// mostRemoved returns the domain that lost the most rows. Of mailboxes that its host
// does not know, they count once these are most that it was asked for: on a bad day a
// provider says so of living ones.
func (t *table) mostRemoved() (name string, rows int64) {
	for d := range t.all {
		n := d.removed.Load()
		if refused := d.refused.Load(); 2*refused > d.asked.Load() {
			n += refused
		}
		if n > rows || n == rows && n > 0 && d.ASCII < name {
			name, rows = d.ASCII, n
		}
	}
	return name, rows
}
