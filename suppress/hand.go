package suppress

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"winnow/store"
)

// hand is what somebody said of an address last. The zero hand: nothing.
type hand struct {
	at       time.Time
	standing Standing  // at least so
	released time.Time // what was refused until then is not held against it; see forgives
	known    int64     // complaints recorded until then neither, in milliseconds since 1970
	until    time.Time // the zero time: for good
	who      string
	note     string
	address  string // as it was given; "" where hashes are kept
}

// handJSON is how it is kept.
type handJSON struct {
	Standing string `json:"standing"`
	Released int64  `json:"released,omitempty"` // Unix time
	Known    int64  `json:"known,omitempty"`    // the same, in milliseconds; an older winnow did not keep it
	Until    int64  `json:"until,omitempty"`    // Unix time
	Who      string `json:"who"`
	Note     string `json:"note,omitempty"`
	Address  string `json:"address,omitempty"`
}

func (h hand) put(tx *store.Tx, key []byte) error {
	j := handJSON{Standing: h.standing.String(), Known: h.known, Who: h.who, Note: h.note, Address: h.address}
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
		h.known = cmp.Or(j.Known, h.released.UnixMilli())
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

// Ordered says what became of orders.
type Ordered struct {
	New     int // addresses that were not suppressed
	Changed int // that were, and stand otherwise now: graver, with another end or note, or by hand
	Known   int // that were said just so before, or more
}

// Add adds other to o.
func (o *Ordered) Add(other Ordered) {
	o.New, o.Changed, o.Known = o.New+other.New, o.Changed+other.Changed, o.Known+other.Known
}

// Suppress keeps entries made by hand, all of them or, with an error, none. The error
// wraps ErrNoAddress if an address is none.
func (l *Ledger) Suppress(ctx context.Context, orders ...Order) (done Ordered, err error) {
	now := l.now()
	err = l.update(ctx, func(tx *store.Tx) error {
		done = Ordered{}
		asked := l.asking(tx)
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
			held, was, err := asked.judge(key)
			if err != nil {
				return err
			}
			if was.standing == h.standing && was.until.Equal(h.until) && was.note == h.note || was.outweighs(h, now) {
				done.Known++
				continue // said before, or more: only Release takes that back
			}
			if held.standing == Clear {
				done.New++
			} else {
				done.Changed++
			}
			if h.note != "" {
				c.Detail += ": " + h.note
			}
			h.released, h.known = was.released, was.known
			if err := errors.Join(h.put(tx, key), c.put(tx, key)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Ordered{}, err
	}
	return done, nil
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
