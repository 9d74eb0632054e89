package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"winnow/pipeline"
	"winnow/validate"
)

// fixFlags are the flags of fix.
type fixFlags struct {
	asking
	reading
	outDir string
	force  bool
}

func fixCommand(ui *tui) *cobra.Command {
	var f fixFlags
	cmd := &cobra.Command{
		Use:   "fix LIST",
		Short: "Correct what is all but certain to be a slip, and log every change",
		Long: `Reads a CSV list and writes beside it:

  contacts.fixed.csv        the list, with the corrections made, otherwise byte for byte as it was
  contacts.changes.csv      every change: row, before, after, how probable, why
  contacts.winnow-fix.json  the manifest, by which winnow knows its own outputs again

Only corrections that are at least 99 % sure are made: <jane@acme.com> is, gmial.com
is, a guess is not. The list itself is left alone. Of DNS only the domains that look
misspelled are asked for.`,
		Example: `  winnow fix contacts.csv
  winnow fix contacts.csv --out-dir fixed --offline`,
		Args: oneList,
		RunE: func(cmd *cobra.Command, args []string) error {
			defer ui.stopOnSignal()()
			return fix(cmd.Context(), ui, args[0], f)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.outDir, "out-dir", "", "write into `DIR`, not beside the list")
	fs.BoolVar(&f.force, "force", false, "replace outputs that winnow did not write, or that were changed since")
	f.reading.add(cmd)
	f.asking.add(cmd, ui)
	return cmd
}

func fix(ctx context.Context, ui *tui, path string, f fixFlags) error {
	p, err := f.asking.policy()
	if err != nil {
		return err
	}
	opt, err := f.options(p, ui)
	if err != nil {
		return err
	}
	name := path
	switch {
	case path == "-" && f.outDir == "":
		return usageError{errors.New("a list from standard input needs --out-dir DIR: there is no file to write beside")}
	case path == "-":
		name = "stdin.csv" // the outputs are named by it
	default:
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("read the list: %w", err)
		}
	}
	out, err := pipeline.Corrected(name, f.outDir, f.force)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := notTheList(path, out); err != nil {
		return err
	}
	src, list, err := f.open(ctx, ui, path)
	if err != nil {
		return err
	}
	defer src.Close()
	s, err := pipeline.Fix(ctx, pipeline.Job{
		Source: src, List: list,
		Validator: validate.New(opt), Resolver: opt.Resolver,
		Policy: p, Outputs: out, Version: versionString(),
		Progress: ui.progress,
	})
	ui.endProgress()
	if err != nil {
		return unchanged{err}
	}
	return conclude(ui, s, summaryFile{})
}
