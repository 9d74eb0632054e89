package suppress

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"winnow/address"
	"winnow/bounce"
	"winnow/provider"
	"winnow/store"
)

// Recorded says what became of events that were to be recorded.
type Recorded struct {
	New       int // they were not known
	Known     int // they were, by another source perhaps
	NoAddress int // of New and Known: they name no recipient, and suppress nobody
}

// Add adds other to r.
func (r *Recorded) Add(other Recorded) {
	r.New, r.Known, r.NoAddress = r.New+other.New, r.Known+other.Known, r.NoAddress+other.NoAddress
}

// Record keeps events, all of them or, with an error, none.
//
// The same event counts once, however often and by whomever it is told: of one
// mailbox, events are the same if the same happened to the same message with the
// same reply codes. Without a message's ID the time to the second stands for it,
// and without both the reply's words.
//
// A known event takes over the campaign, if it lacks one.
//
// An event of the future happened now: somebody's clock is wrong.
func (l *Ledger) Record(ctx context.Context, events []bounce.Event) (Recorded, error) {
	return l.record(ctx, events, func(*store.Tx, Recorded) error { return nil })
}

// record calls also with what was recorded, in the same transaction.
func (l *Ledger) record(ctx context.Context, events []bounce.Event, also func(*store.Tx, Recorded) error) (Recorded, error) {
	var done Recorded
	err := l.update(ctx, func(tx *store.Tx) error {
		done = Recorded{}
		rows, err := l.rows(tx, events)
		if err != nil {
			return err
		}
		records := make([]store.Record, len(rows))
		for i, r := range rows {
			records[i] = r.Record
		}
		days := make(days)
		isNew, err := tx.Log(eventLog).AppendAll(records)
		if err != nil {
			return err
		}
		for i, r := range rows {
			if len(r.Key) == 0 {
				done.NoAddress++
			}
			if !isNew[i] {
				done.Known++
				if err := takeOver(tx, r.Record); err != nil {
					return err
				}
				continue
			}
			done.New++
			if !r.by.timeless { // else it is of no day that we know
				days.count(r.by.group, r.At, r.happened, r.class, r.reason)
			}
		}
		if err := days.addTo(tx); err != nil {
			return err
		}
		return also(tx, done)
	})
	if err != nil {
		return Recorded{}, fmt.Errorf("record what became of mails: %w", err)
	}
	return done, nil
}

// takeOver gives an event that is known already what another source knows of it and it
// lacks. Only one that names the campaign is looked at: most know nothing more, and a
// second import of the same must not read all of the first.
func takeOver(tx *store.Tx, r store.Record) error {
	var more, f fields
	if err := more.read(r.Value); err != nil || len(more[fieldCampaign]) == 0 {
		return err
	}
	known, ok, err := tx.Log(eventLog).Get(r.Key, r.Once)
	if err != nil || !ok {
		return err
	}
	if err := f.read(known.Value); err != nil || len(f[fieldCampaign]) > 0 {
		return err
	}
	f[fieldCampaign] = more[fieldCampaign]
	for _, i := range [...]int{fieldFrom, fieldHost} {
		if len(f[i]) == 0 {
			f[i] = more[i]
		}
	}
	known.Value = f.encode()
	return tx.Log(eventLog).Replace(known)
}

// rows are events on their way into the store, in its order. They are recorded now, while
// nobody else can write: what was let go before was let go without them.
func (l *Ledger) rows(tx *store.Tx, events []bounce.Event) ([]row, error) {
	now := l.now()
	rows := make([]row, len(events))
	for i := range events {
		r, e := l.row(events[i], now)
		r.by.recorded = now.UnixMilli()
		if len(r.Key) > 0 && whatOf(r.happened, r.class, r.reason) == complaint {
			said, err := readHand(tx, r.Key)
			if err != nil {
				return nil, err
			}
			// The clock may have been put back since, or stand still.
			r.by.recorded = max(r.by.recorded, said.known+1)
		}
		r.Value = encode(&e, r.by)
		rows[i] = r
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(bytes.Compare(a.Key, b.Key), bytes.Compare(a.Once, b.Once))
	})
	return rows, nil
}

// row is an event on its way into the store.
type row struct {
	store.Record
	happened bounce.Happening
	class    bounce.Class
	reason   bounce.Reason
	by       aside // timeless also where its time is to come: it counts as of now
}

// row returns a row without its value, and the event as it is to be kept.
func (l *Ledger) row(e bounce.Event, now time.Time) (row, bounce.Event) {
	r := row{happened: e.Happened, class: e.Class, reason: e.Reason}
	a, err := address.Parse(strings.TrimSpace(e.Recipient))
	if err == nil {
		r.Key = l.keys.of(a)
	}
	r.At = e.At
	if r.At.IsZero() || r.At.After(now) {
		r.At, r.by.timeless = now, true
	}
	switch what := e.Happened.String(); {
	case e.MessageID != "":
		r.Once = once(what, "message", e.MessageID, strconv.Itoa(e.Code), e.Enhanced)
	case !e.At.IsZero():
		r.Once = once(what, "time", strconv.FormatInt(e.At.Unix(), 10), strconv.Itoa(e.Code), e.Enhanced)
	default:
		r.Once = once(what, "words", e.Text, strconv.Itoa(e.Code), e.Enhanced)
	}
	if err != nil && !l.Hashed() {
		r.Once = append(r.Once, once(e.Recipient)...) // they have no key of their own
	}
	r.by.group, r.by.domain = groupOf(e.Host, a.Domain), a.Domain
	if l.Hashed() {
		r.Once = l.keys.append(nil, r.Once)[:eventOnce] // else names could be tried against what is left of the words
		e.Text, e.Source, e.SourceLabel, e.Campaign = masked(e.Text, a), masked(e.Source, a), masked(e.SourceLabel, a), masked(e.Campaign, a)
		e.Recipient, e.MessageID = "", l.hashedID(e.MessageID)
	}
	return r, e
}

// hashedID is what is kept of a message's ID where no address may be: some have the
// recipient's in them.
func (l *Ledger) hashedID(id string) string {
	if id == "" {
		return ""
	}
	return fmt.Sprintf("%x", l.keys.append(nil, []byte(id))[:eventOnce])
}

// groupOf returns the mail host that answers for a recipient: the provider's name
// if it is known, else the host's registered domain, else the recipient's own.
func groupOf(host, domain string) string {
	if id := provider.OfDomain(domain); id != provider.Unknown {
		return id.String()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if id := provider.OfHost(host).ID; id != provider.Unknown {
		return id.String()
	}
	if registered, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return registered
	}
	return domain
}

// Batch is how many events an Importer records in one transaction.
const Batch = 10_000

// Importer records events a batch at a time: what was recorded stays, whatever
// happens then, and to import the same again counts nothing twice. It is for one
// goroutine.
type Importer struct {
	ledger *Ledger
	start  time.Time
	events []bounce.Event
	done   Recorded
	ended  bool
}

// Import begins an import.
func (l *Ledger) Import() *Importer { return &Importer{ledger: l, start: l.now()} }

// Add takes an event, and records a batch where it is full.
func (i *Importer) Add(ctx context.Context, e bounce.Event) error {
	i.events = append(i.events, e)
	if len(i.events) < Batch {
		return nil
	}
	return i.Flush(ctx)
}

var errEnded = errors.New("this import has ended")

// Flush records what was added: it is safe from then on.
func (i *Importer) Flush(ctx context.Context) error {
	if i.ended {
		return errEnded
	}
	done, err := i.ledger.record(ctx, i.events, func(tx *store.Tx, done Recorded) error {
		sum := i.done
		sum.Add(done)
		return tx.Cache(metaCache).Put(metaImport, fmt.Appendf(nil, "%d %d", sum.New, sum.Known), i.start)
	})
	if err != nil {
		return err
	}
	i.events = i.events[:0]
	i.done.Add(done)
	return nil
}

// Done tells what became of all that is recorded by now.
func (i *Importer) Done() Recorded { return i.done }

// End records what is left, and tells what became of all.
func (i *Importer) End(ctx context.Context) (Recorded, error) {
	err := i.Flush(ctx)
	i.ended = true
	return i.done, err
}

// LastImport is when the last import began, and what it brought; the zero time if
// there was none.
func (l *Ledger) LastImport(ctx context.Context) (at time.Time, brought Recorded, err error) {
	err = l.store.View(ctx, func(tx *store.Tx) error {
		item, ok, err := tx.Cache(metaCache).Latest(metaImport)
		if err != nil || !ok {
			return err
		}
		at = item.At
		_, err = fmt.Sscanf(string(item.Value), "%d %d", &brought.New, &brought.Known)
		return err
	})
	return at, brought, err
}
