//go:build linux

package main

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// writeReport writes the table, and what was reached.
func writeReport(w io.Writer, o options, all []sample) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\nplace\taddresses\tprobes/s\tof the floor's\tof it with TLS\tconnections\tof the floor's\tclient CPU s\tcalled dead\tcalled alive\topen\t  client")
	for _, s := range all {
		base, known := of(all, s.place, floor)
		rate, alike, conns := "-", "-", "-"
		if tls, is := of(all, s.place, secured); is {
			alike = fmt.Sprintf("%.1f x", s.rate()/tls.rate())
		}
		if known {
			rate = fmt.Sprintf("%.1f x", s.rate()/base.rate())
			conns = fmt.Sprintf("%.3f x", s.dialled()/base.dialled())
		}
		fmt.Fprintf(t, "%s\t%d\t%.0f\t%s\t%s\t%d\t%s\t%.2f\t%d\t%d\t%d\t  %s\n",
			s.place, s.Asked, s.rate(), rate, alike, s.connections, conns, s.cpu.Seconds(), s.Dead, s.Alive, s.Open, s.client)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, place := range o.places {
		for _, g := range goals(o, all, place) {
			if _, err := fmt.Fprintln(w, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// of finds a client's sample.
func of(all []sample, place, client string) (sample, bool) {
	for _, s := range all {
		if s.place == place && s.client == client {
			return s, true
		}
	}
	return sample{}, false
}

// goals are the numbers to reach, each with what was reached.
func goals(o options, all []sample, place string) (lines []string) {
	base, known := of(all, place, floor)
	if !known {
		return nil
	}
	const faster, fewer = 20, 1.0 / 8
	say := func(met bool, client, format string, numbers ...any) {
		word := "missed"
		if met {
			word = "met"
		}
		lines = append(lines, fmt.Sprintf("%-7s %s, %s: ", word, place, client)+fmt.Sprintf(format, numbers...))
	}
	for _, client := range []string{polite, rude} {
		s, is := of(all, place, client)
		if !is {
			continue
		}
		rate, conns := s.rate()/base.rate(), s.dialled()/base.dialled()
		say(rate >= faster, client, "%.1f x the probes/s (at least %d)", rate, faster)
		say(conns <= fewer, client, "%.3f x the connections (at most %.3f)", conns, fewer)
		say(s.Dead == 0, client, "%d good addresses called dead (none)", s.Dead)
		say(s.Open == 0 && s.Asked == o.n, client, "%d of %d answered (all)", s.Asked-s.Open, o.n)
	}
	return lines
}
