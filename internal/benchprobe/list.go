//go:build linux

package main

import (
	"fmt"

	"winnow/internal/realsmtp"
)

// list says which addresses there are: the same for server and clients.
type list struct {
	n, domains int
	unknown    int // of 100 addresses
}

// domain returns the name of the i-th address's domain.
func (l list) domain(i int) string { return fmt.Sprintf("d%03d.example", i%l.domains) }

// local returns the local part of the i-th address.
func (l list) local(i int) string { return fmt.Sprintf("user%d", i/l.domains) }

// known says whether the i-th address has a mailbox.
func (l list) known(i int) bool {
	const scatter = 2654435761 // Knuth's, so that they are not in a row
	return uint32(i)*scatter>>16%100 >= uint32(l.unknown)
}

// served is the server's table.
func (l list) served() []realsmtp.Domain {
	all := make([]realsmtp.Domain, min(l.domains, l.n))
	for i := range all {
		all[i] = realsmtp.Domain{Name: l.domain(i), Boxes: map[string]realsmtp.Box{}}
	}
	for i := range l.n {
		if l.known(i) {
			all[i%l.domains].Boxes[l.local(i)] = realsmtp.Mailbox
		}
	}
	return all
}

// tally is what a client found out.
type tally struct {
	Asked   int
	Seconds float64
	Dead    int // known addresses that were called dead
	Alive   int // unknown ones that were called alive
	Open    int // neither was said
}

// word is what a client calls an address.
type word uint8

const (
	open word = iota
	alive
	dead
)

// count enters what was said of the i-th address.
func (t *tally) count(l list, i int, said word) {
	t.Asked++
	switch known := l.known(i); {
	case said == open:
		t.Open++
	case said == dead && known:
		t.Dead++
	case said == alive && !known:
		t.Alive++
	}
}
