package pipeline

import (
	"hash/maphash"
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
	sections [256]hashed[int64]
	touched  uint64 // of no meaning: it keeps touch from being optimized away
}

// newSeen returns an empty table with room for so many mailboxes.
func newSeen(mailboxes int64) *seen {
	s := &seen{hasher: newHasher()}
	for i := range s.sections {
		s.sections[i] = newHashed[int64](int(mailboxes) / len(s.sections) * 4 / 3)
	}
	return s
}

// touch reads the places of many keys before they are asked for one after
// another: the processor then fetches them from memory at the same time.
func (s *seen) touch(rows []judged) {
	for i := range rows {
		s.touched += s.sections[rows[i].key.section>>56].place(rows[i].key.check).hash
	}
}

// first returns the row in which k was put first: row itself if it is new.
func (s *seen) first(k key, row int64) int64 {
	sec := &s.sections[k.section>>56]
	at := sec.find(k.check)
	if at.value != 0 {
		return at.value
	}
	sec.put(k.check, row)
	return row
}
