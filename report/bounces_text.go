package report

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"winnow/bounce"
)

const textWidth = 80

// WriteText writes r for people, at most 80 columns wide.
func (r *BounceReport) WriteText(w io.Writer) error {
	var b bytes.Buffer
	r.head(&b)
	if r.Total.seen > 0 {
		r.totals(&b)
		if len(r.Campaigns) != 1 || r.Campaigns[0].Name != "" {
			r.table(&b, "Campaigns", "without a campaign", r.Campaigns)
		}
		r.table(&b, "Providers", "another provider", r.Providers)
		r.table(&b, "Domains", "no domain", r.Domains)
		r.table(&b, "Days (UTC)", "day not known", r.Days)
		r.reasons(&b)
	}
	if len(r.Warnings) > 0 {
		fmt.Fprintf(&b, "\nWarnings\n")
		for _, text := range r.Warnings {
			wrap(&b, "  - ", "    ", text)
		}
	}
	r.todo(&b)
	_, err := w.Write(b.Bytes())
	return err
}

func (r *BounceReport) head(b *bytes.Buffer) {
	fmt.Fprintf(b, "%s of %s", count(r.Events, "event"), count(r.Total.seen, "mail"))
	if from, to := r.From.Format(time.DateOnly), r.To.Format(time.DateOnly); !r.From.IsZero() && from == to {
		fmt.Fprintf(b, ", %s", from)
	} else if !r.From.IsZero() {
		fmt.Fprintf(b, ", %s to %s", from, to)
	}
	b.WriteByte('\n')
	if r.Answers > 0 {
		fmt.Fprintf(b, "%s: automatic answers and the like\n", others(r.Answers))
	}
}

func others(n int64) string {
	if n == 1 {
		return "1 of them is no bounce"
	}
	return Number(n) + " of them are no bounces"
}

func (r *BounceReport) totals(b *bytes.Buffer) {
	g := &r.Total
	line := func(name string, n int64, of *int64, note string) {
		share := ""
		if of != nil && *of > 0 && n <= *of && g.BounceRate != nil {
			share = percent(float64(n) / float64(*of))
		}
		fmt.Fprintln(b, strings.TrimRight(fmt.Sprintf("  %-13s%12s%10s  %s", name, Number(n), share, note), " "))
	}
	b.WriteByte('\n')
	if g.Sent == nil {
		fmt.Fprintf(b, "  %-13s%12s\n", "sent", "unknown")
	} else {
		line("sent", *g.Sent, nil, "")
	}
	against := ""
	if g.BounceRate != nil {
		against = "below"
		if *g.BounceRate > BounceLimit {
			against = "above"
		}
		against += " the usual limit of " + limit(BounceLimit)
	}
	line("bounced", g.final(), g.Sent, against)
	line("  hard", g.Hard, g.Sent, "no such mailbox or domain")
	line("  soft", g.Soft, g.Sent, "tried, and given up")
	line("  unclear", g.Undetermined, g.Sent, "no reason told; counts as soft")
	line("blocked", g.Block, g.Sent, "refused because of the sender")
	var arrived *int64
	if g.Sent != nil {
		n := *g.Sent - g.failed()
		arrived = &n
	}
	against = ""
	if g.Complaints > 0 {
		against = fmt.Sprintf("stay below %s, never reach %s", limit(ComplaintTarget), limit(ComplaintLimit))
	}
	line("complaints", g.Complaints, arrived, against)
	line("still tried", g.Delayed, nil, "")
}

const nameWidth = 27

// table writes groups. Columns that hold nothing are left out.
func (r *BounceReport) table(b *bytes.Buffer, title, unnamed string, groups []BounceGroup) {
	if len(groups) == 0 {
		return
	}
	var rated, limited bool
	for i := range groups {
		rated = rated || groups[i].Sent != nil
		limited = limited || groups[i].Verdict == aboveLimit
	}
	row := func(indent int, name, sent, hard, soft, block, complaint, rate string) {
		line := strings.Repeat(" ", indent) + name + strings.Repeat(" ", max(0, nameWidth-indent-utf8.RuneCountInString(name)))
		if rated {
			line += fmt.Sprintf("%11s", sent)
		}
		line += fmt.Sprintf("%8s%8s%8s%8s", hard, soft, block, complaint)
		if rated {
			line += fmt.Sprintf("%10s", rate)
		}
		fmt.Fprintln(b, strings.TrimRight(line, " "))
	}
	fmt.Fprintln(b)
	row(0, title, "sent", "hard", "soft", "block", "compl.", "bounced ")
	for i := range groups {
		g := &groups[i]
		name := shown(named(g.Name, unnamed))
		if g.Others > 0 {
			name = fmt.Sprintf("%s (%s)", g.Name, Number(int64(g.Others)))
		}
		sent, rate, mark := "unknown", "", " "
		if g.Sent != nil {
			sent = Number(*g.Sent)
		}
		if g.BounceRate != nil {
			rate = percent(*g.BounceRate)
		}
		if g.Verdict == aboveLimit {
			mark = "!"
		}
		if g.Verdict == tooFewSent {
			rate = "?"
		}
		row(2, cut(name, nameWidth-3), sent, none(g.Hard), none(g.Soft+g.Undetermined), none(g.Block), none(g.Complaints), rate+mark)
	}
	if limited {
		fmt.Fprintf(b, "  ! above the limits: %s bounced, or %s complaints of what arrived\n", limit(BounceLimit), limit(ComplaintLimit))
	}
}

// none writes no zeros: what is there stands out.
func none(n int64) string {
	if n == 0 {
		return "-"
	}
	return Number(n)
}

func (r *BounceReport) reasons(b *bytes.Buffer) {
	if len(r.Reasons) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%-19s%8s%8s  %s\n", "Reasons", "mails", "tried", "meaning")
	for _, c := range r.Reasons {
		fmt.Fprintf(b, "  %-17s%8s%8s  ", c.Reason, none(c.Mails), none(c.Delayed))
		text := c.Text
		if c.Class != bounce.Undecided.String() {
			text = c.Class + ": " + text
		}
		wrap(b, "", strings.Repeat(" ", 37), text)
	}
}

func (r *BounceReport) todo(b *bytes.Buffer) {
	fmt.Fprintf(b, "\nWhat to do first\n")
	if len(r.Todo) == 0 {
		fmt.Fprintf(b, "  Nothing: no mail bounced.\n")
	}
	for i, d := range r.Todo {
		wrap(b, fmt.Sprintf("  %d. ", i+1), "     ", d.Text)
		for _, e := range d.Evidence {
			lead := fmt.Sprintf("%13s  ", Number(e.Count))
			wrap(b, lead, strings.Repeat(" ", 15), shown(e.Text))
			var where []string
			if e.Campaign != "" && d.What != "stop" {
				where = append(where, "most of it in "+shown(e.Campaign))
			}
			if e.Host != "" {
				where = append(where, "most often said by "+shown(e.Host))
			}
			if len(where) > 0 {
				wrap(b, strings.Repeat(" ", 15), strings.Repeat(" ", 15), strings.Join(where, "; "))
			}
			if e.Reply != "" {
				wrap(b, strings.Repeat(" ", 15), strings.Repeat(" ", 16), "“"+e.Reply+"”")
			}
		}
	}
}

// wrap writes text in lines of at most 80 columns, the first after the text of lead.
// Where lead is "", the line has begun already, as far as indent.
func wrap(b *bytes.Buffer, lead, indent, text string) {
	b.WriteString(lead)
	at := utf8.RuneCountInString(lead)
	if lead == "" {
		at = utf8.RuneCountInString(indent)
	}
	for i, word := range strings.Fields(strings.ReplaceAll(text, " %", "\x00%")) {
		word = strings.ReplaceAll(word, "\x00", " ") // a number and its % stay together
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > textWidth:
			b.WriteString("\n" + indent)
			at = utf8.RuneCountInString(indent)
		default:
			b.WriteByte(' ')
			at++
		}
		b.WriteString(word)
		at += n
	}
	b.WriteByte('\n')
}

// shown is a name of other people's making as it can be printed.
func shown(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, name)
}

// percent prints a rate so that the limits can be told from what is beside them.
func percent(rate float64) string {
	return strconv.FormatFloat(100*rate, 'f', 2, 64) + " %"
}

// limit prints one of the limits.
func limit(rate float64) string { return strconv.FormatFloat(100*rate, 'g', 3, 64) + " %" }
