package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"winnow/suppress"
)

func suppressRevertCommand(ui *tui) *cobra.Command {
	var r remembering
	var host, since, until, undo string
	cmd := &cobra.Command{
		Use:   "revert",
		Short: "Take a bad day of a mail host back, or show and undo what was taken back",
		Long: `Takes back what a mail host refused in a time: it is held against nobody any more.
The host is a provider (gmail), a mail host's domain, or a domain of addresses.
Complaints stay. Without --host it shows what was taken back; --undo ends one.

On 14 and 15 December 2020 Gmail said of living accounts that they do not exist.`,
		Example: `  winnow suppress revert --host gmail --since 2020-12-14 --until 2020-12-16
  winnow suppress revert
  winnow suppress revert --undo 1`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case cmd.Flags().Changed("undo"):
				return undoRevert(cmd.Context(), ui, &r, undo)
			case host == "" && since == "" && until == "":
				return showReverts(cmd.Context(), ui, &r)
			case host == "" || since == "" || until == "":
				return usageError{errors.New("a revert needs --host, --since and --until")}
			}
			from, err := parseTime("since", since)
			if err != nil {
				return err
			}
			to, err := parseTime("until", until)
			if err != nil {
				return err
			}
			if !from.Before(to) {
				return usageError{errors.New("--until must be later than --since: that day itself is not covered any more")}
			}
			l, err := r.changing(cmd.Context(), ui)
			if err != nil {
				return err
			}
			defer l.Close()
			done, err := l.Revert(cmd.Context(), host, from, to, whoAmI())
			switch {
			case errors.Is(err, suppress.ErrNoHost):
				return fmt.Errorf("take back what %q refused: %w; nothing was taken back", printable(host), err)
			case err != nil:
				return err
			case done.Same:
				ui.note("winnow: taken back already, by revert %d: %s", done.ID, counted(done.Events, "event"))
				return nil
			}
			before := ""
			if done.Before > 0 {
				before = fmt.Sprintf(", %s of them by another revert already", number(done.Before))
			}
			ui.note("winnow: revert %d: %s taken back%s (winnow suppress revert --undo %d)", done.ID, counted(done.Events, "event"), before, done.ID)
			return nil
		},
	}
	r.addStore(cmd)
	r.addPolicy(cmd)
	fs := cmd.Flags()
	fs.StringVar(&host, "host", "", "the mail `HOST`: gmail, mimecast.com, acme.com")
	fs.StringVar(&since, "since", "", "from this `TIME` on: a day (UTC), or 2026-11-24T08:00:00Z")
	fs.StringVar(&until, "until", "", "to before this `TIME`")
	fs.StringVar(&undo, "undo", "", "end the revert of this `NUMBER`")
	fs.BoolVarP(&ui.quiet, "quiet", "q", false, "say nothing but errors")
	return cmd
}

func undoRevert(ctx context.Context, ui *tui, r *remembering, number string) error {
	id, err := strconv.Atoi(number)
	if err != nil || id < 1 {
		return usageError{fmt.Errorf("--undo: %q is no revert's number; winnow suppress revert shows them", printable(number))}
	}
	l, err := r.changingWhatIs(ctx, ui)
	if err != nil {
		return err
	}
	defer l.Close()
	err = suppress.ErrNoRevert
	if l != nil {
		err = l.Undo(ctx, id, whoAmI())
	}
	if err != nil {
		if errors.Is(err, suppress.ErrNoRevert) {
			err = fmt.Errorf("%w; winnow suppress revert shows those that hold", err)
		}
		return fmt.Errorf("undo revert %d: %w", id, err)
	}
	but := ""
	reverts, err := l.Reverts(ctx)
	if err != nil {
		return err
	}
	if len(reverts) > 0 {
		but = ", save what another one takes back (winnow suppress revert shows them)"
	}
	ui.note("winnow: revert %d has ended: what it took back counts again%s", id, but)
	return nil
}

func showReverts(ctx context.Context, ui *tui, r *remembering) error {
	l, err := r.reading(ctx, ui)
	if err != nil {
		return err
	}
	defer l.Close()
	var reverts []suppress.Revert
	if l != nil {
		if reverts, err = l.Reverts(ctx); err != nil {
			return err
		}
	}
	if len(reverts) == 0 {
		_, err := fmt.Fprintln(ui.stdout, "Nothing was taken back.")
		return err
	}
	t := tabwriter.NewWriter(ui.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NUMBER\tHOST\tSINCE\tUNTIL\tBY")
	for _, v := range reverts {
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s, %s\n", v.ID, printable(v.Host), v.Since.Format(time.RFC3339), v.Until.Format(time.RFC3339), v.Who, day(v.At))
	}
	return t.Flush()
}
