package suppress

import (
	"bytes"
	"context"
	"fmt"

	"winnow/bounce"
	"winnow/store"
)

// Reread says how many events other rules had read, and how many of them mean
// something else now.
type Reread struct{ Events, Changed int }

// Reread classifies the replies of all events anew, if rules are not those by which
// that was done last: replies are kept so that new rules judge old ones too. A ledger
// of hashes keeps what was read, for its replies have lost words.
//
// It is one transaction: it is done wholly, or not at all.
func (l *Ledger) Reread(ctx context.Context, rules *bounce.Rules) (done Reread, err error) {
	stamp := []byte(rules.Stamp())
	same := false
	if err := l.store.View(ctx, func(tx *store.Tx) error {
		same, err = isStamped(tx, stamp)
		return err
	}); err != nil {
		return done, fmt.Errorf("read the history: %w", err)
	}
	if same || l.Hashed() {
		return done, nil
	}
	err = l.update(ctx, func(tx *store.Tx) error {
		done = Reread{}
		if same, err := isStamped(tx, stamp); same || err != nil { // another process was faster
			return err
		}
		if done, err = reread(tx, rules); err != nil {
			return err
		}
		return tx.Cache(metaCache).Put(metaRules, stamp, l.now())
	})
	if err != nil {
		return Reread{}, fmt.Errorf("read old replies by new rules: %w", err)
	}
	return done, nil
}

func isStamped(tx *store.Tx, stamp []byte) (bool, error) {
	item, ok, err := tx.Cache(metaCache).Latest(metaRules)
	return ok && bytes.Equal(item.Value, stamp), err
}

// rereadAtOnce is how many events are held in memory until they are written.
const rereadAtOnce = 10_000

// reread goes over all events.
func reread(tx *store.Tx, rules *bounce.Rules) (done Reread, err error) {
	moved := make(days)
	var last store.Record
	for more := true; more; {
		if last, more, err = rereadSome(tx, rules, last, moved, &done); err != nil {
			return done, err
		}
	}
	return done, moved.addTo(tx)
}

// rereadSome goes over the events behind the one that was changed last, until so many
// mean something else that there may be more of them. They are held until then: what
// is being read must not be written to.
func rereadSome(tx *store.Tx, rules *bounce.Rules, last store.Record, moved days, done *Reread) (_ store.Record, more bool, err error) {
	var changed []store.Record
	for r, err := range tx.Log(eventLog).After(last.Key, last.Once) {
		if more = len(changed) == rereadAtOnce; more {
			break
		}
		var f fields
		if err == nil {
			err = f.read(r.Value)
		}
		if err != nil {
			return last, false, err
		}
		done.Events++
		if len(f[fieldText]) >= maxText {
			continue // it was longer, and was read whole
		}
		was := f.event(r.At)
		e, other := rules.Again(was)
		if !other {
			continue
		}
		done.Changed++
		by := f.aside()
		if !by.timeless {
			moved.count(by.group, r.At, e.Happened, e.Class, e.Reason)
			moved.takeAway(by.group, r.At, e.Happened, was.Class, was.Reason)
		}
		changed = append(changed, store.Record{Key: bytes.Clone(r.Key), Once: bytes.Clone(r.Once), At: r.At, Value: encode(&e, by)})
	}
	for _, r := range changed {
		if err := tx.Log(eventLog).Replace(r); err != nil {
			return last, false, err
		}
		last = r
	}
	return last, more, nil
}
