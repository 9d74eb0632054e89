package main

import (
	"context"

	"winnow/bounce"
	"winnow/suppress"
)

// importEvents records what each yields, a batch at a time, and says what became of
// it. each calls its function with every event, and returns its error if there is
// one. What was recorded before an error, or a kill, stays; to import the same again
// counts nothing twice.
func importEvents(ctx context.Context, ui *tui, r *remembering, each func(func(bounce.Event) error) error) (done suppress.Recorded, err error) {
	l, err := r.changing(ctx)
	if err != nil {
		return done, err
	}
	defer l.Close()
	i := l.Import()
	if err := each(func(e bounce.Event) error { return i.Add(ctx, e) }); err != nil {
		return done, err
	}
	if done, err = i.End(ctx); err != nil {
		return done, err
	}
	ui.note("winnow: recorded %s in %s; %s known already", counted(done.New, "event"), l.store.Path(), number(done.Known))
	if done.NoAddress > 0 {
		ui.note("winnow: %s of them name no address: they suppress nobody", number(done.NoAddress))
	}
	return done, nil
}
