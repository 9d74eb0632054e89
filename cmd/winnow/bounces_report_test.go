package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBouncesReport(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	sent := file("sent.csv", "campaign,count\nmay,100\n")
	gone := file("events.json", `[{"event":"bounce","type":"bounce","email":"jane@acme.test","timestamp":1754000000,"reason":"550 5.1.1 user unknown","category":["may"],"sg_event_id":"a","sg_message_id":"m"}]`)
	odd := file("odd.bin", "\x00\x01\x02")
	for _, test := range []struct {
		name  string
		args  []string
		want  string
		err   string
		usage bool
	}{
		{name: "text", args: []string{gone}, want: "Sends unknown"},
		{name: "json, with sends", args: []string{"--format", "json", "--sent", sent, gone}, want: `"bounce_rate": 0.01,`},
		{name: "another format", args: []string{"--format", "xml", gone}, err: "neither text nor json", usage: true},
		{name: "none of the top", args: []string{"--top", "0", gone}, err: "at least 1", usage: true},
		{name: "another kind", args: []string{"--from", "fax", gone}, err: "there is no kind of file", usage: true},
		{name: "no sends", args: []string{"--sent", sent + "x", gone}, err: "no such file"},
		{name: "no such file", args: []string{gone + "x"}, err: "no such file"},
		{name: "what cannot be read", args: []string{gone, odd}, err: "odd.bin"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			ui := newTUI(nil, &out, &bytes.Buffer{})
			cmd := bouncesReportCommand(ui)
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
