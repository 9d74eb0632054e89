package listio

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// A Source is the bytes of a list, which can be read from the start more than once. Its methods are safe for
// concurrent use, except Close.
type Source struct {
	name string
	file *os.File
	info fs.FileInfo // as it was when opened
	size int64
	temp bool   // a copy of our own, which nobody else can change
	left string // a temporary file still to be removed at Close, "" if none
}

// OpenFile opens the regular file at path. Only the bytes it has now are read, even if it grows. The error wraps
// fs.ErrNotExist where there is none, and ErrEmpty where it holds nothing; a folder, a pipe and a device are refused.
func OpenFile(path string) (*Source, error) {
	// Asked before opening, since to open a pipe that nobody writes to would wait for ever.
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file: %w", path, fs.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	if err := mustBeRegular(path, info); err != nil {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	s := &Source{name: path, file: file}
	if s.info, err = file.Stat(); err == nil {
		err = mustBeRegular(path, s.info)
	}
	if err == nil && s.info.Size() == 0 {
		err = fmt.Errorf("%s: %w", path, ErrEmpty)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	s.size = s.info.Size()
	return s, nil
}

func mustBeRegular(path string, info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return fmt.Errorf("%s: is a folder, not a list", path)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s: is a pipe or a device, not a file: pipe it in and name it -", path)
	}
	return nil
}

// Spool copies all of r into a temporary file, so that it can be read more than once. The file is readable by its
// owner only and has no name any more (on Windows it is removed by Close). The name is what Name returns. The error
// wraps ErrEmpty where r holds nothing.
func Spool(r io.Reader, name string) (*Source, error) {
	file, err := os.CreateTemp("", "winnow-*.spool")
	if err != nil {
		return nil, fmt.Errorf("spool %s: %w", name, err)
	}
	s := &Source{name: name, file: file, temp: true, left: file.Name()}
	// Windows does not let go of the name of an open file.
	if runtime.GOOS != "windows" {
		if err = os.Remove(s.left); err == nil {
			s.left = ""
		}
	}
	if err == nil {
		s.size, err = io.Copy(file, r)
	}
	if err != nil {
		err = fmt.Errorf("spool %s: %w", name, err)
	} else if s.size == 0 {
		err = fmt.Errorf("%s: %w", name, ErrEmpty)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Name returns the path given to OpenFile, or the name given to Spool.
func (s *Source) Name() string { return s.name }

// Size returns the number of bytes there were when the Source was made.
func (s *Source) Size() int64 { return s.size }

// Open returns a reader of all bytes from the start, independent of any other.
func (s *Source) Open() io.Reader { return s.from(0) }

func (s *Source) from(offset int64) io.Reader {
	return io.NewSectionReader(s.file, offset, s.size-offset)
}

// Changed returns an error if the path given to OpenFile now leads to another file, or to one whose size or time of
// change is another. A spooled Source never changes.
func (s *Source) Changed() error {
	if s.temp {
		return nil
	}
	now, err := os.Stat(s.name)
	if err != nil {
		return fmt.Errorf("%s: changed since it was opened: %w", s.name, err)
	}
	switch {
	case !os.SameFile(s.info, now):
		return fmt.Errorf("%s: changed since it was opened: it is another file now", s.name)
	case now.Size() != s.size:
		return fmt.Errorf("%s: changed since it was opened: it had %d bytes, now %d", s.name, s.size, now.Size())
	case !now.ModTime().Equal(s.info.ModTime()):
		return fmt.Errorf("%s: changed since it was opened: it was written to", s.name)
	}
	return nil
}

// Close closes the file, and removes it where it is a copy of our own.
func (s *Source) Close() error {
	err := s.file.Close()
	if s.left != "" {
		err = errors.Join(err, os.Remove(s.left))
		s.left = ""
	}
	return err
}
