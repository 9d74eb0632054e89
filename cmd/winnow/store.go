package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"winnow/policy"
	"winnow/suppress"
)

func storeCommand(ui *tui) *cobra.Command {
	var r remembering
	cmd := &cobra.Command{
		Use:   "store",
		Short: "Show the store that keeps what became of earlier mail, and erase what is old",
		Long: `Shows where what became of earlier mail is kept, and how much. It is one file,
readable by you alone: store.db in winnow's folder among your data
(XDG_DATA_HOME, ~/.local/share/winnow; ~/Library/Application Support/winnow;
%LocalAppData%\winnow), or what --store names. Nothing in it leaves the machine.

With --hash-key FILE a new store keeps no address, only HMAC-SHA-256 of addresses
under that key (16 bytes or more: head -c 32 /dev/urandom > FILE), and takes
addresses out of the replies. Domains stay. Without the key nobody can ask it.`,
		Example: `  winnow store
  winnow store purge --older-than 2y
  winnow forget jane@acme.com`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			l, err := r.reading(cmd.Context(), ui)
			if err != nil || l == nil {
				return err
			}
			defer l.Close()
			x, err := l.Load(cmd.Context())
			if err != nil {
				return err
			}
			events, err := l.Len(cmd.Context())
			if err != nil {
				return err
			}
			var b strings.Builder
			fmt.Fprintf(&b, "%s\n  suppressed   %s\n  events       %s\n", x.Path(), entries(x.Len()), number(int(events)))
			at := "never"
			if !x.Imported().IsZero() {
				at = x.Imported().UTC().Format("2006-01-02 15:04 MST")
			}
			keeps := "in clear"
			if l.Hashed() {
				keeps = "as keyed hashes"
			}
			fmt.Fprintf(&b, "  last import  %s\n  addresses    %s\n", at, keeps)
			_, err = io.WriteString(ui.stdout, b.String())
			return err
		},
	}
	r.add(cmd)
	r.addPolicy(cmd)
	cmd.AddCommand(storePurgeCommand(ui))
	usageErrors(cmd)
	return cmd
}

func storePurgeCommand(ui *tui) *cobra.Command {
	var r remembering
	var old string
	var all bool
	cmd := &cobra.Command{
		Use:   "purge --older-than TIME",
		Short: "Erase what is older: those that it suppressed may be mailed again",
		Long: `Erases the events that are older. Those that they suppressed may be mailed again once
they stand on a list again. Complaints and what was made by hand stay, and so does
the trail of changes, unless --all is given.`,
		Example: "  winnow store purge --older-than 2y",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if old == "" {
				return usageError{fmt.Errorf("say how old, such as --older-than 2y")}
			}
			age, err := policy.ParseDays(old)
			if err != nil {
				return usageError{fmt.Errorf("--older-than: %w", err)}
			}
			l, err := r.changingWhatIs(cmd.Context(), ui)
			if err != nil {
				return err
			}
			defer l.Close()
			var p suppress.Purged
			if l != nil {
				p, err = l.Purge(cmd.Context(), time.Now().Add(-age), all, whoAmI())
				if err != nil && !errors.Is(err, suppress.ErrUnscrubbed) {
					return err
				}
			}
			ui.note("winnow: erased %s and %s", counted(int(p.Events), "event"), entries(int(p.Entries)))
			return err
		},
	}
	r.addStore(cmd)
	r.addPolicy(cmd)
	fs := cmd.Flags()
	fs.StringVar(&old, "older-than", "", "erase what is older than this `TIME`: 90d, 2y")
	fs.BoolVar(&all, "all", false, "erase also complaints, entries made by hand and the trail of changes")
	fs.BoolVarP(&ui.quiet, "quiet", "q", false, "say nothing but errors")
	return cmd
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return number(n) + " entries"
}

func forgetCommand(ui *tui) *cobra.Command {
	var r remembering
	var stay bool
	cmd := &cobra.Command{
		Use:   "forget ADDRESS",
		Short: "Erase all that is kept of an address",
		Long: `Erases all that the store has of an address: its events, its entry, the trail of
changes to it, and what its mail host said. That something was forgotten, when and by whom, is kept; not of whom.
Lists, outputs and backups of yours are not touched.

The address may be mailed again then, if it stands on a list again. Where the store
keeps hashes (--hash-key), --still-suppressed leaves the hash of one that was
suppressed, and nothing else.`,
		Example: "  winnow forget jane@acme.com",
		Args:    oneAddress,
		RunE: func(cmd *cobra.Command, args []string) error {
			l, err := r.changingWhatIs(cmd.Context(), ui)
			if err != nil {
				return err
			}
			defer l.Close()
			var f suppress.Forgotten
			if l != nil {
				f, err = l.Forget(cmd.Context(), args[0], whoAmI(), stay)
				if err != nil && !errors.Is(err, suppress.ErrUnscrubbed) {
					return addressError(err, args[0])
				}
			}
			if f == (suppress.Forgotten{}) {
				_, printed := fmt.Fprintln(ui.stdout, "Nothing is kept of it.")
				return errors.Join(err, printed)
			}
			entry := 0
			if f.Entry {
				entry = 1
			}
			text := fmt.Sprintf("Erased %s, %s made by hand, %s", counted(int(f.Events), "event"), entries(entry), counted(int(f.Changes), "change"))
			if f.Notes > 0 {
				text += ", and what its mail host said"
			}
			text += "."
			if f.Stays {
				text += " It stays suppressed, by its hash."
			}
			_, printed := fmt.Fprintln(ui.stdout, text)
			return errors.Join(err, printed)
		},
	}
	r.add(cmd)
	r.addPolicy(cmd)
	cmd.Flags().BoolVar(&stay, "still-suppressed", false, "keep it suppressed by its keyed hash")
	return cmd
}
