package suppress

import (
	"context"
	"fmt"
	"slices"
	"time"

	"winnow/bounce"
	"winnow/store"
)

// Weight says how an event counts. Its word is permanent.
type Weight uint8

const (
	Counts     Weight = iota // as the policy has it
	CountsLate               // a complaint of before the address was let go, which nobody knew of then
	LetGo                    // it does not: the address was let go since
	TakenBack                // it does not: a revert takes it back
	ToOthers                 // it does not: who takes mail of certain senders only refused another one than us
	OfOthers                 // it does not: what was refused is not this recipient
)

var weights = [...]string{"counts", "counts-late", "let-go", "taken-back", "to-others", "of-others"}

// String returns the word of w.
func (w Weight) String() string {
	if int(w) >= len(weights) {
		return ""
	}
	return weights[w]
}

// Told is an event of an account.
type Told struct {
	bounce.Event
	Time     time.Time // its own or, where it does not know it, that of its recording
	Recorded time.Time // the zero time: an older winnow did, and did not say when
	Weight   Weight
}

// Account is all that is known of one address.
type Account struct {
	Entry    // its Standing may be Clear
	Events   []Told
	Said     bool      // somebody said something of it: Entry's Who and Note
	Released time.Time // when it was let go last; the zero time: never
	Ended    time.Time // of one that is Clear, when what was held against it ended by itself; the zero time: nothing was
	Changes  []Change
}

// Why tells all that is known of an address. The error wraps ErrNoAddress if it is
// none.
func (l *Ledger) Why(ctx context.Context, text string) (Account, error) {
	key, a, err := l.key(text)
	if err != nil {
		return Account{}, err
	}
	var out Account
	err = l.store.View(ctx, func(tx *store.Tx) error {
		asked := l.asking(tx)
		j, said, err := asked.judge(key)
		if err != nil {
			return err
		}
		by, records, err := asked.read(key)
		if err != nil {
			return err
		}
		out.Entry = l.entry(key, &fields{}, 0, said, j)
		out.Entry.Address, out.Entry.Events = a.String(), len(records)
		for _, r := range records {
			var f fields
			if err := f.read(r.Value); err != nil {
				return err
			}
			e, weight := by.weigh(r.At, &f)
			if weight == Counts && e.what != nothing {
				weight = said.weigh(e)
			}
			t := Told{Event: f.event(r.At), Time: r.At, Weight: weight}
			if e.recorded != 0 {
				t.Recorded = time.UnixMilli(e.recorded).UTC()
			}
			out.Events = append(out.Events, t)
		}
		slices.SortStableFunc(out.Events, func(x, y Told) int { return x.Time.Compare(y.Time) })
		if j.ended != 0 {
			out.Ended = time.Unix(j.ended, 0).UTC()
		}
		if !said.released.IsZero() {
			out.Released = said.released.UTC()
		}
		out.Said, out.Who, out.Note = !said.at.IsZero(), said.who, said.note
		out.Changes, err = readChanges(tx, tx.Log(changeLog).Of(key))
		return err
	})
	if err != nil {
		return Account{}, fmt.Errorf("read the history: %w", err)
	}
	return out, nil
}
