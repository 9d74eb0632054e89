package pipeline

import "math/bits"

// hashed is a map whose keys are hashes already: open addressing, and a hash and
// its value side by side, so that most look-ups fetch but one line of memory.
type hashed[V comparable] struct {
	slots []slot[V]
	used  int
}

type slot[V comparable] struct {
	hash  uint64
	value V // zero: free
}

func newHashed[V comparable](slots int) hashed[V] {
	return hashed[V]{slots: make([]slot[V], max(64, slots))}
}

// place returns the slot where the search for a hash begins.
func (h *hashed[V]) place(hash uint64) *slot[V] {
	i, _ := bits.Mul64(hash, uint64(len(h.slots)))
	return &h.slots[i]
}

// find returns the slot of a hash, or the free one that it would take. It is good
// until the next put.
func (h *hashed[V]) find(hash uint64) *slot[V] {
	var free V
	i, _ := bits.Mul64(hash, uint64(len(h.slots)))
	for {
		if at := &h.slots[i]; at.value == free || at.hash == hash {
			return at
		}
		if i++; i == uint64(len(h.slots)) {
			i = 0
		}
	}
}

// put sets the value of a hash, which is not the zero V.
func (h *hashed[V]) put(hash uint64, value V) {
	at, free := h.find(hash), *new(V)
	if at.value == free {
		if h.used++; h.used*5 > len(h.slots)*4 {
			h.grow()
			at = h.find(hash)
		}
	}
	*at = slot[V]{hash, value}
}

func (h *hashed[V]) grow() {
	old, free := h.slots, *new(V)
	h.slots = make([]slot[V], len(old)*3/2)
	for _, o := range old {
		if o.value != free {
			*h.find(o.hash) = o
		}
	}
}
