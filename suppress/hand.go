package suppress

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"winnow/store"
)

// hand is what somebody said of an address last. The zero hand: nothing.
type hand struct {
	at       time.Time
	standing Standing  // at least so
	released time.Time // what happened until then is not held against it
	until    time.Time // the zero time: for good
	who      string
	note     string
	address  string // as it was given; "" where hashes are kept
}

// handJSON is how it is kept.
type handJSON struct {
	Standing string `json:"standing"`
	Released int64  `json:"released,omitempty"` // Unix time
	Until    int64  `json:"until,omitempty"`    // Unix time
	Who      string `json:"who"`
	Note     string `json:"note,omitempty"`
	Address  string `json:"address,omitempty"`
}

func (h hand) put(tx *store.Tx, key []byte) error {
	j := handJSON{Standing: h.standing.String(), Who: h.who, Note: h.note, Address: h.address}
	if !h.until.IsZero() {
		j.Until = h.until.Unix()
	}
	if !h.released.IsZero() {
		j.Released = h.released.Unix()
	}
	value, err := json.Marshal(j)
	if err != nil {
		return err
	}
	return tx.Cache(handCache).Put(key, value, h.at)
}

func handOf(item store.Item) (hand, error) {
	var j handJSON
	if err := json.Unmarshal(item.Value, &j); err != nil {
		return hand{}, fmt.Errorf("an entry in the store can not be read: %w", err)
	}
	h := hand{at: item.At, who: j.Who, note: j.Note, address: j.Address}
	h.standing, _ = ParseStanding(j.Standing)
	if j.Until != 0 {
		h.until = time.Unix(j.Until, 0)
	}
	if j.Released != 0 {
		h.released = time.Unix(j.Released, 0)
	}
	return h, nil
}

func readHand(tx *store.Tx, key []byte) (hand, error) {
	item, ok, err := tx.Cache(handCache).Latest(key)
	if err != nil || !ok {
		return hand{}, err
	}
	return handOf(item)
}

func readHands(tx *store.Tx) (map[string]hand, error) {
	all := make(map[string]hand)
	for item, err := range tx.Cache(handCache).All(nil) {
		if err != nil {
			return nil, err
		}
		h, err := handOf(item)
		if err != nil {
			return nil, err
		}
		all[string(item.Key)] = h
	}
	return all, nil
}

// Change is something that was done by hand.
type Change struct {
	At      time.Time `json:"at"`
	Who     string    `json:"who"`
	What    string    `json:"what"`              // add, remove, revert, undo-revert, forget, purge
	Address string    `json:"address,omitempty"` // "" where hashes are kept, or it is about none
	Detail  string    `json:"detail,omitempty"`
}

func (c Change) put(tx *store.Tx, key []byte) error {
	value, err := json.Marshal(c)
	if err != nil {
		return err
	}
	// Two of one moment are told apart by what they are.
	once := binary.BigEndian.AppendUint64(nil, uint64(c.At.UnixNano()))
	_, err = tx.Log(changeLog).Append(store.Record{Key: key, Once: append(once, hashOf(value)...), At: c.At, Value: value})
	return err
}

func hashOf(value []byte) []byte { return once(string(value)) }

func readChanges(_ *store.Tx, records iter.Seq2[store.Record, error]) (all []Change, err error) {
	for r, err := range records {
		if err != nil {
			return nil, err
		}
		var c Change
		if err := json.Unmarshal(r.Value, &c); err != nil {
			return nil, fmt.Errorf("a change in the store can not be read: %w", err)
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b Change) int { return a.At.Compare(b.At) })
	return all, nil
}

// Changes returns all that was done by hand, the first first.
func (l *Ledger) Changes(ctx context.Context) (all []Change, err error) {
	err = l.store.View(ctx, func(tx *store.Tx) error {
		all, err = readChanges(tx, tx.Log(changeLog).All())
		return err
	})
	return all, err
}

// Order is what somebody wants to be kept of an address.
type Order struct {
	Address  string
	Standing Standing  // Soft, Hard or Complained
	Since    time.Time // the zero time, and one to come: now
	Until    time.Time // the zero time: for good
	Note     string
	Who      string // user@host
}

// errStanding says that an order is none.
var errStanding = errors.New("an entry is soft, hard or complaint")

// errPast says that an order would end before it begins.
var errPast = errors.New("an entry must not end in the past")

// Suppress keeps entries made by hand, all of them or, with an error, none. It
// returns how many of them are new or other than before. The error wraps
// ErrNoAddress if an address is none.
func (l *Ledger) Suppress(ctx context.Context, orders ...Order) (changed int, err error) {
	now := l.now()
	err = l.update(ctx, func(tx *store.Tx) error {
		changed = 0
		for _, o := range orders {
			if o.Standing == Clear {
				return errStanding
			}
			if !o.Until.IsZero() && !o.Until.After(now) {
				return errPast
			}
			key, a, err := l.key(o.Address)
			if err != nil {
				return err
			}
			h := hand{at: now, standing: o.Standing, until: o.Until, who: o.Who, note: o.Note}
			if !o.Since.IsZero() && o.Since.Before(now) {
				h.at = o.Since
			}
			c := Change{At: now, Who: o.Who, What: "add", Detail: o.Standing.String()}
			if !l.Hashed() {
				h.address, c.Address = a.String(), a.String()
			} else {
				h.note = masked(h.note, a)
			}
			was, err := readHand(tx, key)
			if err != nil {
				return err
			}
			if was.standing == h.standing && was.until.Equal(h.until) && was.note == h.note || was.outweighs(h, now) {
				continue // said before, or more: only Release takes that back
			}
			changed++
			if h.note != "" {
				c.Detail += ": " + h.note
			}
			h.released = was.released
			if err := errors.Join(h.put(tx, key), c.put(tx, key)); err != nil {
				return err
			}
		}
		return nil
	})
	return changed, err
}

// outweighs reports whether what was said by hand, and still holds, is graver than
// what is to be said: an owner who wants no mail is not overruled by a refusal, nor by
// a complaint that ends.
func (h hand) outweighs(o hand, now time.Time) bool {
	if !h.until.IsZero() && !now.Before(h.until) {
		return false
	}
	longer := h.until.IsZero() && !o.until.IsZero() || !o.until.IsZero() && h.until.After(o.until)
	return h.standing > o.standing || h.standing == Complained && o.standing == Complained && longer
}

// Release lets an address go: what happened until now is not held against it any
// more. It returns what was held against it before.
func (l *Ledger) Release(ctx context.Context, text, who, note string) (was Standing, err error) {
	key, a, err := l.key(text)
	if err != nil {
		return Clear, err
	}
	now := l.now()
	err = l.update(ctx, func(tx *store.Tx) error {
		j, _, err := l.judge(tx, key)
		if err != nil {
			return err
		}
		if was = j.standing; was == Clear {
			return nil
		}
		h := hand{at: now, released: now, who: who, note: note}
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
	if at.Before(r.Since) || !at.Before(r.Until) {
		return false
	}
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

// Revert takes a mail host's refusals back, and returns the revert's number and how
// many events it covers.
func (l *Ledger) Revert(ctx context.Context, host string, since, until time.Time, who string) (id, events int, err error) {
	if host == "" || !since.Before(until) {
		return 0, 0, errSpan
	}
	r := Revert{Host: strings.ToLower(host), Since: since, Until: until, From: since.Unix(), To: until.Unix(), Who: who, At: l.now()}
	err = l.update(ctx, func(tx *store.Tx) error {
		all, err := readReverts(tx)
		if err != nil {
			return err
		}
		events = 0
		for record, err := range tx.Log(eventLog).Between(since, until) {
			var f fields
			if err == nil {
				err = f.read(record.Value)
			}
			if err != nil {
				return err
			}
			reason := words.reason[string(f[fieldReason])]
			switch whatOf(words.happened[string(f[fieldHappened])], words.class[string(f[fieldClass])], reason) {
			case soft, full, hard, disabled, restricted:
				if r.covers(record.At, &f) {
					events++
				}
			}
		}
		for _, other := range all {
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
		id = r.ID
		value, err := json.Marshal(r)
		if err != nil {
			return err
		}
		c := Change{At: r.At, Who: who, What: "revert", Detail: fmt.Sprintf("%d: %s from %s to %s, %d events", id, r.Host, since.UTC().Format(time.RFC3339), until.UTC().Format(time.RFC3339), events)}
		return errors.Join(tx.Cache(undoCache).Put(undoKey(id), value, r.At), c.put(tx, nil))
	})
	return id, events, err
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
