//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// serveProxy listens on a free port of the server's address, says which, and hands
// all on as if the server were roundTrip away, until in ends.
//
//	client ─▶ read ─▶ what, and when it arrives ─▶ write ─▶ server   and back
func serveProxy(ctx context.Context, server string, roundTrip time.Duration, in io.Reader, out io.Writer) error {
	host, _, err := net.SplitHostPort(server)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, l.Addr()); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, func() { _ = l.Close() })
	go func() {
		_, _ = io.Copy(io.Discard, in)
		cancel()
	}()
	for {
		conn, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		go proxy(conn, server, roundTrip)
	}
}

// proxy hands one connection on. The server learns of it when the client's last
// part of the handshake would have come: after one round trip and a half. With
// what the server says at once on its way, the client hears it after two.
func proxy(client net.Conn, server string, roundTrip time.Duration) {
	defer client.Close()
	<-time.After(roundTrip * 3 / 2)
	upstream, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	defer upstream.Close()
	var both sync.WaitGroup
	both.Go(func() { late(upstream, client, roundTrip/2) })
	both.Go(func() { late(client, upstream, roundTrip/2) })
	both.Wait()
}

// late hands on what comes from one side to the other, each byte by so much later.
func late(to, from net.Conn, by time.Duration) {
	type packet struct {
		bytes []byte
		due   time.Time
	}
	const onTheWay = 64
	packets := make(chan packet, onTheWay)
	go func() {
		defer close(packets)
		for {
			buffer := make([]byte, 4<<10)
			n, err := from.Read(buffer)
			if n > 0 {
				packets <- packet{buffer[:n], time.Now().Add(by)}
			}
			if err != nil {
				packets <- packet{nil, time.Now().Add(by)}
				return
			}
		}
	}()
	for p := range packets {
		<-time.After(time.Until(p.due))
		if p.bytes == nil {
			if half, ok := to.(*net.TCPConn); ok {
				_ = half.CloseWrite()
			}
			continue
		}
		if _, err := to.Write(p.bytes); err != nil {
			_ = from.Close() // its reader may be waiting
		}
	}
}
