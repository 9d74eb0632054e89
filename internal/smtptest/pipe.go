package smtptest

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// Pipe returns the two ends of a connection in memory. Unlike net.Pipe's, what is written
// waits in a buffer, as in a socket, so that commands can be pipelined; and all waiting is
// such that a testing/synctest bubble knows it.
func Pipe() (client, server net.Conn) { return LongPipe(0) }

// LongPipe is a Pipe in which what is written arrives after a time, as over a long way.
func LongPipe(way time.Duration) (client, server net.Conn) {
	up, down := newStream(way), newStream(way)
	return &end{in: down, out: up}, &end{in: up, out: down}
}

// stream is one direction.
type stream struct {
	mu       sync.Mutex
	changed  *sync.Cond
	way      time.Duration
	data     []byte   // arrived
	coming   []parcel // under way
	shut     bool     // by the writer
	closed   bool     // the end has arrived: what is left can be read
	broken   bool     // by the reader: writing is an error
	deadline time.Time
	alarm    *time.Timer
}

// parcel is what was written at once, or the end.
type parcel struct {
	data []byte
	end  bool
}

func newStream(way time.Duration) *stream {
	s := &stream{way: way}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.broken:
			return 0, io.ErrClosedPipe
		case !s.deadline.IsZero() && !time.Now().Before(s.deadline):
			return 0, os.ErrDeadlineExceeded
		case len(s.data) > 0:
			n := copy(p, s.data)
			s.data = s.data[n:]
			return n, nil
		case s.closed:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

func (s *stream) write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken || s.shut {
		return 0, io.ErrClosedPipe
	}
	s.send(parcel{data: append([]byte(nil), p...)})
	return len(p), nil
}

// send puts a parcel on its way. The lock is held.
func (s *stream) send(p parcel) {
	if s.coming = append(s.coming, p); s.way == 0 {
		s.arrive()
		return
	}
	time.AfterFunc(s.way, func() { s.set(s.arrive) })
}

// arrive hands over the first parcel.
func (s *stream) arrive() {
	p := s.coming[0]
	s.coming = s.coming[1:]
	s.data = append(s.data, p.data...)
	s.closed = s.closed || p.end
	s.changed.Broadcast()
}

func (s *stream) set(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.changed.Broadcast()
}

func (s *stream) setDeadline(t time.Time) {
	s.set(func() {
		s.deadline = t
		if s.alarm != nil {
			s.alarm.Stop()
			s.alarm = nil
		}
		if !t.IsZero() {
			s.alarm = time.AfterFunc(time.Until(t), func() { s.set(func() {}) })
		}
	})
}

// end is one end of a pipe. Writing never waits.
type end struct{ in, out *stream }

func (e *end) Read(p []byte) (int, error)  { return e.in.read(p) }
func (e *end) Write(p []byte) (int, error) { return e.out.write(p) }

func (e *end) Close() error {
	e.in.setDeadline(time.Time{})
	e.in.set(func() { e.in.broken = true })
	e.out.set(func() {
		if !e.out.shut {
			e.out.shut = true
			e.out.send(parcel{end: true})
		}
	})
	return nil
}

func (e *end) LocalAddr() net.Addr                { return pipeAddr{} }
func (e *end) RemoteAddr() net.Addr               { return pipeAddr{} }
func (e *end) SetReadDeadline(t time.Time) error  { e.in.setDeadline(t); return nil }
func (e *end) SetWriteDeadline(t time.Time) error { return nil }
func (e *end) SetDeadline(t time.Time) error      { return e.SetReadDeadline(t) }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "memory" }
func (pipeAddr) String() string  { return "memory" }
