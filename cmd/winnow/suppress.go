package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"winnow/address"
	"winnow/policy"
	"winnow/suppress"
)

func suppressCommand(ui *tui) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "suppress",
		Short: "Show and change who may not be mailed again, because of what became of earlier mail",
		Long: `Who may not be mailed again follows from what became of earlier mail: a refusal for
good suppresses at once, a complaint for good, passing refusals when they come again
and again. The policy ([suppress]) judges the events anew each time. What is changed
by hand stands beside them, with who did it and when.

The store is a file of yours (see winnow store); --store names another.`,
		Example: `  winnow suppress list
  winnow suppress why jane@acme.com
  winnow suppress add jane@acme.com --reason complaint --note "by phone"
  winnow suppress remove jane@acme.com --note "she wrote to us"
  winnow suppress import unsubscribed.csv --reason complaint
  winnow suppress export --format ses -o suppressed.csv
  winnow suppress revert --host gmail --since 2020-12-14 --until 2020-12-16`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(suppressListCommand(ui), suppressWhyCommand(ui), suppressAddCommand(ui), suppressRemoveCommand(ui),
		suppressImportCommand(ui), suppressExportCommand(ui), suppressRevertCommand(ui), suppressChangesCommand(ui))
	usageErrors(cmd)
	return cmd
}

// usageErrors makes usage errors of what is wrong with the arguments of a command's
// commands.
func usageErrors(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		if c.Args == nil {
			c.Args = cobra.ArbitraryArgs
		}
		c.Args = asUsage(c.Args)
	}
}

// reading opens a ledger for a command that shows what is in it. It is nil, and said
// so, if nothing was kept yet: there is nothing to show then, which is no error.
func (r *remembering) reading(ctx context.Context, ui *tui) (*ledger, error) {
	p, err := r.policy()
	if err != nil {
		return nil, err
	}
	if path, _, err := r.place(p); err == nil && path == policy.NoStore {
		return nil, usageError{errors.New("--store none has nothing to show: name a file")}
	}
	l, err := r.toAsk(ctx, p)
	if err == nil && l == nil {
		ui.say("winnow: nothing was kept of earlier mail yet: winnow bounces import, or winnow suppress add, begins")
	}
	return l, err
}

// entries calls each for every entry; nil has none.
func (l *ledger) entries(ctx context.Context, each func(suppress.Entry) error) error {
	if l == nil {
		return nil
	}
	return l.Entries(ctx, each)
}

// changing opens a ledger for a command that changes it, and makes it if need be.
func (r *remembering) changing(ctx context.Context, ui *tui) (*ledger, error) {
	p, err := r.policy()
	if err != nil {
		return nil, err
	}
	return r.toKeep(ctx, ui, p)
}

// changingWhatIs is as changing, but where nothing was kept yet it makes no file, and
// the ledger is nil.
func (r *remembering) changingWhatIs(ctx context.Context, ui *tui) (*ledger, error) {
	l, err := r.reading(ctx, ui)
	if err != nil || l == nil {
		return nil, err
	}
	l.Close()
	return r.changing(ctx, ui)
}

func oneAddress(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("name one address; there are %d", len(args))
	}
	return nil
}

// addressError says of the arguments which is no address, why, and what to do, if that
// is what is wrong.
func addressError(err error, args ...string) error {
	if !errors.Is(err, suppress.ErrNoAddress) {
		return err
	}
	for _, arg := range args {
		if _, wrong := address.Parse(strings.TrimSpace(arg)); wrong != nil {
			return usageError{fmt.Errorf("%q is no address: %s; give one such as jane@acme.com (nothing was changed)", printable(arg), faultText(wrong))}
		}
	}
	return usageError{err}
}

// oneOf refuses a word that is none of those that a flag takes.
func oneOf(flag, word string, words ...string) error {
	if slices.Contains(words, word) {
		return nil
	}
	return usageError{fmt.Errorf("--%s: %q is none of %s", flag, word, strings.Join(words, ", "))}
}

func suppressListCommand(ui *tui) *cobra.Command {
	var r remembering
	var format string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List who may not be mailed again",
		Example: "  winnow suppress list\n  winnow suppress list --format jsonl",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", format, "text", "jsonl", "csv"); err != nil {
				return err
			}
			l, err := r.reading(cmd.Context(), ui)
			if err != nil {
				return err
			}
			defer l.Close()
			out := ui.results(cmd.Context())
			switch format {
			case "csv":
				return export(cmd.Context(), l, out, "csv", func(*suppress.Entry) bool { return true })
			case "jsonl":
				return l.entries(cmd.Context(), func(e suppress.Entry) error { return printJSON(out, entryOf(&e), "") })
			}
			if l == nil {
				return nil
			}
			return listEntries(cmd.Context(), l, out)
		},
	}
	r.add(cmd)
	r.addPolicy(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "answer in this `FORMAT`: text, jsonl or csv")
	complete(cmd, "format", "text", "jsonl", "csv")
	return cmd
}

func listEntries(ctx context.Context, l *ledger, out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "ADDRESS\tSTANDING\tSINCE\tUNTIL\tWHY")
	n := 0
	err := l.Entries(ctx, func(e suppress.Entry) error {
		n++
		_, err := fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", nameOf(&e), e.Standing, day(e.Since), untilOf(e.Until), whyOf(&e))
		return err
	})
	if err != nil {
		return err
	}
	if n == 0 {
		_, err := fmt.Fprintln(out, "Nobody is suppressed.")
		return err
	}
	return t.Flush()
}

// nameOf is an entry's address, or what stands for it where hashes are kept.
func nameOf(e *suppress.Entry) string {
	if e.Address == "" {
		return hex.EncodeToString(e.Key)
	}
	return printable(e.Address)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func untilOf(t time.Time) string {
	if t.IsZero() {
		return "for good"
	}
	return day(t)
}

func whyOf(e *suppress.Entry) string {
	switch {
	case e.ByHand() && e.Note != "":
		return "by hand, " + e.Who + ": " + printable(e.Note)
	case e.ByHand():
		return "by hand, " + e.Who
	case e.Waits():
		return e.ReasonWord() + ", on a bad day of its mail host"
	}
	return e.ReasonWord()
}

// entryJSON is an entry as machines are told of it.
type entryJSON struct {
	Email    string `json:"email,omitempty"`
	Hash     string `json:"hash,omitempty"` // in place of email, where hashes are kept
	Standing string `json:"standing"`
	Reason   string `json:"reason,omitempty"`
	Since    string `json:"since,omitempty"`
	Until    string `json:"until,omitempty"` // without: for good
	Waits    bool   `json:"waits,omitempty"` // for a second refusal: the first was of a bad day
	Events   int    `json:"events"`
	ByHand   bool   `json:"by_hand,omitempty"`
	Who      string `json:"who,omitempty"`
	Note     string `json:"note,omitempty"`
}

func entryOf(e *suppress.Entry) entryJSON {
	j := entryJSON{Email: e.Address, Standing: e.Standing.String(), Waits: e.Waits(), Events: e.Events, ByHand: e.ByHand(), Who: e.Who, Note: e.Note}
	if e.Address == "" {
		j.Hash = hex.EncodeToString(e.Key)
	}
	if e.Standing != suppress.Clear {
		j.Reason, j.Since = e.ReasonWord(), e.Since.UTC().Format(time.RFC3339)
	}
	if !e.Until.IsZero() {
		j.Until = e.Until.UTC().Format(time.RFC3339)
	}
	return j
}

// standingFlag are the words that an entry can have.
var standingFlag = []string{suppress.Hard.String(), suppress.Complained.String(), suppress.Soft.String()}

func suppressAddCommand(ui *tui) *cobra.Command {
	var r remembering
	var reason, until, note string
	cmd := &cobra.Command{
		Use:   "add ADDRESS...",
		Short: "Suppress an address by hand",
		Example: `  winnow suppress add jane@acme.com --reason complaint --note "by phone"
  winnow suppress add ben@acme.com --reason soft --until 2027-01-31`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name an address")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("reason", reason, standingFlag...); err != nil {
				return err
			}
			o := suppress.Order{Note: note, Who: whoAmI()}
			o.Standing, _ = suppress.ParseStanding(reason)
			var err error
			if until != "" {
				if o.Until, err = parseTime("until", until); err == nil && !o.Until.After(time.Now()) {
					err = usageError{fmt.Errorf("--until: %s is over: the address would be let go at once", until)}
				}
				if err != nil {
					return err
				}
			}
			var orders []suppress.Order
			for _, a := range args {
				o.Address = a
				orders = append(orders, o)
			}
			l, err := r.changing(cmd.Context(), ui)
			if err != nil {
				return err
			}
			defer l.Close()
			n, err := l.Suppress(cmd.Context(), orders...)
			if err != nil {
				return addressError(err, args...)
			}
			ui.note("winnow: %s", ordered(n))
			return nil
		},
	}
	r.addStore(cmd)
	r.addPolicy(cmd)
	fs := cmd.Flags()
	fs.StringVar(&reason, "reason", "hard", "what is held against it, `WORD`: hard (mail bounces), complaint (its owner wants\nnone), soft (leave it out for now)")
	fs.StringVar(&until, "until", "", "let it go on this `DAY` (for good)")
	fs.StringVar(&note, "note", "", "keep this `TEXT` with it")
	fs.BoolVarP(&ui.quiet, "quiet", "q", false, "say nothing but errors")
	complete(cmd, "reason", standingFlag...)
	return cmd
}

// ordered says what became of orders.
func ordered(o suppress.Ordered) string {
	text := fmt.Sprintf("%s suppressed, %s so already", number(o.New), number(o.Changed+o.Known))
	if o.Changed > 0 {
		text += fmt.Sprintf(" (of these, %s changed: what is held against them, the end or the note)", number(o.Changed))
	}
	return text
}

func suppressRemoveCommand(ui *tui) *cobra.Command {
	var r remembering
	var note string
	cmd := &cobra.Command{
		Use:   "remove ADDRESS",
		Short: "Let an address go: what is held against it now is so no more",
		Long: `Lets an address go: what was refused until now is not held against it any more, nor
are the complaints that are known. The events stay, and so does who let it go; what
happens from now on counts, and so does a complaint that is recorded later, whenever
it was made: services tell of them days later.

Think twice about one whose owner complained.`,
		Example: `  winnow suppress remove jane@acme.com --note "she wrote to us"`,
		Args:    oneAddress,
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := r.changingWhatIs(cmd.Context(), ui)
			if err != nil {
				return err
			}
			defer l.Close()
			was := suppress.Clear
			if l != nil {
				was, err = l.Release(cmd.Context(), args[0], whoAmI(), note)
			}
			switch {
			case err != nil:
				return addressError(err, args[0])
			case was == suppress.Clear:
				return fmt.Errorf("remove an entry: %s is not suppressed", printable(args[0]))
			}
			ui.note("winnow: let go; it was %s", was)
			return nil
		},
	}
	r.add(cmd)
	r.addPolicy(cmd)
	cmd.Flags().StringVar(&note, "note", "", "keep this `TEXT` with it")
	cmd.Flags().BoolVarP(&ui.quiet, "quiet", "q", false, "say nothing but errors")
	return cmd
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return number(n) + " " + what
}

func suppressChangesCommand(ui *tui) *cobra.Command {
	var r remembering
	var format string
	cmd := &cobra.Command{
		Use:     "changes",
		Short:   "Show what was changed by hand: when, by whom, what",
		Example: "  winnow suppress changes",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", format, "text", "jsonl"); err != nil {
				return err
			}
			l, err := r.reading(cmd.Context(), ui)
			if err != nil {
				return err
			}
			defer l.Close()
			if l == nil {
				return nil
			}
			changes, err := l.Changes(cmd.Context())
			if err != nil {
				return err
			}
			out := ui.results(cmd.Context())
			for _, c := range changes {
				if format == "jsonl" {
					err = printJSON(out, c, "")
				} else {
					_, err = fmt.Fprintln(out, strings.Join(slices.DeleteFunc([]string{
						c.At.UTC().Format("2006-01-02 15:04"), c.Who, c.What, c.Address, printableOrNone(c.Detail)}, func(s string) bool { return s == "" }), "  "))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	r.addStore(cmd)
	r.addPolicy(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "answer in this `FORMAT`: text, or jsonl (one JSON object a line)")
	complete(cmd, "format", "text", "jsonl")
	return cmd
}

func printableOrNone(s string) string {
	if s == "" {
		return ""
	}
	return printable(s)
}
