package main

import (
	"bytes"
	"context"
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who stops a run is told so, whichever error the part that was stopped makes of it.
func TestStoppedExitCode(t *testing.T) {
	for _, sig := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGINT, exitInterrupt}, {syscall.SIGTERM, exitTerminated}} {
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
