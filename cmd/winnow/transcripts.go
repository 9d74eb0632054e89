package main

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"winnow/probe"
)

// transcripts keeps what was said to mail hosts, a file a host. nil keeps nothing.
type transcripts struct {
	dir string

	mu    sync.Mutex
	files map[string]*os.File
	lost  map[string]error // the first of each file; nothing is kept there from then on
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
	return &transcripts{dir: dir, files: map[string]*os.File{}, lost: map[string]error{}}, nil
}

// keep adds a line to its host's file, behind the number of its session and the time.
func (t *transcripts) keep(l probe.Line) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	name := fileOf(l.Host)
	if t.lost[name] != nil {
		return
	}
	f := t.files[name]
	if f == nil {
		if len(t.files) >= openFiles {
			t.closeAll()
		}
		var err error
		if f, err = os.OpenFile(filepath.Join(t.dir, name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
			t.lost[name] = err
			return
		}
		t.files[name] = f
	}
	if _, err := fmt.Fprintf(f, "%d %s %s %c: %s\n", l.Session, l.At.UTC().Format("2006-01-02T15:04:05.000Z"), l.Addr, l.Who, printable(l.Text)); err != nil {
		t.lost[name] = err
	}
}

// longest is how many octets of a host's name a file's bears. Most file systems take 255 of a name.
const longest = 200

// fileOf is the name of a host's file.
func fileOf(host string) string {
	name := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == ':' || r < ' ' {
			return '_'
		}
		return r
	}, host)
	if len(name) > longest {
		name = fmt.Sprintf("%s-%.8x", strings.ToValidUTF8(name[:longest], ""), sha256.Sum256([]byte(host)))
	}
	return name + ".txt"
}

func (t *transcripts) closeAll() {
	for name, f := range t.files {
		if err := f.Close(); err != nil && t.lost[name] == nil {
			t.lost[name] = err
		}
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
	if len(t.lost) == 0 {
		return nil
	}
	first := t.lost[slices.Min(slices.Collect(maps.Keys(t.lost)))]
	if n := len(t.lost) - 1; n > 0 {
		return fmt.Errorf("keep the transcripts: %w (and of %s)", first, plural(n, "other host"))
	}
	return fmt.Errorf("keep the transcripts: %w", first)
}
