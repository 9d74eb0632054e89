// Package store answers one question: what was kept earlier?
//
// It keeps bytes and does not know what they mean: a [Cache] has the latest value
// of each key, a [Log] has records that are added and never changed. Whoever owns
// a cache or a log encodes its values, names it, and keeps its name for good.
//
// All of it is one SQLite file, readable by its owner only. Several processes may
// use it at once: one writes, many read, and who has to wait does so for ten
// seconds. What a transaction wrote is there whole or not at all, also after a
// kill -9. A file that is damaged, of a newer winnow or no store at all is an
// error, and is left as it is.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"modernc.org/sqlite"
)

// Why a file can not be used; errors of this package wrap one of these, or
// fs.ErrNotExist.
var (
	ErrDamaged = errors.New("the store is damaged")
	ErrFull    = errors.New("its disk is full")
	ErrNewer   = errors.New("the store is of a newer winnow")
	ErrForeign = errors.New("this is no store of winnow's")
	ErrNoHome  = errors.New("there is no home folder to keep the store in")
	ErrBusy    = errors.New("another program is at it")
	ErrChanged = errors.New("another program wrote to the store while it was read: run it again")
)

// applicationID marks a file as winnow's (https://www.sqlite.org/fileformat2.html
// section 1.3.17): "wnnw".
const applicationID = 0x776e6e77

// migrations make each version of the schema of the one before. One that was
// released is never changed; the next is put behind it.
var migrations = [...]string{
	`CREATE TABLE cache (
		cache TEXT NOT NULL, key BLOB NOT NULL,
		at INTEGER NOT NULL, value BLOB NOT NULL,
		PRIMARY KEY (cache, key)) WITHOUT ROWID;
	CREATE TABLE log (
		log TEXT NOT NULL, key BLOB NOT NULL, once BLOB NOT NULL,
		at INTEGER NOT NULL, value BLOB NOT NULL,
		PRIMARY KEY (log, key, once)) WITHOUT ROWID;`,
}

// Store is an open store. It is safe for concurrent use.
type Store struct {
	db   *sql.DB
	path string
	was  fs.FileInfo // the file as it was before it was opened, where SQLite does not look whether somebody writes to it; else nil
}

// prepare brings the schema up to date.
func (s *Store) prepare(migrate []string) error {
	ctx := context.Background()
	version, err := s.version(ctx)
	if err != nil || migrate == nil {
		return err
	}
	if version < len(migrate) {
		tx, err := s.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		// Another process may just have done it.
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
			return err
		}
		for ; version < len(migrate); version++ {
			if _, err := tx.ExecContext(ctx, migrate[version]+fmt.Sprintf("PRAGMA user_version=%d; PRAGMA application_id=%d;", version+1, applicationID)); err != nil {
				return fmt.Errorf("bring it to version %d: %w", version+1, err)
			}
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	// Only now: the header must say whose file this is before anything stands beside it.
	_, err = s.db.ExecContext(ctx, "PRAGMA journal_mode=WAL")
	return err
}

func (s *Store) version(ctx context.Context) (version int, err error) {
	if err := s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, err
	}
	if version > len(migrations) {
		return 0, ErrNewer
	}
	return version, nil
}

// Path returns the path that the store was opened at.
func (s *Store) Path() string { return s.path }

// Proof reads all of the store, and returns an error that wraps ErrDamaged if it
// does not hang together. It takes about a second for half a GiB.
func (s *Store) Proof(ctx context.Context) error {
	var said string
	err := s.db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&said)
	switch {
	case err != nil:
		return fmt.Errorf("read the store %s: %w", s.path, told(err))
	case said != "ok":
		return fmt.Errorf("read the store %s: %w: %s", s.path, ErrDamaged, strings.TrimPrefix(oneLine(said), "*** in database main *** "))
	}
	return nil
}

// Scrub takes what was deleted out of the store's files: in its own SQLite has written
// zeros over it, which those beside it still hold. With an error, which wraps ErrBusy
// while somebody else reads what was before, the deleted is in them all the same; who
// closes the store last tries that again.
func (s *Store) Scrub(ctx context.Context) error {
	var busy, frames, moved int
	// https://www.sqlite.org/pragma.html#pragma_wal_checkpoint: to be kept from it is no error.
	err := s.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved)
	if err == nil && busy != 0 {
		err = ErrBusy
	}
	if err != nil {
		return fmt.Errorf("write to the store: %w", s.here(told(err)))
	}
	return nil
}

// Close closes the store.
func (s *Store) Close() error { return s.db.Close() }

// View calls read with a transaction that sees the store as it is now, whatever
// others write meanwhile. Where this cannot be had, as the store may not be written to by
// us, the error wraps ErrChanged if others did: what was read may be wrong then.
func (s *Store) View(ctx context.Context, read func(*Tx) error) error {
	err := s.within(ctx, "BEGIN", read)
	if s.was != nil && changed(s.was, s.path) {
		err = ErrChanged // whatever else it was
	}
	return s.here(err)
}

// Update calls write with a transaction. If write returns an error, nothing of it
// is kept.
func (s *Store) Update(ctx context.Context, write func(*Tx) error) error {
	return s.here(s.within(ctx, "BEGIN IMMEDIATE", write))
}

func (s *Store) within(ctx context.Context, begin string, do func(*Tx) error) (err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("use the store: %w", told(err))
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, begin); err != nil {
		return fmt.Errorf("use the store: %w", told(err))
	}
	done := false
	tx := &Tx{ctx: ctx, conn: conn, prepared: make(map[string]*sql.Stmt)}
	defer func() {
		tx.close()
		end := "COMMIT"
		if err != nil || !done { // not done: it panics
			end = "ROLLBACK"
		}
		// Also where ctx has ended: the connection is used again.
		if _, endErr := conn.ExecContext(context.WithoutCancel(ctx), end); err == nil && endErr != nil {
			err = fmt.Errorf("use the store: %w", told(endErr))
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // a COMMIT that failed may have left it open
		}
	}()
	err = do(tx)
	done = true
	return err
}

// told puts SQLite's words for a damaged file and a full disk into ours
// (https://www.sqlite.org/rescode.html).
func told(err error) error {
	const (
		ioError = 10
		corrupt = 11
		full    = 13
		notADB  = 26
		primary = 0xff // the rest says more of it

		writing  = ioError | 3<<8
		cutting  = ioError | 6<<8
		indexing = ioError | 19<<8 // the file beside the store by which processes share it can not grow
	)
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch code := e.Code(); {
	case code&primary == corrupt, code&primary == notADB:
		return fmt.Errorf("%w: %s", ErrDamaged, oneLine(err.Error()))
	case code&primary == full, code == writing, code == cutting, code == indexing:
		return fmt.Errorf("%w: %s", ErrFull, oneLine(err.Error()))
	}
	return err
}

// oneLine is a text of several lines on one.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// here adds where the store is to an error about its file.
func (s *Store) here(err error) error {
	if errors.Is(err, ErrDamaged) || errors.Is(err, ErrFull) || errors.Is(err, ErrBusy) || errors.Is(err, ErrChanged) {
		return fmt.Errorf("%s: %w", s.path, err)
	}
	return err
}
