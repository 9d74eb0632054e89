package store

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
)

// Open opens the store at path for reading and writing. If there is none it makes
// one, and its folder.
func Open(path string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for the store: %w", err)
	}
	// SQLite gives the files that it puts beside this one the same mode.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	info, err := file.Stat()
	if err == nil && info.Mode().IsRegular() && info.Size() == 0 && info.Mode().Perm()&0o077 != 0 {
		err = file.Chmod(0o600) // an empty file of other making, in which the store begins
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	return open(path, "mode=rw", migrations[:])
}

// Read opens the store at path for reading. The error wraps fs.ErrNotExist if
// there is none.
func Read(path string) (*Store, error) {
	was, _ := os.Stat(path) // an error comes again
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	mode := "mode=rw&_pragma=query_only(1)" // so that the files beside it are taken away again
	alone := false
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		mode = "mode=ro"
		// Else no file can be put beside it by which to tell others that it is read. Its
		// owner may write to it all the same.
		alone = !exists(path + "-wal")
		file, err = os.Open(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	if !alone {
		s, err := open(path, mode, nil)
		// There is no room for the files that SQLite would put beside it.
		if !errors.Is(err, ErrFull) || exists(path+"-wal") {
			return s, err
		}
	}
	s, err := open(path, "mode=ro&immutable=1", nil)
	if err == nil {
		s.was = was
	} else if changed(was, path) {
		err = fmt.Errorf("open the store %s: %w", path, ErrChanged)
	}
	return s, err
}

// changed tells whether a file is no more as it was.
func changed(was fs.FileInfo, path string) bool {
	is, err := os.Stat(path)
	return err != nil || was == nil || !os.SameFile(was, is) || is.Size() != was.Size() || !is.ModTime().Equal(was.ModTime())
}

// exists tells whether a file is there, and holds something.
func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}

// open opens a file that is there. Where migrate is nil its schema stays as it is.
func open(path, mode string, migrate []string) (*Store, error) {
	if err := inspect(path, migrate != nil); err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	cache := "-8192" // KiB: who reads all of it reads each page once
	if migrate != nil {
		cache = "-65536" // a batch touches pages everywhere
	}
	name := "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
	db, err := sql.Open("sqlite", name+"?"+mode+"&_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=synchronous(1)&_pragma=secure_delete(1)&_pragma=wal_autocheckpoint(16384)&_pragma=cache_size("+cache+")")
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	const connections = 4 // more would only wait for each other
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	s := &Store{db: db, path: path}
	if err := s.prepare(migrate); err != nil {
		return nil, errors.Join(fmt.Errorf("open the store %s: %w", path, told(err)), db.Close())
	}
	return s, nil
}

// headerSize and the rest are of https://www.sqlite.org/fileformat2.html section 1.3.
const (
	headerSize    = 100
	headerPage    = 16
	headerPages   = 28
	headerVersion = 60
	headerApp     = 68
)

// inspect looks at a file's header before SQLite may touch the file. An empty file
// is a store that was never begun.
func inspect(path string, mayBegin bool) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%w: it is no file", ErrForeign)
	case info.Size() == 0 && mayBegin:
		return nil
	case info.Size() == 0:
		return errEmpty{}
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var h [headerSize]byte
	if _, err := io.ReadFull(file, h[:]); err != nil || string(h[:16]) != "SQLite format 3\x00" {
		return ErrForeign
	}
	switch app, version := binary.BigEndian.Uint32(h[headerApp:]), binary.BigEndian.Uint32(h[headerVersion:]); {
	case app != applicationID:
		return ErrForeign
	case version > uint32(len(migrations)):
		return ErrNewer
	}
	page := int64(binary.BigEndian.Uint16(h[headerPage:]))
	if page == 1 {
		page = 1 << 16
	}
	if info.Size() < page*int64(binary.BigEndian.Uint32(h[headerPages:])) {
		if wal, err := os.Stat(path + "-wal"); err != nil || wal.Size() == 0 {
			return fmt.Errorf("%w: its end is missing", ErrDamaged)
		}
	}
	return nil
}

// errEmpty says that a file is empty: a store that is not there.
type errEmpty struct{}

func (errEmpty) Error() string { return "it is empty" }

func (errEmpty) Is(err error) bool { return err == fs.ErrNotExist }
