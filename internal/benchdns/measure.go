//go:build linux || darwin

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"

	"winnow/internal/bench"
)

// A sample is one run of a way.
type sample struct {
	bench.Cost  // of the client
	tally       tally
	lost, wrong int // names that live and got no answer, or a wrong one
}

// lookups is how many questions a second were answered. The last fiftieth is
// not counted where the server knows when that was: those are second tries, at
// the end for names that never answer, with as much patience as each client has.
func (s sample) lookups() float64 {
	switch {
	case s.tally.answered == 0:
		return 0
	case s.tally.most > 0:
		return mostly * float64(s.tally.answered) / s.tally.most.Seconds()
	}
	return float64(s.tally.answered) / s.Elapsed.Seconds()
}

// cpuSeconds is what 100,000 lookups cost.
func (s sample) cpuSeconds() float64 {
	return s.CPU.Seconds() * 100_000 / float64(max(1, s.tally.answered))
}

// A result is all runs of a way, or why there are none.
type result struct {
	way     way
	samples []sample
	skipped string
	err     error
}

// measureAll runs all ways against s in turn, so many times.
func measureAll(ctx context.Context, s *server, ways []way, times int, progress io.Writer) []result {
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
			one, err := measure(ctx, s, r.way)
			if err != nil {
				r.err = err
				continue
			}
			r.samples = append(r.samples, one)
			fmt.Fprintf(progress, "%s: run %d of %d: %s: %.2f s\n", s.name, turn+1, times, r.way, one.Elapsed.Seconds())
		}
	}
	return results
}

func measure(ctx context.Context, s *server, w way) (sample, error) {
	if _, err := s.take(); err != nil {
		return sample{}, err
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, w.argv[0], w.argv[1:]...)
	cmd.Stdout = &said
	cost, err := bench.Run(cmd)
	one := sample{Cost: cost}
	if err != nil {
		return one, err
	}
	if w.lost != nil {
		if one.lost, one.wrong, err = w.lost(said.String()); err != nil {
			return one, err
		}
	}
	one.tally, err = s.take()
	return one, err
}
