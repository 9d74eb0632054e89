package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who stops a run is told so, whichever error the part that was stopped makes of it.
func TestStoppedExitCode(t *testing.T) {
	for _, sig := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGINT, exitInterrupt}, {syscall.SIGTERM, exitTerminated}, {syscall.SIGHUP, exitHangup}} {
		ctx, stop := context.WithCancelCause(context.Background())
		stop(signalled{sig.signal})
		for _, err := range []error{ctx.Err(), context.Cause(ctx)} {
			var stderr bytes.Buffer
			ui := newTUI(nil, nil, &stderr)
			require.Equal(t, sig.code, exitCode(ctx, ui, unchanged{fmt.Errorf("probe: %w", err)}))
			require.Equal(t, "winnow: stopped; no output was changed\n", stderr.String())
		}
	}
}

// A terminal that is closed stops a run as Ctrl-C does: nothing is left behind.
func TestHangup(t *testing.T) {
	if signal.Ignored(syscall.SIGHUP) {
		t.Skip("it is ignored here (nohup)")
	}
	ctx, stop := context.WithCancelCause(t.Context())
	ui := newTUI(nil, nil, io.Discard)
	ui.stop = stop
	defer ui.stopOnSignal()()
	self, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	if err := self.Signal(syscall.SIGHUP); err != nil {
		t.Skip("no such signal here:", err)
	}
	<-ctx.Done()
	require.Equal(t, exitHangup, exitCode(ctx, ui, context.Canceled))
}
