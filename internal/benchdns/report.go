//go:build linux || darwin

package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"winnow/internal/bench"
)

// median is the run with the median rate, with the worst that any run had of memory and of names lost.
func (r result) median() (sample, bool) {
	if len(r.samples) == 0 {
		return sample{}, false
	}
	s := bench.Median(r.samples, sample.lookups)
	for _, other := range r.samples {
		s.RSS, s.lost, s.wrong = max(s.RSS, other.RSS), max(s.lost, other.lost), max(s.wrong, other.wrong)
	}
	return s, true
}

// best is the fastest of a client's settings.
func best(results []result, client string) (sample, bool) {
	var found sample
	any := false
	for _, r := range results {
		if s, ok := r.median(); ok && r.way.client == client && s.lookups() > found.lookups() {
			found, any = s, true
		}
	}
	return found, any
}

// writeReport writes the table of one server and what was reached. It returns
// the errors of the ways that failed.
func writeReport(w io.Writer, s *server, results []result) error {
	ours, _ := best(results, winnow)
	var failed []error
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "lookups/s\twinnow is\tCPU s/100k\tof winnow's\tpeak RSS MB\tnames/s\tnames\tlost\twrong\t  "+s.name)
	for _, r := range results {
		m, ok := r.median()
		switch {
		case r.skipped != "":
			fmt.Fprintf(t, "\t\t\t\t\t\t\t\t\t  %s: %s\n", r.way.client, r.skipped)
		case r.err != nil:
			failed = append(failed, fmt.Errorf("%s: %w", r.way, r.err))
			fmt.Fprintf(t, "\t\t\t\t\t\t\t\t\t  %s: failed\n", r.way)
		case ok:
			lost, wrong := "-", "-"
			if r.way.lost != nil {
				lost, wrong = strconv.Itoa(m.lost), strconv.Itoa(m.wrong)
			}
			fmt.Fprintf(t, "%.0f\t%s\t%.2f\t%s\t%.0f\t%.0f\t%d\t%s\t%s\t  %s\n", m.lookups(), ratio("%.2f x", ours.lookups(), m.lookups()),
				m.cpuSeconds(), ratio("%.2f x", m.cpuSeconds(), ours.cpuSeconds()), float64(m.RSS)/1e6,
				float64(r.way.names)/m.Elapsed.Seconds(), r.way.names, lost, wrong, r.way)
		}
	}
	t.Flush()
	fmt.Fprintln(w)
	for _, g := range goals(s, results) {
		fmt.Fprintln(w, g)
	}
	return errors.Join(failed...)
}

// ratio formats a to b, "-" if either is not known.
func ratio(format string, a, b float64) string {
	if a == 0 || b == 0 {
		return "-"
	}
	return fmt.Sprintf(format, a/b)
}

// A goal is a number to reach.
type goal struct {
	what      string
	measured  bool
	got, want float64
	format    string // of both numbers, with their unit
	atMost    bool
}

func goals(s *server, results []result) []goal {
	ours, known := best(results, winnow)
	var all []goal
	faster := func(client string, want float64) {
		theirs, ok := best(results, client)
		all = append(all, goal{what: "lookups/s, times " + client + "'s", measured: known && ok,
			got: ours.lookups() / theirs.lookups(), want: want, format: "%.2f"})
	}
	cheaper := func(client string, want float64) {
		theirs, ok := best(results, client)
		all = append(all, goal{what: "CPU a lookup, of " + client + "'s", measured: known && ok,
			got: ours.cpuSeconds() / theirs.cpuSeconds(), want: want, format: "%.2f", atMost: true})
	}
	if s.delayed {
		faster(massdns, 1.5)
		faster(zdns, 25)
	} else {
		faster(perf, 0.9)
		faster(network, 4)
		faster(massdns, 1)
		faster(zdns, 10)
		cheaper(massdns, 0.7)
		cheaper(zdns, 1.0/20)
	}
	return append(all,
		goal{what: "names that live and were called a time out", measured: known, got: float64(ours.lost), format: "%.0f", atMost: true},
		goal{what: "wrong or unconfirmed answers", measured: known, got: float64(ours.wrong), format: "%.0f", atMost: true},
		goal{what: "peak RSS", measured: known, got: float64(ours.RSS) / 1e6, want: 64, format: "%.0f MB", atMost: true})
}

func (g goal) String() string {
	bound, met := "at least", g.got >= g.want
	if g.atMost {
		bound, met = "at most", g.got <= g.want
	}
	word, got := "missed", fmt.Sprintf(g.format, g.got)
	switch {
	case !g.measured:
		word, got = "not measured", "-"
	case met:
		word = "met"
	}
	return fmt.Sprintf("%-12s  winnow: %s: %s (%s %s)", word, g.what, got, bound, fmt.Sprintf(g.format, g.want))
}
