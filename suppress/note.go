package suppress

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"winnow/address"
	"winnow/store"
)

// Note is what somebody else keeps of an address: it is forgotten with its mailbox, and kept
// by keyed hashes where addresses are. It says nothing of who may be mailed.
type Note struct {
	Addr  address.Address
	Value []byte
	At    time.Time
}

// noteCache has notes by the mailbox's key, 0 and topic: the key of the address as it was written,
// 0, and the value.
const noteCache = "notes"

// KeepNotes keeps notes on a topic. A mailbox has one a topic.
func (l *Ledger) KeepNotes(ctx context.Context, topic string, notes []Note) error {
	err := l.update(ctx, func(tx *store.Tx) error {
		for _, n := range notes {
			value := append(l.written(n.Addr), n.Value...)
			if err := tx.Cache(noteCache).Put(append(notesOf(l.keys.of(n.Addr)), topic...), value, n.At); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep notes: %w", err)
	}
	return nil
}

// written begins the value of a note: what is said of one spelling of a mailbox is not said of
// another.
func (l *Ledger) written(a address.Address) []byte {
	return append(l.keys.append(nil, []byte(a.String())), 0)
}

// Note returns the note on a topic of an address, and whether it has one.
func (l *Ledger) Note(ctx context.Context, topic string, a address.Address) (n Note, ok bool, err error) {
	err = l.store.View(ctx, func(tx *store.Tx) error {
		var item store.Item
		item, ok, err = tx.Cache(noteCache).Latest(append(notesOf(l.keys.of(a)), topic...))
		value, of := bytes.CutPrefix(item.Value, l.written(a))
		n, ok = Note{a, value, item.At}, ok && of
		return err
	})
	if err != nil {
		return n, false, fmt.Errorf("read a note: %w", err)
	}
	return n, ok, nil
}

// Masked is a text that speaks of an address as it may be kept here: where addresses are kept as
// hashes, without any, and without the name of this one.
func (l *Ledger) Masked(text string, a address.Address) string {
	if !l.Hashed() {
		return text
	}
	return masked(text, a)
}

func notesOf(key []byte) []byte { return append(slices.Clip(key), 0) }

// forgetNotes erases all notes of a mailbox.
func forgetNotes(tx *store.Tx, key []byte) (n int64, err error) {
	var keys [][]byte
	for item, err := range tx.Cache(noteCache).All(notesOf(key)) {
		if err != nil {
			return 0, err
		}
		keys = append(keys, item.Key)
	}
	for _, k := range keys {
		if _, err := tx.Cache(noteCache).Delete(k); err != nil {
			return 0, err
		}
	}
	return int64(len(keys)), nil
}
