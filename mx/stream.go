package mx

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"time"
)

// stream moves packets over one TLS connection, each behind its length: RFC 7858,
// RFC 7766 section 6.2.1.1 (several questions under way at once).
type stream struct {
	open chan struct{} // closed once conn or err is set
	conn *tls.Conn
	err  error
	stop context.CancelFunc
	once sync.Once
	in   *bufio.Reader
	buf  []byte
	out  []byte
}

// newStream begins to connect.
func newStream(addr string, config *tls.Config) *stream {
	ctx, stop := context.WithTimeout(context.Background(), dialPatience)
	s := &stream{open: make(chan struct{}), stop: stop}
	go func() {
		defer close(s.open)
		defer stop()
		dialer := tls.Dialer{Config: config}
		conn, err := dialer.DialContext(ctx, "tcp", addr)
		if err != nil {
			s.err = fmt.Errorf("connect: %w", err)
			return
		}
		s.conn = conn.(*tls.Conn)
		s.in = bufio.NewReader(conn)
	}()
	return s
}

func (s *stream) send(p *packets) error {
	<-s.open
	if s.err != nil {
		return s.err
	}
	s.out = s.out[:0]
	for i := range p.len() {
		s.out = appendFramed(s.out, p.at(i))
	}
	_ = s.conn.SetWriteDeadline(time.Now().Add(dialPatience))
	_, err := s.conn.Write(s.out)
	return err
}

func (s *stream) receive(take func([]byte)) error {
	<-s.open
	if s.err != nil {
		return s.err
	}
	packet, err := readFramed(s.in, s.buf)
	if err != nil {
		return err
	}
	s.buf = packet
	take(packet)
	return nil
}

func (s *stream) Close() error {
	s.stop()
	s.once.Do(func() {
		go func() {
			<-s.open
			if s.conn != nil {
				_ = s.conn.NetConn().Close()
			}
		}()
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
func overTCP(ctx context.Context, addr string, q question, most time.Duration) reply {
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
	query, err := encode(nil, uint16(rand.Uint32()), q, spelling{})
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
