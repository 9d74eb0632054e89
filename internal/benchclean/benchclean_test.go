//go:build linux || darwin

package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/bench"
	"winnow/internal/biglist/contacts"
)

func smallList(t *testing.T) (path string, size int64) {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, contacts.Write(&b, 1_000))
	path = filepath.Join(t.TempDir(), "list.csv")
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path, int64(b.Len())
}

func TestMeasureAll(t *testing.T) {
	list, size := smallList(t)
	out := filepath.Join(t.TempDir(), "out")
	file := filepath.Join(out, "copy.csv")
	results := measureAll(t.Context(), []way{
		{name: "to a file", argv: []string{"cat", list}, stdout: file},
		{name: "writes itself", argv: []string{"cp", list, file}},
		{name: "writes nothing", argv: []string{"wc", "-l", list}},
		{name: "gate", argv: []string{"sh", "-c", "exit 3"}, done: []int{0, 3}},
		{name: "broken", argv: []string{"sh", "-c", "echo no such flag >&2; exit 2"}, done: []int{0, 3}},
		{name: "absent", argv: []string{"no-such-command-anywhere"}, absent: "not on PATH"},
		{name: "must be there", argv: []string{"no-such-command-anywhere"}},
	}, out, 3, io.Discard)

	for i, written := range []int64{size, size, 0, 0} {
		r := results[i]
		require.NoError(t, r.err, r.way.name)
		require.Len(t, r.samples, 3, r.way.name)
		for _, s := range r.samples {
			require.Equal(t, written, s.written, r.way.name)
			require.Positive(t, s.Elapsed, r.way.name)
			require.Greater(t, s.RSS, int64(100<<10), r.way.name)
			require.Less(t, s.RSS, int64(1<<30), r.way.name)
		}
	}
	require.ErrorContains(t, results[4].err, "no such flag")
	require.Equal(t, "not on PATH", results[5].skipped)
	require.Error(t, results[6].err)
	require.NoDirExists(t, out)
}

func ran(name string, written int64, times ...time.Duration) result {
	r := result{way: way{name: name, argv: []string{name}}}
	for i, d := range times {
		r.samples = append(r.samples, sample{Cost: bench.Cost{Elapsed: d, RSS: int64(i+1) * 100e6}, written: written})
	}
	return r
}

func TestReport(t *testing.T) {
	const size = 700e6
	var b bytes.Buffer
	err := writeReport(&b, size, []result{
		ran(countLines, 0, 900*time.Millisecond, 200*time.Millisecond, 100*time.Millisecond),
		ran(csvCopy, size, 6*time.Second),
		{way: way{name: miller, argv: []string{"mlr"}}, skipped: "not on PATH"},
		ran(winnowKeep, 2*size, 2*time.Second),
		ran(winnowDefault, 2*size, 5*time.Second, 4*time.Second, 3*time.Second, 90*time.Second, time.Second),
	})
	require.NoError(t, err)
	require.Equal(t, strings.TrimLeft(`
     s  MB/s  of wc -l  x csv copy  x mlr  peak RSS MB  MB written  way
  0.20  3500   100.0 %       30.00      -          300           0  wc -l
  6.00   117     3.3 %        1.00      -          100         700  encoding/csv copy
                                                                    mlr: not on PATH
  2.00   350    10.0 %        3.00      -          100        1400  winnow clean --duplicates keep
  4.00   175     5.0 %        1.50      -          500        1400  winnow clean

met           winnow clean --duplicates keep, of wc -l's speed: 10.0 % (at least 8.0 %)
met           winnow clean --duplicates keep, times encoding/csv copy: 3.00 (at least 3.00)
not measured  winnow clean --duplicates keep, times mlr: - (at least 8.00)
met           winnow clean --duplicates keep, peak RSS: 100 MB (at most 200 MB)
met           winnow clean, its time to keep's: 2.00 (at most 2.00)
missed        winnow clean, peak RSS: 500 MB (at most 450 MB)
`, "\n"), b.String())
}

func TestReportReturnsWhatFailed(t *testing.T) {
	errFlag := errors.New("exit status 2: no such flag")
	var b bytes.Buffer
	err := writeReport(&b, 1, []result{
		ran(countLines, 0, time.Second),
		{way: way{name: winnowKeep, argv: []string{"winnow"}}, err: errFlag},
	})
	require.ErrorIs(t, err, errFlag)
	require.Contains(t, b.String(), "winnow clean --duplicates keep: failed")
	require.Contains(t, b.String(), "not measured  winnow clean --duplicates keep, of wc -l's speed: -")
}

// cat, given winnow's place, refuses winnow's flags: the run fails, the others' numbers stand.
func TestRun(t *testing.T) {
	list, _ := smallList(t)
	dir := t.TempDir()
	var b bytes.Buffer
	err := run(t.Context(), []string{"-winnow", "cat", "-csvcopy", "cp", "-dir", dir, "-times", "1", list}, &b, io.Discard)
	require.ErrorContains(t, err, winnowDefault+": exit status 1")
	require.Regexp(t, `(?m)^ +\d+\.\d\d +\d+ +\d+\.\d %.* 1\.00 .* encoding/csv copy$`, b.String())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestUsage(t *testing.T) {
	require.ErrorContains(t, run(t.Context(), nil, io.Discard, io.Discard), "usage")
	require.ErrorIs(t, run(t.Context(), []string{filepath.Join(t.TempDir(), "none")}, io.Discard, io.Discard), os.ErrNotExist)
}
