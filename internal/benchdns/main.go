//go:build linux || darwin

// Command benchdns holds winnow's resolver against other ways to ask for the
// mail exchangers of many domains: dnsperf, Go's net.Resolver, miekg/dns with a
// connection a worker, and massdns and zdns where they are on PATH. All ask for
// the same shuffled names in turn: a real NSD on loopback that answers at once,
// and then a server that answers after 20 to 50 ms and loses one question of a
// hundred. Servers and clients are processes of their own, so that each has its
// own bill.
//
//	benchdns -n 200000
//
// Of 1,000 domains 750 have MX, 100 only A, 50 do not exist, 40 have a null MX,
// 50 have neither MX nor A, 5 are SERVFAIL, and 5 never answer (NSD answers for
// those too). Each client has its own time outs: winnow, net.Resolver, massdns
// and zdns their defaults, dnsperf 1 s without a second try, miekg 2 s thrice.
// Lookups are questions that a server answered; winnow also asks for the
// addresses of hosts, and again for what is negative. Against the delay server
// they are counted until 98 % of a client's were answered: what comes then is
// each client's patience with the dead. Names a second are those of the whole run,
// and no client's memory is less than the 13 MB that a child begins with. The
// client dnsperf asks one address of the delay server, all others ask all.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "benchdns:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("benchdns", flag.ContinueOnError)
	flags.SetOutput(stderr)
	n := flags.Int("n", 200_000, "how many domains there are")
	floor := flags.Int("floor", 40_000, "how many of them net.Resolver and miekg ask for")
	times := flags.Int("times", 3, "how often each client is run; the median counts")
	servers := flags.String("servers", "nsd,delay", "which `servers` are asked")
	clients := flags.String("clients", "", "only `clients` whose name has one of these words, comma-separated")
	delay := flags.String("delay", "20ms-50ms", "of the delay server, `from-to`")
	loss := flags.Float64("loss", 0.01, "of the delay server, of 1")
	addresses := flags.Int("addresses", 4, "of the delay server")

	serve := flags.Bool("serve", false, "be the delay server (used by itself)")
	client := flags.String("client", "", "be this client of the names in a file (used by itself)")
	addrs := flags.String("addrs", "", "the servers that the client asks")
	atOnce := flags.Int("at-once", 64, "how many questions the client asks at once")
	if err := flags.Parse(args); err != nil {
		return err
	}
	o := lossyOptions{loss: *loss, addresses: *addresses}
	var err error
	if o.least, o.most, err = parseDelay(*delay); err != nil {
		return err
	}

	switch {
	case *serve:
		s, err := newLossy(*n, o.least, o.most, o.loss)
		if err != nil {
			return err
		}
		return serveLossy(s, o.addresses, stdin, stdout)
	case *client != "":
		list, err := os.Open(flags.Arg(0))
		if err != nil {
			return err
		}
		defer list.Close()
		return ask(ctx, *client, strings.Split(*addrs, ","), *atOnce, list, stdout)
	case flags.NArg() != 0 || *times < 1 || *n < 1:
		return errors.New("usage: benchdns [-n DOMAINS] [-floor DOMAINS] [-times N] [-servers nsd,delay] [-clients WORDS]")
	}

	dir, err := os.MkdirTemp("", "benchdns-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	l, err := writeLists(dir, *n, *floor)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d domains; the median of %d; %d CPUs for servers and clients, %s\n", *n, *times, runtime.NumCPU(), runtime.Version())
	var failed []error
	for _, kind := range strings.Split(*servers, ",") {
		s, err := startServer(ctx, kind, filepath.Join(dir, kind), *n, o)
		if err != nil {
			return err
		}
		err = hold(ctx, s, dir, self, l, *clients, *times, stdout, stderr)
		s.stop()
		failed = append(failed, err)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return errors.Join(failed...)
}

func startServer(ctx context.Context, kind, dir string, n int, o lossyOptions) (*server, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	switch kind {
	case "nsd":
		return startNSD(ctx, dir, n)
	case "delay":
		return startLossy(ctx, n, o)
	}
	return nil, fmt.Errorf("no server %q: there are nsd and delay", kind)
}

// hold runs the clients against s and reports.
func hold(ctx context.Context, s *server, dir, self string, l lists, words string, times int, stdout, stderr io.Writer) error {
	all, err := ways(dir, self, s, l)
	if err != nil {
		return err
	}
	var chosen []way
	for _, w := range all {
		for _, word := range strings.Split(words, ",") {
			if strings.Contains(w.client, word) {
				chosen = append(chosen, w)
				break
			}
		}
	}
	results := measureAll(ctx, s, chosen, times, stderr)
	if err := ctx.Err(); err != nil {
		return err
	}
	fmt.Fprintln(stdout)
	return writeReport(stdout, s, results)
}

func parseDelay(text string) (least, most time.Duration, err error) {
	from, to, ranged := strings.Cut(text, "-")
	if least, err = time.ParseDuration(from); err != nil {
		return 0, 0, err
	}
	most = least
	if ranged {
		most, err = time.ParseDuration(to)
	}
	if err == nil && (most < least || most > time.Second) {
		err = fmt.Errorf("delay %s: want at most 1s, and the longer one last", text)
	}
	return least, most, err
}
