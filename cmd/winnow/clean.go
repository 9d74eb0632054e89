package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"winnow/listio"
	"winnow/pipeline"
	"winnow/policy"
	"winnow/report"
	"winnow/validate"
)

// cleanFlags are the flags of clean.
type cleanFlags struct {
	asking
	reading
	history        remembering
	probing        probing
	output, outDir string
	summary        string
	keep, failOn   []string
	maxRemoved     string
	duplicates     string
	force          bool
}

func cleanCommand(ui *tui) *cobra.Command {
	var f cleanFlags
	cmd := &cobra.Command{
		Use:   "clean LIST",
		Short: "Write a list apart: what to send to, to look at, to remove",
		Long: `Reads a CSV list (comma, semicolon, tab or |), finds the column of addresses, asks
DNS once for each domain, and writes beside the list:

  contacts.clean.csv       rows to send to, byte for byte as they were
  contacts.review.csv      rows to look at, with why in the columns winnow_…
  contacts.removed.csv     rows that would bounce, with why
  contacts.duplicates.csv  later rows of a mailbox that stands in an earlier row
  contacts.winnow.json     the manifest: counts, hashes, what was looked at

Only domains leave the machine, to the resolver; with --probe also the addresses, to
their own mail hosts, which are asked whether they would take mail. None is sent.

Exit codes: 0 done; 1 could not finish, nothing was written; 2 wrong usage; 3 a gate
was met: by --max-removed the outputs are held back (….held.csv), by --fail-on they are
written; 4 done, but less deep than asked (….incomplete.csv); 130, 143 interrupted.`,
		Example: `  winnow clean contacts.csv
  winnow clean contacts.csv --out-dir cleaned --keep role,unknown
  winnow clean contacts.csv -o annotated.csv
  winnow clean - -o - < contacts.csv > annotated.csv
  winnow clean contacts.csv --probe --helo mail.acme.com --from news@acme.com
  winnow clean contacts.csv --quiet --summary summary.json --fail-on 'invalid>5%'`,
		Args: oneList,
		RunE: func(cmd *cobra.Command, args []string) error {
			defer ui.stopOnSignal()()
			return clean(cmd.Context(), ui, args[0], f)
		},
	}
	fs := cmd.Flags()
	fs.StringVarP(&f.output, "output", "o", "", "write one list with winnow's columns behind to `FILE` (- is standard output)")
	fs.StringVar(&f.outDir, "out-dir", "", "write the parts into `DIR`, not beside the list")
	fs.StringVar(&f.summary, "summary", "", "write the summary as JSON to `FILE` as well (- is standard output)")
	fs.Var((*words)(&f.keep), "keep", "leave `GROUPS` in the clean part: role, disposable, typo, implicit, private, dns,\ncatch-all, literal, risky, unknown, or a code")
	fs.StringVar(&f.duplicates, "duplicates", "first", "what to do with later rows of a mailbox, `MODE`: first sets them apart, keep does\nnot look for them, only-flag leaves them in place with a flag")
	fs.Var((*words)(&f.failOn), "fail-on", "exit with 3 on `STATUS` or code, with >N or >N% behind it if some are borne")
	fs.StringVar(&f.maxRemoved, "max-removed", "20%", "hold the outputs back (exit 3) where more than this `SHARE` would be removed, or\nover 1% of the list at one domain; 100% holds nothing back")
	fs.BoolVar(&f.force, "force", false, "replace outputs that winnow did not write, or that were changed since; with --probe,\nalso probe though --helo is not our address's name (PTR)")
	f.reading.add(cmd)
	f.asking.add(cmd, ui)
	f.history.add(cmd)
	f.probing.add(cmd, 20*time.Minute, 24*time.Hour, &f.force)
	complete(cmd, "duplicates", "first", "keep", "only-flag")
	complete(cmd, "keep", "role", "disposable", "typo", "implicit", "private", "dns", "catch-all", "literal", "risky", "unknown")
	complete(cmd, "fail-on", "invalid", "unknown", "risky")
	return cmd
}

func oneList(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("name one list, or - for standard input; there are %d", len(args))
	}
	return nil
}

// policy lays the flags over the policy file.
func (f *cleanFlags) policy(changed func(string) bool) (policy.Policy, error) {
	p, err := f.asking.policy()
	if err != nil {
		return p, err
	}
	if err := p.AddKeep(f.keep...); err != nil {
		return p, usageError{err}
	}
	if changed("duplicates") {
		if p.Duplicates, err = policy.ParseDuplicates(f.duplicates); err != nil {
			return p, usageError{err}
		}
	}
	if changed("max-removed") {
		if p.MaxRemoved, err = policy.ParseShare(f.maxRemoved); err != nil {
			return p, usageError{fmt.Errorf("max-removed: %w", err)}
		}
	}
	for _, s := range f.failOn {
		g, err := policy.ParseGate(s)
		if err != nil {
			return p, usageError{err}
		}
		p.FailOn = append(p.FailOn, g)
	}
	return p, nil
}

func clean(ctx context.Context, ui *tui, path string, f cleanFlags) error {
	p, err := f.policy(f.changed)
	if err != nil {
		return err
	}
	if err := f.probing.lay(p, &f.asking); err != nil {
		return usageError{err}
	}
	opt, err := f.options(p, ui)
	if err != nil {
		return err
	}
	switch {
	case f.output != "" && f.outDir != "":
		return usageError{errors.New("-o writes one list, --out-dir the parts: give one of them")}
	case path == "-" && f.output == "" && f.outDir == "":
		return usageError{errors.New("a list from standard input needs -o FILE, -o - or --out-dir DIR: there is no file to write beside")}
	case f.output == "-" && f.summary == "-":
		return usageError{errors.New("the annotated list and the summary can not both go to standard output")}
	}

	known, err := f.recall(ctx, p, &opt)
	if err != nil {
		return err
	}
	if path != "-" {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("read the list: %w", err)
		}
	}
	probed, err := f.probing.prober(ctx, ui, p, &f.asking, &f.history, &opt, nil)
	if err != nil {
		return err
	}
	defer probed()
	out, err := f.outputs(ctx, ui, path)
	if err != nil {
		return err
	}
	defer out.Close()
	summary, err := openSummary(ctx, ui, f.summary, f.force, append(out.Paths(), path))
	if err != nil {
		return err
	}
	defer summary.Close()
	src, list, err := f.open(ctx, ui, path)
	if err != nil {
		return err
	}
	defer src.Close()
	s, err := pipeline.Clean(ctx, pipeline.Job{
		Source: src, List: list,
		Validator: validate.New(opt), Resolver: opt.Resolver, Prober: opt.Prober, Unprobed: opt.Unprobed,
		Policy: p, Outputs: out, Version: versionString(), History: known,
		Progress: ui.progress,
	})
	ui.endProgress()
	if err != nil {
		return unchanged{err}
	}
	if err := probed(); err != nil {
		return err
	}
	return conclude(ui, s, summary)
}

// recall reads what became of earlier mail into memory, for opt.
func (f *cleanFlags) recall(ctx context.Context, p policy.Policy, opt *validate.Options) (*report.Store, error) {
	l, err := f.history.toAsk(ctx, p)
	if err != nil || l == nil {
		return nil, err
	}
	defer l.Close()
	index, err := l.Load(ctx)
	if err != nil {
		return nil, goAround(err)
	}
	opt.History = index
	return storeOf(index), nil
}

// conclude tells what was found, and ends with the exit code that it deserves.
func conclude(ui *tui, s *report.Summary, summary summaryFile) error {
	if err := summary.write(s); err != nil {
		return err
	}
	if !ui.quiet {
		var text strings.Builder
		if err := s.WriteText(&text); err != nil {
			return err
		}
		ui.say("\n%s", strings.TrimRight(text.String(), "\n"))
	}
	switch {
	case len(s.Gates) > 0:
		for _, g := range s.Gates {
			if ui.quiet {
				ui.say("winnow: %s", g)
			}
		}
		return exit(exitGate)
	case !s.Complete:
		return exit(exitShallow)
	}
	return nil
}

// summaryFile is where --summary leads. It is opened before the list is read: a
// summary that can not be written is told before the work, not after it.
type summaryFile struct {
	to     io.Writer      // nil: nowhere
	file   *listio.Output // nil: not a file
	unlock func()         // nil as file is
}

// openSummary opens the summary at path, which must be none of the run's other
// files and no file of somebody else's.
func openSummary(ctx context.Context, ui *tui, path string, force bool, others []string) (summaryFile, error) {
	switch path {
	case "":
		return summaryFile{}, nil
	case "-":
		return summaryFile{to: ui.results(ctx)}, nil
	}
	for _, other := range others {
		if same(other, path) {
			return summaryFile{}, usageError{fmt.Errorf("the summary %s is the list itself, or another output: name another file", path)}
		}
	}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && !force {
		manifest := strings.Contains(filepath.Base(path), ".winnow.") || strings.Contains(filepath.Base(path), ".winnow-fix.")
		if _, err := report.ReadFile(path); err != nil || manifest {
			return summaryFile{}, fmt.Errorf("replace %s: %w", path, pipeline.ErrExists)
		}
	} else if err == nil && !info.Mode().IsRegular() {
		return summaryFile{}, fmt.Errorf("write the summary: %s is no file; --summary - writes to standard output", path)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return summaryFile{}, fmt.Errorf("write the summary: there is no folder %s: %w", filepath.Dir(path), err)
	}
	unlock, err := listio.LockFile(filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".lock"))
	if err != nil {
		return summaryFile{}, fmt.Errorf("lock the summary %s: %w", path, err)
	}
	f, err := listio.Create(path)
	if err != nil {
		unlock()
		return summaryFile{}, err
	}
	return summaryFile{to: f, file: f, unlock: unlock}, nil
}

func (f summaryFile) write(s *report.Summary) error {
	if f.to == nil {
		return nil
	}
	if err := s.WriteJSON(f.to); err != nil || f.file == nil {
		return err
	}
	return f.file.Commit()
}

// Close leaves nothing behind of a summary that was not written.
func (f summaryFile) Close() {
	if f.file != nil {
		f.file.Abort()
		f.unlock()
	}
}

// outputs decides where to write, and refuses to write over the list.
func (f *cleanFlags) outputs(ctx context.Context, ui *tui, path string) (*pipeline.Outputs, error) {
	if f.output == "-" {
		if to, ok := ui.stdout.(*os.File); ok && isFile(to, path) {
			return nil, usageError{errors.New("standard output is the list itself")}
		}
		return pipeline.ToStream(ui.results(ctx)), nil
	}
	list := path
	if path == "-" {
		list = "stdin.csv" // the parts are named by it
	} else if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("read the list: %w", err)
	}
	if f.output != "" && same(path, f.output) {
		return nil, usageError{fmt.Errorf("the output %s is the list itself: name another file", f.output)}
	}
	var out *pipeline.Outputs
	var err error
	if f.output != "" {
		out, err = pipeline.Single(f.output, f.force)
	} else {
		out, err = pipeline.Parts(list, f.outDir, f.force)
	}
	if err != nil {
		return nil, err
	}
	if err := notTheList(path, out); err != nil {
		out.Close()
		return nil, err
	}
	return out, nil
}

// notTheList refuses outputs of which one is the list itself.
func notTheList(path string, out *pipeline.Outputs) error {
	for _, o := range out.Paths() {
		if same(path, o) {
			return usageError{fmt.Errorf("the list itself has the name of an output, %s: rename it, or write elsewhere", o)}
		}
	}
	return nil
}

// isFile tells whether f is the file at path.
func isFile(f *os.File, path string) bool {
	x, err := f.Stat()
	if err != nil {
		return false
	}
	y, err := os.Stat(path)
	return err == nil && os.SameFile(x, y)
}

// same tells whether two paths are one file, by whatever names or links.
func same(a, b string) bool {
	if a == "-" || b == "-" || b == "" {
		return false
	}
	if x, err := os.Stat(a); err == nil {
		if y, err := os.Stat(b); err == nil {
			return os.SameFile(x, y)
		}
	}
	x, _ := filepath.Abs(a)
	y, _ := filepath.Abs(b)
	return x == y
}
