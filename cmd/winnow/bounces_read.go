package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"winnow/bounce"
	"winnow/bounce/read"
)

type bouncesReadFlags struct {
	bounceSource
	format string
	all    bool
}

func bouncesReadCommand(ui *tui) *cobra.Command {
	var f bouncesReadFlags
	cmd := &cobra.Command{
		Use:   "read PATH... | -",
		Short: "Print one event a recipient: whose mail failed, why, and what to do",
		Long: `Reads files, Maildirs, folders of files, standard input ("-"), or a mailbox by IMAP
(imaps://user@host/INBOX), and prints one event a recipient that a mail was for. What
each file is, winnow finds out; they may be compressed with gzip. A damaged mail is
told on standard error and skipped.

Deliveries, automatic answers and the like are left out unless --all is given. Of what
services post, records that tell of no mail (opened, unsubscribed, dropped because of
the service's own list) are counted and named, and nothing is concluded from them:
winnow suppress import takes lists of who unsubscribed. A mail that people, newsletters
or mailing lists wrote is no bounce, whatever its subject. A time that is more than a
day ahead counts as none.

Files can be` + kindsOfFiles(),
		Example: `  winnow bounces read bounces.mbox
  winnow bounces read ~/Maildir --format jsonl
  winnow bounces read /var/log/mail.log sendgrid-events.json
  winnow bounces read - < bounce.eml`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd.Context(), ui, args) },
	}
	cmd.Flags().StringVar(&f.format, "format", "text", "print as `FORMAT`: text, jsonl (one JSON object a line), or csv")
	cmd.Flags().BoolVar(&f.all, "all", false, "print deliveries, automatic answers and challenges too")
	f.add(cmd, ui)
	complete(cmd, "format", "text", "jsonl", "csv")
	return cmd
}

func (f *bouncesReadFlags) run(ctx context.Context, ui *tui, paths []string) error {
	print, ok := map[string]func(io.Writer) func(bounce.Event) error{"text": eventText, "jsonl": eventJSONL, "csv": eventCSV}[f.format]
	if !ok {
		return usageError{fmt.Errorf("--format: %q is none of text, jsonl, csv", f.format)}
	}
	defer ui.stopOnSignal()()
	out := bufio.NewWriter(ui.results(ctx))
	each, hidden := print(out), 0
	tally, err := f.read(ctx, ui, paths, out.Flush, func(e bounce.Event) error {
		if !f.all && !failure(&e) {
			hidden++
			return nil
		}
		return each(e)
	})
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	ui.note("winnow: %s", tallied(tally, hidden))
	return err
}

// failure reports whether an event speaks against a mail or who sent it.
func failure(e *bounce.Event) bool {
	return e.Happened == bounce.WasFailed || e.Happened == bounce.WasDelayed || e.Happened == bounce.WasComplained || e.Class != bounce.None
}

// tallied says in a line what was read.
func tallied(t read.Tally, hidden int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s in %s", plural(t.Events, "event"), plural(t.Files, "file"))
	if t.Mails > 0 {
		fmt.Fprintf(&b, "; %s, %d of them no bounce", plural(t.Mails, "mail"), t.Others)
	}
	if t.Damaged > 0 {
		fmt.Fprintf(&b, "; %d damaged, skipped", t.Damaged)
	}
	if t.Unreadable > 0 {
		fmt.Fprintf(&b, "; %s not read", plural(t.Unreadable, "file"))
	}
	if hidden > 0 {
		fmt.Fprintf(&b, "; %s not shown (--all shows deliveries and automatic answers)", plural(hidden, "event"))
	}
	if t.Future > 0 {
		fmt.Fprintf(&b, "; %s dated in the future, and taken as undated", plural(t.Future, "event"))
	}
	if left := t.Left.All(); left > 0 {
		fmt.Fprintf(&b, "; %s left out: %s", plural(left, "record"), t.Left)
	}
	if t.Left.Unwanted() > 0 {
		b.WriteString("\nwinnow: who unsubscribed, or complained before, is not taken from such records: winnow suppress import LIST --reason complaint takes the service's list of them")
	}
	return b.String()
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// eventJSON has the stable names of what is said of an event.
type eventJSON struct {
	Recipient   string `json:"recipient"`
	Event       string `json:"event"`
	Reply       string `json:"reply"`
	Code        int    `json:"code,omitempty"`
	Enhanced    string `json:"enhanced,omitempty"`
	Reason      string `json:"reason"`
	Class       string `json:"class"`
	Target      string `json:"target,omitempty"`
	Action      string `json:"action"`
	At          string `json:"at,omitempty"`
	Source      string `json:"source"`
	SourceLabel string `json:"source_label,omitempty"`
	MessageID   string `json:"message_id,omitempty"`
	Campaign    string `json:"campaign,omitempty"`
}

func eventOf(e bounce.Event) eventJSON {
	j := eventJSON{
		Recipient: e.Recipient, Event: e.Happened.String(), Reply: e.Text, Code: e.Code, Enhanced: e.Enhanced, Reason: e.Reason.String(), Class: e.Class.String(),
		Target: e.Target.String(), Action: e.Action.String(), Source: e.Source, SourceLabel: e.SourceLabel, MessageID: e.MessageID, Campaign: e.Campaign,
	}
	if !e.At.IsZero() {
		j.At = e.At.UTC().Format(time.RFC3339)
	}
	return j
}

func eventJSONL(w io.Writer) func(bounce.Event) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return func(e bounce.Event) error { return enc.Encode(eventOf(e)) }
}

// eventCSV prints the same fields. Like every cell of ours, none begins with what a
// spreadsheet would take for a formula.
func eventCSV(w io.Writer) func(bounce.Event) error {
	first := true
	return func(e bounce.Event) error {
		c := csv.NewWriter(w)
		if first {
			first = false
			if err := c.Write(strings.Fields("recipient event reply code enhanced reason class target action at source source_label message_id campaign")); err != nil {
				return err
			}
		}
		j := eventOf(e)
		code := ""
		if j.Code != 0 {
			code = strconv.Itoa(j.Code)
		}
		row := []string{j.Recipient, j.Event, j.Reply, code, j.Enhanced, j.Reason, j.Class, j.Target, j.Action, j.At, j.Source, j.SourceLabel, j.MessageID, j.Campaign}
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				row[i] = "'" + cell
			}
		}
		if err := c.Write(row); err != nil {
			return err
		}
		c.Flush()
		return c.Error()
	}
}

// eventText prints a line an event, for people.
func eventText(w io.Writer) func(bounce.Event) error {
	const line = "%-10s %-12s %-18s %-36s %s\n"
	first := true
	return func(e bounce.Event) error {
		if first {
			first = false
			if _, err := fmt.Fprintf(w, line, "EVENT", "CLASS", "REASON", "RECIPIENT", "REPLY"); err != nil {
				return err
			}
		}
		who := e.Recipient
		if who == "" {
			who = "(not told)"
		}
		reply := strings.Join(strings.Fields(e.Text), " ")
		if runes := []rune(reply); len(runes) > replyWidth {
			reply = string(runes[:replyWidth]) + "…"
		}
		if reply == "" {
			reply = e.Reason.Text()
		}
		_, err := fmt.Fprintf(w, line, e.Happened, e.Class, e.Reason, printable(who), printable(reply))
		return err
	}
}

const replyWidth = 120
