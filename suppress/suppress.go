// Package suppress answers one question: given what became of earlier mail, may
// this address be sent to?
//
// What became of a mail is kept as it was told, as events of package bounce; what
// follows from them is judged anew each time by a [Policy], so that other rules
// judge old events too. Hand-made entries stand beside the events, each with who
// made it and when.
//
//	events ─Record─▶ Ledger ─Load──▶ Index   for a list: all that is suppressed, in memory
//	add, remove ───────┘    └─Past─▶ History  for one address, by asking the store
//
// An address is looked up by its mailbox: see [Ledger.Record]. Only an answer about
// the recipient suppresses; what was said of the sender, or of a domain, does not:
// a domain is asked for in DNS, which knows how it is now.
package suppress

import (
	"context"
	"errors"
	"fmt"
	"time"

	"winnow/store"
)

// Why a store can not be used with a key; errors of this package wrap them.
var (
	ErrHashed = errors.New("the store keeps addresses as keyed hashes: the key is needed (--hash-key)")
	ErrClear  = errors.New("the store keeps addresses in clear: a key can not be used with it")
	ErrKey    = errors.New("the store's addresses were hashed with another key")
	ErrWeak   = errors.New("a key for hashes has at least 16 bytes, made by chance")
)

// ErrNoAddress says that a text is no address.
var ErrNoAddress = errors.New("this is no address")

// Options say how a ledger is read. Those of zero keep addresses in clear and judge
// by the default policy.
type Options struct {
	Policy Policy
	Key    []byte           // addresses are kept as HMAC-SHA-256 under this key; nil: in clear
	Now    func() time.Time // nil means time.Now
}

// Ledger is what is known of earlier mail, in a store. It is safe for concurrent
// use.
type Ledger struct {
	store  *store.Store
	policy Policy
	keys   keyer
	now    func() time.Time
}

// The names of what is kept in the store: permanent.
const (
	eventLog  = "events"  // key: the mailbox; see encode
	changeLog = "changes" // key: the mailbox, "" for all; see Change
	handCache = "hand"    // key: the mailbox; see hand
	dayCache  = "days"    // key: mail host, 0, day; see counts
	undoCache = "reverts" // key: a number; see Revert
	metaCache = "history"
)

var (
	metaHash   = []byte("hash")   // how addresses are kept: "clear", or what the key makes of a constant
	metaImport = []byte("import") // the last import
	metaRules  = []byte("rules")  // the stamp of the rules by which all events were read last
)

// New reads a ledger out of a store. The error wraps ErrHashed, ErrClear or ErrKey
// if the store's addresses are kept otherwise than o says.
func New(ctx context.Context, s *store.Store, o Options) (*Ledger, error) {
	l := &Ledger{store: s, policy: o.Policy.withDefaults(), now: o.Now}
	if l.now == nil {
		l.now = time.Now
	}
	var err error
	if l.keys, err = newKeyer(o.Key); err != nil {
		return nil, err
	}
	err = s.View(ctx, func(tx *store.Tx) error { return l.mayUse(tx) })
	if err != nil {
		return nil, fmt.Errorf("read the history: %w", err)
	}
	return l, nil
}

// mayUse holds the key against the one that the store was begun with.
func (l *Ledger) mayUse(tx *store.Tx) error {
	item, begun, err := tx.Cache(metaCache).Latest(metaHash)
	if err != nil || !begun {
		return err
	}
	switch was, is := string(item.Value), l.keys.mark(); {
	case was == is:
		return nil
	case is == inClear:
		return ErrHashed
	case was == inClear:
		return ErrClear
	}
	return ErrKey
}

// update changes the ledger, all of it or nothing.
func (l *Ledger) update(ctx context.Context, write func(*store.Tx) error) error {
	return l.store.Update(ctx, func(tx *store.Tx) error {
		if err := l.mayUse(tx); err != nil { // another process may have begun it
			return err
		}
		if err := tx.Cache(metaCache).Put(metaHash, []byte(l.keys.mark()), l.now()); err != nil {
			return err
		}
		return write(tx)
	})
}

// Hashed tells whether addresses are kept as keyed hashes.
func (l *Ledger) Hashed() bool { return l.keys.mac != nil }
