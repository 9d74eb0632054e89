// Package contacts answers one question: what would a list of so many contacts look like?
//
// The list is made up, and the same bytes each time on every machine: there is
// no floating point in it, and each row is a function of its number alone. It
// is for measuring: most of its domains belong to nobody, some surely to
// somebody, so that it must never be resolved or mailed on the real internet.
package contacts

import (
	"bufio"
	"io"
	"math/bits"
	"strconv"
	"strings"
)

// Header is the first line of a list, without its newline.
const Header = "id,name,email,company,city,signup_date"

// The shares of a list, each one in so many rows.
const (
	oneQuoted    = 7   // a cell with a quoted comma
	oneDuplicate = 50  // an address that an earlier row has
	oneBroken    = 100 // an address with a syntax error
)

// maxCompanies is how many labels four syllables can spell.
const maxCompanies = 1 << 24

// rowSize is more than the longest row.
const rowSize = 256

// providers share 60 rows of 100 between them.
var providers = [...]struct {
	domain string
	of100  int
}{
	{"gmail.com", 28},
	{"yahoo.com", 12},
	{"outlook.com", 8},
	{"hotmail.com", 8},
	{"aol.com", 4},
}

// Domains returns how many distinct domains the well-formed addresses of a list
// of so many rows have. The numbers between are those of real lists: 18,000 for
// 100,000 rows, 114,000 for a million, 440,000 for ten millions, and so on at
// the last slope. Of fewer than a hundred rows it is an upper bound.
func Domains(rows int) int { return companies(rows) + len(providers) }

func companies(rows int) int {
	var n int
	switch {
	case rows <= 100_000:
		n = rows * 18 / 100
	case rows <= 1_000_000:
		n = 18_000 + (rows-100_000)*96/900
	default:
		n = 114_000 + (rows-1_000_000)*326/9_000
	}
	return min(max(n-len(providers), 1), maxCompanies)
}

// Write writes Header and so many rows to w, each ended by "\n", about 70 bytes
// a row. The domains of companies follow Zipf's law with exponent 1. It returns
// w's error.
func Write(w io.Writer, rows int) error {
	out := bufio.NewWriterSize(w, 1<<20)
	out.WriteString(Header + "\n")
	l := newList(rows)
	for i := range rows {
		if out.Available() < rowSize {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		out.Write(l.appendRow(out.AvailableBuffer(), i))
	}
	return out.Flush() // a bufio.Writer keeps its first error
}

type list struct {
	rows, companies                              int
	firsts, lasts, cities, companyEnds, suffixes []string
}

func newList(rows int) *list {
	split := func(s string) []string { return strings.Split(strings.ReplaceAll(s, "\n", ""), "|") }
	return &list{
		rows:        rows,
		companies:   companies(rows),
		firsts:      strings.Fields(firstNames),
		lasts:       strings.Fields(lastNames),
		cities:      split(cities),
		companyEnds: split(companySuffixes),
		suffixes:    split(suffixes),
	}
}

func (l *list) appendRow(b []byte, i int) []byte {
	p := l.person(l.origin(i))
	d := throw(i, forCells)
	quoted := d.roll(2 * oneQuoted) // 0: the name, 1: the company

	b = strconv.AppendInt(b, int64(i)+1, 10)
	b = append(b, ',')
	if quoted == 0 {
		b = append(b, '"')
		b = appendTitle(b, p.last)
		b = append(b, ", "...)
		b = appendTitle(b, p.first)
		b = append(b, '"')
	} else {
		b = appendTitle(b, p.first)
		b = append(b, ' ')
		b = appendTitle(b, p.last)
	}
	b = append(b, ',')
	b = l.appendAddress(b, p)
	b = append(b, ',')
	if quoted == 1 {
		b = append(b, '"')
		b = appendTitle(b, pick(&d, l.lasts))
		b = append(b, ", "...)
		b = appendTitle(b, pick(&d, l.lasts))
		b = append(b, '"')
	} else {
		b = appendTitle(b, pick(&d, l.lasts))
		b = append(b, ' ')
		b = append(b, pick(&d, l.companyEnds)...)
	}
	b = append(b, ',')
	b = append(b, pick(&d, l.cities)...)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(2010+d.roll(15)), 10)
	b = appendTwo(append(b, '-'), 1+d.roll(12))
	b = appendTwo(append(b, '-'), 1+d.roll(28))
	return append(b, '\n')
}

// introduces returns the company whose domain row i is sure to bear, or -1.
// These rows lie evenly over the list, one a company, so that none is left out.
func (l *list) introduces(i int) int {
	if c := i * l.companies / l.rows; (i+1)*l.companies/l.rows > c {
		return c
	}
	return -1
}

// one says of one in so many rows yes, of those that introduce a company no.
func (l *list) one(d *dice, in int) bool {
	return d.roll(l.rows-l.companies) < l.rows/in
}

// origin returns the row whose person and address row i has: itself, or, of a
// duplicate, an earlier one.
func (l *list) origin(i int) int {
	for i > 0 && l.introduces(i) < 0 {
		d := throw(i, forOrigin)
		if !l.one(&d, oneDuplicate) {
			break
		}
		i = d.roll(i)
	}
	return i
}

// A person is who a row is about. Of a provider's customer the company is -1,
// of a company's employee the provider.
type person struct {
	first, last       string
	provider, company int
	broken            bool
	dice              dice // what is left to be thrown for the address
}

func (l *list) person(i int) person {
	d := throw(i, forPerson)
	p := person{first: pick(&d, l.firsts), last: pick(&d, l.lasts), provider: -1, company: l.introduces(i)}
	if p.company < 0 {
		p.broken = l.one(&d, oneBroken)
		p.provider, p.company = l.employer(&d)
	}
	p.dice = d
	return p
}

func (l *list) employer(d *dice) (provider, company int) {
	// The rows that introduce a company are none of the providers': so that the
	// shares hold over all rows, the others are split as if they were all.
	at := d.roll(l.rows-l.companies) * 100
	for i, p := range providers {
		if at -= p.of100 * l.rows; at < 0 {
			return i, -1
		}
	}
	return -1, d.zipf(l.companies) - 1
}

func (l *list) appendAddress(b []byte, p person) []byte {
	d := p.dice
	if !p.broken {
		b = l.appendLocal(b, &d, p)
		b = append(b, '@')
		return l.appendDomain(b, p)
	}
	at := "@"
	switch d.roll(8) {
	case 0:
		at = ""
	case 1:
		at = "@@"
	case 2:
		at = ".@"
	case 3:
		at = "@."
	case 4:
		at = "@-"
	case 5:
		b = append(b, '.')
	case 6:
		return append(l.appendLocal(b, &d, p), '@')
	case 7:
		return l.appendDomain(append(b, '@'), p)
	}
	b = l.appendLocal(b, &d, p)
	b = append(b, at...)
	return l.appendDomain(b, p)
}

// crowded companies have so many employees that names alone would not do.
const crowded = 1000

func (l *list) appendLocal(b []byte, d *dice, p person) []byte {
	start := len(b)
	switch form := d.roll(100); {
	case p.company >= 0 && form < 5 && !p.broken && l.isSmall(p.company):
		return append(b, [...]string{"info", "sales", "office", "support", "contact"}[form]...)
	case form < 20:
		b = append(append(b, p.first...), p.last...)
	case form < 40 && p.provider != 0: // Gmail has no underscore
		b = append(append(append(b, p.first...), '_'), p.last...)
	default:
		b = append(append(append(b, p.first...), '.'), p.last...)
	}
	if p.provider >= 0 || p.company < crowded {
		b = strconv.AppendInt(b, int64(d.roll(10_000)), 10)
	}
	if p.provider == 0 && d.roll(100) == 0 {
		b = append(b, "+news"...)
	}
	if d.roll(20) == 0 {
		b[start] -= 'a' - 'A'
	}
	return b
}

// isSmall is of the nine companies in ten that come last in Zipf's order.
func (l *list) isSmall(company int) bool { return company >= l.companies/10 }

func (l *list) appendDomain(b []byte, p person) []byte {
	if p.provider >= 0 {
		return append(b, providers[p.provider].domain...)
	}
	// An odd factor scatters the labels, and no two companies share one.
	label := uint32(p.company+1) * 0x9E3779B1 % maxCompanies
	for n, i := label, 0; i < 4; i++ {
		b = append(b, consonants[n%16], vowels[n/16%4])
		n /= 64
	}
	b = append(b, '.')
	return append(b, l.suffixes[mix(uint64(label))%uint64(len(l.suffixes))]...)
}

func appendTitle(b []byte, s string) []byte {
	return append(append(b, s[0]-('a'-'A')), s[1:]...)
}

func appendTwo(b []byte, n int) []byte {
	return append(b, byte('0'+n/10), byte('0'+n%10))
}

// dice is splitmix64, whose numbers no release of Go can change.
type dice uint64

// What a row throws dice for: each has numbers of its own, so that a duplicate
// can throw those of another row's address again.
const (
	forOrigin = iota
	forPerson
	forCells
	throws
)

func throw(row, purpose int) dice { return dice(mix(uint64(row*throws + purpose))) }

// roll returns a number from 0 to n-1; of n = 0 it is 0.
func (d *dice) roll(n int) int {
	*d += 0x9E3779B97F4A7C15
	hi, _ := bits.Mul64(mix(uint64(*d)), uint64(n))
	return int(hi)
}

// zipf returns k from 1 to n, the more seldom the greater, as 1/k. It draws an
// octave [2ʲ, 2ʲ⁺¹), a k within it evenly, and keeps it with probability 2ʲ/k.
func (d *dice) zipf(n int) int {
	for {
		octave := 1 << d.roll(bits.Len(uint(n)))
		k := octave + d.roll(octave)
		if d.roll(k) < octave && k <= n {
			return k
		}
	}
}

func pick(d *dice, of []string) string { return of[d.roll(len(of))] }

func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}
