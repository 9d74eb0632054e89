package verdict

import (
	"iter"
	"math/bits"
)

// Kind is a thing that can be said of an address, as a place in a [Set]. It is
// never stored or sent: codes are. 0 is no kind. The kinds themselves stand in
// one table, in package validate.
type Kind uint8

// MaxKinds is how many kinds a [Set] can hold, the zero Kind included.
const MaxKinds = 128

// Set is a set of kinds. The zero Set is empty. A Set is a value: its methods
// return a new one.
type Set [2]uint64

// SetOf returns the set of the given kinds.
func SetOf(kinds ...Kind) Set {
	var s Set
	for _, k := range kinds {
		s = s.With(k)
	}
	return s
}

// With returns s and k. The zero Kind adds nothing.
func (s Set) With(k Kind) Set {
	if k != 0 {
		s[k>>6&1] |= 1 << (k & 63)
	}
	return s
}

// Has tells whether k is in s.
func (s Set) Has(k Kind) bool { return s[k>>6&1]&(1<<(k&63)) != 0 }

// Union returns what is in s or t.
func (s Set) Union(t Set) Set { return Set{s[0] | t[0], s[1] | t[1]} }

// Minus returns what is in s and not in t.
func (s Set) Minus(t Set) Set { return Set{s[0] &^ t[0], s[1] &^ t[1]} }

// Intersects tells whether s and t share a kind.
func (s Set) Intersects(t Set) bool { return s[0]&t[0]|s[1]&t[1] != 0 }

// Empty tells whether nothing is in s.
func (s Set) Empty() bool { return s[0]|s[1] == 0 }

// And returns what is in s and t.
func (s Set) And(t Set) Set { return Set{s[0] & t[0], s[1] & t[1]} }

// First returns the lowest kind in s; 0 if it is empty.
func (s Set) First() Kind {
	switch {
	case s[0] != 0:
		return Kind(bits.TrailingZeros64(s[0]))
	case s[1] != 0:
		return Kind(64 + bits.TrailingZeros64(s[1]))
	}
	return 0
}

// All yields the kinds in s in ascending order.
func (s Set) All() iter.Seq[Kind] {
	return func(yield func(Kind) bool) {
		for i, word := range s {
			for ; word != 0; word &= word - 1 {
				if !yield(Kind(i<<6 + bits.TrailingZeros64(word))) {
					return
				}
			}
		}
	}
}
