package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/spf13/cobra"

	"winnow/address"
	"winnow/validate"
)

func listsWhyCommand(ui *tui) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "why DOMAIN...",
		Short: "Say what the lists know of a domain, and who says so",
		Long: `Says on which lists a domain stands, what every source of them says of it or of a
domain above it, and which rule decided. Of an address, it also says whether its
local part names a task. Nothing is asked outside.`,
		Example: `  winnow lists why yopmail.com
  winnow lists why noreply@gmial.com
  winnow lists why --format jsonl duck.com stanford.edu`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name a domain, or an address")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return why(ui, args, format)
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "answer in this `FORMAT`: text, json, or jsonl (one JSON object a line)")
	complete(cmd, "format", "text", "json", "jsonl")
	return cmd
}

// account is what the lists know of what was asked for.
type account struct {
	validate.Account
	asked, local, tier string
}

func why(ui *tui, asked []string, format string) error {
	switch format {
	case "text", "json", "jsonl":
	default:
		return usageError{fmt.Errorf("--format: %q is none of text, json, jsonl", format)}
	}
	lists := userLists(ui)
	var accounts []account
	for _, a := range asked {
		known, err := accountOf(lists, a)
		if err != nil {
			return err
		}
		accounts = append(accounts, known)
	}
	if format == "json" {
		out := make([]accountJSON, 0, len(accounts))
		for _, a := range accounts {
			out = append(out, a.json())
		}
		return printJSON(ui.stdout, out, "  ")
	}
	for i, a := range accounts {
		if format == "jsonl" {
			if err := printJSON(ui.stdout, a.json(), ""); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			fmt.Fprintln(ui.stdout)
		}
		if err := a.print(ui.stdout); err != nil {
			return err
		}
	}
	return nil
}

func accountOf(lists *validate.Lists, asked string) (account, error) {
	text := asked
	if !strings.Contains(text, "@") {
		text = "postmaster@" + text
	}
	parsed, err := address.Parse(text)
	if err != nil || parsed.IsLiteral() {
		return account{}, usageError{fmt.Errorf("%s is neither a domain nor an address", printable(asked))}
	}
	a := account{asked: asked}
	if text == asked {
		a.local, a.tier = parsed.Local, lists.RoleTier(parsed.Local)
	}
	a.Account, err = lists.Why(parsed.Domain)
	return a, err
}

func (a account) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", printable(a.Domain), a.summary())
	say := func(format string, args ...any) { fmt.Fprintf(&b, "  "+format+"\n", args...) }
	for _, s := range a.Lists {
		say("on the list %s%s%s", s.List, a.above(s.Entry, " by "), reasonFor(s.List, s.Rule))
	}
	if a.Typo != "" && a.stands("disposable") {
		say("a misspelling of %s is told as one, not as disposable", a.Typo)
	}
	if a.PublicSuffix {
		say("a public suffix: its owners have nothing in common, so that no list counts it")
	}
	if a.Institution {
		say("its suffix is kept for education, government or the military: never disposable")
	}
	for said := range sayAlike(a.Said) {
		say("%s", a.saying(said))
	}
	if len(a.Said) == 0 {
		say("no package of lists names it")
	}
	if a.local != "" {
		say("%s", a.role())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// reasonFor says why a domain stands on a list, by the list and the rule.
func reasonFor(list string, rule validate.Rule) string {
	switch {
	case rule == validate.Fresh:
		return ": a source that is kept fresh by hand names it, and its word is enough"
	case rule == validate.Families:
		return ": sources of two families, which do not copy each other, agree"
	}
	switch list {
	case "free":
		return ": it gives mailboxes to anybody"
	case "relay":
		return ": it forwards to a mailbox that its owner may switch off; real people"
	case "real":
		return ": well known, never a misspelling, never disposable"
	case "squats":
		return ": it lives on misspellings of a provider"
	}
	return ""
}

func ruleName(r validate.Rule) string {
	switch r {
	case validate.Fresh:
		return "fresh"
	case validate.Families:
		return "families"
	}
	return ""
}

// summary is what is to be thought of the domain, in a few words.
func (a account) summary() string {
	var words []string
	switch {
	case a.Typo != "":
		words = append(words, "looks like a misspelling of "+a.Typo)
	case a.stands("disposable"):
		words = append(words, "disposable")
	}
	for _, list := range []string{"relay", "free"} {
		if a.stands(list) {
			words = append(words, list)
		}
	}
	if a.Provider != "" {
		words = append(words, "run by "+a.Provider)
	}
	if a.stands("real") {
		words = append(words, "well known")
	}
	switch {
	case len(words) > 0:
		return strings.Join(words, ", ")
	case a.PublicSuffix:
		return "a public suffix, on no list"
	case a.Institution:
		return "an institution's, on no list"
	}
	return "on no list"
}

func (a account) stands(list string) bool {
	for _, s := range a.Lists {
		if s.List == list {
			return true
		}
	}
	return false
}

// above names an entry where it is not the domain itself.
func (a account) above(entry, word string) string {
	if entry == a.Domain {
		return ""
	}
	return word + entry + ", which stands above it"
}

// sayAlike yields runs of sources that say the same.
func sayAlike(said []validate.Saying) iter.Seq[[]validate.Saying] {
	return func(yield func([]validate.Saying) bool) {
		for len(said) > 0 {
			n := 1
			for n < len(said) && said[n].Says == said[0].Says && said[n].Entry == said[0].Entry && said[n].Why == said[0].Why {
				n++
			}
			if !yield(said[:n]) {
				return
			}
			said = said[n:]
		}
	}
}

func (a account) saying(said []validate.Saying) string {
	var who []string
	for _, s := range said {
		switch {
		case s.Source == validate.OwnTableName:
			who = append(who, "winnow's own table of providers")
		case s.Version != "":
			who = append(who, s.Source+" "+s.Version)
		default:
			who = append(who, s.Source)
		}
	}
	text := fmt.Sprintf("called %s by %s", said[0].Says, strings.Join(who, ", "))
	if said[0].Entry != a.Domain {
		text = said[0].Entry + " is " + text
	}
	if said[0].Why != "" {
		text += "; not counted: " + said[0].Why
	}
	return text
}

func (a account) role() string {
	switch a.tier {
	case "":
		return fmt.Sprintf("the local part %s is on no list: taken for a person", printable(a.local))
	case "system":
		return fmt.Sprintf("the local part %s belongs to a machine or to the people who run the mail (role.system)", printable(a.local))
	case "function":
		return fmt.Sprintf("the local part %s names an office (role.function)", printable(a.local))
	}
	return fmt.Sprintf("the local part %s often names a task or a team (role.weak)", printable(a.local))
}

// accountJSON is an account as machines are told of it.
type accountJSON struct {
	Query        string         `json:"query"`
	Domain       string         `json:"domain"`
	Lists        []standingJSON `json:"lists"`
	Sources      []sayingJSON   `json:"sources"`
	Provider     string         `json:"provider,omitempty"`
	Typo         string         `json:"typo,omitempty"`
	Institution  bool           `json:"institution,omitempty"`
	PublicSuffix bool           `json:"public_suffix,omitempty"`
	Role         string         `json:"role,omitempty"`
}

type standingJSON struct {
	List  string `json:"list"`
	Entry string `json:"entry"`
	Rule  string `json:"rule,omitempty"`
}

type sayingJSON struct {
	Source  string `json:"source"`
	Version string `json:"version,omitempty"`
	Says    string `json:"says"`
	Entry   string `json:"entry"`
	Counted bool   `json:"counted"`
	Why     string `json:"why_not,omitempty"`
}

func (a account) json() accountJSON {
	out := accountJSON{
		Query: a.asked, Domain: a.Domain, Lists: []standingJSON{}, Sources: []sayingJSON{},
		Provider: a.Provider, Typo: a.Typo, Institution: a.Institution, PublicSuffix: a.PublicSuffix, Role: a.tier,
	}
	for _, s := range a.Lists {
		out.Lists = append(out.Lists, standingJSON{List: s.List, Entry: s.Entry, Rule: ruleName(s.Rule)})
	}
	for _, s := range a.Said {
		out.Sources = append(out.Sources, sayingJSON{
			Source: s.Source, Version: s.Version, Says: s.Says, Entry: s.Entry, Counted: s.Why == "", Why: s.Why,
		})
	}
	return out
}
