package probe

import (
	"math/rand/v2"
	"strings"
)

// madeUp returns a local part that nobody has, and that looks like anybody's: a host
// that refuses by looks (digits, length, "test") must not see a difference. Its 10 to 16 letters in
// syllables have some 10^10 forms or more.
func madeUp() string {
	const consonants, vowels = "bcdfghjklmnprstvwz", "aeiou"
	var b strings.Builder
	word := func(syllables int) {
		for range syllables {
			b.WriteByte(consonants[rand.IntN(len(consonants))])
			b.WriteByte(vowels[rand.IntN(len(vowels))])
		}
		if rand.IntN(2) == 0 {
			b.WriteByte(consonants[rand.IntN(len(consonants))])
		}
	}
	word(2 + rand.IntN(2))
	if rand.IntN(2) == 0 {
		b.WriteByte('.')
	}
	word(3 + rand.IntN(2))
	return b.String()
}
