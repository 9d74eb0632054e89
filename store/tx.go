package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"
)

// Tx is a transaction: see [Store.View] and [Store.Update]. It is good until the
// function that it was given to returns, and for one goroutine.
type Tx struct {
	ctx      context.Context
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

func (t *Tx) close() {
	for _, s := range t.prepared {
		_ = s.Close()
	}
}

func (t *Tx) prepare(query string) (*sql.Stmt, error) {
	if s := t.prepared[query]; s != nil {
		return s, nil
	}
	s, err := t.conn.PrepareContext(t.ctx, query)
	if err != nil {
		return nil, told(err)
	}
	t.prepared[query] = s
	return s, nil
}

// exec runs a statement and returns how many rows it changed.
func (t *Tx) exec(query string, args ...any) (int64, error) {
	s, err := t.prepare(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(t.ctx, args...)
	if err != nil {
		return 0, told(err)
	}
	return r.RowsAffected()
}

// Item is a value of a Cache.
type Item struct {
	Key, Value []byte
	At         time.Time // to the millisecond
}

// Cache has the latest value of each key. The zero Cache is none; see [Tx.Cache].
type Cache struct {
	tx   *Tx
	name string
}

// Cache returns the cache of that name. One that nothing was put into is empty.
func (t *Tx) Cache(name string) Cache { return Cache{t, name} }

// Put sets the value of a key as of a time.
func (c Cache) Put(key, value []byte, at time.Time) error {
	if _, err := c.tx.exec("INSERT INTO cache VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at, value = excluded.value", c.name, some(key), at.UnixMilli(), some(value)); err != nil {
		return fmt.Errorf("write to the store: %w", err)
	}
	return nil
}

// Latest returns the value of a key, and whether it has one.
func (c Cache) Latest(key []byte) (Item, bool, error) {
	for item, err := range c.items("SELECT key, at, value FROM cache WHERE cache = ? AND key = ?", c.name, some(key)) {
		return item, err == nil, err
	}
	return Item{}, false, nil
}

// All yields the values whose keys begin with prefix, by key.
func (c Cache) All(prefix []byte) iter.Seq2[Item, error] {
	end := after(prefix)
	if end == nil {
		return c.items("SELECT key, at, value FROM cache WHERE cache = ? AND key >= ? ORDER BY key", c.name, some(prefix))
	}
	return c.items("SELECT key, at, value FROM cache WHERE cache = ? AND key >= ? AND key < ? ORDER BY key", c.name, some(prefix), end)
}

func (c Cache) items(query string, args ...any) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		var item Item
		var at int64
		for err := range c.tx.rows(query, args, &item.Key, &at, &item.Value) {
			item.At = time.UnixMilli(at)
			if !yield(item, err) || err != nil {
				return
			}
			item = Item{}
		}
	}
}

// Delete takes a key out, and tells whether it was there.
func (c Cache) Delete(key []byte) (bool, error) {
	n, err := c.tx.exec("DELETE FROM cache WHERE cache = ? AND key = ?", c.name, some(key))
	if err != nil {
		return false, fmt.Errorf("write to the store: %w", err)
	}
	return n > 0, nil
}

// Record is one of a Log. Of one key, Once tells it from others: a record whose key
// and Once are there already is the same one.
type Record struct {
	Key, Once, Value []byte
	At               time.Time // to the millisecond
}

// Log has records that are added and read. The zero Log is none; see [Tx.Log].
type Log struct {
	tx   *Tx
	name string
}

// Log returns the log of that name. One that nothing was appended to is empty.
func (t *Tx) Log(name string) Log { return Log{t, name} }

// together is how many records one statement adds: each statement costs as much as
// several rows do.
const together = 50

var insertTogether = "INSERT INTO log VALUES (?, ?, ?, ?, ?)" + strings.Repeat(", (?, ?, ?, ?, ?)", together-1) + " ON CONFLICT DO NOTHING"

// AppendAll adds records, fastest in the order of their keys, and tells of each
// whether it is new.
func (l Log) AppendAll(records []Record) (isNew []bool, err error) {
	isNew = make([]bool, len(records))
	args := make([]any, 0, 5*together)
	for from := 0; from < len(records); from += together {
		chunk := records[from:min(from+together, len(records))]
		if len(chunk) == together {
			args = args[:0]
			for _, r := range chunk {
				args = append(args, l.name, some(r.Key), some(r.Once), r.At.UnixMilli(), some(r.Value))
			}
			if _, err := l.tx.exec("SAVEPOINT together"); err != nil {
				return nil, fmt.Errorf("write to the store: %w", err)
			}
			n, err := l.tx.exec(insertTogether, args...)
			if err != nil {
				return nil, fmt.Errorf("write to the store: %w", err)
			}
			if n == 0 || n == together {
				for i := range chunk {
					isNew[from+i] = n > 0
				}
				chunk = nil
			} else if _, err := l.tx.exec("ROLLBACK TO together"); err != nil { // which ones it was, nobody tells
				return nil, fmt.Errorf("write to the store: %w", err)
			}
			if _, err := l.tx.exec("RELEASE together"); err != nil {
				return nil, fmt.Errorf("write to the store: %w", err)
			}
		}
		for i, r := range chunk {
			if isNew[from+i], err = l.Append(r); err != nil {
				return nil, err
			}
		}
	}
	return isNew, nil
}

// Append adds a record, and tells whether it is new.
func (l Log) Append(r Record) (bool, error) {
	n, err := l.tx.exec("INSERT INTO log VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", l.name, some(r.Key), some(r.Once), r.At.UnixMilli(), some(r.Value))
	if err != nil {
		return false, fmt.Errorf("write to the store: %w", err)
	}
	return n > 0, nil
}

// Replace puts another value in the place of a record's own. It is for who reads
// anew what was recorded.
func (l Log) Replace(r Record) error {
	if _, err := l.tx.exec("UPDATE log SET value = ? WHERE log = ? AND key = ? AND once = ?", some(r.Value), l.name, some(r.Key), some(r.Once)); err != nil {
		return fmt.Errorf("write to the store: %w", err)
	}
	return nil
}

// All yields all records by key. Their bytes are good until the next one.
func (l Log) All() iter.Seq2[Record, error] {
	return l.records("SELECT key, once, at, value FROM log WHERE log = ? ORDER BY key, once", l.name)
}

// After yields the records behind that of a key and Once, which need not be there, in
// the order of All. It is for who goes on after what was read has been written to.
func (l Log) After(key, once []byte) iter.Seq2[Record, error] {
	return l.records("SELECT key, once, at, value FROM log WHERE log = ? AND (key, once) > (?, ?) ORDER BY key, once", l.name, some(key), some(once))
}

// Get returns the record of a key that Once tells from others, and whether there is one.
func (l Log) Get(key, once []byte) (Record, bool, error) {
	for r, err := range l.records("SELECT key, once, at, value FROM log WHERE log = ? AND key = ? AND once = ?", l.name, some(key), some(once)) {
		if err != nil {
			return Record{}, false, err
		}
		return Record{bytes.Clone(r.Key), bytes.Clone(r.Once), bytes.Clone(r.Value), r.At}, true, nil
	}
	return Record{}, false, nil
}

// Of yields the records of a key.
func (l Log) Of(key []byte) iter.Seq2[Record, error] {
	return l.records("SELECT key, once, at, value FROM log WHERE log = ? AND key = ?", l.name, some(key))
}

// Between yields the records from since to before until by key; it looks at all of
// them. The zero time is no limit.
func (l Log) Between(since, until time.Time) iter.Seq2[Record, error] {
	from, to := span(since, until)
	return l.records("SELECT key, once, at, value FROM log WHERE log = ? AND at >= ? AND at < ? ORDER BY key, once", l.name, from, to)
}

func (l Log) records(query string, args ...any) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		var key, once, value sql.RawBytes
		var at int64
		for err := range l.tx.rows(query, args, &key, &once, &at, &value) {
			if !yield(Record{key, once, value, time.UnixMilli(at)}, err) || err != nil {
				return
			}
		}
	}
}

// Delete takes the records of a key out, and returns how many there were.
func (l Log) Delete(key []byte) (int64, error) {
	n, err := l.tx.exec("DELETE FROM log WHERE log = ? AND key = ?", l.name, some(key))
	if err != nil {
		return 0, fmt.Errorf("write to the store: %w", err)
	}
	return n, nil
}

// DeleteRecord takes one record out.
func (l Log) DeleteRecord(r Record) error {
	if _, err := l.tx.exec("DELETE FROM log WHERE log = ? AND key = ? AND once = ?", l.name, some(r.Key), some(r.Once)); err != nil {
		return fmt.Errorf("write to the store: %w", err)
	}
	return nil
}

// Len returns how many records there are. It looks at each of them.
func (l Log) Len() (n int64, err error) {
	for err := range l.tx.rows("SELECT count(*) FROM log WHERE log = ?", []any{l.name}, &n) {
		return n, err
	}
	return n, nil
}

// rows yields once for each row of a query, which then stands in into; the error is
// the last.
func (t *Tx) rows(query string, args []any, into ...any) iter.Seq[error] {
	return func(yield func(error) bool) {
		fail := func(err error) { yield(fmt.Errorf("read the store: %w", told(err))) }
		s, err := t.prepare(query)
		if err != nil {
			fail(err)
			return
		}
		rows, err := s.QueryContext(t.ctx, args...)
		if err != nil {
			fail(err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				fail(err)
				return
			}
			if !yield(nil) {
				return
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			fail(err)
		}
	}
}

// some is b, or empty bytes: nil would be NULL.
func some(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// after returns the first bytes behind all that begin with prefix; nil if there are
// none.
func after(prefix []byte) []byte {
	for n := len(prefix); n > 0; n-- {
		if prefix[n-1] < 0xff {
			end := append([]byte{}, prefix[:n]...)
			end[n-1]++
			return end
		}
	}
	return nil
}

func span(since, until time.Time) (from, to int64) {
	const first, last = -1 << 62, 1 << 62
	from, to = first, last
	if !since.IsZero() {
		from = since.UnixMilli()
	}
	if !until.IsZero() {
		to = until.UnixMilli()
	}
	return from, to
}
