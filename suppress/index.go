package suppress

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash/maphash"
	"math/bits"
	"strings"
	"time"

	"winnow/address"
	"winnow/provider"
	"winnow/store"
)

// Index is what a ledger knew when it was loaded, in memory. It is safe for
// concurrent use, and never asks the store.
//
// Addresses stand in it as hashes of 96 bits, keyed by chance anew each time: that one
// of ten million is taken for one of a million others has a chance of 1 in 10^16.
type Index struct {
	keys          keyer
	place, check  maphash.Seed
	filter        []uint64 // bits by place: most addresses are not known, and it fits into a near cache
	slots         []slot   // open addressing
	used, entries int
	imported      time.Time
	path          string
}

type slot struct {
	place uint64
	check uint32
	History
	taken bool
}

// Load reads a ledger into memory.
func (l *Ledger) Load(ctx context.Context) (*Index, error) {
	x := &Index{keys: l.keys, place: maphash.MakeSeed(), check: maphash.MakeSeed(), path: l.store.Path()}
	x.slots = make([]slot, 64)
	err := l.store.View(ctx, func(tx *store.Tx) error {
		return l.all(tx, func(key []byte, _ *fields, _ int, _ hand, j judged) error {
			if h := j.history(); h != (History{}) {
				x.put(key, h)
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	x.makeFilter()
	if x.imported, _, err = l.LastImport(ctx); err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	return x, nil
}

// Len returns how many addresses are suppressed.
func (x *Index) Len() int { return x.entries }

// Imported is when the last import began; the zero time if there was none.
func (x *Index) Imported() time.Time { return x.imported }

// Path returns where the store is.
func (x *Index) Path() string { return x.path }

// Past is as [Ledger.Past]; it returns no error.
func (x *Index) Past(c *provider.Customs, local string) (History, error) {
	if x.used == 0 {
		return History{}, nil
	}
	if x.keys.mac != nil {
		return x.ofKey(x.keys.append(nil, c.AppendCanonical(nil, local))), nil
	}
	var form [maxForm]byte
	return x.ofKey(c.AppendCanonical(form[:0], local)), nil
}

// Told is as Past, of a recipient as [Ledger.Events] names it. Of one that is no address
// nothing is known.
func (x *Index) Told(recipient string) History {
	if x.keys.mac != nil {
		name, _, _ := strings.Cut(recipient, "@")
		if key, err := hex.DecodeString(name); err == nil {
			return x.ofKey(key)
		}
		return History{}
	}
	a, err := address.Parse(strings.TrimSpace(recipient))
	if err != nil {
		return History{}
	}
	return x.ofKey(x.keys.of(a))
}

func (x *Index) ofKey(key []byte) History {
	place := maphash.Bytes(x.place, key)
	if !x.mayHave(place) {
		return History{}
	}
	if s := x.find(place, uint32(maphash.Bytes(x.check, key))); s.taken {
		return s.History
	}
	return History{}
}

// find returns the slot of an address, or the free one that it would take.
func (x *Index) find(place uint64, check uint32) *slot {
	i, _ := bits.Mul64(place, uint64(len(x.slots)))
	for {
		s := &x.slots[i]
		if !s.taken || s.place == place && s.check == check {
			return s
		}
		if i++; i == uint64(len(x.slots)) {
			i = 0
		}
	}
}

func (x *Index) put(key []byte, h History) {
	if x.used*4 >= len(x.slots)*3 {
		old := x.slots
		x.slots = make([]slot, len(old)*2)
		for _, s := range old {
			if s.taken {
				*x.find(s.place, s.check) = s
			}
		}
	}
	place, check := maphash.Bytes(x.place, key), uint32(maphash.Bytes(x.check, key))
	*x.find(place, check) = slot{place, check, h, true}
	x.used++
	if h.Standing != Clear {
		x.entries++
	}
}

// makeFilter sets a bit for each address, of eight bits an address.
func (x *Index) makeFilter() {
	x.filter = make([]uint64, 1<<bits.Len(uint(max(x.used, 64)/8)))
	for _, s := range x.slots {
		if s.taken {
			word, bit := x.bit(s.place)
			x.filter[word] |= bit
		}
	}
}

func (x *Index) mayHave(place uint64) bool {
	word, bit := x.bit(place)
	return x.filter[word]&bit != 0
}

// bit is of the lower half of place: the higher one leads to the slot.
func (x *Index) bit(place uint64) (word, bit uint64) {
	return place >> 6 & uint64(len(x.filter)-1), 1 << (place & 63)
}
