package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"winnow/address"
	"winnow/policy"
	"winnow/probe"
	"winnow/store"
	"winnow/suppress"
)

// age is the value of a flag for a time such as 1d, or 0.
type age time.Duration

// Set reads a time.
func (a *age) Set(s string) error {
	d, err := policy.ParseAge(s)
	*a = age(d)
	return err
}

func (a *age) String() string {
	const day = 24 * time.Hour
	switch d := time.Duration(*a); {
	case d == 0:
		return "0"
	case d%day == 0:
		return number(int(d/day)) + "d"
	default:
		return strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "0m")
	}
}

func (a *age) Type() string { return "TIME" }

// answers is what earlier runs have learnt from mail hosts, with its store.
type answers struct {
	*probe.Memory
	store *store.Store
}

// answers opens what was learnt from mail hosts; nil if nothing is to be kept. What was
// said of addresses counts for the given time.
func (r *remembering) answers(ctx context.Context, p policy.Policy, within time.Duration) (*answers, error) {
	path, _, err := r.place(p)
	if err != nil || path == policy.NoStore {
		return nil, err
	}
	o, err := r.options(p)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(path)
	if err != nil {
		return nil, err
	}
	l, err := newLedger(ctx, s, o) // on an error it closes the store
	if err != nil {
		return nil, err
	}
	m, err := probe.Remember(ctx, s, p.Probe.CatchAllFor)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	m.Shelve(shelf{l.Ledger}, within, l.Masked)
	return &answers{m, s}, nil
}

// close keeps what was learnt, also of a run that was stopped. A second close does
// nothing.
func (a *answers) close(ctx context.Context) error {
	if a == nil || a.Memory == nil {
		return nil
	}
	err := errors.Join(a.Save(context.WithoutCancel(ctx)), a.store.Close())
	a.Memory = nil
	return err
}

// shelf keeps what hosts said as notes on the addresses.
type shelf struct{ *suppress.Ledger }

const aboutSMTP = "smtp"

// Keep is of probe.Shelf.
func (s shelf) Keep(ctx context.Context, all []probe.Answer) error {
	notes := make([]suppress.Note, len(all))
	for i, a := range all {
		notes[i] = suppress.Note(a)
	}
	return s.KeepNotes(ctx, aboutSMTP, notes)
}

// Find is of probe.Shelf.
func (s shelf) Find(ctx context.Context, a address.Address) (probe.Answer, bool, error) {
	n, ok, err := s.Note(ctx, aboutSMTP, a)
	return probe.Answer(n), ok, err
}
