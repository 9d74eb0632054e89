//go:build linux || darwin

package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"winnow/internal/realdns"
)

// server is what the clients ask, in a process of its own.
type server struct {
	name    string
	addrs   []string
	delayed bool
	take    func() (tally, error) // what happened since it was last called
	stop    func()
}

func startNSD(ctx context.Context, dir string, n int) (*server, error) {
	if err := realdns.Ready(ctx); err != nil {
		return nil, err
	}
	zones, err := writeZones(dir, n)
	if err != nil {
		return nil, err
	}
	d, err := realdns.StartNSD(dir, zones...)
	if err != nil {
		return nil, err
	}
	last := 0
	take := func() (tally, error) {
		n, err := d.Queries()
		since := n - last
		last = n
		// NSD says something to whatever it hears.
		return tally{asked: since, answered: since}, err
	}
	return &server{name: "NSD, no delay", addrs: []string{d.Addr}, take: take, stop: d.Stop}, nil
}

// lossyOptions are those of the delay-and-loss server.
type lossyOptions struct {
	least, most time.Duration
	loss        float64
	addresses   int
}

func startLossy(ctx context.Context, n int, o lossyOptions) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-serve", fmt.Sprintf("-n=%d", n), fmt.Sprintf("-delay=%v-%v", o.least, o.most),
		fmt.Sprintf("-loss=%v", o.loss), fmt.Sprintf("-addresses=%d", o.addresses))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	said := bufio.NewScanner(out)
	stop := func() {
		_ = in.Close() // it ends with its input
		_ = cmd.Wait()
	}
	if !said.Scan() {
		stop()
		return nil, fmt.Errorf("the delay server did not start: %w", said.Err())
	}
	s := &server{delayed: true, addrs: strings.Split(said.Text(), ","), stop: stop}
	s.name = fmt.Sprintf("%v to %v of delay, %.1f %% loss", o.least, o.most, 100*o.loss)
	s.take = func() (t tally, err error) {
		if _, err := fmt.Fprintln(in); err != nil {
			return t, err
		}
		if !said.Scan() {
			return t, fmt.Errorf("the delay server has ended: %w", said.Err())
		}
		_, err = fmt.Sscan(said.Text(), &t.asked, &t.answered, (*int64)(&t.most))
		return t, err
	}
	return s, nil
}
