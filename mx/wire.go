package mx

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// wire asks one question at one server. Its UDP sockets are connected and used
// by one question at a time; after silence or an oddity a socket is dropped, so
// that a late answer cannot meet a later question.
//
// Sockets are kept only between enter and leave. Safe for concurrent use.
type wire struct {
	mu    sync.Mutex
	users int
	idle  map[string][]*socket
}

// socket is a connected UDP socket and room for what arrives on it.
type socket struct {
	net.Conn
	buf [largest]byte
}

func newWire() *wire { return &wire{idle: map[string][]*socket{}} }

// enter announces questions.
func (w *wire) enter() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.users++
}

// leave ends what enter began; the last one closes the sockets.
func (w *wire) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.users--
	if w.users > 0 {
		return
	}
	for server, conns := range w.idle {
		for _, conn := range conns {
			_ = conn.Close()
		}
		delete(w.idle, server)
	}
}

func (w *wire) take(server string) (*socket, error) {
	w.mu.Lock()
	if conns := w.idle[server]; len(conns) > 0 {
		conn := conns[len(conns)-1]
		w.idle[server] = conns[:len(conns)-1]
		w.mu.Unlock()
		return conn, nil
	}
	w.mu.Unlock()
	conn, err := net.Dial("udp", server)
	if err != nil {
		return nil, err
	}
	return &socket{Conn: conn}, nil
}

func (w *wire) keep(server string, conn *socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.users == 0 {
		_ = conn.Close()
		return
	}
	w.idle[server] = append(w.idle[server], conn)
}

const (
	payload    = 1232    // EDNS buffer that no path fragments
	largest    = 4 << 10 // what some servers send in spite of it
	headerSize = 12
	truncated  = 0x02 // TC, in the third byte
)

// ask asks q at server until the given time or the end of ctx. Without an
// answer the status is silence, or malformed if something else arrived.
func (w *wire) ask(ctx context.Context, server string, q question, until time.Time) reply {
	r := w.askWith(ctx, server, q, until, true)
	if r.plain {
		// RFC 6891 section 7: a server that knows no EDNS says FORMERR or NOTIMP.
		r = w.askWith(ctx, server, q, until, false)
	}
	return r
}

func (w *wire) askWith(ctx context.Context, server string, q question, until time.Time, edns bool) reply {
	query, err := pack(q, edns)
	if err != nil {
		return reply{status: malformed, detail: oneLine(err.Error())}
	}
	conn, err := w.take(server)
	if err != nil {
		return reply{detail: oneLine(err.Error())}
	}
	r, cut, clean := overUDP(ctx, conn, query, q, until)
	if clean {
		w.keep(server, conn)
	} else {
		_ = conn.Close()
	}
	if cut {
		return overTCP(ctx, server, query, q, until)
	}
	return r
}

func pack(q question, edns bool) ([]byte, error) {
	var m dns.Msg
	m.SetQuestion(q.name, q.qtype)
	m.Id = uint16(rand.Uint32())
	if edns {
		m.SetEdns0(payload, false)
	}
	packed, err := m.Pack()
	if err != nil {
		return nil, fmt.Errorf("pack question: %w", err)
	}
	return packed, nil
}

// overUDP returns the reply, whether it was cut short, and whether the socket may be used again.
func overUDP(ctx context.Context, conn *socket, query []byte, q question, until time.Time) (r reply, cut, clean bool) {
	defer expire(ctx, conn, until, &clean)()
	if _, err := conn.Write(query); err != nil {
		return reply{detail: oneLine(err.Error())}, false, false
	}
	odd := false
	for {
		n, err := conn.Read(conn.buf[:])
		if err != nil {
			return unanswered(err, odd), false, false
		}
		packet := conn.buf[:n]
		if !belongs(packet, query) {
			odd = true
			continue
		}
		if packet[2]&truncated != 0 {
			return reply{}, true, !odd
		}
		if r, ok := interpret(packet, q); ok {
			return r, false, !odd
		}
		odd = true
	}
}

func overTCP(ctx context.Context, server string, query []byte, q question, until time.Time) reply {
	dialer := net.Dialer{Deadline: until}
	conn, err := dialer.DialContext(ctx, "tcp", server)
	if err != nil {
		return reply{detail: oneLine("truncated, and by TCP: " + err.Error())}
	}
	defer conn.Close()
	defer expire(ctx, conn, until, new(bool))()
	message := append(binary.BigEndian.AppendUint16(nil, uint16(len(query))), query...)
	if _, err := conn.Write(message); err != nil {
		return reply{detail: oneLine("truncated, and by TCP: " + err.Error())}
	}
	odd := false
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return unanswered(err, odd)
		}
		packet := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, packet); err != nil {
			return unanswered(err, odd)
		}
		if belongs(packet, query) && packet[2]&truncated == 0 {
			if r, ok := interpret(packet, q); ok {
				return r
			}
		}
		odd = true
	}
}

// expire makes conn time out at until or when ctx ends. The function it returns
// undoes the latter, and clears clean if that came too late.
func expire(ctx context.Context, conn net.Conn, until time.Time, clean *bool) func() {
	_ = conn.SetDeadline(until)
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return func() {
		if !stop() {
			*clean = false
		}
	}
}

// belongs reports whether packet bears the ID of query.
func belongs(packet, query []byte) bool {
	return len(packet) >= headerSize && packet[0] == query[0] && packet[1] == query[1]
}

func unanswered(err error, odd bool) reply {
	if odd {
		return reply{status: malformed, detail: "only packets that are no answer"}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return reply{detail: "no answer"}
	}
	return reply{detail: oneLine(err.Error())}
}
