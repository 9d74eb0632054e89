//go:build linux || darwin

package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"winnow/internal/bench"

	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-times", "2", "true"}, &b, io.Discard))
	require.Regexp(t, `(?m)^ *\d+\.\d\d +\d+ +an empty program$`, b.String())
	require.Regexp(t, `(?m)^ *\d+\.\d\d +\d+ +true$`, b.String())

	require.ErrorContains(t, run(t.Context(), []string{"-times", "1", "false"}, io.Discard, io.Discard), "false: exit status 1")
	require.ErrorContains(t, run(t.Context(), nil, io.Discard, io.Discard), "usage")
	require.ErrorContains(t, run(t.Context(), []string{"-go", "false", "true"}, io.Discard, io.Discard), "build an empty program")
}

func ran(name string, faults int64, times ...time.Duration) *result {
	r := &result{argv: []string{name, "-x"}}
	for _, d := range times {
		r.samples = append(r.samples, bench.Cost{Elapsed: d, Faults: faults})
	}
	return r
}

func TestReport(t *testing.T) {
	const ms = time.Millisecond
	empty := ran("empty", 150, 4*ms, 90*ms, 3*ms)
	for _, tt := range []struct {
		name    string
		command *result
		want    string
	}{
		{"met", ran("winnow", 300, 20*ms, 9*ms, 8*ms), `
    ms  page faults  the median of 3
  4.00          150  an empty program
  9.00          300  winnow -x

met: 5.00 ms above the empty program (at most 5.00)
`},
		{"missed", ran("winnow", 300, 9*ms, 10*ms, 11*ms, 12*ms), `
     ms  page faults  the median of 4
   4.00          150  an empty program
  10.00          300  winnow -x

missed: 6.00 ms above the empty program (at most 5.00)
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, writeReport(&b, empty, tt.command))
			require.Equal(t, strings.TrimPrefix(tt.want, "\n"), b.String())
		})
	}
}
