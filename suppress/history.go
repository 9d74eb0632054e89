package suppress

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"time"

	"winnow/address"
	"winnow/bounce"
	"winnow/provider"
	"winnow/store"
)

// History is what earlier mail tells of an address, in 12 bytes. The zero History is
// that nothing is known.
type History struct {
	Standing     Standing
	Reason       bounce.Reason // of Standing; Undetermined too if it was made by hand
	marks        marks
	since, until int32 // days since 1970; until 0: for good
}

type marks uint8

const (
	delivered marks = 1 << iota
	waits
	byHand
)

// Delivered tells whether mail was taken lately, and nothing was refused for good
// since.
func (h History) Delivered() bool { return h.marks&delivered != 0 }

// Waits tells whether all that is held against the address is a refusal of a day on
// which its mail host refused far more than usual.
func (h History) Waits() bool { return h.marks&waits != 0 }

// ByHand tells whether somebody said so.
func (h History) ByHand() bool { return h.marks&byHand != 0 }

// Since is the day of which its standing is.
func (h History) Since() time.Time { return time.Unix(int64(h.since)*int64(day/time.Second), 0).UTC() }

// Until is the day from which on the address may be tried again; the zero time:
// never.
func (h History) Until() time.Time {
	if h.until == 0 {
		return time.Time{}
	}
	return time.Unix(int64(h.until)*int64(day/time.Second), 0).UTC()
}

func (j judged) history() History {
	h := History{Standing: j.standing, Reason: j.reason, since: int32(j.since / seconds(day))}
	if j.until != 0 {
		h.until = int32((j.until + seconds(day) - 1) / seconds(day))
	}
	if j.delivered != 0 && j.standing != Hard && j.standing != Complained {
		h.marks |= delivered
	}
	if j.waits {
		h.marks |= waits
	}
	if j.byHand {
		h.marks |= byHand
	}
	return h
}

// judging is what it takes to judge events; it is read once for many addresses.
type judging struct {
	policy  *Policy
	now     int64
	bad     badDays
	reverts []Revert
	events  []past // of the address at hand
}

// add reads one more event of the address at hand.
func (j *judging) add(r store.Record, f *fields) error {
	if err := f.read(r.Value); err != nil {
		return err
	}
	if e, weight := j.weigh(r.At, f); weight == Counts && e.what != nothing {
		j.events = append(j.events, e)
	}
	return nil
}

// weigh reads an event, and says how it counts but for what was said by hand.
func (j *judging) weigh(at time.Time, f *fields) (past, Weight) {
	h, reason := words.happened[string(f[fieldHappened])], words.reason[string(f[fieldReason])]
	e := past{at: at.Unix(), recorded: f.recorded(), reason: reason, what: whatOf(h, words.class[string(f[fieldClass])], reason)}
	switch {
	case e.what == nothing:
		if isRefusal(h) {
			return e, OfOthers
		}
		return e, Counts
	case e.what == restricted && (j.policy.From == "" || string(f[fieldFrom]) != j.policy.From):
		return e, ToOthers
	case e.what != delivery && e.what != complaint:
		for i := range j.reverts {
			if j.reverts[i].covers(at, f) {
				return e, TakenBack
			}
		}
		e.bad = len(f[fieldTimeless]) == 0 && j.bad.has(f[fieldGroup], at)
	}
	if id := f[fieldMessage]; len(id) > 0 {
		e.message = uint32(maphash.Bytes(messageSeed, id)) | 1
	}
	return e, Counts
}

var messageSeed = maphash.MakeSeed()

// settle judges the address at hand, and makes room for the next.
func (j *judging) settle(said hand) judged {
	events := j.events
	j.events = events[:0]
	slices.SortStableFunc(events, func(a, b past) int {
		// A relay takes a mail before it bounces.
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(order(a), order(b)))
	})
	events = slices.DeleteFunc(events, said.forgives)
	out := j.policy.judge(events, j.now)
	if said.standing > out.standing && (said.until.IsZero() || j.now < said.until.Unix()) {
		out.standing, out.reason, out.since, out.until, out.waits, out.byHand = said.standing, bounce.Undetermined, said.at.Unix(), 0, false, true
		if !said.until.IsZero() {
			out.until = said.until.Unix()
		}
	}
	if out.standing != Clear {
		out.ended = 0
	} else if said.standing != Clear && !said.until.IsZero() {
		out.ended = max(out.ended, said.until.Unix())
	}
	return out
}

func order(p past) int {
	if p.what == delivery {
		return 0
	}
	return 1
}

// judging reads what is needed to judge; bad days of one mail host only, or with ""
// of all.
func (l *Ledger) judging(tx *store.Tx, group string) (*judging, error) {
	reverts, err := readReverts(tx)
	if err != nil {
		return nil, err
	}
	days, err := readDays(tx, group)
	if err != nil {
		return nil, err
	}
	return &judging{policy: &l.policy, now: l.now().Unix(), bad: days.bad(&l.policy), reverts: reverts}, nil
}

// Past tells what is known of one address: its customs are those of [Customs], its
// local part has been parsed. An address of which nothing is known has the zero
// History.
func (l *Ledger) Past(c *provider.Customs, local string) (History, error) {
	var form [maxForm]byte
	key := l.keys.append(nil, c.AppendCanonical(form[:0], local))
	var h History
	err := l.store.View(context.Background(), func(tx *store.Tx) error {
		j, _, err := l.judge(tx, key)
		h = j.history()
		return err
	})
	if err != nil {
		return History{}, fmt.Errorf("read the history: %w", err)
	}
	return h, nil
}

// judge judges one address from the store.
func (l *Ledger) judge(tx *store.Tx, key []byte) (judged, hand, error) {
	return l.asking(tx).judge(key)
}

// asking judges addresses one by one; what many of them need is read once.
type asking struct {
	ledger  *Ledger
	tx      *store.Tx
	reverts []Revert
	groups  map[string]badDays // mail hosts that were read, nil until the first
}

func (l *Ledger) asking(tx *store.Tx) *asking { return &asking{ledger: l, tx: tx} }

func (a *asking) judge(key []byte) (judged, hand, error) {
	said, err := readHand(a.tx, key)
	if err != nil {
		return judged{}, said, err
	}
	j, records, err := a.read(key)
	if err != nil {
		return judged{}, said, err
	}
	var f fields
	for _, r := range records {
		if err := j.add(r, &f); err != nil {
			return judged{}, said, err
		}
	}
	return j.settle(said), said, nil
}

// read reads the events of an address, and what is needed to judge them.
func (a *asking) read(key []byte) (j *judging, records []store.Record, err error) {
	l, tx := a.ledger, a.tx
	j = &judging{policy: &l.policy, now: l.now().Unix()}
	groups := make(map[string]bool)
	for r, err := range tx.Log(eventLog).Of(key) {
		var f fields
		if err == nil {
			r.Value = bytes.Clone(r.Value)
			err = f.read(r.Value)
		}
		if err != nil {
			return nil, nil, err
		}
		records = append(records, store.Record{At: r.At, Value: r.Value})
		groups[string(f[fieldGroup])] = true
	}
	if len(records) == 0 {
		return j, nil, nil
	}
	if a.groups == nil {
		if a.reverts, err = readReverts(tx); err != nil {
			return nil, nil, err
		}
		a.groups = make(map[string]badDays)
	}
	j.bad, j.reverts = make(badDays), a.reverts
	for group := range groups {
		bad, read := a.groups[group]
		if !read {
			days, err := readDays(tx, group)
			if err != nil {
				return nil, nil, err
			}
			bad = days.bad(&l.policy)
			a.groups[group] = bad
		}
		for day := range bad {
			j.bad[day] = true
		}
	}
	return j, records, nil
}

// all calls each for every address that something is known of, by key. The event is
// the last one that has a recipient; all that each gets is good until it returns.
func (l *Ledger) all(tx *store.Tx, each func(key []byte, last *fields, events int, said hand, j judged) error) error {
	j, err := l.judging(tx, "")
	if err != nil {
		return err
	}
	hands, err := readHands(tx)
	if err != nil {
		return err
	}
	var key []byte
	var f, last fields
	var kept []byte // what last is a part of
	var lastAt time.Time
	n := 0
	settle := func() error {
		if n == 0 {
			return nil
		}
		said := hands[string(key)]
		delete(hands, string(key))
		return each(key, &last, n, said, j.settle(said))
	}
	for r, err := range tx.Log(eventLog).All() {
		if err != nil {
			return err
		}
		if len(r.Key) == 0 {
			continue // it names no recipient
		}
		if n == 0 || !bytes.Equal(r.Key, key) {
			if err := settle(); err != nil {
				return err
			}
			key, n, last, lastAt = append(key[:0], r.Key...), 0, fields{}, time.Time{}
		}
		n++
		if err := j.add(r, &f); err != nil {
			return err
		}
		if !r.At.Before(lastAt) {
			kept = append(kept[:0], r.Value...)
			if err := last.read(kept); err != nil {
				return err
			}
			lastAt = r.At
		}
	}
	if err := settle(); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(hands)) { // those of which no mail tells
		said := hands[key]
		if err := each([]byte(key), &fields{}, 0, said, j.settle(said)); err != nil {
			return err
		}
	}
	return nil
}

// Entry is an address that is suppressed.
type Entry struct {
	Address string // "" where addresses are kept as hashes
	Key     []byte // what stands for it in the store
	History
	Since, Until time.Time // to the second; the zero Until: for good
	Events       int       // that are known of it
	Last         bounce.Event
	Who, Note    string // of what was made by hand
}

// Entries calls each for every address that is suppressed: by key those that events
// tell of, then by key those of which none does. It ends with the first error of each.
func (l *Ledger) Entries(ctx context.Context, each func(Entry) error) error {
	var own error
	err := l.store.View(ctx, func(tx *store.Tx) error {
		return l.all(tx, func(key []byte, last *fields, events int, said hand, j judged) error {
			if j.standing == Clear {
				return nil
			}
			own = each(l.entry(key, last, events, said, j))
			return own
		})
	})
	if err != nil && !errors.Is(err, own) {
		return fmt.Errorf("read the history: %w", err)
	}
	return err
}

func (l *Ledger) entry(key []byte, last *fields, events int, said hand, j judged) Entry {
	e := Entry{Key: bytes.Clone(key), History: j.history(), Since: time.Unix(j.since, 0).UTC(), Events: events}
	if j.until != 0 {
		e.Until = time.Unix(j.until, 0).UTC()
	}
	if events > 0 {
		e.Last = last.event(time.Time{})
	}
	if j.byHand {
		e.Who, e.Note = said.who, said.note
	}
	if !l.Hashed() {
		switch {
		case e.Last.Recipient != "":
			e.Address = strings.TrimSpace(e.Last.Recipient)
		case said.address != "":
			e.Address = said.address
		default:
			e.Address = string(key)
		}
	}
	return e
}

// Len returns how many events are kept.
func (l *Ledger) Len(ctx context.Context) (n int64, err error) {
	err = l.store.View(ctx, func(tx *store.Tx) error {
		n, err = tx.Log(eventLog).Len()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("read the history: %w", err)
	}
	return n, nil
}

// Events yields all events from since to before until, by mailbox; the zero time is
// no limit. Where addresses are kept as hashes, the hash stands for a recipient's name.
// An event that does not know its time has the zero At, and counts as of
// when it was recorded.
func (l *Ledger) Events(ctx context.Context, since, until time.Time) func(yield func(bounce.Event, error) bool) {
	return func(yield func(bounce.Event, error) bool) {
		err := l.store.View(ctx, func(tx *store.Tx) error {
			var f fields
			for r, err := range tx.Log(eventLog).Between(since, until) {
				if err == nil {
					err = f.read(r.Value)
				}
				if err != nil {
					return err
				}
				e := f.event(r.At)
				if l.Hashed() && len(r.Key) > 0 {
					e.Recipient = hex.EncodeToString(r.Key) + "@" + string(f[fieldDomain])
				}
				if !yield(e, nil) {
					return errStopped
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(bounce.Event{}, fmt.Errorf("read the history: %w", err))
		}
	}
}

var errStopped = errors.New("stopped")

// Of is [Ledger.Past] of an address.
func (l *Ledger) Of(a address.Address) (History, error) {
	c := Customs(a.Domain)
	return l.Past(&c, a.Local)
}
