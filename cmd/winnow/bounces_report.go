package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"github.com/spf13/cobra"

	"winnow/bounce"
	"winnow/report"
	"winnow/suppress"
)

func bouncesReportCommand(ui *tui) *cobra.Command {
	var source bounceSource
	var r remembering
	var format, sentFile string
	var top int
	cmd := &cobra.Command{
		Use:   "report [PATH...]",
		Short: "Say what bounces mean together, and what to do first",
		Long: `Counts mails that bounced, by campaign, provider, domain, day and reason: hard, soft
(with those whose reply does not say why), blocked because of the sender, and
complaints apart. It counts what is in the files and mailboxes named, or, where none
is, what was imported into the store. Then it says what to do first, with the evidence.

A mail counts once, however often it is told of, and as what became of it at last.
Of the store, only who is suppressed is to be removed: not who was let go since.
Rates are given only where it is known how many mails were sent: because there are
events of deliveries too, or by --sent FILE, a CSV file with a header, either of counts
(campaign,count or day,domain,count, or both together) or of mails, one a row
(email, perhaps campaign and day).

The limits: 2 % bounces, as sending services ask for; complaints below 0.1 % (Gmail),
and never 0.3 % (Gmail and Yahoo).`,
		Example: `  winnow bounces report mail.log bounces.mbox
  winnow bounces report --sent sent.csv events.ndjson
  winnow bounces report --format json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return usageError{fmt.Errorf("--format: %q is neither text nor json", format)}
			}
			if top < 1 {
				return usageError{errors.New("--top: it must be at least 1")}
			}
			if source.imap.after != "" {
				return usageError{errors.New("--imap-after: a report keeps nothing of the mails; use it with winnow bounces import")}
			}
			defer ui.stopOnSignal()()
			ctx := cmd.Context()
			if len(args) > 0 {
				return reportBounces(ctx, ui, source.events(ctx, ui, args), format, sentFile, report.BounceOptions{Top: top})
			}
			l, err := r.reading(ctx, ui)
			if err != nil {
				return err
			}
			defer l.Close()
			opt := report.BounceOptions{Top: top}
			events := func(func(bounce.Event, error) bool) {}
			if l != nil {
				x, err := l.Load(ctx)
				if err != nil {
					return err
				}
				opt.Suppressed = func(recipient string) bool { return x.Told(recipient).Standing >= suppress.Hard }
				events = l.Events(ctx, time.Time{}, time.Time{})
			}
			return reportBounces(ctx, ui, events, format, sentFile, opt)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&format, "format", "text", "report in this `FORMAT`: text, or json (one object)")
	fs.StringVar(&sentFile, "sent", "", "how many mails were sent stands in `FILE` (CSV)")
	fs.IntVar(&top, "top", 10, "tell so `MANY` campaigns, providers and domains apart")
	source.add(cmd, ui)
	r.addStore(cmd)
	r.addPolicy(cmd)
	complete(cmd, "format", "text", "json")
	return cmd
}

func reportBounces(ctx context.Context, ui *tui, events iter.Seq2[bounce.Event, error], format, sentFile string, opt report.BounceOptions) error {
	if sentFile != "" {
		f, err := os.Open(sentFile)
		if err != nil {
			return fmt.Errorf("read what was sent: %w", err)
		}
		defer f.Close()
		opt.Sent, opt.SentName = ending{ctx, f}, sentFile
	}
	r, err := report.Bounces(events, opt)
	if err != nil {
		return err
	}
	if format == "json" {
		return r.WriteJSON(ui.results(ctx))
	}
	return r.WriteText(ui.results(ctx))
}

// ending is a reader that ends with ctx.
type ending struct {
	ctx context.Context
	io.Reader
}

func (e ending) Read(p []byte) (int, error) {
	if err := e.ctx.Err(); err != nil {
		return 0, err
	}
	return e.Reader.Read(p)
}
