//go:build linux || darwin

package bench_test

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/bench"
)

func TestRun(t *testing.T) {
	cost, err := bench.Run(exec.Command("sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"))
	require.NoError(t, err)
	require.Positive(t, cost.Elapsed)
	require.Positive(t, cost.CPU)
	require.Positive(t, cost.Faults)
	require.Greater(t, cost.RSS, int64(100_000), "octets, not kilobytes")
}

func TestRunFails(t *testing.T) {
	cost, err := bench.Run(exec.Command("sh", "-c", "echo first >&2; echo second >&2; exit 3"))
	exit, ok := errors.AsType[*exec.ExitError](err)
	require.True(t, ok)
	require.Equal(t, 3, exit.ExitCode())
	require.EqualError(t, err, "exit status 3: first")
	require.Positive(t, cost.Elapsed)

	said := new(strings.Builder)
	cmd := exec.Command("sh", "-c", "echo first >&2; exit 3")
	cmd.Stderr = said
	_, err = bench.Run(cmd)
	require.EqualError(t, err, "exit status 3")
	require.Equal(t, "first\n", said.String())

	_, err = bench.Run(exec.Command("/nowhere/program"))
	require.ErrorContains(t, err, "/nowhere/program")
}

func TestMedian(t *testing.T) {
	itself := func(d time.Duration) time.Duration { return d }
	require.Equal(t, time.Duration(2), bench.Median([]time.Duration{3, 1, 2}, itself))
	require.Equal(t, time.Duration(2), bench.Median([]time.Duration{4, 1, 3, 2}, itself))
	require.Zero(t, bench.Median(nil, itself))
}
