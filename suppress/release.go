package suppress

import (
	"context"
	"errors"
	"strings"
	"time"

	"winnow/store"
)

// weigh is as forgives, of an event that counts else.
func (h *hand) weigh(e past) Weight {
	switch {
	case h.forgives(e):
		return LetGo
	case e.what == complaint && !h.released.IsZero() && e.at <= h.released.Unix():
		return CountsLate
	}
	return Counts
}

// forgives tells whether an event is not held against an address because it was let go.
// A refusal is not that happened before, whoever tells of it later: the address was
// said to be good since. Of a complaint, its owner's word, nobody can have thought who
// did not know of it: services tell of them days later. Whatever lacks the time of its
// recording was recorded by an older winnow, to which both were one.
func (h *hand) forgives(e past) bool {
	if h.released.IsZero() {
		return false
	}
	known := e.recorded != 0 && e.recorded <= h.known
	if e.what == complaint && e.recorded != 0 {
		return known
	}
	return known || e.at <= h.released.Unix()
}

// Release lets an address go: what was refused until now is not held against it any
// more, nor are the complaints that are known. A complaint that is recorded later
// counts, whenever it was made. It returns what was held against the address before.
func (l *Ledger) Release(ctx context.Context, text, who, note string) (was Standing, err error) {
	key, a, err := l.key(text)
	if err != nil {
		return Clear, err
	}
	err = l.update(ctx, func(tx *store.Tx) error {
		j, _, err := l.judge(tx, key)
		if err != nil {
			return err
		}
		if was = j.standing; was == Clear {
			return nil
		}
		now := l.now()
		h := hand{at: now, released: now, who: who, note: note}
		if h.known, err = lastRecorded(tx, key, now); err != nil {
			return err
		}
		c := Change{At: now, Who: who, What: "remove", Detail: strings.TrimSuffix("was "+was.String()+": "+note, ": ")}
		if !l.Hashed() {
			h.address, c.Address = a.String(), a.String()
		} else {
			h.note, c.Detail = masked(h.note, a), masked(c.Detail, a)
		}
		return errors.Join(h.put(tx, key), c.put(tx, key))
	})
	return was, err
}

// lastRecorded is when the last event of an address was recorded, and now at least: a
// clock may have been put back since.
func lastRecorded(tx *store.Tx, key []byte, now time.Time) (last int64, err error) {
	last = now.UnixMilli()
	for r, err := range tx.Log(eventLog).Of(key) {
		var f fields
		if err == nil {
			err = f.read(r.Value)
		}
		if err != nil {
			return 0, err
		}
		last = max(last, f.recorded())
	}
	return last, nil
}
