package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"winnow/probe"
)

// transcripts keeps what was said to mail hosts, a file a host. nil keeps nothing.
type transcripts struct {
	dir string

	mu    sync.Mutex
	files map[string]*os.File
	err   error // the first; nothing is kept from then on
}

// openFiles is how many are open at a time.
const openFiles = 128

func openTranscripts(dir string) (*transcripts, error) {
	if dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for transcripts: %w", err)
	}
	return &transcripts{dir: dir, files: map[string]*os.File{}}, nil
}

// keep adds a line to its host's file, behind the number of its session and the time.
func (t *transcripts) keep(l probe.Line) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return
	}
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == ':' || r < ' ' {
			return '_'
		}
		return r
	}, l.Host) + ".txt"
	f := t.files[name]
	if f == nil {
		if len(t.files) >= openFiles {
			t.closeAll()
		}
		if t.err != nil {
			return
		}
		if f, t.err = os.OpenFile(filepath.Join(t.dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); t.err != nil {
			return
		}
		t.files[name] = f
	}
	_, t.err = fmt.Fprintf(f, "%d %s %s %c: %s\n", l.Session, l.At.UTC().Format("2006-01-02T15:04:05.000Z"), l.Addr, l.Who, printable(l.Text))
}

func (t *transcripts) closeAll() {
	for name, f := range t.files {
		t.err = errors.Join(t.err, f.Close())
		delete(t.files, name)
	}
}

// close ends the files, and tells whether all was kept.
func (t *transcripts) close() error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closeAll()
	if t.err != nil {
		return fmt.Errorf("keep the transcripts: %w", t.err)
	}
	return nil
}
