//go:build linux || darwin

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"winnow/internal/bench"
)

// A way is a command that goes through the list.
type way struct {
	name   string
	argv   []string
	stdout string // file for its standard output, "" for none
	done   []int  // exit codes of success, nil means 0 alone
	absent string // what to say where the command is not on PATH, "" if that is an error
}

// A sample is one run of a way.
type sample struct {
	bench.Cost
	written int64 // bytes in the output folder
}

// A result is all runs of a way, or why there are none.
type result struct {
	way     way
	samples []sample
	skipped string
	err     error
}

// measureAll runs all ways in turn, so many times. Each finds the folder out
// empty. A way that failed is not run again.
func measureAll(ctx context.Context, ways []way, out string, times int, progress io.Writer) []result {
	results := make([]result, len(ways))
	for i, w := range ways {
		results[i].way = w
		if _, err := exec.LookPath(w.argv[0]); err != nil && w.absent != "" {
			results[i].skipped = w.absent
		}
	}
	for turn := range times {
		for i := range results {
			r := &results[i]
			if r.skipped != "" || r.err != nil || ctx.Err() != nil {
				continue
			}
			s, err := measure(ctx, r.way, out)
			if err != nil {
				r.err = err
				continue
			}
			r.samples = append(r.samples, s)
			fmt.Fprintf(progress, "run %d of %d: %s: %.2f s\n", turn+1, times, r.way.name, s.Elapsed.Seconds())
		}
	}
	return results
}

func measure(ctx context.Context, w way, out string) (sample, error) {
	if err := os.Mkdir(out, 0o700); err != nil {
		return sample{}, err
	}
	defer os.RemoveAll(out)

	cmd := exec.CommandContext(ctx, w.argv[0], w.argv[1:]...)
	if w.stdout != "" {
		f, err := os.Create(w.stdout)
		if err != nil {
			return sample{}, err
		}
		defer f.Close()
		cmd.Stdout = f // a file, so that the bytes do not pass through us
	}
	cost, err := bench.Run(cmd)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && slices.Contains(w.done, exit.ExitCode()) {
		err = nil
	}
	if err != nil {
		return sample{}, err
	}
	written, err := sizeOf(out)
	return sample{cost, written}, err
}

func sizeOf(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}
