package pipeline

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"winnow/listio"
	"winnow/report"
)

// Outputs is where a run writes: the parts beside each other, one annotated
// list, or the corrected list and its log. Everything is written under other names and renamed when it is whole
// and the counts have been proved; the manifest comes last.
type Outputs struct {
	dir     string
	stem    string // "contacts" of contacts.csv
	ext     string // ".csv"
	form    form
	stream  io.Writer // where a streamed list goes
	unlock  func()
	refused [numStates]error           // why the files of a state are not to be replaced; nil if they may be
	forced  [numStates]bool            // they are all the same
	old     [numStates]*report.Summary // manifests of earlier runs, by the state of their outputs; nil where there is none

	parts [numOutputs]*listio.Output // nil: not written
	rows  [numOutputs]int64
}

// form is which files a run writes.
type form uint8

const (
	inParts   form = iota // clean, review, removed, duplicates
	single                // one annotated list, at dir/stem+ext
	streamed              // the same, to a stream
	corrected             // the corrected list, and the log of what was changed
)

// output is one of the files of a run. The first ones are the parts, in the order
// of report.Part.
type output uint8

const (
	outClean output = iota
	outReview
	outRemoved
	outDuplicates
	outAnnotated
	outFixed
	outChanges
	numOutputs = 7
)

func (o output) String() string {
	switch o {
	case outAnnotated:
		return "annotated"
	case outFixed:
		return "fixed"
	case outChanges:
		return "changes"
	}
	return report.Part(o).String()
}

// state says under what names outputs are committed.
type state uint8

const (
	whole      state = iota
	held             // a brake was met
	incomplete       // not as deep as asked
	numStates  = 3
)

var stateNames = [numStates]string{"", ".held", ".incomplete"}

// ErrExists says that an output would replace a file that winnow did not write,
// or that was changed since.
var ErrExists = errors.New("it was not written by winnow, or was changed since; move it away, or use --force")

// ToStream returns Outputs that write one annotated list to w.
func ToStream(w io.Writer) *Outputs {
	return &Outputs{form: streamed, stream: w, unlock: func() {}}
}

// Parts returns Outputs that write the parts of the list at path into dir ("" is
// the list's own folder). It locks them against other runs; see [Outputs.Close].
// force lets it replace files that winnow did not write.
func Parts(path, dir string, force bool) (*Outputs, error) {
	return beside(path, dir, force, inParts)
}

// Corrected returns Outputs that write the list at path, corrected, and the log of
// what was changed into dir ("" is the list's own folder); see [Fix].
func Corrected(path, dir string, force bool) (*Outputs, error) {
	return beside(path, dir, force, corrected)
}

func beside(path, dir string, force bool, f form) (*Outputs, error) {
	if dir == "" {
		dir = filepath.Dir(path)
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for the outputs: %w", err)
	}
	o := &Outputs{dir: dir, ext: filepath.Ext(path), form: f}
	o.stem = strings.TrimSuffix(filepath.Base(path), o.ext)
	return o, o.open(force)
}

// Single returns Outputs that write one annotated list at path.
func Single(path string, force bool) (*Outputs, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() || strings.HasSuffix(path, string(filepath.Separator)) {
		return nil, fmt.Errorf("write %s: is a folder; name a file, or write the parts there with --out-dir", path)
	}
	o := &Outputs{dir: filepath.Dir(path), ext: filepath.Ext(path), form: single}
	o.stem = strings.TrimSuffix(filepath.Base(path), o.ext)
	return o, o.open(force)
}

// open takes the lock and makes sure that nothing foreign would be replaced.
func (o *Outputs) open(force bool) (err error) {
	for _, part := range o.kinds() {
		if err := mustBeFile(o.path(part, whole)); err != nil {
			return err
		}
	}
	if info, err := os.Stat(o.dir); err != nil {
		return fmt.Errorf("write %s: there is no folder %s: %w", filepath.Join(o.dir, o.stem+o.ext), o.dir, err)
	} else if !info.IsDir() {
		return fmt.Errorf("write %s: %s is no folder", filepath.Join(o.dir, o.stem+o.ext), o.dir)
	}
	// One lock for all that shares a manifest.
	lock := "." + filepath.Base(o.manifest(whole)) + ".lock"
	if o.unlock, err = listio.LockFile(filepath.Join(o.dir, lock)); err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("write into %s: %w; name another folder with --out-dir", o.dir, fs.ErrPermission)
		}
		return fmt.Errorf("lock the outputs of %s: %w", filepath.Join(o.dir, o.stem+o.ext), err)
	}
	defer func() {
		if err != nil {
			o.unlock()
		}
	}()
	for st := range state(numStates) {
		o.refused[st] = o.recognize(st)
		if force && mustBeFile(o.manifest(st)) == nil && !errors.Is(o.refused[st], errNoFile) {
			o.forced[st] = true
		}
	}
	return o.mayReplace(whole)
}

// mayReplace tells whether the outputs of a state may be written: those of held
// and incomplete runs matter only to such a run.
func (o *Outputs) mayReplace(st state) error {
	if o.forced[st] {
		return nil
	}
	return o.refused[st]
}

// recognize reads the manifest of the earlier run that ended in a state, and
// makes sure that the files of that state are what it says.
func (o *Outputs) recognize(st state) error {
	known := map[string]bool{}
	// The manifest of a run that was killed while it renamed stands beside the
	// last whole one; both tell which files are ours.
	for _, path := range []string{o.manifest(st), listio.TempPath(o.manifest(st))} {
		if err := mustBeFile(path); err != nil {
			return err
		}
		m, err := report.ReadFile(path)
		switch {
		case err == nil:
			if path == o.manifest(st) {
				o.old[st] = m
			}
			for _, f := range m.Files {
				known[f.Path+" "+f.SHA256] = true
			}
		case errors.Is(err, fs.ErrNotExist) || path != o.manifest(st):
		default:
			return fmt.Errorf("replace %s: %w", path, ErrExists)
		}
	}
	ours := map[string]bool{}
	for _, part := range o.kinds() {
		path := o.path(part, st)
		ours[filepath.Base(path)] = true
		if err := mustBeFile(path); err != nil {
			return err
		}
		sum, _, err := listio.HashFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fmt.Errorf("look at the earlier output %s: %w", path, err)
		case !known[filepath.Base(path)+" "+sum]:
			return fmt.Errorf("replace %s: %w", path, ErrExists)
		}
	}
	if m := o.old[st]; m != nil {
		for _, f := range m.Files {
			if !ours[f.Path] {
				return fmt.Errorf("replace %s: it is the manifest of another list's outputs (%s); use --out-dir, or --force", o.manifest(st), f.Path)
			}
		}
	}
	return nil
}

var errNoFile = errors.New("not a file")

// mustBeFile refuses what stands at path and is no file: a pipe would never end.
func mustBeFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil || info.Mode().IsRegular():
		return nil
	case info.IsDir():
		return fmt.Errorf("replace %s: is a folder, %w", path, errNoFile)
	}
	return fmt.Errorf("replace %s: is a pipe or a device, %w; -o - writes to standard output", path, errNoFile)
}

// kinds returns the outputs that this run may write.
func (o *Outputs) kinds() []output {
	return writes[o.form]
}

// writes are the outputs of each form, in the order of the renames.
var writes = [...][]output{
	inParts:   {outReview, outRemoved, outDuplicates, outClean},
	single:    {outAnnotated},
	streamed:  {outAnnotated},
	corrected: {outChanges, outFixed},
}

// of returns where the rows of a part go.
func (o *Outputs) of(p report.Part) output {
	switch o.form {
	case inParts:
		return output(p)
	case corrected:
		return outFixed
	}
	return outAnnotated
}

func (o *Outputs) path(part output, st state) string {
	name := o.stem
	if part != outAnnotated {
		name += "." + part.String()
	}
	return filepath.Join(o.dir, name+stateNames[st]+o.ext)
}

func (o *Outputs) manifest(st state) string {
	name, mark := o.stem, ".winnow"
	switch o.form { // the list may be cleaned into parts as well
	case single:
		name += o.ext
	case corrected:
		mark = ".winnow-fix"
	}
	return filepath.Join(o.dir, name+mark+stateNames[st]+".json")
}

// Paths returns every file that the run may write, under any name.
func (o *Outputs) Paths() []string {
	if o.stream != nil {
		return nil
	}
	var paths []string
	for st := range state(numStates) {
		paths = append(append(paths, o.pathsOf(st)...), o.manifest(st))
	}
	return paths
}

func (o *Outputs) pathsOf(st state) (paths []string) {
	for _, part := range o.kinds() {
		paths = append(paths, o.path(part, st))
	}
	return paths
}

// begin creates the outputs and writes their headers.
func (o *Outputs) begin(l *listio.List) error {
	var bom []byte
	if l.Dialect.BOM {
		bom = []byte("\ufeff")
	}
	for _, part := range o.kinds() {
		if o.stream == nil {
			f, err := listio.Create(o.path(part, whole))
			if err != nil {
				return err
			}
			o.parts[part] = f
		}
		head := bom[:len(bom):len(bom)]
		switch part {
		case outClean, outFixed:
			head = append(head, l.HeaderRow()...)
		case outChanges:
			head = l.AppendCells(head, changeColumns)
		default:
			head = l.AppendHeader(head, columns)
		}
		if err := o.write(part, head, 0); err != nil {
			return err
		}
	}
	return nil
}

// write adds rows to an output.
func (o *Outputs) write(part output, text []byte, rows int64) (err error) {
	if len(text) == 0 {
		return nil
	}
	o.rows[part] += rows
	if o.stream != nil {
		if _, err = o.stream.Write(text); err != nil {
			return fmt.Errorf("write the annotated list: %w", err)
		}
		return nil
	}
	if _, err = o.parts[part].Write(text); err != nil {
		return err
	}
	return nil
}

// files describes what was written; the hashes are there once it is finished.
func (o *Outputs) files(st state) []report.File {
	var out []report.File
	for part, f := range o.parts {
		if f != nil {
			out = append(out, report.File{Part: output(part).String(), Path: filepath.Base(o.path(output(part), st)), Rows: o.rows[part], Bytes: f.Size(), SHA256: f.SHA256()})
		}
	}
	if o.stream != nil {
		out = append(out, report.File{Part: outAnnotated.String(), Path: "-", Rows: o.rows[outAnnotated]})
	}
	return out
}

// commit gives the outputs their names, the clean part and then the manifest
// last, and completes s with them.
func (o *Outputs) commit(s *report.Summary) error {
	if o.stream != nil {
		s.Files = o.files(whole)
		return nil
	}
	st := whole
	switch {
	case s.Held:
		st = held
	case !s.Complete:
		st = incomplete
	}
	if err := o.mayReplace(st); err != nil {
		return err
	}
	if o.rows[outDuplicates] == 0 && o.parts[outDuplicates] != nil {
		o.parts[outDuplicates].Abort()
		o.parts[outDuplicates] = nil
	}
	for _, part := range o.kinds() {
		if f := o.parts[part]; f != nil {
			if err := f.Finish(); err != nil {
				return err
			}
		}
	}
	s.Files = o.files(st)
	manifest, err := listio.Create(o.manifest(st))
	if err != nil {
		return err
	}
	renaming := false
	defer func() {
		if !renaming { // else it tells the next run which files are ours
			manifest.Abort()
		}
	}()
	if err := s.WriteJSON(manifest); err != nil {
		return err
	}
	if err := manifest.Finish(); err != nil {
		return err
	}
	for _, path := range append(o.pathsOf(st), o.manifest(st)) {
		if err := mustBeFile(path); err != nil {
			return err
		}
	}
	renaming = true
	for _, part := range o.kinds() {
		f := o.parts[part]
		if f == nil {
			if err := o.removeOld(part, st); err != nil {
				return err
			}
			continue
		}
		if err := f.CommitAs(o.path(part, st)); err != nil {
			return fmt.Errorf("put %s in place: %w", o.path(part, st), err)
		}
	}
	if err := manifest.Commit(); err != nil {
		return fmt.Errorf("put %s in place: %w", manifest.Path(), err)
	}
	if st == whole {
		o.removeSuperseded()
	}
	return nil
}

// removeSuperseded removes what earlier runs of this list left under the names of
// held and incomplete outputs, if it was still as they left it when this run
// began: the whole ones are newer. What can not be removed stays; the run is done.
func (o *Outputs) removeSuperseded() {
	for _, st := range []state{held, incomplete} {
		if o.old[st] == nil {
			continue
		}
		if o.refused[st] != nil {
			continue // somebody has worked on them, or they are another list's
		}
		for _, path := range o.pathsOf(st) {
			_ = os.Remove(path)
		}
		_ = os.Remove(o.manifest(st))
	}
}

// removeOld removes the file of a part that an earlier run wrote and this one
// has no rows for.
func (o *Outputs) removeOld(part output, st state) error {
	if o.old[st] == nil {
		return nil
	}
	for _, f := range o.old[st].Files {
		if f.Part == part.String() {
			if err := os.Remove(o.path(part, st)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("remove the earlier output: %w", err)
			}
		}
	}
	return nil
}

// Abort removes what was written and not committed.
func (o *Outputs) Abort() {
	for _, f := range o.parts {
		if f != nil {
			f.Abort()
		}
	}
}

// Close lets other runs at the outputs.
func (o *Outputs) Close() { o.unlock() }
