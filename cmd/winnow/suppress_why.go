package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"winnow/address"
	"winnow/suppress"
)

func suppressWhyCommand(ui *tui) *cobra.Command {
	var r remembering
	var format string
	cmd := &cobra.Command{
		Use:     "why ADDRESS",
		Short:   "Say what is known of an address: each event, what follows, what was done by hand",
		Example: "  winnow suppress why jane@acme.com",
		Args:    oneAddress,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json"); err != nil {
				return err
			}
			l, err := r.reading(cmd.Context(), ui)
			if err != nil {
				return err
			}
			defer l.Close()
			a, err := l.why(cmd.Context(), args[0])
			if err != nil {
				return addressError(err, args[0])
			}
			if format == "json" {
				return printJSON(ui.stdout, accountOfPast(&a), "  ")
			}
			return printPast(ui.stdout, &a)
		},
	}
	r.add(cmd)
	r.addPolicy(cmd)
	cmd.Flags().StringVar(&format, "format", "text", "answer in this `FORMAT`: text or json")
	complete(cmd, "format", "text", "json")
	return cmd
}

// why tells all that is known of an address; nil knows nothing of any.
func (l *ledger) why(ctx context.Context, text string) (suppress.Account, error) {
	if l != nil {
		return l.Why(ctx, text)
	}
	a, err := address.Parse(strings.TrimSpace(text))
	if err != nil {
		return suppress.Account{}, fmt.Errorf("%w: %w", suppress.ErrNoAddress, err)
	}
	return suppress.Account{Entry: suppress.Entry{Address: a.String()}}, nil
}

// standingText says a standing in words.
var standingText = map[suppress.Standing]string{
	suppress.Clear:      "nothing is held against it",
	suppress.Soft:       "left out for now (history.soft)",
	suppress.Hard:       "suppressed (history.hard)",
	suppress.Complained: "suppressed: its owner wants no mail (history.complaint)",
}

func printPast(w io.Writer, a *suppress.Account) error {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("%s: %s", nameOf(&a.Entry), standingText[a.Standing])
	if a.Standing != suppress.Clear {
		say("  why    %s", whyOf(&a.Entry))
		say("  since  %s\n  until  %s", day(a.Since), untilOf(a.Until))
	}
	if !a.Ended.IsZero() {
		say("  what was, ended on %s", day(a.Ended))
	}
	if a.Delivered() {
		say("  mail to it was taken lately (history.recent-delivery)")
	}
	if len(a.Events) == 0 {
		say("  no mail to it is known of")
	}
	for i := range a.Events {
		e := &a.Events[i]
		say("\n  %s  %s, %s", e.Time.UTC().Format("2006-01-02 15:04"), e.Happened, e.Reason)
		if e.Text != "" {
			say("    %s", printable(strings.Join(strings.Fields(e.Text), " ")))
		}
		if from := strings.Join(filled("campaign", e.Campaign, "message", e.MessageID, "from", e.Source), ", "); from != "" {
			say("    %s", from)
		}
		if text := weightOf(a, e); text != "" {
			say("    %s", text)
		}
	}
	for _, c := range a.Changes {
		say("\n  %s  %s by %s: %s", c.At.UTC().Format("2006-01-02 15:04"), c.What, c.Who, printable(c.Detail))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// weightOf says whether an event counts, and why, where that is not plain.
func weightOf(a *suppress.Account, e *suppress.Told) string {
	switch letGo := a.Released.Format("2006-01-02 15:04"); e.Weight {
	case suppress.CountsLate:
		return fmt.Sprintf("counts: it was recorded only on %s, after the address was let go (%s)", e.Recorded.Format("2006-01-02 15:04"), letGo)
	case suppress.LetGo:
		return fmt.Sprintf("does not count: the address was let go since (%s)", letGo)
	case suppress.TakenBack:
		return "does not count: it is taken back (winnow suppress revert)"
	case suppress.ToOthers:
		return "does not count: it was said to another sender (--from-domain)"
	case suppress.OfOthers:
		return "does not count: it says nothing of this recipient"
	}
	return ""
}

// filled are the pairs that have a value.
func filled(pairs ...string) (out []string) {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, pairs[i]+" "+printable(pairs[i+1]))
		}
	}
	return out
}

// pastJSON is all of an address as machines are told of it; events have DESIGN's
// names of a bounce.
type pastJSON struct {
	entryJSON
	Delivered bool              `json:"recent_delivery,omitempty"`
	Ended     string            `json:"ended,omitempty"`    // of one that is clear, when what was held against it ended
	Released  string            `json:"released,omitempty"` // when it was let go last
	Told      []toldJSON        `json:"told"`
	Changes   []suppress.Change `json:"changes"`
}

func accountOfPast(a *suppress.Account) pastJSON {
	out := pastJSON{entryJSON: entryOf(&a.Entry), Delivered: a.Delivered(), Told: []toldJSON{}, Changes: []suppress.Change{}}
	if !a.Ended.IsZero() {
		out.Ended = a.Ended.Format(time.RFC3339)
	}
	if !a.Released.IsZero() {
		out.Released = a.Released.Format(time.RFC3339)
	}
	for i := range a.Events {
		out.Told = append(out.Told, toldOf(&a.Events[i]))
	}
	out.Changes = append(out.Changes, a.Changes...)
	return out
}

// toldJSON is an event as it counts.
type toldJSON struct {
	eventJSON
	RecordedAt string `json:"recorded_at,omitempty"` // without: by an older winnow
	Weight     string `json:"weight"`                // see suppress.Weight
}

func toldOf(e *suppress.Told) toldJSON {
	event := e.Event
	event.At = e.Time
	told := toldJSON{eventJSON: eventOf(event), Weight: e.Weight.String()}
	if !e.Recorded.IsZero() {
		told.RecordedAt = e.Recorded.Format(time.RFC3339)
	}
	return told
}
