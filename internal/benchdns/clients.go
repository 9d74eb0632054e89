//go:build linux || darwin

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/miekg/dns"

	"winnow/mx"
)

// ask is a client, run as a process of its own: it asks servers for the mail
// exchangers of the names in list, a line each, and says how many that live got
// no answer, and how many a wrong one.
func ask(ctx context.Context, client string, servers []string, atOnce int, list io.Reader, out io.Writer) error {
	var lost, wrong atomic.Int64
	names := lines(list)
	switch client {
	case "winnow":
		if err := askWinnow(ctx, servers, names, &lost, &wrong); err != nil {
			return err
		}
	case "net":
		askNet(ctx, servers, atOnce, names, &lost)
	case "miekg":
		askMiekg(servers, atOnce, names, &lost)
	default:
		return fmt.Errorf("no client %q", client)
	}
	_, err := fmt.Fprintln(out, lost.Load(), wrong.Load())
	return err
}

func lines(r io.Reader) iter.Seq[string] {
	return func(yield func(string) bool) {
		scanner := bufio.NewScanner(r)
		for scanner.Scan() && yield(scanner.Text()) {
		}
	}
}

// numbered returns the kind of a name that nameOf made.
func numbered(name string) kind {
	number, _, _ := strings.Cut(strings.TrimPrefix(name, "d"), ".")
	i, err := strconv.Atoi(number)
	if err != nil {
		return missing
	}
	return kindOf(i)
}

// askWinnow asks as winnow clean does, with all defaults: the hosts' addresses
// too, and what is negative again.
func askWinnow(ctx context.Context, servers []string, names iter.Seq[string], lost, wrong *atomic.Int64) error {
	want := [...]mx.Outcome{withMX: mx.Hosts, onlyA: mx.Implicit, missing: mx.Missing, null: mx.Null, bare: mx.None, failing: mx.ServFail}
	return mx.New(mx.Options{Servers: servers}).Resolve(ctx, names, func(a mx.Answer) {
		k := numbered(a.Name)
		switch {
		case k == dead:
		case a.Outcome == mx.Timeout:
			lost.Add(1)
		case a.Outcome != want[k], !a.Outcome.Temporary() && !a.Confirmed:
			wrong.Add(1)
		}
	})
}

// askNet asks as most Go programs would: a goroutine a name, so many at once.
// Time outs are net's: 5 s, twice.
func askNet(ctx context.Context, servers []string, atOnce int, names iter.Seq[string], lost *atomic.Int64) {
	var turn atomic.Uint32
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, servers[int(turn.Add(1))%len(servers)])
	}}
	crowd(atOnce, names, func(feed <-chan string) {
		for name := range feed {
			_, err := resolver.LookupMX(ctx, name+".")
			if said, ok := errors.AsType[*net.DNSError](err); ok && said.IsTimeout && numbered(name) != dead {
				lost.Add(1)
			}
		}
	})
}

// askMiekg asks as the better Go programs do: a connection a worker. Time outs
// are miekg's: 2 s, three tries, each at the next server.
func askMiekg(servers []string, atOnce int, names iter.Seq[string], lost *atomic.Int64) {
	const tries = 3
	client := &dns.Client{Timeout: 2 * time.Second}
	var turn atomic.Uint32
	crowd(atOnce, names, func(feed <-chan string) {
		var conns = make([]*dns.Conn, len(servers))
		at := int(turn.Add(1))
		for name := range feed {
			query := new(dns.Msg).SetQuestion(name+".", dns.TypeMX)
			query.SetEdns0(1232, false)
			var err error
			for range tries {
				i := at % len(servers)
				if conns[i] == nil {
					if conns[i], err = client.Dial(servers[i]); err != nil {
						continue
					}
				}
				if _, _, err = client.ExchangeWithConn(query, conns[i]); err == nil {
					break
				}
				_ = conns[i].Close() // an answer that comes late must not be taken for the next one
				conns[i] = nil
				at++
			}
			if err != nil && numbered(name) != dead {
				lost.Add(1)
			}
		}
	})
}

// crowd feeds names to so many workers.
func crowd(workers int, names iter.Seq[string], work func(<-chan string)) {
	feed := make(chan string, workers)
	var working sync.WaitGroup
	for range workers {
		working.Go(func() { work(feed) })
	}
	for name := range names {
		feed <- name
	}
	close(feed)
	working.Wait()
}

// dnsperfLost reads how many questions dnsperf got no answer to.
func dnsperfLost(said string) (lost int, err error) {
	_, behind, ok := strings.Cut(said, "Queries lost:")
	if !ok {
		return 0, errors.New("dnsperf did not say how many queries were lost")
	}
	_, err = fmt.Sscan(behind, &lost)
	return lost, err
}
