package main

import (
	"context"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"time"

	"winnow/bounce"
)

//go:embed demo/history.txt
var demoHistory string

// keepDemo records what became of the demo's earlier mail in a store of its own.
func keepDemo(ctx context.Context, ui *tui, path string) error {
	rules, err := bounce.Embedded()
	if err != nil {
		return err
	}
	_, err = importEvents(ctx, ui, &remembering{store: path}, rules, func(each func(bounce.Event) error, _ func() error) error {
		n := 0
		for line := range strings.Lines(demoHistory) {
			n++
			if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
				continue
			}
			e, err := demoEvent(line)
			if err != nil {
				return fmt.Errorf("read the demo's history: line %d: %w", n, err)
			}
			e.MessageID = fmt.Sprintf("demo-%d", n) // so that the demo can be run again
			if err := each(e); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func demoEvent(line string) (e bounce.Event, err error) {
	words := strings.Fields(line)
	const least = 3
	if len(words) < least {
		return e, fmt.Errorf("%q is no event", line)
	}
	days, err := strconv.Atoi(words[2])
	if err != nil {
		return e, err
	}
	e.Recipient, e.At = words[0], time.Now().AddDate(0, 0, -days)
	var ok bool
	if e.Happened, ok = bounce.ParseHappening(words[1]); !ok {
		return e, fmt.Errorf("nothing happens like %q", words[1])
	}
	e.Result = bounce.Classify(bounce.Reply{Text: strings.Join(words[least:], " ")})
	if e.Happened == bounce.WasComplained {
		e.Reason, e.Class = bounce.Complaint, bounce.Complained
	}
	return e, nil
}
