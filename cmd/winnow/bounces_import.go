package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"winnow/bounce"
	"winnow/suppress"
)

func bouncesImportCommand(ui *tui) *cobra.Command {
	var source bounceSource
	var r remembering
	cmd := &cobra.Command{
		Use:   "import PATH... | -",
		Short: "Record what came back, so that clean and check know it",
		Long: `Reads what winnow bounces read reads, and records every event in the store: failures,
delays, complaints, deliveries. The same event counts once, however often it is
imported. winnow clean, winnow check and winnow suppress judge by it.

Replies are kept as they came. Where the rules are others than at the last import, by a
newer winnow or --bounce-rules, all replies in the store are read anew by them first.

Records of services that tell of no mail, such as "unsubscribed", are counted and
named, and not recorded: winnow suppress import takes lists of who unsubscribed.

With --imap-after, a mailbox is changed only when its mails are recorded.

Files can be` + kindsOfFiles(),
		Example: `  winnow bounces import bounces.mbox
  winnow bounces import /var/log/mail.log ses-events.ndjson
  winnow bounces import imaps://bounces@acme.com@mail.acme.com/INBOX --imap-after seen`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			defer ui.stopOnSignal()()
			ctx := cmd.Context()
			rules, err := replyRules(source.own)
			if err != nil {
				return err
			}
			_, err = importEvents(ctx, ui, &r, rules, func(add func(bounce.Event) error, commit func() error) error {
				tally, err := source.read(ctx, ui, paths, commit, add)
				ui.note("winnow: %s", tallied(tally, 0))
				return err
			})
			return err
		},
	}
	source.add(cmd, ui)
	r.addStore(cmd)
	r.addPolicy(cmd)
	return cmd
}

// notKept is an error of the store.
type notKept struct{ error }

func (e notKept) Unwrap() error { return e.error }

func keeping(err error) error {
	if err != nil {
		return notKept{err}
	}
	return nil
}

// importEvents records what each adds, a batch at a time, and says what became of it.
// What is in the store already is read anew before, if the rules have changed.
// each returns an error of add or commit, if there is one. What was added before an
// error of its own is recorded all the same, and stays through a kill once it is
// committed; to import the same again counts nothing twice.
func importEvents(ctx context.Context, ui *tui, r *remembering, rules *bounce.Rules, each func(add func(bounce.Event) error, commit func() error) error) (done suppress.Recorded, err error) {
	l, err := r.changing(ctx, ui)
	if err != nil {
		return done, err
	}
	defer l.Close()
	again, err := l.Reread(ctx, rules)
	if err != nil {
		return done, err
	}
	if again.Changed > 0 {
		ui.note("winnow: %s of %s kept mean something else by these rules", number(again.Changed), counted(again.Events, "event"))
	}
	i := l.Import()
	err = each(func(e bounce.Event) error { return keeping(i.Add(ctx, e)) }, func() error { return keeping(i.Flush(ctx)) })
	var failed error
	switch {
	case ctx.Err() != nil:
		_, failed = i.End(context.WithoutCancel(ctx)) // what was read is not to be read again
		if failed != nil {
			ui.fail(failed)
		}
	case !errors.As(err, new(notKept)): // else it would fail again
		_, failed = i.End(ctx)
		err = errors.Join(err, failed)
	}
	done = i.Done()
	if ctx.Err() != nil || failed != nil || errors.As(err, new(notKept)) {
		ui.note("winnow: recorded %s so far in %s; import again: nothing counts twice", counted(done.New, "event"), l.store.Path())
		return done, err
	}
	ui.note("winnow: recorded %s in %s; %s known already", counted(done.New, "event"), l.store.Path(), number(done.Known))
	if done.NoAddress > 0 {
		ui.note("winnow: %s of them name no address: they suppress nobody", number(done.NoAddress))
	}
	return done, err
}
