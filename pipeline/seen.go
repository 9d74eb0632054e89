package pipeline

import (
	"hash/maphash"
	"math/bits"
)

// key stands for a mailbox: two keyed hashes of its canonical form, of which 72
// bits count. Among ten million mailboxes two have one key with a chance of
// 1 in 10^8.
type key struct{ section, check uint64 }

// hasher makes keys. Keys of different hashers do not compare.
type hasher struct{ section, check maphash.Seed }

func newHasher() hasher { return hasher{maphash.MakeSeed(), maphash.MakeSeed()} }

func (h hasher) key(canonical []byte) key {
	return key{maphash.Bytes(h.section, canonical), maphash.Bytes(h.check, canonical)}
}

// seen remembers in which row a mailbox stood first: an open-addressing table in
// sections that grow one at a time, so that growing never doubles its memory. It
// takes 20 to 32 bytes a mailbox. It is not safe for concurrent use.
type seen struct {
	hasher
	sections [256]section
	touched  uint64 // of no meaning: it keeps touch from being optimized away
}

type section struct {
	slots []slot
	used  int
}

type slot struct {
	check uint64
	row   int64 // 0: free
}

// newSeen returns an empty table with room for so many mailboxes.
func newSeen(mailboxes int64) *seen {
	s := &seen{hasher: newHasher()}
	for i := range s.sections {
		s.sections[i].slots = make([]slot, max(64, int(mailboxes)/len(s.sections)*4/3))
	}
	return s
}

// touch reads the places of many keys before they are asked for one after
// another: the processor then fetches them from memory at the same time.
func (s *seen) touch(rows []judged) {
	for i := range rows {
		sec := &s.sections[rows[i].key.section>>56]
		at, _ := bits.Mul64(rows[i].key.check, uint64(len(sec.slots)))
		s.touched += sec.slots[at].check
	}
}

// first returns the row in which k was put first: row itself if it is new.
func (s *seen) first(k key, row int64) int64 {
	sec := &s.sections[k.section>>56]
	if sec.used*5 >= len(sec.slots)*4 {
		sec.grow()
	}
	at := sec.find(k.check)
	if at.row == 0 {
		*at = slot{k.check, row}
		sec.used++
	}
	return at.row
}

// find returns the slot of a key, or the free one that it would take.
func (sec *section) find(check uint64) *slot {
	i, _ := bits.Mul64(check, uint64(len(sec.slots)))
	for {
		if at := &sec.slots[i]; at.row == 0 || at.check == check {
			return at
		}
		if i++; i == uint64(len(sec.slots)) {
			i = 0
		}
	}
}

func (sec *section) grow() {
	old := sec.slots
	sec.slots = make([]slot, len(old)*3/2)
	for _, o := range old {
		if o.row != 0 {
			*sec.find(o.check) = o
		}
	}
}
