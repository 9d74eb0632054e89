//go:build linux

package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"strings"
	"sync"
	"time"
)

// The clients.
const (
	floor     = "a connection a probe"
	secured   = "a connection a probe, STARTTLS"
	kinder    = "a connection an address"
	polite    = "winnow"
	rude      = "winnow, unmannered"
	pipelined = "ceiling: all at once"
)

// ask is a client, run as a process of its own.
func ask(ctx context.Context, client, addr string, o options, out io.Writer) error {
	var t tally
	var err error
	begun := time.Now()
	switch client {
	case floor, secured, kinder:
		o.n = min(o.n, o.floor)
		way := plainly{addr: addr, inOne: client == kinder, secured: client == secured}
		t = domainsAtOnce(o, func(ids []int) []word { return way.ask(o.list, ids) })
	case pipelined:
		t = domainsAtOnce(o, func(ids []int) []word { return allAtOnce(addr, o.list, ids) })
	case polite, rude:
		t, err = askWinnow(ctx, addr, o, client == rude)
	default:
		err = fmt.Errorf("no client %q", client)
	}
	if err != nil {
		return err
	}
	t.Seconds = time.Since(begun).Seconds()
	return json.NewEncoder(out).Encode(t)
}

// domainsAtOnce has one domain a connection's worth of workers, so many at once.
func domainsAtOnce(o options, domain func(ids []int) []word) tally {
	var t tally
	var mu sync.Mutex
	var workers sync.WaitGroup
	queue := make(chan []int)
	for range o.connections {
		workers.Go(func() {
			for ids := range queue {
				said := domain(ids)
				mu.Lock()
				for k, i := range ids {
					t.count(o.list, i, said[k])
				}
				mu.Unlock()
			}
		})
	}
	for d := range min(o.domains, o.n) {
		var ids []int
		for i := d; i < o.n; i += o.domains {
			ids = append(ids, i)
		}
		queue <- ids
	}
	close(queue)
	workers.Wait()
	return t
}

// plainly is how most verifiers ask: for each address, and for one at its domain that
// nobody has, each in a connection of its own, or both in one.
type plainly struct {
	addr    string
	inOne   bool
	secured bool // with STARTTLS where it is offered, as winnow does
}

func (p plainly) ask(l list, ids []int) []word {
	said := make([]word, len(ids))
	for k, i := range ids {
		asked := []string{l.local(i) + "@" + l.domain(i), fmt.Sprintf("nobody%d.x7q@%s", i, l.domain(i))}
		var codes []int
		if p.inOne {
			codes = p.lockstep(asked...)
		} else {
			codes = append(p.lockstep(asked[0]), p.lockstep(asked[1])...)
		}
		switch {
		case len(codes) < 2:
		case codes[0] == 250 && codes[1] == 550:
			said[k] = alive
		case codes[0] == 550:
			said[k] = dead
		}
	}
	return said
}

// lockstep asks for addresses in one connection, a command at a time. It returns the
// codes of the replies, none if it came to none.
func (p plainly) lockstep(addresses ...string) (codes []int) {
	conn, err := net.Dial("tcp", p.addr)
	if err != nil {
		return nil
	}
	text := textproto.NewConn(conn)
	defer func() { text.Close() }()
	says := func(command string) (int, string) {
		if err := text.PrintfLine("%s", command); err != nil {
			return 0, ""
		}
		code, said, _ := text.ReadResponse(0)
		return code, said
	}
	took := func(code int, command string) bool {
		got, _ := says(command)
		return got == code
	}
	if code, _, _ := text.ReadResponse(220); code != 220 {
		return nil
	}
	code, offers := says(hello)
	if code == 250 && p.secured && strings.Contains(offers, "\nSTARTTLS") {
		if !took(220, "STARTTLS") {
			return nil
		}
		text = textproto.NewConn(tls.Client(conn, &tls.Config{InsecureSkipVerify: true}))
		code, _ = says(hello)
	}
	if code != 250 || !took(250, "MAIL FROM:<probe@bench.example>") {
		return nil
	}
	for _, address := range addresses {
		code, _ := says("RCPT TO:<" + address + ">")
		codes = append(codes, code)
	}
	says("QUIT")
	return codes
}

const hello = "EHLO bench.example"

// allAtOnce asks for all addresses of a domain in sessions that hold as many as
// there may be before the host stalls.
func allAtOnce(addr string, l list, ids []int) (said []word) {
	const refusals = 9    // with the 10th, Postfix begins to stall
	from, refused := 0, 1 // the made-up one
	for k, i := range ids {
		if !l.known(i) {
			refused++
		}
		if refused > refusals {
			said = append(said, inOne(addr, l, ids[from:k])...)
			from, refused = k, 2
		}
	}
	return append(said, inOne(addr, l, ids[from:])...)
}

// inOne asks in one session, written before anything is read.
func inOne(addr string, l list, ids []int) []word {
	said := make([]word, len(ids))
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return said
	}
	text := textproto.NewConn(conn)
	defer text.Close()
	if code, _, _ := text.ReadResponse(220); code != 220 {
		return said
	}
	if err := text.PrintfLine(hello); err != nil {
		return said
	}
	if code, _, _ := text.ReadResponse(250); code != 250 {
		return said
	}
	go func() {
		fmt.Fprintf(text.W, "MAIL FROM:<probe@bench.example>\r\nRCPT TO:<nobody.x7q@%s>\r\n", l.domain(ids[0]))
		for _, i := range ids {
			fmt.Fprintf(text.W, "RCPT TO:<%s@%s>\r\n", l.local(i), l.domain(i))
		}
		_ = text.PrintfLine("QUIT")
	}()
	_, _, _ = text.ReadResponse(250)
	if code, _, _ := text.ReadResponse(550); code != 550 {
		return said
	}
	for k := range ids {
		switch code, _, _ := text.ReadResponse(0); code {
		case 250:
			said[k] = alive
		case 550:
			said[k] = dead
		}
	}
	_, _, _ = text.ReadResponse(221)
	return said
}
