package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"winnow/validate"
)

func listsCommand(ui *tui) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "lists",
		Short: "Show what winnow knows beforehand of domains and local parts, and of when",
		Long: `Shows the lists that winnow comes with, or that "winnow lists update" has fetched
since: how many entries, of which date, made from what.

WINNOW_CACHE names the folder that fetched lists are kept in; WINNOW_CACHE=off uses
none but the lists that winnow comes with.`,
		Example: `  winnow lists
  winnow lists update               fetch newer ones
  winnow lists why yopmail.com      what they say of a domain, and who says so`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			switch format {
			case "text":
				return showLists(ui)
			case "json":
				return printListsJSON(ui.stdout, userLists(ui))
			}
			return usageError{fmt.Errorf("--format: %q is neither text nor json", format)}
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "answer in this `FORMAT`: text or json")
	complete(cmd, "format", "text", "json")
	cmd.AddCommand(listsUpdateCommand(ui), listsWhyCommand(ui))
	for _, c := range cmd.Commands() {
		c.Args = asUsage(c.Args)
	}
	return cmd
}

// cacheVariable names the user's cache folder in the environment.
const cacheVariable = "WINNOW_CACHE"

// listsFolder is where fetched lists are kept, or "" for nowhere.
func listsFolder() string {
	switch cache := os.Getenv(cacheVariable); cache {
	case "off":
		return ""
	case "":
		cache, err := os.UserCacheDir()
		if err != nil {
			return "" // a user without a home has no cache
		}
		return filepath.Join(cache, "winnow", "lists")
	default:
		return filepath.Join(cache, "lists")
	}
}

// userLists returns the lists to use: those of the user's cache where they are
// sound and newer than the embedded ones.
func userLists(ui *tui) *validate.Lists {
	l, err := cachedLists()
	if err != nil {
		ui.note("winnow: %s; the lists that winnow comes with are used (winnow lists update fetches new ones)", err)
	}
	return l
}

// cachedLists is userLists, with why the cache can not be used. That there is
// none is no error.
func cachedLists() (*validate.Lists, error) {
	dir := listsFolder()
	if dir == "" {
		return validate.EmbeddedLists(), nil
	}
	l, err := validate.LoadLists(dir)
	if err == nil {
		return l, nil
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		err = nil
	}
	return validate.EmbeddedLists(), err
}

func showLists(ui *tui) error {
	l := userLists(ui)
	var b strings.Builder
	row := func(name, entries, date, kept, source string) {
		fmt.Fprintf(&b, "%-12s%8s  %-10s  %-8s  %s\n", name, entries, date, kept, source)
	}
	row("LIST", "ENTRIES", "DATE", "FROM", "SOURCE")
	cached := ""
	for _, i := range l.Info() {
		from := "embedded"
		if i.From != "" {
			from, cached = "cache", i.From
		}
		sources := strings.Split(i.Origin, ", ")
		entries := number(i.Count)
		if i.Count == 0 {
			entries = "?"
		}
		row(i.Name, entries, i.Date, from, sources[0])
		for _, s := range sources[1:] {
			row("", "", "", "", s)
		}
	}
	b.WriteByte('\n')
	for _, i := range l.Info() {
		fmt.Fprintf(&b, "%-12s%s\n", i.Name, i.Title)
	}
	if u, err := l.UncountedInfo(); err == nil {
		fmt.Fprintf(&b, "\n%s more domains are named by some source and counted on no list: winnow lists why tells.\n", number(u.Count))
	}
	if cached != "" {
		fmt.Fprintf(&b, "The cache is %s.\n", cached)
	}
	_, err := io.WriteString(ui.stdout, b.String())
	return err
}

// listJSON is a list as machines are told of it.
type listJSON struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Entries int      `json:"entries,omitempty"` // not known without
	Date    string   `json:"date"`
	Sources []string `json:"sources"`
	Licence string   `json:"licence"`
	From    string   `json:"from,omitempty"` // a folder; embedded without
}

func printListsJSON(w io.Writer, l *validate.Lists) error {
	infos := l.Info()
	if u, err := l.UncountedInfo(); err == nil {
		infos = append(infos, u)
	}
	var out []listJSON
	for _, i := range infos {
		out = append(out, listJSON{
			Name: i.Name, Title: i.Title, Entries: i.Count, Date: i.Date,
			Sources: strings.Split(i.Origin, ", "), Licence: i.Licence, From: i.From,
		})
	}
	return printJSON(w, out, "  ")
}

// printJSON writes one value, on one line unless it is to be indented.
func printJSON(w io.Writer, value any, indent string) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(value); err != nil {
		return fmt.Errorf("print an answer: %w", err)
	}
	return nil
}
