package listio

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// An Output is a file that gets its name only once it is whole. It is written beside its name, finished (Finish), and
// renamed (Commit). One goroutine uses it.
type Output struct {
	path, target, temp string // as asked for; behind any symbolic link; beside target
	file               *os.File
	buf                *bufio.Writer
	sum                hash.Hash
	size               int64
	state              state
	err                error // the first that befell it
}

type state uint8

const (
	writing state = iota
	finished
	committed
	aborted
)

// Create starts the file path as ".<base>.partial" in its folder, readable by its owner only; one left over is
// written anew. A file at path stays as it is until Commit. Two runs must not create the same path at once: see
// LockFile. It is an error if the folder is not there or can not be written to, or if path is a folder, a device or
// anything but a regular file.
func Create(path string) (*Output, error) {
	target, err := target(path)
	if err != nil {
		return nil, err
	}
	temp := TempPath(target)
	if info, err := os.Lstat(temp); err == nil {
		if info.IsDir() {
			return nil, fmt.Errorf("create %s: %s is a folder", path, temp)
		}
		// Removed rather than truncated: it could be a link to something else, or readable by all.
		if err := os.Remove(temp); err != nil {
			return nil, fmt.Errorf("create %s: %w", path, err)
		}
	}
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	return &Output{path: path, target: target, temp: temp, file: file, buf: bufio.NewWriterSize(file, 256*kib), sum: sha256.New()}, nil
}

// TempPath returns where the bytes of an Output for path are until Commit.
func TempPath(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".partial")
}

// target returns the file that path is or will be, behind any symbolic link.
func target(path string) (string, error) {
	info, err := os.Lstat(path)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		var real string
		if real, err = filepath.EvalSymlinks(path); err == nil {
			info, err = os.Lstat(real)
		}
		if err != nil {
			return "", fmt.Errorf("create %s: is a link that leads nowhere: %w", path, err)
		}
		path = real
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(path)); errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("create %s: there is no folder %s: %w", path, filepath.Dir(path), fs.ErrNotExist)
		}
	case err != nil:
		return "", fmt.Errorf("create %s: %w", path, err)
	case info.IsDir():
		return "", fmt.Errorf("create %s: is a folder", path)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("create %s: is a pipe or a device, not a file", path)
	}
	return path, nil
}

// Write appends p. Once it failed, it and Finish and Commit return that error for ever.
func (o *Output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	if o.state != writing {
		return 0, o.wrong("write")
	}
	n, err := o.buf.Write(p)
	o.sum.Write(p[:n])
	o.size += int64(n)
	return n, o.keep(err)
}

// Finish writes what is buffered through to the disk and closes the file, still under its temporary name.
func (o *Output) Finish() error {
	switch {
	case o.err != nil:
		return o.err
	case o.state == finished:
		return nil
	case o.state != writing:
		return o.wrong("finish")
	}
	if err := o.keep(o.buf.Flush()); err != nil {
		return err
	}
	if err := o.keep(o.file.Sync()); err != nil {
		return err
	}
	if err := o.keep(o.file.Close()); err != nil {
		return err
	}
	o.state = finished
	return nil
}

// Commit gives the file its name, in place of any that had it. It does what Finish does where that was not called.
func (o *Output) Commit() error {
	if o.state == committed {
		return nil
	}
	if err := o.Finish(); err != nil {
		return err
	}
	if err := o.keep(os.Rename(o.temp, o.target)); err != nil {
		return err
	}
	o.state = committed
	return o.keep(syncFolder(filepath.Dir(o.target)))
}

// CommitAs is Commit under another name than Create was given: for who learns only at the end what
// the file is to be called.
func (o *Output) CommitAs(path string) error {
	real, err := target(path)
	if err != nil {
		return o.keep(err)
	}
	o.path, o.target = path, real
	if filepath.Dir(real) == filepath.Dir(o.temp) {
		return o.Commit()
	}
	return o.moveTo(path)
}

// moveTo is Commit into another folder, where the two names may be on different disks.
func (o *Output) moveTo(path string) error {
	if err := o.Finish(); err != nil {
		return err
	}
	from, err := os.Open(o.temp)
	if err != nil {
		return o.keep(err)
	}
	defer from.Close()
	there, err := Create(path)
	if err != nil {
		return o.keep(err)
	}
	defer there.Abort()
	if _, err := io.Copy(there, from); err != nil {
		return o.keep(err)
	}
	if err := there.Commit(); err != nil {
		return o.keep(err)
	}
	o.Abort()
	o.state = committed
	return nil
}

// Abort removes the temporary file. Behind Commit, or a second time, it does nothing.
func (o *Output) Abort() {
	if o.state == committed || o.state == aborted {
		return
	}
	o.state = aborted
	o.file.Close()
	os.Remove(o.temp)
}

func (o *Output) keep(err error) error {
	if err != nil {
		o.err = fmt.Errorf("write %s: %w", o.path, err)
	}
	return o.err
}

func (o *Output) wrong(what string) error {
	return fmt.Errorf("%s %s: it was already closed: %w", what, o.path, fs.ErrClosed)
}

// SHA256 returns the hash, in hexadecimal, of all that was written so far.
func (o *Output) SHA256() string { return hex.EncodeToString(o.sum.Sum(nil)) }

// Size returns the number of bytes written so far.
func (o *Output) Size() int64 { return o.size }

// Path returns the path given to Create.
func (o *Output) Path() string { return o.path }

// TempPath returns where the bytes are until Commit.
func (o *Output) TempPath() string { return o.temp }

// syncFolder makes a rename last through a power cut, on systems where that is needed and possible.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		// A folder may be written to but not read. The rename itself is done.
		return nil
	}
	defer folder.Close()
	err = folder.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// HashFile returns the hash that Output.SHA256 had of a file with the same bytes, and its size.
func HashFile(path string) (sha string, size int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	sum := sha256.New()
	if size, err = io.Copy(sum, file); err != nil {
		return "", 0, fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), size, nil
}
