package read

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"winnow/bounce"
)

// formats are all forms that are read. The first that a file looks like is its own:
// the last ones look at least.
func formats() []format {
	return append([]format{
		{"mbox", "a mailbox: mails one behind the other, each below a line that begins with From", looksMbox, readMbox, nil},
		{"eml", "a mail", looksMail, readMail, nil},
	}, feeds...)
}

// Formats returns the names of all formats, each with what it is.
func Formats() (all [][2]string) {
	for _, f := range formats() {
		all = append(all, [2]string{f.name, f.about})
	}
	return all
}

// ErrFormat says that a file is in no form that is known.
var ErrFormat = errors.New("this is no mail, mailbox, log or export that is known")

// ErrNoEvent says of a mail that nothing came of it, or not all.
var ErrNoEvent = errors.New("nothing came of this mail")

// Options say how to read. The zero value reads by winnow's own rules, and finds out
// what each file is.
type Options struct {
	Rules  *bounce.Rules // nil means those that come with winnow
	Format string        // the name of one of Formats; "" means: found out, file by file
	Stdin  io.Reader     // what the path "-" stands for; nil means os.Stdin

	// Mailbox hands out the mails at a path that is a URL, imaps://… one, each with its
	// place. mail returns ErrNoEvent for one of which nothing is known afterwards: it is
	// no bounce, or damaged, and no reason to end. nil: such a path is a file.
	Mailbox func(ctx context.Context, url string, mail func(place string, raw []byte) error, damaged func(place string, err error)) error
}

// Tally is what was read.
type Tally struct {
	Files      int
	Mails      int // in mailboxes and alone
	Others     int // of those, mails that are no bounce
	Events     int
	Damaged    int  // told, and skipped
	Unreadable int  // the same: files and folders in folders, which may hold anything
	Left       Left // records of services that tell of no mail
	Future     int  // events dated more than a day ahead: they have no time; deliveries so dated are damaged
}

func (t *Tally) leave(left Left) {
	for word, n := range left {
		if t.Left == nil {
			t.Left = Left{}
		}
		t.Left[word] += n
	}
}

// Files reads each path, which is a file, "-", a Maildir, or a folder of any of
// these, and calls each for every event, in order. What is damaged is told and
// skipped, and a Maildir is left as it was. It needs no more memory than one mail has,
// of which it reads the first 16 MiB. A path that cannot be read does not keep it from
// the others; the error names them all, and says how many files of a folder could not
// be read: each of these is told as what is damaged is. An error of each, or the end of ctx, ends it.
func Files(ctx context.Context, paths []string, o Options, each func(bounce.Event) error, damaged func(source string, err error)) (Tally, error) {
	r := reader{ctx: ctx, Options: o, each: each, damaged: damaged}
	if r.Rules == nil {
		rules, err := bounce.Embedded()
		if err != nil {
			return r.tally, err
		}
		r.Rules = rules
	}
	if _, err := formatNamed(o.Format); o.Format != "" && err != nil {
		return r.tally, err
	}
	var failed []error
	for _, path := range paths {
		err := r.path(path)
		if e := (ended{}); errors.As(err, &e) {
			return r.tally, e.error
		}
		if err := ctx.Err(); err != nil {
			return r.tally, err // what was read last may only look damaged
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("read %s: %w", path, plain(err)))
		}
	}
	return r.tally, errors.Join(failed...)
}

// ended is an error that ends it all.
type ended struct{ error }

func (e ended) Unwrap() error { return e.error }

type reader struct {
	ctx context.Context
	Options
	each    func(bounce.Event) error
	damaged func(string, error)
	tally   Tally
}

func formatNamed(name string) (format, error) {
	var names []string
	for _, f := range formats() {
		if f.name == name {
			return f, nil
		}
		names = append(names, f.name)
	}
	return format{}, fmt.Errorf("there is no format %q; there are %s", name, strings.Join(names, ", "))
}

// path reads what one path stands for.
func (r *reader) path(path string) error {
	if path == "-" {
		stdin := r.Stdin
		if stdin == nil {
			stdin = os.Stdin
		}
		return r.file("-", stdin)
	}
	if r.Mailbox != nil && strings.Contains(path, "://") {
		in := r.input("", nil)
		return r.Mailbox(r.ctx, path, func(place string, raw []byte) error {
			before := r.tally
			if err := in.mail(place, raw); err != nil || r.tally.Events > before.Events && r.tally.Damaged == before.Damaged {
				return err
			}
			return ErrNoEvent
		}, r.tell)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return r.open(path)
	}
	before := r.tally.Unreadable
	if err := r.folder(path); err != nil {
		return err
	}
	switch n := r.tally.Unreadable - before; n {
	case 0:
		return nil
	case 1:
		return errors.New("1 file in it could not be read")
	default:
		return fmt.Errorf("%d files in it could not be read", n)
	}
}

// folder reads all files of a folder and of those in it. Of a Maildir it reads what
// has been delivered, in new and cur; what begins with a dot is nobody's mail, but
// for the Maildirs in one.
func (r *reader) folder(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	maildir := isMaildir(dir)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		var err error
		switch {
		case maildir && (e.Name() == "new" || e.Name() == "cur"), e.IsDir() && strings.HasPrefix(e.Name(), ".") && isMaildir(path):
			err = r.folder(path)
		case maildir && !e.IsDir(), e.Name() == "tmp" && maildir, strings.HasPrefix(e.Name(), "."):
			continue
		case e.IsDir():
			err = r.folder(path)
		case e.Type().IsRegular() || e.Type()&fs.ModeSymlink != 0:
			err = r.open(path)
		}
		if errors.As(err, new(ended)) {
			return err
		}
		switch {
		case err == nil:
		case errors.As(err, new(*fs.PathError)): // the system's: what stands there is not known
			r.tally.Unreadable++
			r.damaged(path, plain(err))
		default:
			r.tell(path, err)
		}
	}
	return nil
}

func isMaildir(dir string) bool {
	for _, name := range [...]string{"new", "cur"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

func (r *reader) open(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() { // behind a link
		return nil
	}
	return r.file(path, f)
}

// plain leaves the path out of an error that names it already.
func plain(err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		return p.Err
	}
	return err
}

func (r *reader) tell(source string, err error) {
	r.tally.Damaged++
	r.damaged(source, err)
}

// file reads one file.
func (r *reader) file(name string, from io.Reader) error {
	if err := r.ctx.Err(); err != nil {
		return ended{err}
	}
	in := bufio.NewReaderSize(from, headSize)
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return err
		}
		in = bufio.NewReaderSize(z, headSize)
	}
	head, err := in.Peek(headSize)
	if err != nil && err != io.EOF {
		return err
	}
	f, ok := format{}, false
	if r.Format != "" {
		f, err = formatNamed(r.Format)
		ok = err == nil
	} else {
		f, ok = detect(head)
	}
	if !ok && len(bytes.TrimSpace(head)) == 0 {
		return nil // nothing has happened yet
	}
	if !ok {
		return unknown(head)
	}
	r.tally.Files++
	before := r.tally
	foreign := r.Format != "" && f.by == nil && len(bytes.TrimSpace(head)) > 0 && !f.looks(head)
	err = f.read(r.input(name, in))
	if after := r.tally; err == nil && foreign && after.Events == before.Events && after.Mails == before.Mails && after.Damaged == before.Damaged {
		return fmt.Errorf("no line in it is one of %s", f.name)
	}
	return err
}

// ahead is how far clocks may differ. A time further on is no time to go by. What was
// refused counts without one; a delivery clears what was refused before it, and who
// knows not when it was, knows not what.
const ahead = 24 * time.Hour

// input is what is read of a file; of mails that are in none if it has no name.
func (r *reader) input(name string, from *bufio.Reader) *input {
	source := func(place string) string {
		if place == "" || name == "" {
			return name + place
		}
		return name + ": " + place
	}
	return &input{
		Reader: from, ctx: r.ctx, rules: r.Rules, tally: &r.tally, named: r.Format != "", owner: owner,
		event: func(e bounce.Event) error {
			if err := r.ctx.Err(); err != nil {
				return ended{err}
			}
			e.Source = source(e.Source)
			if e.At.After(time.Now().Add(ahead)) {
				if e.Happened == bounce.WasDelivered {
					r.tell(e.Source, fmt.Errorf("a delivery dated %s, which is to come", e.At.Format(time.DateOnly)))
					return nil
				}
				e.At = time.Time{}
				r.tally.Future++
			}
			r.tally.Events++
			if err := r.each(e); err != nil {
				return ended{err}
			}
			return nil
		},
		damaged: func(place string, err error) { r.tell(source(place), err) },
	}
}

// owner finds the service whose record o is.
func owner(o object) *service {
	for _, f := range formats() {
		if f.by != nil && f.by.owns(o) {
			return f.by
		}
	}
	return nil
}

// detect finds the format of a file that begins with head.
func detect(head []byte) (format, bool) {
	for _, f := range formats() {
		if f.looks(head) {
			return f, true
		}
	}
	return format{}, false
}
