package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// What waits for input ends with the run, and an import keeps and tells what it had
// read.
func TestStoppedWhileItWaits(t *testing.T) {
	var log strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&log, "2026-11-20T09:00:01+00:00 mx postfix/smtp[1]: 4F1B23C4D%d: to=<user%d@acme.com>, relay=mx1.acme.com[192.0.2.7]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host mx1.acme.com[192.0.2.7] said: 550 5.1.1 User unknown (in reply to RCPT TO command))\n", i, i)
	}
	store := filepath.Join(t.TempDir(), "s.db")
	for _, test := range []struct {
		name string
		make func(*tui) *cobra.Command
		args []string
		told string
	}{
		{name: "read", make: bouncesReadCommand, args: []string{"-"}, told: "winnow: stopped"},
		{name: "report", make: bouncesReportCommand, args: []string{"-"}, told: "winnow: stopped"},
		{name: "import", make: bouncesImportCommand, args: []string{"--store", store, "-"}, told: " events so far in " + store + "; import again: nothing counts twice"},
	} {
		t.Run(test.name, func(t *testing.T) {
			in, out := io.Pipe()
			defer out.Close()
			var told bytes.Buffer
			ui := newTUI(in, io.Discard, &told)
			ctx, stop := context.WithCancelCause(t.Context())
			ui.stop = stop
			cmd := test.make(ui)
			cmd.SilenceErrors, cmd.SilenceUsage = true, true
			cmd.SetArgs(test.args)
			code := make(chan int)
			go func() { code <- exitCode(ctx, ui, cmd.ExecuteContext(ctx)) }()
			_, err := io.WriteString(out, log.String()) // returns when all of it is taken
			require.NoError(t, err)
			stop(signalled{syscall.SIGINT})
			require.Equal(t, exitInterrupt, <-code)
			require.Contains(t, told.String(), test.told)
			require.NotContains(t, told.String(), " 0 events so far")
			require.NotContains(t, told.String(), "damaged")
		})
	}
}
