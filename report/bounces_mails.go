package report

import "winnow/bounce"

// outcome is what became of a mail, as far as is known.
type outcome uint8

const (
	notSeen outcome = iota
	sent
	delayed
	delivered
	undetermined // from here on it was refused or given up, the gravest last
	soft
	block
	hard
	numOutcomes
	moved // of a mail that is known by another name: at is the number of its campaign
)

// fate is what is known of one mail. There are millions: 16 bytes.
type fate struct {
	key   uint64
	at    uint32 // of what decided, in Unix seconds; 0: not known
	day   uint16 // of the first that was heard of it, since 1970; 0: not known
	is    outcome
	about uint8 // the reason, and whether the recipient complained
}

const complained = 0x80 // there are fewer reasons than that

func (f *fate) reason() bounce.Reason { return bounce.Reason(f.about &^ complained) }
func (f *fate) accused() bool         { return f.about&complained != 0 }

// yields reports whether what is known of the mail gives way to f.
func (old *fate) yields(f *fate) bool {
	a, b := old.is, f.is
	switch {
	case a <= delayed && b <= delayed:
		return b > a || b == a && b == delayed && f.at > old.at
	case a <= delayed || b <= delayed:
		return a <= delayed
	case a == delivered && b == delivered:
		return false
	case a == delivered:
		return f.outlives(old)
	case b == delivered:
		return !old.outlives(f)
	case a != b:
		return b > a // two sources that tell of one refusal, and one knows more
	}
	return f.at < old.at || f.at == old.at && f.reason() < old.reason()
}

// outlives reports whether a refusal stands beside a delivery of the same mail. A
// host that took a mail and sent it back later said so last. Where the times do not
// tell, a passing fault is taken to have passed.
func (f *fate) outlives(d *fate) bool {
	if f.at == 0 || d.at == 0 || f.at == d.at {
		return f.is == hard || f.is == block
	}
	return f.at > d.at
}

// fates is a table of mails by a keyed hash: two of a million million share one. It
// is cut up, so that it grows bit by bit.
type fates struct {
	parts [256]struct {
		slots []fate // a power of two; key 0 is free
		used  int
	}
}

// of returns the fate of a mail, a new one if there was none. It holds until the
// next call.
func (t *fates) of(key uint64) *fate {
	key = max(key, 1)
	p := &t.parts[key>>56]
	if p.used*8 >= len(p.slots)*7 {
		old := p.slots
		p.slots = make([]fate, max(16, 2*len(old)))
		for _, f := range old {
			if f.key != 0 {
				*slot(p.slots, f.key) = f
			}
		}
	}
	f := slot(p.slots, key)
	if f.key == 0 {
		f.key = key
		p.used++
	}
	return f
}

// get returns the fate of a mail that has one, or nil.
func (t *fates) get(key uint64) *fate {
	key = max(key, 1)
	p := &t.parts[key>>56]
	if len(p.slots) == 0 {
		return nil
	}
	if f := slot(p.slots, key); f.key != 0 {
		return f
	}
	return nil
}

// slot finds the slot of a key, or the free one that it would have.
func slot(slots []fate, key uint64) *fate {
	mask := uint64(len(slots) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		if slots[i].key == key || slots[i].key == 0 {
			return &slots[i]
		}
	}
}
