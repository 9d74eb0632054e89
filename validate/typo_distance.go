package validate

import (
	"strings"
	"sync"
)

// The distance between a domain as it was typed and the domain that was meant
// is how improbable the slips of the finger are that lead from one to the
// other, in nats (-ln p): optimal string alignment, with a price a slip. All
// prices are relative to that of typing right, and were set by hand from how
// people err at keyboards: there are too few known slips to fit them to.
const (
	priceFirst     = 3.0 // that there is a slip at all: a second one in the same word is likelier
	priceSwap      = 4.2 // two neighbours swapped: gmial
	priceDrop      = 4.2 // a letter left out: gmal
	priceDropTwin  = 3.0 // one of a doubled letter left out: outlok
	priceTwin      = 5.0 // a letter doubled: gmaill
	priceHeld      = 3.0 // and once more: gmailll
	priceNearKey   = 6.2 // the key beside it: gnail
	priceLookalike = 6.3 // l for i, 0 for o: gmall
	priceVowel     = 6.6 // a vowel for a vowel: gmeil
	priceExtraNear = 6.4 // a key beside the one meant hit with it: gmnail
	priceEcho      = 6.4 // a letter too early, or again: hotomail
	priceExtraFill = 7.6 // a vowel between consonants: gimail
	priceExtra     = 8.8 // any other letter too many: gmaxil
	priceOther     = 8.8 // any other letter for it
)

// never is the price of what can not be.
const never = 1e6

// maxDrift is how many letters the typed text may be ahead of what was meant,
// or behind it, at any point.
const maxDrift = 3

// alignment computes the distance from a typed text to what was meant, a
// letter of the latter a step, so that texts with a common beginning share the
// steps.
type alignment struct {
	typed    string
	mistakes *keyPrices
	columns  [maxTarget + 1]column
}

// column says of the first j letters of what was meant: price[maxDrift+d] is that
// of having typed the first j+d letters for them. All but those from first to last
// are never.
type column struct {
	price       [2*maxDrift + 1]float32
	first, last int
}

// maxTarget is how long the longest target is at most; a test proves it.
const maxTarget = 24

var nothing = func() (c column) {
	for k := range c.price {
		c.price[k] = never
	}
	c.first, c.last = len(c.price), -1
	return c
}()

func (c *column) set(k int, price float32) {
	c.price[k] = price
	c.first, c.last = min(c.first, k), max(c.last, k)
}

func (a *alignment) start(typed string) {
	a.typed, a.mistakes = typed, mistakes()
	a.columns[0] = nothing
	for d := range min(maxDrift, len(typed)) + 1 {
		a.columns[0].set(maxDrift+d, float32(d)*priceExtra)
	}
}

// steps goes on from the first from letters of meant to the first to, and returns
// the least price there. It gives up, and returns never, where that is above
// limit.
func (a *alignment) steps(meant string, from, to int, limit float32) float32 {
	least := float32(never)
	for j := from + 1; j <= to; j++ {
		last, swapped := &a.columns[j-1], &nothing
		if j > 1 {
			swapped = &a.columns[j-2]
		}
		c := &a.columns[j]
		*c = nothing
		want, before, after := meant[j-1], letterAt(meant, j-2), letterAt(meant, j)
		drop := float32(priceDrop)
		if want == before || want == after {
			drop = priceDropTwin
		}
		least = never
		lead := max(last.last, swapped.last)
		for k := max(0, maxDrift-j, min(last.first-1, swapped.first)); k < len(c.price); k++ {
			i := j + k - maxDrift
			if i > len(a.typed) || k > lead && c.last < k-1 {
				break
			}
			best := float32(never)
			if k < 2*maxDrift {
				best = last.price[k+1] + drop
			}
			if i > 0 {
				got := a.typed[i-1]
				if price := last.price[k]; price < best {
					best = min(best, price+a.mistake(got, want))
				}
				if k > 0 && c.price[k-1]+priceHeld < min(best, limit) {
					best = min(best, c.price[k-1]+a.extra(i, meant, j))
				}
				if i > 1 && got == before && got != want && a.typed[i-2] == want {
					best = min(best, swapped.price[k]+priceSwap)
				}
			}
			if best <= limit {
				c.set(k, best)
				least = min(least, best)
			}
		}
		if least == never {
			return never
		}
	}
	return least
}

// at returns the price of typing the first i letters for the first j of what was
// meant, once the steps are made.
func (a *alignment) at(i, j int) float32 {
	if i < j-maxDrift || i > j+maxDrift {
		return never
	}
	return a.columns[j].price[i-j+maxDrift]
}

// mistake is the price of typing got for want.
func (a *alignment) mistake(got, want byte) float32 {
	if got == want {
		return 0
	}
	return a.mistakes[keyOf(got)][keyOf(want)]
}

// extra is the price of having typed the i-th letter without need, behind the
// first j of meant.
func (a *alignment) extra(i int, meant string, j int) float32 {
	got, last := a.typed[i-1], letterAt(a.typed, i-2)
	if got == last && got == letterAt(a.typed, i-3) {
		return priceHeld
	}
	behind, before := letterAt(meant, j-1), letterAt(meant, j)
	switch {
	case got == behind || got == before || got == last:
		return priceTwin
	case a.mistakes.near(got, behind) || a.mistakes.near(got, before):
		return priceExtraNear
	case got == letterAt(meant, j-2) || got == letterAt(meant, j-3) || got == letterAt(meant, j+1) || got == letterAt(meant, j+2):
		return priceEcho
	case vowel(got) && !vowel(behind) && !vowel(before):
		return priceExtraFill
	}
	return priceExtra
}

func letterAt(s string, i int) byte {
	if i < 0 || i >= len(s) {
		return 0
	}
	return s[i]
}

func vowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }

// keyOf numbers the keys that domains are typed with; all others are one.
func keyOf(c byte) int {
	switch {
	case 'a' <= c && c <= 'z':
		return int(c - 'a')
	case '0' <= c && c <= '9':
		return int(c-'0') + 26
	case c == '-':
		return 36
	case c == '.':
		return 37
	}
	return 38
}

// keyPrices are the prices of one key for another.
type keyPrices [39][39]float32

// near tells whether two keys are neighbours.
func (m *keyPrices) near(a, b byte) bool { return m[keyOf(a)][keyOf(b)] == priceNearKey }

// mistakes are made at the first domain that may be a slip.
var mistakes = sync.OnceValue(func() *keyPrices {
	m := new(keyPrices)
	for i := range m {
		for j := range m[i] {
			m[i][j] = priceOther
		}
	}
	set := func(price float32, pairs ...string) {
		for _, p := range pairs {
			m[keyOf(p[0])][keyOf(p[1])], m[keyOf(p[1])][keyOf(p[0])] = price, price
		}
	}
	for i, a := range "aeiou" {
		for _, b := range "aeiou"[:i] {
			set(priceVowel, string([]rune{a, b}))
		}
	}
	set(priceLookalike, "0o", "1l", "1i", "il", "ij", "mn", "uv", "vw", "cs", "ck", "sz", "uy", "iy")
	for row, keys := range keyboard {
		for i := range len(keys) {
			if i > 0 {
				set(priceNearKey, keys[i-1:i+1])
			}
			if row > 0 { // the keys above stand half a key to the left, and to the right
				for _, above := range keyboard[row-1][min(i, len(keyboard[row-1])-1):min(i+2, len(keyboard[row-1]))] {
					set(priceNearKey, keys[i:i+1]+string(above))
				}
			}
		}
	}
	return m
})

var keyboard = [...]string{"1234567890-", "qwertyuiop", "asdfghjkl", "zxcvbnm"}
