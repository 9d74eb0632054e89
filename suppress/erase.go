package suppress

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"winnow/store"
)

// Forgotten says what was erased of an address.
type Forgotten struct {
	Events  int64 // that told of it
	Entry   bool  // what was said of it by hand
	Changes int64 // the trail of that
	Notes   int64 // of others, see Note
	Stays   bool  // it is suppressed all the same, by its hash
}

// ErrStays says that only hashes can stay.
var ErrStays = errors.New("this store keeps addresses in clear: nothing can stay suppressed and be forgotten; begin a store with --hash-key")

// ErrUnscrubbed says that what was to be erased is, but that the files of the store still
// hold it: their disk is full, or another program reads them.
var ErrUnscrubbed = errors.New("it is erased, but not yet scrubbed")

// scrub is the end of what erases.
func (l *Ledger) scrub(ctx context.Context) error {
	if err := l.store.Scrub(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrUnscrubbed, err)
	}
	return nil
}

// Forget erases all that is known of an address; the files of the store do not hold
// it any more then, unless the error wraps ErrUnscrubbed. With stay, an address that is suppressed stays so by its keyed
// hash, of which nobody without the key can tell the address: else it may be mailed
// again once it stands on a list again. The error also wraps ErrStays where hashes are
// not kept, and ErrNoAddress.
//
// That something was forgotten, by whom and when, is kept; not of whom.
func (l *Ledger) Forget(ctx context.Context, text, who string, stay bool) (f Forgotten, err error) {
	key, _, err := l.key(text)
	if err != nil {
		return f, err
	}
	if stay && !l.Hashed() {
		return f, ErrStays
	}
	err = l.update(ctx, func(tx *store.Tx) error {
		f = Forgotten{}
		j, _, err := l.judge(tx, key)
		if err != nil {
			return err
		}
		if err := uncount(tx, key); err != nil {
			return err
		}
		if f.Events, err = tx.Log(eventLog).Delete(key); err != nil {
			return err
		}
		if f.Entry, err = tx.Cache(handCache).Delete(key); err != nil {
			return err
		}
		if f.Changes, err = tx.Log(changeLog).Delete(key); err != nil {
			return err
		}
		if f.Notes, err = forgetNotes(tx, key); err != nil {
			return err
		}
		if f == (Forgotten{}) {
			return nil
		}
		now := l.now()
		if f.Stays = stay && j.standing != Clear; f.Stays {
			h := hand{at: now, standing: j.standing, who: who}
			if j.until != 0 {
				h.until = time.Unix(j.until, 0)
			}
			if err := h.put(tx, key); err != nil {
				return err
			}
		}
		return Change{At: now, Who: who, What: "forget", Detail: counted(f.Events, "event", "events")}.put(tx, nil)
	})
	if err != nil {
		return f, fmt.Errorf("forget an address: %w", err)
	}
	return f, l.scrub(ctx)
}

// uncount takes all events of an address out of the counts of their days.
func uncount(tx *store.Tx, key []byte) error {
	gone := make(days)
	for r, err := range tx.Log(eventLog).Of(key) {
		var f fields
		if err == nil {
			err = f.read(r.Value)
		}
		if err != nil {
			return err
		}
		gone.erase(r.At, &f)
	}
	return gone.addTo(tx)
}

// Purged says what was erased.
type Purged struct{ Events, Entries int64 }

// Purge erases events and notes of before a time, save complaints: what they suppressed may be
// mailed again. With all it also erases complaints, entries made by hand before then
// and the trail of changes until then. Where the error wraps ErrUnscrubbed, all of that is
// done, see [Ledger.Forget].
func (l *Ledger) Purge(ctx context.Context, before time.Time, all bool, who string) (p Purged, err error) {
	err = l.update(ctx, func(tx *store.Tx) error {
		p = Purged{}
		var old []store.Record
		gone := make(days)
		log := tx.Log(eventLog)
		for r, err := range log.Between(time.Time{}, before) {
			var f fields
			if err == nil {
				err = f.read(r.Value)
			}
			if err != nil {
				return err
			}
			what := whatOf(words.happened[string(f[fieldHappened])], words.class[string(f[fieldClass])], words.reason[string(f[fieldReason])])
			if what != complaint || all {
				old = append(old, store.Record{Key: bytes.Clone(r.Key), Once: bytes.Clone(r.Once)})
				gone.erase(r.At, &f)
			}
		}
		slices.SortFunc(old, func(a, b store.Record) int { return bytes.Compare(a.Key, b.Key) })
		for _, r := range old {
			if err := log.DeleteRecord(r); err != nil {
				return err
			}
		}
		p.Events = int64(len(old))
		if err := gone.addTo(tx); err != nil {
			return err
		}
		for _, c := range []struct {
			name  string
			until time.Time
		}{{dayCache, before.Add(-day)}, {noteCache, before}} { // a day is over a day later
			if err := purgeCache(tx.Cache(c.name), c.until, nil); err != nil {
				return err
			}
		}
		if all {
			if err := purgeCache(tx.Cache(handCache), before, &p.Entries); err != nil {
				return err
			}
			for r, err := range clones(tx.Log(changeLog), before) {
				if err != nil {
					return err
				}
				if err := tx.Log(changeLog).DeleteRecord(r); err != nil {
					return err
				}
			}
		}
		return Change{At: l.now(), Who: who, What: "purge", Detail: fmt.Sprintf("%s, %s of before %s", counted(p.Events, "event", "events"), counted(p.Entries, "entry", "entries"), before.UTC().Format(time.DateOnly))}.put(tx, nil)
	})
	if err != nil {
		return p, fmt.Errorf("erase what is old: %w", err)
	}
	return p, l.scrub(ctx)
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// clones yields the records of before a time; they may be deleted meanwhile.
func clones(log store.Log, before time.Time) func(func(store.Record, error) bool) {
	return func(yield func(store.Record, error) bool) {
		var all []store.Record
		for r, err := range log.Between(time.Time{}, before) {
			if err != nil {
				yield(r, err)
				return
			}
			all = append(all, store.Record{Key: bytes.Clone(r.Key), Once: bytes.Clone(r.Once)})
		}
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func purgeCache(cache store.Cache, before time.Time, n *int64) error {
	var old [][]byte
	for item, err := range cache.All(nil) {
		if err != nil {
			return err
		}
		if item.At.Before(before) {
			old = append(old, item.Key)
		}
	}
	for _, key := range old {
		if _, err := cache.Delete(key); err != nil {
			return err
		}
	}
	if n != nil {
		*n = int64(len(old))
	}
	return nil
}
