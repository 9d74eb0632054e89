package report

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"winnow/validate"
	"winnow/verdict"
)

// WriteText writes s for people: what left the list and why, then the rest.
func (s *Summary) WriteText(w io.Writer) error {
	var b bytes.Buffer
	s.headline(&b)
	s.blocked(&b)
	if s.Fixed != nil {
		s.fixed(&b)
	} else {
		s.parts(&b)
		fmt.Fprintf(&b, "\n%s\n", s.KnownBad.Text)
	}
	if p := s.Probe; p != nil {
		fmt.Fprintf(&b, "Mail hosts were asked for %s over %s, and for %s made up; of %s, %s mail for everybody.\n",
			addresses(p.Addresses-p.NotAsked-p.Remembered), count(p.Connections, "connection"), count(p.MadeUp, "recipient"), count(p.Domains, "domain"), takes(p.CatchAll))
		if p.Remembered > 0 {
			fmt.Fprintf(&b, "For %s the mail host had answered lately, and was not asked again (--answers-for 0 asks for all).\n", addresses(p.Remembered))
		}
	}
	if h := s.History; h != nil {
		fmt.Fprintf(&b, "Earlier mail: %s suppressed by %s, %s.\n", addresses(h.Entries), h.Path, h.lastImport())
	}
	lines(&b, "Warnings", s.Warnings)
	lines(&b, "Gates that were met", s.Gates)
	lines(&b, "Next", s.Next)
	s.files(&b)
	_, err := w.Write(b.Bytes())
	return err
}

func (s *Summary) headline(b *bytes.Buffer) {
	asked := map[string]string{
		"syntax": "nothing outside was asked",
		"dns":    "DNS was asked, mailboxes were not",
		"smtp":   "mail hosts were asked",
	}[s.Depth]
	if s.Fixed != nil && s.Depth == "dns" {
		asked = "DNS was asked for the domains that look misspelled"
	}
	if s.Depth == "syntax" && !s.Complete {
		asked = "DNS could not be asked"
	}
	fmt.Fprintf(b, "%s: %s, %s, in %s (depth %s: %s)\n\n",
		s.List.Path, count(s.Rows, "row"), count(s.Domains, "domain"), seconds(s.Seconds), s.Depth, asked)
}

// blocked says which providers refused us: before all else, for what it leaves open is
// not the list's fault.
func (s *Summary) blocked(b *bytes.Buffer) {
	if s.Probe == nil || len(s.Probe.Blocked) == 0 {
		return
	}
	b.WriteString("REFUSED US, and were asked no further (winnow doctor tells what to mend):\n")
	for _, blocked := range s.Probe.Blocked {
		fmt.Fprintf(b, "  %s: %s", blocked.Provider, blocked.Reply)
		if blocked.NotAsked > 0 {
			fmt.Fprintf(b, "; %s not asked", addresses(blocked.NotAsked))
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
}

// fixed says what winnow fix changed, and what it left.
func (s *Summary) fixed(b *bytes.Buffer) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.StripEscape)
	heading(t, "changed", s.Fixed.Rows, s.Rows)
	for _, g := range s.Fixed.Groups {
		fmt.Fprintf(t, "%9s\t%s\t%s\t%s\n", Number(g.Rows), g.Reason, rowsOf(g), textOf(g))
	}
	heading(t, "left as they were", s.Rows-s.Fixed.Rows, s.Rows)
	t.Flush()
}

// heading writes a line that is no cell: it must not widen the columns.
func heading(t io.Writer, name string, rows, of int64) {
	fmt.Fprintf(t, "\xff%s\xff\n", strings.TrimRight(fmt.Sprintf("%s  %s  %s", strings.ToUpper(name), count(rows, "row"), share(rows, of)), " "))
}

func textOf(g Group) string {
	if k, ok := validate.KindOf(g.Reason); ok {
		return validate.Info(k).Text
	}
	return "nothing speaks against them"
}

func (s *Summary) parts(b *bytes.Buffer) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.StripEscape)
	for _, name := range []Part{Removed, Review, Duplicates, Clean} {
		for _, p := range s.Parts {
			if p.Part != name.String() || p.Rows == 0 && name == Duplicates {
				continue
			}
			heading(t, p.Part, p.Rows, s.Rows)
			for _, g := range p.Groups {
				status := g.Status
				if g.Action == "fix" {
					status += ", fix"
				}
				fmt.Fprintf(t, "%9s\t%s\t%s\t%s\t%s\n", Number(g.Rows), status, g.Reason, rowsOf(g), textOf(g))
			}
		}
	}
	t.Flush()
}

func rowsOf(g Group) string {
	words := make([]string, len(g.Examples))
	for i, r := range g.Examples {
		words[i] = strconv.FormatInt(r, 10) // as people type it to go there
	}
	text := "row "
	if g.Rows > 1 {
		text = "rows "
	}
	text += strings.Join(words, ", ")
	if g.Rows > int64(len(g.Examples)) {
		text += " …"
	}
	return text
}

func (s *Summary) files(b *bytes.Buffer) {
	if len(s.Files) == 0 {
		return
	}
	title := "Files"
	if s.Folder != "" {
		title += " in " + s.Folder
	}
	fmt.Fprintf(b, "\n%s\n", title)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, f := range s.Files {
		fmt.Fprintf(t, "  %s\t%s\t%s\n", f.Path, count(f.Rows, "row"), use(f.Part))
	}
	t.Flush()
}

// use says what a part of the outputs is for.
func use(part string) string {
	switch part {
	case "clean":
		return "to send to, rows as they were"
	case "review":
		return "to look at: why stands in the columns winnow_…"
	case "removed":
		return "not to send to"
	case "duplicates":
		return "later rows of a mailbox that stands in an earlier one"
	case "annotated":
		return "every row, with winnow's columns behind"
	case "fixed":
		return "every row, those corrections made"
	case "changes":
		return "what was changed: row, before, after, why"
	}
	return ""
}

func lines(b *bytes.Buffer, title string, texts []string) {
	if len(texts) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s\n", title)
	for _, t := range texts {
		fmt.Fprintf(b, "  - %s\n", t)
	}
}

// Number prints n with thousands set apart by commas.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func count(n int64, what string) string {
	if n != 1 {
		what += "s"
	}
	return Number(n) + " " + what
}

func addresses(n int64) string {
	if n == 1 {
		return "1 address"
	}
	return Number(n) + " addresses"
}

func (s *Store) lastImport() string {
	if s.LastImport == nil {
		return "nothing was imported yet"
	}
	return "last import " + s.LastImport.UTC().Format("2006-01-02 15:04 MST")
}

func takes(n int64) string {
	if n == 1 {
		return "1 takes"
	}
	return Number(n) + " take"
}

func share(n, of int64) string {
	if of == 0 {
		return ""
	}
	return strconv.FormatFloat(100*float64(n)/float64(of), 'f', 1, 64) + " %"
}

func seconds(s float64) string {
	if s < 60 {
		return strconv.FormatFloat(s, 'f', 1, 64) + " s"
	}
	return fmt.Sprintf("%d min %d s", int(s)/60, int(s)%60)
}

// Conclude fills in what follows from the counts: the parts, the known-bad share
// and what to do next.
func (s *Summary) Conclude(c *Counts) {
	s.Rows, s.Judged, s.NoAddress, s.Duplicates = c.Rows, c.Judged(), c.NoAddress, c.Duplicates
	s.Statuses = map[string]int64{}
	for g := verdict.Valid; g <= verdict.Invalid; g++ {
		s.Statuses[g.String()] = c.Status(g)
	}
	s.Parts = nil
	for p := Clean; p < NumParts; p++ {
		s.Parts = append(s.Parts, c.Part(p))
	}
	s.KnownBad = s.knownBad(c.Bounces)
	s.Next = s.next(c)
}

// ConcludeFix fills in what follows from the counts of winnow fix: of all rows, of
// those that were changed, and how many were left although there is a suggestion.
func (s *Summary) ConcludeFix(all, changed *Counts, unsure int64) {
	s.Rows, s.Judged, s.NoAddress = all.Rows, all.Judged(), all.NoAddress
	s.Statuses, s.Parts = map[string]int64{}, []PartCount{}
	s.Fixed = &Fixed{Rows: changed.Rows, Groups: changed.Part(Clean).Groups, Unsure: unsure}
	say := func(format string, args ...any) { s.Next = append(s.Next, fmt.Sprintf(format, args...)) }
	if !s.Complete {
		say("Run again when the resolver works, or name another one with --resolver: the outputs are named .incomplete.")
	}
	if changed.Rows > 0 {
		say("Look through the changes; then clean the fixed list: what was corrected may stand in it twice now.")
	}
	if unsure > 0 {
		say("%s left with a suggestion that is less than 99 %% sure, or that the list's encoding may not hold: winnow clean puts them into review.", count(unsure, "row"))
	}
	if changed.Rows == 0 && unsure == 0 {
		say("There is nothing to correct.")
	}
}

func (s *Summary) knownBad(rows int64) KnownBad {
	k := KnownBad{Rows: rows}
	if s.Judged == 0 {
		k.Text = "No row holds an address."
		return k
	}
	k.Share = float64(rows) / float64(s.Judged)
	addresses := "addresses"
	if s.Judged == 1 {
		addresses = "address"
	}
	k.Text = fmt.Sprintf("At least %s of the %s %s judged would hard-bounce", share(rows, s.Judged), Number(s.Judged), addresses)
	if s.Depth == "syntax" && !s.Complete {
		k.Text += "; DNS could not be asked, expect many more"
	} else if s.Depth != "smtp" {
		k.Text += "; mailboxes were not asked, expect more"
	}
	k.Text += "."
	return k
}

func (s *Summary) next(c *Counts) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	var fix, recheck, review int64
	for _, p := range s.Parts {
		for _, g := range p.Groups {
			if p.Part != "review" {
				continue
			}
			switch g.Action {
			case "fix":
				fix += g.Rows
			case "recheck":
				recheck += g.Rows
			default:
				if g.Reason != validate.Info(validate.RowNoAddress).Code {
					review += g.Rows
				}
			}
		}
	}
	if s.Held && !s.Complete && !s.HostsFailed {
		say("Run again when the resolver works, or name another one with --resolver, before you look further.")
	}
	switch {
	case s.Held && s.Folder == "":
		say("Look at the list before you use it: far more would be removed than a list usually loses.")
	case s.Held:
		say("Look at the held files before you use them: far more was removed than a list usually loses. If it is right, run again with --max-removed 100%%.")
	case !s.Complete && s.HostsFailed:
		say("Run again when mail hosts can be asked (winnow doctor tells what keeps them from it): the outputs are named .incomplete.")
	case !s.Complete:
		say("Run again when the resolver works, or name another one with --resolver: the outputs are named .incomplete.")
	case s.Parts[Clean].Rows > 0:
		say("Send to the clean part.")
	}
	if fix > 0 {
		say("%s in review: a correction stands in winnow_suggestion; compare it with where the address came from.", count(fix, "row"))
	}
	if recheck > 0 && !s.Complete {
		say("%s in review could not be found out.", count(recheck, "row"))
	} else if recheck > 0 {
		say("%s in review could not be found out; run again later. --keep unknown sends to them all the same.", count(recheck, "row"))
	}
	if review > 0 {
		say("%s in review may take mail but need a look; winnow explain CODE tells what each reason means.", count(review, "row"))
	}
	if c.Judged() > 0 && s.Depth == "syntax" && s.Complete {
		say("Nothing outside was asked. Without --offline, dead domains are found as well.")
	}
	return out
}
