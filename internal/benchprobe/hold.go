//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"winnow/internal/bench"
	"winnow/internal/realsmtp"
)

// A sample is one run of a client.
type sample struct {
	client, place string
	tally
	connections int
	cpu         time.Duration
}

func (s sample) rate() float64 { return float64(s.Asked) / s.Seconds }

// dialled is how many connections there were for an address.
func (s sample) dialled() float64 { return float64(s.connections) / float64(s.Asked) }

// hold starts the server and runs all clients against it, near and far.
func hold(ctx context.Context, o options, stdout, stderr io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	server, err := realsmtp.StartPostfix(ctx, realsmtp.Postfix{Unlimited: true, Processes: 2 * o.connections}, o.served()...)
	if err != nil {
		return err
	}
	defer server.Stop()
	near := server.Host(o.domain(0)).String()
	far, err := startProxy(ctx, self, near, o.far)
	if err != nil {
		return err
	}
	defer far.stop()
	fmt.Fprintf(stdout, "%d addresses of %d domains, %d %% unknown, %d connections; Postfix, %d CPUs for servers and clients, %s\n",
		o.n, o.domains, o.unknown, o.connections, runtime.NumCPU(), runtime.Version())
	var all []sample
	for _, place := range o.places {
		addr := map[string]string{"near": near, "far": far.addr}[place]
		if addr == "" {
			return fmt.Errorf("no place %q: there are near and far", place)
		}
		for _, client := range []string{pipelined, floor, secured, kinder, polite, rude} {
			if !chosen(client, o.only) {
				continue
			}
			s, err := measure(ctx, server, self, client, addr, o)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", place, client, err)
			}
			s.place = place
			fmt.Fprintf(stderr, "%s, %s: %.1f s\n", place, client, s.Seconds)
			all = append(all, s)
		}
	}
	return writeReport(stdout, o, all)
}

func chosen(client string, words []string) bool {
	for _, word := range words {
		if strings.Contains(client, word) {
			return true
		}
	}
	return false
}

// connected is how many connections the server has seen. Its log comes a little
// later than its replies: each that has begun has ended in it, all the same for a while.
func connected(server *realsmtp.Server) int {
	const patience, quiet = 5 * time.Second, 50 * time.Millisecond
	last := 0
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(quiet) {
		log := server.Log()
		n := strings.Count(log, "]: connect from ")
		if n > 0 && n == last && n == strings.Count(log, "]: disconnect from ") {
			break
		}
		last = n
	}
	return last
}

func measure(ctx context.Context, server *realsmtp.Server, self, client, addr string, o options) (sample, error) {
	before := connected(server)
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, self, "-client", client, "-n", strconv.Itoa(o.n), "-domains", strconv.Itoa(o.domains),
		"-unknown", strconv.Itoa(o.unknown), "-floor", strconv.Itoa(o.floor), "-connections", strconv.Itoa(o.connections), addr)
	cmd.Stdout = &said
	cost, err := bench.Run(cmd)
	if err != nil {
		return sample{}, err
	}
	s := sample{client: client, cpu: cost.CPU}
	if s.tally, err = read(said.Bytes()); err != nil {
		return sample{}, err
	}
	s.connections = connected(server) - before
	return s, nil
}

// read reads what a client says in the end.
func read(line []byte) (t tally, err error) {
	err = json.Unmarshal(line, &t)
	return t, err
}

// proxied is a proxy that runs as a process of its own.
type proxied struct {
	addr string
	stop func()
}

func startProxy(ctx context.Context, self, server string, roundTrip time.Duration) (proxied, error) {
	cmd := exec.CommandContext(ctx, self, "-proxy", server, "-far", roundTrip.String())
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us
	in, err := cmd.StdinPipe()
	if err != nil {
		return proxied{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return proxied{}, err
	}
	if err := cmd.Start(); err != nil {
		return proxied{}, err
	}
	stop := func() {
		_ = in.Close()
		_ = cmd.Wait()
	}
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return proxied{}, fmt.Errorf("proxy: %w", err)
	}
	return proxied{addr: strings.TrimSpace(addr), stop: stop}, nil
}
