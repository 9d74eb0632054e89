package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"winnow/address"
	"winnow/listio"
	"winnow/suppress"
	"winnow/validate"
)

func suppressImportCommand(ui *tui) *cobra.Command {
	var r remembering
	var reading reading
	var reason, note string
	cmd := &cobra.Command{
		Use:   "import LIST",
		Short: "Suppress all addresses of a list: one that you kept until now, or a service's",
		Long: `Suppresses all addresses of a list: one address a line, or a CSV list with a column
of addresses. Rows without an address are passed over; one that is no address is
named by its number, the others are taken, and the exit code is 2.

Bounces themselves say more than such a list: winnow bounces import.`,
		Example: `  winnow suppress import unsubscribed.csv --reason complaint
  winnow suppress import bounced.txt --note "from the old service"`,
		Args: oneList,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("reason", reason, standingFlag...); err != nil {
				return err
			}
			defer ui.stopOnSignal()()
			o := suppress.Order{Note: note, Who: whoAmI()}
			o.Standing, _ = suppress.ParseStanding(reason)
			return importList(cmd.Context(), ui, &r, &reading, args[0], o)
		},
	}
	r.addStore(cmd)
	r.addPolicy(cmd)
	reading.add(cmd)
	fs := cmd.Flags()
	fs.StringVar(&reason, "reason", "hard", "what is held against them, `WORD`: hard (mail bounces), complaint (their owners want\nnone), soft (leave them out for now)")
	fs.StringVar(&note, "note", "", "keep this `TEXT` with each (imported from LIST)")
	fs.BoolVarP(&ui.quiet, "quiet", "q", false, "say nothing but errors")
	complete(cmd, "reason", standingFlag...)
	return cmd
}

// importList suppresses the addresses of a list, a batch at a time.
func importList(ctx context.Context, ui *tui, r *remembering, reading *reading, path string, o suppress.Order) error {
	src, list, err := reading.open(ctx, ui, path)
	if err != nil {
		return err
	}
	defer src.Close()
	if o.Note == "" {
		o.Note = "imported from " + src.Name()
	}
	l, err := r.changing(ctx)
	if err != nil {
		return err
	}
	defer l.Close()

	var orders []suppress.Order
	taken, changed, bad := 0, 0, 0
	flush := func() error {
		n, err := l.Suppress(ctx, orders...)
		taken, changed, orders = taken+len(orders), changed+n, orders[:0]
		return err
	}
	rows := list.Blocks()
	for {
		b, err := rows.Next()
		if b != nil {
			for i := range b.Len() {
				cell, _ := list.Cell(b.Row(i))
				if validate.NoAddress(cell) {
					continue
				}
				if _, err := address.Parse(strings.TrimSpace(cell)); err != nil {
					bad++
					ui.say("winnow: row %d: %s", b.First+i, faultText(err))
					continue
				}
				o.Address = strings.Clone(cell)
				orders = append(orders, o)
				if len(orders) == suppress.Batch {
					if err := flush(); err != nil {
						return err
					}
				}
			}
			rows.Release(b)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", src.Name(), err)
		}
	}
	if err := flush(); err != nil {
		return err
	}
	ui.note("winnow: %s suppressed, %s so already", number(changed), number(taken-changed))
	if bad > 0 {
		return exit(exitUsage)
	}
	return nil
}

// faultText says what is wrong with an address, without the address.
func faultText(err error) string {
	var fault *address.Error
	if errors.As(err, &fault) {
		return fault.Rule.Text()
	}
	return "it is no address"
}

func suppressExportCommand(ui *tui) *cobra.Command {
	var r remembering
	var format, output string
	var only []string
	var temporary, force bool
	var names []string
	long := strings.Builder{}
	long.WriteString("Writes who may not be mailed again as a list that a sending service takes:\n\n")
	for _, f := range suppress.Formats() {
		names = append(names, f.Name)
		fmt.Fprintf(&long, "  %-10s %s\n", f.Name, f.About)
	}
	long.WriteString(`
What ends by itself some day (soft refusals, disabled mailboxes) is left out, for a
service's list has no end; --temporary writes it as well. A service that has a list
of bounces and one of complaints gets each by --only.`)
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write who may not be mailed again as a list that a sending service takes",
		Long:  long.String(),
		Example: `  winnow suppress export --format mailgun --only hard -o bounces.csv
  winnow suppress export --format plain`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", format, names...); err != nil {
				return err
			}
			for _, word := range only {
				if err := oneOf("only", word, standingFlag...); err != nil {
					return err
				}
			}
			l, err := r.reading(cmd.Context())
			if err != nil {
				return err
			}
			defer l.Close()
			wanted := func(e *suppress.Entry) bool {
				if len(only) > 0 && !slices.Contains(only, e.Standing.String()) {
					return false
				}
				return temporary || e.Until.IsZero()
			}
			if output == "" || output == "-" {
				return export(cmd.Context(), l, ui.results(cmd.Context()), format, wanted)
			}
			if _, err := os.Stat(output); err == nil && !force {
				return fmt.Errorf("%s is there already: name another file, or give --force", output)
			}
			f, err := listio.Create(output)
			if err != nil {
				return err
			}
			defer f.Abort()
			if err := export(cmd.Context(), l, f, format, wanted); err != nil {
				return err
			}
			return f.Commit()
		},
	}
	r.add(cmd)
	r.addPolicy(cmd)
	fs := cmd.Flags()
	fs.StringVar(&format, "format", "csv", "write in this `FORMAT`: "+strings.Join(names, ", "))
	fs.StringVarP(&output, "output", "o", "-", "write to `FILE` (- is standard output)")
	fs.Var((*words)(&only), "only", "write only entries that are hard, complaint or soft, `WORDS` by comma")
	fs.BoolVar(&temporary, "temporary", false, "write also what is let go some day")
	fs.BoolVar(&force, "force", false, "replace FILE")
	complete(cmd, "format", names...)
	complete(cmd, "only", standingFlag...)
	return cmd
}

// export writes the entries that are wanted.
func export(ctx context.Context, l *ledger, to io.Writer, format string, wanted func(*suppress.Entry) bool) error {
	if l.Hashed() {
		return errors.New("export entries: the store keeps hashes, of which nobody can tell the addresses; winnow suppress list shows the hashes")
	}
	for _, f := range suppress.Formats() {
		if f.Name != format {
			continue
		}
		x, err := suppress.NewExporter(to, f)
		if err != nil {
			return err
		}
		if err := l.Entries(ctx, func(e suppress.Entry) error {
			if !wanted(&e) {
				return nil
			}
			return x.Write(&e)
		}); err != nil {
			return err
		}
		return x.Flush()
	}
	return fmt.Errorf("there is no format %q", format)
}
