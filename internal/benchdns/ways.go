//go:build linux || darwin

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// The clients, as the goals name them.
const (
	winnow  = "winnow"
	perf    = "dnsperf"
	network = "net.Resolver"
	miekg   = "miekg, a connection a worker"
	massdns = "massdns"
	zdns    = "zdns"
)

// A way is a client with its settings.
type way struct {
	client string
	note   string // on the settings
	argv   []string
	names  int
	absent string                                           // what to say where the program is not on PATH; "" if that is an error
	lost   func(stdout string) (lost, wrong int, err error) // nil: it does not say
}

func (w way) String() string {
	if w.note == "" {
		return w.client
	}
	return w.client + ", " + w.note
}

// lists are the files of names.
type lists struct {
	plain, few, perf string
	n, floor         int // how many are in plain and perf, and in few
	dead             int // of n
}

func writeLists(dir string, n, floor int) (lists, error) {
	in := func(name string) string { return filepath.Join(dir, name) }
	l := lists{plain: in("names"), few: in("few"), perf: in("names.mx"), n: n, floor: min(floor, n)}
	for i := range n {
		if kindOf(i) == dead {
			l.dead++
		}
	}
	if err := writeNames(l.plain, n, n, ""); err != nil {
		return l, err
	}
	if err := writeNames(l.few, n, floor, ""); err != nil {
		return l, err
	}
	return l, writeNames(l.perf, n, n, " MX")
}

// ways are the clients that are run against s. Those of the floor are slow, and
// ask for the first names only.
func ways(dir, self string, s *server, l lists) ([]way, error) {
	host, port, err := net.SplitHostPort(s.addrs[0])
	if err != nil {
		return nil, err
	}
	resolvers := filepath.Join(dir, "resolvers")
	if err := os.WriteFile(resolvers, []byte(strings.Join(s.addrs, "\n")+"\n"), 0o600); err != nil {
		return nil, err
	}
	outstanding, crowds := "100", []int{16, 64, 256}
	if s.delayed {
		outstanding, crowds = "4000", []int{256, 1000, 4000}
	}
	servers := strings.Join(s.addrs, ",")
	all := []way{
		{client: winnow, argv: []string{self, "-client", "winnow", "-addrs", servers, l.plain}, names: l.n, lost: ownLost},
		{client: perf, note: "-q " + outstanding, argv: []string{perf, "-s", host, "-p", port, "-d", l.perf, "-n", "1", "-c", "8", "-b", "1024", "-t", "1", "-q", outstanding},
			names: l.n, absent: "not on PATH (apt-get install dnsperf)",
			lost: func(said string) (int, int, error) {
				lost, err := dnsperfLost(said)
				if s.delayed {
					lost -= l.dead
				}
				return lost, 0, err
			}},
		{client: massdns, argv: []string{massdns, "-q", "-r", resolvers, "-t", "MX", "-o", "S", "-w", os.DevNull, l.plain},
			names: l.n, absent: "not on PATH"},
		{client: zdns, argv: []string{zdns, "MX", "--name-servers", servers, "--threads", "1000", "--input-file", l.plain, "--output-file", os.DevNull},
			names: l.n, absent: "not on PATH"},
	}
	for _, c := range []struct{ client, short string }{{network, "net"}, {miekg, "miekg"}} {
		for _, atOnce := range crowds {
			all = append(all, way{client: c.client, note: fmt.Sprintf("%d at once", atOnce), names: l.floor, lost: ownLost,
				argv: []string{self, "-client", c.short, "-addrs", servers, "-at-once", fmt.Sprint(atOnce), l.few}})
		}
	}
	return all, nil
}

// ownLost reads what a client of this program says.
func ownLost(said string) (lost, wrong int, err error) {
	_, err = fmt.Sscan(said, &lost, &wrong)
	return lost, wrong, err
}
