package main

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

func TestBouncesReport(t *testing.T) {
	sent := filepath.Join(t.TempDir(), "sent.csv")
	require.NoError(t, os.WriteFile(sent, []byte("campaign,count\nmay,100\n"), 0o600))
	gone := bounce.Event{Recipient: "jane@acme.test", Campaign: "may", Happened: bounce.WasFailed, Result: bounce.Classify(bounce.Reply{Text: "550 5.1.1 user unknown"})}
	broken := errors.New("mail.log: line 7: broken")
	source := func(fault error) bounceEvents {
		return func(_ context.Context, paths []string) iter.Seq2[bounce.Event, error] {
			return func(yield func(bounce.Event, error) bool) {
				if yield(gone, nil) && fault != nil {
					yield(bounce.Event{}, fault)
				}
			}
		}
	}
	for _, test := range []struct {
		name  string
		args  []string
		fault error
		want  string
		err   string
		usage bool
	}{
		{name: "text", args: []string{"mail.log"}, want: "Sends unknown"},
		{name: "json, with sends", args: []string{"--format", "json", "--sent", sent}, want: `"bounce_rate": 0.01,`},
		{name: "another format", args: []string{"--format", "xml"}, err: "neither text nor json", usage: true},
		{name: "none of the top", args: []string{"--top", "0"}, err: "at least 1", usage: true},
		{name: "no such file", args: []string{"--sent", sent + "x"}, err: "no such file"},
		{name: "events that end", fault: broken, err: broken.Error()},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			ui := newTUI(nil, &out, &bytes.Buffer{})
			cmd := bouncesReportCommand(ui, source(test.fault))
			cmd.SilenceErrors, cmd.SilenceUsage = true, true
			cmd.SetArgs(test.args)
			err := cmd.ExecuteContext(t.Context())
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				require.Equal(t, test.usage, errors.As(err, new(usageError)))
				require.Empty(t, out.String())
				return
			}
			require.NoError(t, err)
			require.Contains(t, out.String(), test.want)
		})
	}
}
