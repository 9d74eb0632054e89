package mx

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// stream moves packets over one TLS connection, each behind its length: RFC 7858,
// RFC 7766 section 6.2.1.1 (several questions under way at once). It is written by
// a goroutine of its own: a server that does not read holds nobody up.
type stream struct {
	conn *tls.Conn
	in   *bufio.Reader
	buf  []byte

	mu  sync.Mutex
	out []byte // framed, to be written

	more    chan struct{} // there is something in out
	done    chan struct{}
	once    sync.Once
	waiting atomic.Bool // something was sent since the last packet came
}

// streamPatience is how long a connection may be silent after a question, or not
// take one, until it counts as broken: longer than any question waits.
const streamPatience = 10 * time.Second

func dialStream(ctx context.Context, addr string, config *tls.Config) (line, error) {
	dialer := tls.Dialer{Config: config}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &stream{conn: conn.(*tls.Conn), in: bufio.NewReader(conn), more: make(chan struct{}, 1), done: make(chan struct{})}
	go s.write()
	return s, nil
}

func (s *stream) send(p *packets) error {
	s.mu.Lock()
	for i := range p.len() {
		s.out = appendFramed(s.out, p.at(i))
	}
	s.mu.Unlock()
	if s.waiting.CompareAndSwap(false, true) {
		_ = s.conn.SetReadDeadline(time.Now().Add(streamPatience))
	}
	select {
	case s.more <- struct{}{}:
	default:
	}
	return nil
}

// write writes what is sent. If it fails, receive fails too, and tells.
func (s *stream) write() {
	defer s.Close()
	var out []byte
	for {
		select {
		case <-s.more:
		case <-s.done:
			return
		}
		s.mu.Lock()
		s.out, out = out[:0], s.out
		s.mu.Unlock()
		_ = s.conn.SetWriteDeadline(time.Now().Add(streamPatience))
		if _, err := s.conn.Write(out); err != nil {
			return
		}
	}
}

func (s *stream) receive(take func([]byte)) error {
	packet, err := readFramed(s.in, s.buf)
	if errors.Is(err, io.EOF) {
		return errors.New("the server closed the connection")
	}
	if err != nil {
		return err
	}
	if s.waiting.Load() {
		_ = s.conn.SetReadDeadline(time.Time{})
		s.waiting.Store(false)
	}
	s.buf = packet
	take(packet)
	return nil
}

func (s *stream) Close() error {
	// Without the alert of TLS, which would have to be waited for.
	s.once.Do(func() {
		close(s.done)
		_ = s.conn.NetConn().Close()
	})
	return nil
}

// appendFramed appends a packet behind its length: RFC 1035 section 4.2.2.
func appendFramed(b, packet []byte) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(packet))), packet...)
}

// readFramed reads a packet behind its length, into buf if it has room.
func readFramed(r io.Reader, buf []byte) ([]byte, error) {
	var size [2]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint16(size[:]))
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	_, err := io.ReadFull(r, buf)
	return buf, err
}

// overTCP asks q of addr by TCP, because the answer does not fit into a packet.
// Without an answer the status is silence, or malformed if something else arrived.
func overTCP(ctx context.Context, addr string, q question, plain bool, most time.Duration) reply {
	failed := func(err error) reply {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return reply{detail: "truncated, and no answer by TCP"}
		}
		return reply{detail: oneLine("truncated, and by TCP: " + err.Error())}
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return failed(err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	query, err := encode(nil, uint16(rand.Uint32()), q, spelling{plain: plain})
	if err != nil {
		return failed(err)
	}
	if _, err := conn.Write(appendFramed(nil, query)); err != nil {
		return failed(err)
	}
	for odd := false; ; odd = true {
		packet, err := readFramed(conn, nil)
		if err != nil {
			if odd {
				return reply{status: malformed, detail: "only packets that are no answer"}
			}
			return failed(err)
		}
		if len(packet) < headerSize || packet[0] != query[0] || packet[1] != query[1] || packet[2]&truncated != 0 {
			continue
		}
		if r, ok := read(packet, query, q, false); ok {
			return r
		}
	}
}
