package suppress

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"winnow/provider"
	"winnow/store"
)

// Revert takes back what a mail host refused in a time: it is held against nobody,
// until the revert is undone. Deliveries and complaints stay.
type Revert struct {
	ID           int       `json:"id"`
	Host         string    `json:"host"` // a provider's name, a mail host, or a recipient's domain
	Since, Until time.Time `json:"-"`
	Who          string    `json:"who"`
	At           time.Time `json:"at"`
	From         int64     `json:"since"` // Unix time, as Since
	To           int64     `json:"until"`
}

// covers tells whether an event is taken back.
func (r *Revert) covers(at time.Time, f *fields) bool {
	return !at.Before(r.Since) && at.Before(r.Until) && r.isOf(f)
}

// isOf tells whether the mail host of an event is the revert's.
func (r *Revert) isOf(f *fields) bool {
	for _, i := range []int{fieldGroup, fieldDomain, fieldHost} {
		if bytes.EqualFold(f[i], []byte(r.Host)) {
			return true
		}
	}
	return false
}

func readReverts(tx *store.Tx) (all []Revert, err error) {
	for item, err := range tx.Cache(undoCache).All(nil) {
		if err != nil {
			return nil, err
		}
		var r Revert
		if err := json.Unmarshal(item.Value, &r); err != nil {
			return nil, fmt.Errorf("a revert in the store can not be read: %w", err)
		}
		r.Since, r.Until = time.Unix(r.From, 0).UTC(), time.Unix(r.To, 0).UTC()
		all = append(all, r)
	}
	return all, nil
}

// Reverts returns those that hold.
func (l *Ledger) Reverts(ctx context.Context) (all []Revert, err error) {
	err = l.store.View(ctx, func(tx *store.Tx) error {
		all, err = readReverts(tx)
		return err
	})
	return all, err
}

var errSpan = errors.New("a revert has a host, and ends later than it begins")

// Reverted says what a revert took back.
type Reverted struct {
	ID     int
	Events int  // that it covers
	Before int  // of them, those that another revert covers
	Same   bool // this very revert holds already, and nothing was done
}

// ErrNoHost says that nobody knows a mail host of that name.
var ErrNoHost = errors.New("no such mail host is known")

// Revert takes a mail host's refusals back. The error wraps ErrNoHost if the host is
// no provider's name, and no event is of it.
func (l *Ledger) Revert(ctx context.Context, host string, since, until time.Time, who string) (done Reverted, err error) {
	if host == "" || !since.Before(until) {
		return done, errSpan
	}
	r := Revert{Host: strings.ToLower(host), Since: since, Until: until, From: since.Unix(), To: until.Unix(), Who: who, At: l.now()}
	err = l.update(ctx, func(tx *store.Tx) error {
		all, err := readReverts(tx)
		if err != nil {
			return err
		}
		done = Reverted{}
		known := provider.Named(r.Host) != provider.Unknown
		groups := make(map[string]int)
		var f fields
		for record, err := range tx.Log(eventLog).All() {
			if err == nil {
				err = f.read(record.Value)
			}
			if err != nil {
				return err
			}
			groups[string(f[fieldGroup])]++
			if !r.isOf(&f) {
				continue
			}
			known = true
			switch whatOf(words.happened[string(f[fieldHappened])], words.class[string(f[fieldClass])], words.reason[string(f[fieldReason])]) {
			case soft, full, hard, disabled, restricted:
				if !r.covers(record.At, &f) {
					continue
				}
				done.Events++
				if slices.ContainsFunc(all, func(o Revert) bool { return o.covers(record.At, &f) }) {
					done.Before++
				}
			}
		}
		if !known {
			return unknownHost(groups)
		}
		for _, other := range all {
			if other.Host == r.Host && other.From == r.From && other.To == r.To {
				done.ID, done.Same = other.ID, true
				return nil
			}
			r.ID = max(r.ID, other.ID)
		}
		changes, err := readChanges(tx, tx.Log(changeLog).Of(nil))
		if err != nil {
			return err
		}
		for _, c := range changes { // a number that was undone is not given again
			var n int
			if _, err := fmt.Sscanf(c.Detail, "%d:", &n); err == nil && c.What == "revert" {
				r.ID = max(r.ID, n)
			}
		}
		r.ID++
		done.ID = r.ID
		value, err := json.Marshal(r)
		if err != nil {
			return err
		}
		c := Change{At: r.At, Who: who, What: "revert", Detail: fmt.Sprintf("%d: %s from %s to %s, %s", r.ID, r.Host, since.UTC().Format(time.RFC3339), until.UTC().Format(time.RFC3339), counted(int64(done.Events), "event", "events"))}
		return errors.Join(tx.Cache(undoCache).Put(undoKey(r.ID), value, r.At), c.put(tx, nil))
	})
	if err != nil {
		return Reverted{}, err
	}
	return done, nil
}

// unknownHost names the mail hosts that most events are of.
func unknownHost(groups map[string]int) error {
	delete(groups, "")
	if len(groups) == 0 {
		return ErrNoHost
	}
	names := slices.SortedFunc(maps.Keys(groups), func(a, b string) int {
		return cmp.Or(cmp.Compare(groups[b], groups[a]), cmp.Compare(a, b))
	})
	const most = 5
	return fmt.Errorf("%w; most events are of %s", ErrNoHost, strings.Join(names[:min(most, len(names))], ", "))
}

func undoKey(id int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(id)) }

// ErrNoRevert says that there is no revert of that number.
var ErrNoRevert = errors.New("there is no such revert")

// Undo ends a revert: what it took back counts again.
func (l *Ledger) Undo(ctx context.Context, id int, who string) error {
	return l.update(ctx, func(tx *store.Tx) error {
		was, err := tx.Cache(undoCache).Delete(undoKey(id))
		if err != nil {
			return err
		}
		if !was {
			return ErrNoRevert
		}
		return Change{At: l.now(), Who: who, What: "undo-revert", Detail: fmt.Sprint(id)}.put(tx, nil)
	})
}
