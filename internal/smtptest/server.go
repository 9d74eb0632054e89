// Package smtptest answers one question: what does a client do when a mail host
// says this? Its server is a real one on a loopback socket, and a table of
// replies: see [ParseDialogue]. It refuses DATA, always, and keeps to RFC 5321
// in what a client could trip over: replies in the order of pipelined commands
// (RFC 2920), RCPT only after MAIL.
package smtptest

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Server is an SMTP server on a loopback address. It is safe for concurrent
// use, and serves any number of sessions at a time.
type Server struct {
	dialogue Dialogue
	listener net.Listener // nil in memory
	tls      *tls.Config  // nil: STARTTLS is not known
	way      time.Duration
	closed   chan struct{}
	serving  sync.WaitGroup

	mu         sync.Mutex
	open       map[net.Conn]struct{} // nil once closed
	sessions   int
	used       []int // how often each of dialogue.replies was given
	transcript []string
}

// NewServer starts a server on a free port of 127.0.0.1. It must be closed.
func NewServer(d Dialogue) (*Server, error) { return NewServerAt("127.0.0.1:0", d) }

// NewServerAt starts a server on address, an IP address and port; port 0 is a
// free one. An address that is not a loopback one is an error.
func NewServerAt(address string, d Dialogue) (*Server, error) {
	where, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, fmt.Errorf("smtptest: %w", err)
	}
	if !where.Addr().IsLoopback() {
		return nil, fmt.Errorf("smtptest: %s is not a loopback address", where)
	}
	l, err := net.Listen("tcp", where.String())
	if err != nil {
		return nil, fmt.Errorf("smtptest: %w", err)
	}
	s := NewInMemory(d)
	s.listener = l
	s.serving.Go(s.accept)
	return s, nil
}

// NewInMemory returns a server without a socket, for tests in a testing/synctest bubble:
// Dial is the only way to it. It must be closed.
func NewInMemory(d Dialogue) *Server {
	return &Server{
		dialogue: d,
		closed:   make(chan struct{}),
		open:     map[net.Conn]struct{}{},
		used:     make([]int, len(d.replies)),
	}
}

// Dial connects to the server in memory. After Close it is refused.
func (s *Server) Dial() (net.Conn, error) {
	client, server := LongPipe(s.way)
	if !s.take(server) {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	return client, nil
}

// Move takes the server to a place from which every byte takes so long, in memory only. It
// must come before the first connection.
func (s *Server) Move(way time.Duration) { s.way = way }

// UseTLS makes the server go over to TLS after a 220 to STARTTLS. It must be offered in the
// Dialogue, and come before the first connection.
func (s *Server) UseTLS(c *tls.Config) { s.tls = c }

// Addr returns the address that the server listens on, "127.0.0.1:35421".
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Transcript returns the commands that were seen so far, of all sessions, in
// the order in which they were read, each as it was sent without its line end.
func (s *Server) Transcript() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.transcript)
}

// Sessions returns how many connections were taken so far.
func (s *Server) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions
}

// Close cuts all sessions, also those that wait for a delay, and returns when
// they have ended. A second Close does nothing.
func (s *Server) Close() {
	s.mu.Lock()
	open := s.open
	s.open = nil
	s.mu.Unlock()
	if open == nil {
		return
	}
	close(s.closed)
	if s.listener != nil {
		s.listener.Close()
	}
	for c := range open {
		c.Close()
	}
	s.serving.Wait()
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // a client that was gone before it was taken
		}
		if !s.take(conn) {
			conn.Close()
			return
		}
	}
}

// take serves a connection; false once closed.
func (s *Server) take(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		return false
	}
	s.open[conn] = struct{}{}
	s.sessions++
	s.serving.Go(func() {
		defer s.forget(conn)
		session := session{server: s, conn: conn, in: bufio.NewReader(conn), out: bufio.NewWriter(conn), seen: map[string]int{}}
		session.run()
	})
	return true
}

func (s *Server) forget(conn net.Conn) {
	s.mu.Lock()
	delete(s.open, conn)
	s.mu.Unlock()
	conn.Close()
}

// reply finds the reply to the n-th command of a verb in a session.
func (s *Server) reply(verb, address string, n int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, r := range s.dialogue.replies {
		if r.fits(verb, address, n) && (r.first == 0 || s.used[i] < r.first) {
			s.used[i]++
			return r.reply
		}
	}
	return byDefault(verb)
}

// pace is how long each byte of a reply takes.
func (s *Server) pace(verb, address string, n int) time.Duration {
	for _, r := range s.dialogue.drips {
		if r.fits(verb, address, n) {
			return r.delay
		}
	}
	return 0
}

// session is one connection's state.
type session struct {
	server *Server
	conn   net.Conn
	in     *bufio.Reader
	out    *bufio.Writer
	seen   map[string]int // commands by verb
	mail   bool           // a MAIL was taken
}

func (c *session) run() {
	if !c.answer("greeting", "") {
		return
	}
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		c.server.mu.Lock()
		c.server.transcript = append(c.server.transcript, line)
		c.server.mu.Unlock()
		if !c.command(line) {
			return
		}
	}
}

// command answers one command, and tells whether the session goes on.
func (c *session) command(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	verb = strings.ToLower(verb)
	address := ""
	if verb == "mail" || verb == "rcpt" {
		path, ok := pathOf(verb, rest)
		switch {
		case !ok:
			return c.send("501 5.5.4 no such syntax\r\n")
		case c.mail != (verb == "rcpt"):
			return c.send("503 5.5.1 bad sequence of commands\r\n")
		}
		address = path
	}
	return c.answer(verb, address)
}

// pathOf returns the address between the angle brackets of MAIL and RCPT.
func pathOf(verb, s string) (string, bool) {
	want := "from:"
	if verb == "rcpt" {
		want = "to:"
	}
	if len(s) < len(want) || !strings.EqualFold(s[:len(want)], want) {
		return "", false
	}
	path, ok := strings.CutPrefix(strings.TrimLeft(s[len(want):], " "), "<")
	end := strings.LastIndexByte(path, '>')
	if !ok || end < 0 {
		return "", false
	}
	return path[:end], true
}

// answer gives the reply of the table, when its delay is over.
func (c *session) answer(verb, address string) bool {
	c.seen[verb]++
	n := c.seen[verb]
	for _, r := range c.server.dialogue.delays {
		if r.fits(verb, address, n) && !c.wait(r.delay) {
			return false
		}
	}
	if slices.ContainsFunc(c.server.dialogue.breaks, func(r rule) bool { return r.verb == verb && n >= r.after }) {
		c.out.Flush()
		return false
	}
	reply := c.server.reply(verb, address, n)
	switch verb {
	case "mail":
		c.mail = reply[0] == '2'
	case "ehlo", "helo", "rset":
		c.mail = false
	}
	if pace := c.server.pace(verb, address, n); pace > 0 {
		if !c.drip(reply, pace) {
			return false
		}
	} else if !c.send(reply) {
		return false
	}
	if verb == "starttls" && reply[0] == '2' && c.server.tls != nil {
		return c.secure()
	}
	cut := slices.ContainsFunc(c.server.dialogue.closes, func(r rule) bool { return r.verb == verb && n >= r.after })
	if cut || verb == "quit" || strings.HasPrefix(reply, "421") {
		c.out.Flush()
		return false
	}
	return true
}

// send writes a reply, and sends what was written once no more commands wait to
// be answered (RFC 2920 section 3.2).
func (c *session) send(reply string) bool {
	if _, err := c.out.WriteString(reply); err != nil {
		return false
	}
	return c.in.Buffered() > 0 || c.out.Flush() == nil
}

// drip sends a reply byte by byte.
func (c *session) drip(reply string, pace time.Duration) bool {
	for i := range len(reply) {
		if !c.wait(pace) || c.out.WriteByte(reply[i]) != nil {
			return false
		}
	}
	return c.out.Flush() == nil
}

// secure goes over to TLS. What the client has said before is forgotten (RFC 3207
// section 4.2).
func (c *session) secure() bool {
	if c.out.Flush() != nil {
		return false
	}
	secured := tls.Server(c.conn, c.server.tls)
	if secured.Handshake() != nil {
		return false
	}
	c.conn, c.in, c.out = secured, bufio.NewReader(secured), bufio.NewWriter(secured)
	c.mail = false
	return true
}

// wait lasts for d, or until the server is closed. What was answered before goes
// out first.
func (c *session) wait(d time.Duration) bool {
	if c.out.Flush() != nil {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.server.closed:
		return false
	}
}
