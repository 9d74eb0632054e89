//go:build linux || darwin

package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"winnow/internal/bench"
)

func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }

// seconds is the median of the runs; 0 where there are none.
func (r result) seconds() float64 {
	return bench.Median(r.samples, func(s sample) time.Duration { return s.Elapsed }).Elapsed.Seconds()
}

// rss is the peak of all runs, in MB.
func (r result) rss() float64 {
	var peak int64
	for _, s := range r.samples {
		peak = max(peak, s.RSS)
	}
	return megabytes(peak)
}

// written is what the last run wrote, in MB.
func (r result) written() float64 {
	if len(r.samples) == 0 {
		return 0
	}
	return megabytes(r.samples[len(r.samples)-1].written)
}

// speedup is how many times as fast as the other way this one is, 0 if either did not run.
func (r result) speedup(other result) float64 {
	if r.seconds() == 0 {
		return 0
	}
	return other.seconds() / r.seconds()
}

// writeReport writes the table and what was reached. It returns the errors of the ways that failed.
func writeReport(w io.Writer, size int64, results []result) error {
	byName := map[string]result{}
	for _, r := range results {
		byName[r.way.name] = r
	}
	lines, csv, mlr := byName[countLines], byName[csvCopy], byName[miller]

	var failed []error
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "s\tMB/s\tof wc -l\tx csv copy\tx mlr\tpeak RSS MB\tMB written\t  way")
	for _, r := range results {
		switch {
		case r.skipped != "":
			fmt.Fprintf(t, "\t\t\t\t\t\t\t  %s: %s\n", r.way.argv[0], r.skipped)
		case r.err != nil:
			failed = append(failed, fmt.Errorf("%s: %w", r.way.name, r.err))
			fmt.Fprintf(t, "\t\t\t\t\t\t\t  %s: failed\n", r.way.name)
		case len(r.samples) > 0:
			fmt.Fprintf(t, "%.2f\t%.0f\t%s\t%s\t%s\t%.0f\t%.0f\t  %s\n", r.seconds(), megabytes(size)/r.seconds(),
				ratio("%.1f %%", 100*r.speedup(lines)), ratio("%.2f", r.speedup(csv)), ratio("%.2f", r.speedup(mlr)),
				r.rss(), r.written(), r.way.name)
		}
	}
	t.Flush()

	fmt.Fprintln(w)
	for _, g := range goals(lines, csv, mlr, byName[winnowKeep], byName[winnowDefault]) {
		fmt.Fprintln(w, g)
	}
	return errors.Join(failed...)
}

// ratio formats a ratio that is known.
func ratio(format string, x float64) string {
	if x == 0 {
		return "-"
	}
	return fmt.Sprintf(format, x)
}

// A goal is a number to reach; got 0 means not measured.
type goal struct {
	what      string
	got, want float64
	format    string // of both numbers, with their unit
	atMost    bool
}

func goals(lines, csv, mlr, keep, first result) []goal {
	return []goal{
		{what: winnowKeep + ", of wc -l's speed", got: 100 * keep.speedup(lines), want: 8, format: "%.1f %%"},
		{what: winnowKeep + ", times encoding/csv copy", got: keep.speedup(csv), want: 3, format: "%.2f"},
		{what: winnowKeep + ", times mlr", got: keep.speedup(mlr), want: 8, format: "%.2f"},
		{what: winnowKeep + ", peak RSS", got: keep.rss(), want: 200, format: "%.0f MB", atMost: true},
		{what: winnowDefault + ", its time to keep's", got: keep.speedup(first), want: 2, format: "%.2f", atMost: true},
		{what: winnowDefault + ", peak RSS", got: first.rss(), want: 450, format: "%.0f MB", atMost: true},
	}
}

func (g goal) String() string {
	bound, met := "at least", g.got >= g.want
	if g.atMost {
		bound, met = "at most", g.got <= g.want
	}
	word := "missed"
	switch {
	case g.got == 0:
		word = "not measured"
	case met:
		word = "met"
	}
	return fmt.Sprintf("%-12s  %s: %s (%s %s)", word, g.what, ratio(g.format, g.got), bound, fmt.Sprintf(g.format, g.want))
}
