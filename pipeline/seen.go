package pipeline

import (
	"hash/maphash"

	"winnow/report"
	"winnow/validate"
)

// key stands for a mailbox: two keyed hashes of its canonical or its likely form,
// of which 72 bits count. Among ten million mailboxes two have one key with a
// chance of 1 in 10^8.
type key struct{ section, check uint64 }

// hasher makes keys. Keys of different hashers do not compare.
type hasher struct{ section, check maphash.Seed }

func newHasher() hasher { return hasher{maphash.MakeSeed(), maphash.MakeSeed()} }

func (h hasher) key(form []byte) key {
	return key{maphash.Bytes(h.section, form), maphash.Bytes(h.check, form)}
}

// keys are what a row is looked up by. The zero keys are those of a row that is
// not looked up.
type keys struct {
	canonical key
	likely    key    // zero: as canonical
	text      uint64 // a hash of the address as it is written, of which textBits count
	rank      rank   // of the part that the row would be in
}

// seen remembers in which row a mailbox stood first: an open-addressing table in
// sections that grow one at a time, so that growing never doubles its memory. It
// takes 20 to 32 bytes a mailbox, and as much again for one with a tag that is only
// likely to be ignored. It is not safe for concurrent use.
type seen struct {
	hasher
	sections [256]hashed[place]
	touched  uint64 // of no meaning: it keeps touch from being optimized away
}

// rank is how good the part is that a row would be in.
type rank uint8

const (
	toRemove rank = iota
	toReview
	toSend
)

func rankOf(p report.Part) rank {
	switch p {
	case report.Clean:
		return toSend
	case report.Removed:
		return toRemove
	}
	return toReview
}

// place says where a mailbox stood first: the row, a part of the hash of its text, the
// row's rank, and whether only a mailbox that is likely the same stood there. The zero
// place is none: rows count from 1.
type place uint64

const (
	rowBits    = 40 // a million million rows
	rankBits   = 2
	textBits   = 64 - rowBits - rankBits - 1
	textMask   = (1<<textBits - 1) << rowBits
	rankAt     = rowBits + textBits
	onlyLikely = 1 << (64 - 1)
)

func newPlace(row int64, k keys) place {
	return place(row)&(1<<rowBits-1) | place(k.text)<<rowBits&textMask | place(k.rank)<<rankAt
}

func (p place) row() int              { return int(p & (1<<rowBits - 1)) }
func (p place) likely() bool          { return p&onlyLikely != 0 }
func (p place) rank() rank            { return rank(p >> rankAt & (1<<rankBits - 1)) }
func (p place) sameText(q place) bool { return (p^q)&textMask == 0 }

// newSeen returns an empty table with room for so many mailboxes.
func newSeen(mailboxes int64) *seen {
	s := &seen{hasher: newHasher()}
	for i := range s.sections {
		s.sections[i] = newHashed[place](int(mailboxes) / len(s.sections) * 4 / 3)
	}
	return s
}

// touch reads the places of many keys before they are asked for one after
// another: the processor then fetches them from memory at the same time.
func (s *seen) touch(rows []judged) {
	for i := range rows {
		k := &rows[i].keys.canonical
		s.touched += s.sections[k.section>>56].place(k.check).hash
	}
}

// earlier finds the earlier row that holds the same mailbox, or one that is likely
// the same, and remembers this one.
//
// Where this one would go to a better part than the earlier one (whose own domain
// could not be found out, say), it takes its place and is no duplicate: whoever it is
// would get no mail at all.
func (s *seen) earlier(k keys, row int64) validate.Earlier {
	at, here := s.at(k.canonical), newPlace(row, k)
	found := at.value
	switch {
	case found == 0, found.likely():
		s.put(k.canonical, here)
	case k.rank > found.rank():
		at.value = here
		return validate.Earlier{}
	default:
		e := validate.Earlier{Row: found.row(), How: validate.SameMailbox}
		if found.sameText(here) {
			e.How = validate.SameText
		}
		return e
	}
	if k.likely != (key{}) {
		if likely := s.at(k.likely).value; likely == 0 {
			s.put(k.likely, here|onlyLikely)
		} else if found == 0 {
			found = likely
		}
	}
	if found != 0 {
		return validate.Earlier{Row: found.row(), How: validate.LikelySame}
	}
	return validate.Earlier{}
}

func (s *seen) at(k key) *slot[place] { return s.sections[k.section>>56].find(k.check) }

func (s *seen) put(k key, p place) { s.sections[k.section>>56].put(k.check, p) }
