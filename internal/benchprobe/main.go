//go:build linux

// Command benchprobe holds winnow's probe against the way that other verifiers
// go: for each address a connection, and another for one that is made up, each in
// lockstep; and the kinder way of some, which is to ask for both in one connection.
// winnow takes STARTTLS where it is offered, and most verifiers do not: beside the
// floor stands what it would be with that. All ask the same addresses of the same
// Postfix on loopback, which the program starts and ends (internal/realsmtp): near,
// where it answers at once, and far, through a proxy that adds a round trip, as the
// ones that are really asked are some way off. Servers, proxy and clients are processes
// of their own, so that each has its own bill.
//
//	benchprobe -n 20000
//
// Of the addresses one in ten is unknown (-unknown), as on a list that wants to be
// cleaned. Each domain has a mail host of its own, for all of which the one Postfix
// answers. The floor works on as many domains at once as winnow has connections, each
// one after another; it asks for only some of the addresses (-floor). The ceiling
// knows the answers: it writes all that Postfix bears of a session at once, and shows
// what the server itself can do. winnow is run with its default manners, and without
// any. With more connections, the server's CPU is the limit for winnow sooner than
// for the floor.
//
// Postfix is as it comes, but for its limits on how many connections and mails one
// client may begin, since the client stands for many. In particular,
// after the 10th refusal of a session each reply comes a second late.
//
// Probes are addresses, the made-up ones are not counted. Connections are counted
// in Postfix's log. "open" is what a client could not tell.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "benchprobe:", err)
		os.Exit(1)
	}
}

// options are what is measured.
type options struct {
	list
	floor       int // of the addresses
	connections int
	far         time.Duration
	places      []string
	only        []string
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("benchprobe", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var o options
	flags.IntVar(&o.n, "n", 20_000, "how many `addresses` are asked for")
	flags.IntVar(&o.domains, "domains", 200, "how many `domains` they are of")
	flags.IntVar(&o.unknown, "unknown", 10, "how many `of 100` addresses nobody has")
	flags.IntVar(&o.floor, "floor", 2000, "how many `addresses` the floor asks for")
	flags.IntVar(&o.connections, "connections", 8, "at once, of each client")
	flags.DurationVar(&o.far, "far", 40*time.Millisecond, "the `round trip` that the proxy adds")
	places := flags.String("places", "near,far", "which `places` the server is at")
	only := flags.String("only", "", "only `clients` whose name has one of these words, comma-separated")

	client := flags.String("client", "", "be this client of a server (used by itself)")
	proxy := flags.String("proxy", "", "be the proxy before a server (used by itself)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	o.places, o.only = strings.Split(*places, ","), strings.Split(*only, ",")
	switch {
	case *client != "":
		return ask(ctx, *client, flags.Arg(0), o, stdout)
	case *proxy != "":
		return serveProxy(ctx, *proxy, o.far, stdin, stdout)
	case flags.NArg() != 0 || o.n < 1 || o.domains < 1 || o.floor < 1 || o.connections < 1:
		return errors.New("usage: benchprobe [-n ADDRESSES] [-domains N] [-unknown OF100] [-floor ADDRESSES] [-connections N] [-far ROUNDTRIP] [-places near,far] [-only WORDS]")
	}
	return hold(ctx, o, stdout, stderr)
}
