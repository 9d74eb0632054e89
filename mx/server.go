package mx

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// server is one resolver: how it is reached, and what is known of its customs.
// Safe for concurrent use.
type server struct {
	name  string // as people know it
	clock func() time.Duration
	dial  func() (line, error)
	https *https // nil: by lanes

	heard atomic.Int64 // when it last gave a definite answer, by clock
	exact atomic.Bool  // it repeats the question as it was spelt: 0x20

	mu    sync.Mutex
	lanes []*lane
	next  int
}

const (
	maxLanes     = 4   // a server: as many source ports
	laneShare    = 256 // questions under way for which another lane is opened
	inARow       = 16  // questions that go by one lane, so that a system call sends many
	plainPort    = "53"
	tlsPort      = "853"
	dialPatience = 3 * time.Second
)

// newServer reads one of Options.Servers.
func newServer(name string, roots *x509.CertPool, clock func() time.Duration) *server {
	s := &server{name: name, clock: clock}
	switch {
	case strings.HasPrefix(name, "tls://"):
		// RFC 7858; the name behind # is what the certificate must bear, for a server
		// that is given by its address.
		hostport, certified, _ := strings.Cut(strings.TrimPrefix(name, "tls://"), "#")
		addr := withPort(hostport, tlsPort)
		if certified == "" {
			certified, _, _ = net.SplitHostPort(addr)
		}
		s.dial = func() (line, error) {
			return newStream(addr, &tls.Config{ServerName: certified, RootCAs: roots, MinVersion: tls.VersionTLS12}), nil
		}
	case strings.HasPrefix(name, "https://"):
		s.https = newHTTPS(name, roots)
	default:
		s.name = withPort(name, plainPort)
		s.dial = func() (line, error) {
			conn, err := net.Dial("udp", s.name)
			if err != nil {
				return nil, err
			}
			udp := conn.(*net.UDPConn)
			// As much as the system allows: answers come in bursts.
			_ = udp.SetReadBuffer(receiveBuffer)
			_ = udp.SetWriteBuffer(receiveBuffer)
			return newUDP(udp)
		}
	}
	return s
}

const receiveBuffer = 4 << 20

// CheckServer says what is wrong with the name of a resolver, one of Options.Servers; nil if nothing is.
func CheckServer(name string) error {
	switch scheme, rest, ok := strings.Cut(name, "://"); {
	case !ok:
		return checkHostPort(name, plainPort)
	case scheme == "tls":
		host, _, _ := strings.Cut(rest, "#")
		return checkHostPort(host, tlsPort)
	case scheme == "https":
		if u, err := url.Parse(name); err != nil || u.Host == "" {
			return errors.New("want https://HOST/PATH")
		}
		return nil
	default:
		return fmt.Errorf("%s:// is not known: want HOST:PORT, tls://HOST or https://HOST/PATH", scheme)
	}
}

func checkHostPort(name, port string) error {
	host, port, err := net.SplitHostPort(withPort(name, port))
	if err != nil || host == "" || strings.ContainsAny(host, " /") {
		return errors.New("want HOST or HOST:PORT")
	}
	if _, err := net.LookupPort("udp", port); err != nil {
		return fmt.Errorf("port %q is not one", port)
	}
	return nil
}

// send asks the question of f once more, and adds that try to it.
func (s *server) send(f *asking, index int, how spelling, over, due time.Duration) {
	n := len(f.tries)
	f.tries = append(f.tries, try{server: index, sent: s.clock(), held: true})
	t := &f.tries[n]
	if s.https != nil {
		s.https.ask(f, n, how, due-t.sent)
		return
	}
	l, err := s.lane(n)
	if err == nil {
		t.id, err = l.send(f, n, how, over, due)
	}
	if err != nil {
		r := reply{detail: oneLine(err.Error())}
		if errors.Is(err, errUnsendable) {
			r.status = malformed
		}
		f.tell(event{try: n, late: true, reply: r})
		return
	}
	t.lane = l
}

// spelling is how s is asked the question of f: with letters of random case, for
// a forger to guess, unless that may be what went wrong before.
func (s *server) spelling(f *asking) spelling {
	for i := range f.tries {
		if f.tries[i].odd {
			return spelling{}
		}
	}
	return spelling{cases: rand.Uint64(), exact: s.exact.Load()}
}

// lane returns one of the server's lanes, and opens it if need be.
func (s *server) lane(try int) (*lane, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	i := 0
	if n := len(s.lanes); n > 0 {
		i = (s.next/inARow + try) % n
		if l := s.lanes[i]; !l.closed() {
			return l, nil
		}
	}
	line, err := s.dial()
	if err != nil {
		return nil, err
	}
	l := newLane(line)
	if i < len(s.lanes) {
		s.lanes[i] = l
	} else {
		s.lanes = append(s.lanes, l)
	}
	go l.listen()
	return l, nil
}

// widen opens another lane for so many questions under way.
func (s *server) widen(underWay int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dial == nil || len(s.lanes) >= maxLanes || underWay < len(s.lanes)*laneShare {
		return
	}
	if line, err := s.dial(); err == nil {
		l := newLane(line)
		s.lanes = append(s.lanes, l)
		go l.listen()
	}
}

// expire tells the askings whose tries are late.
func (s *server) expire(now time.Duration) {
	s.mu.Lock()
	lanes := s.lanes[:len(s.lanes):len(s.lanes)]
	s.mu.Unlock()
	for _, l := range lanes {
		l.expire(now)
	}
}

// hangUp closes all lanes.
func (s *server) hangUp() {
	s.mu.Lock()
	lanes := s.lanes
	s.lanes = nil
	s.mu.Unlock()
	for _, l := range lanes {
		l.close()
	}
	if s.https != nil {
		s.https.hangUp()
	}
}

// exchange asks one question of s alone, until the given time of the clock or the end of ctx.
func (s *server) exchange(ctx context.Context, q question, until time.Duration) (r reply, same bool) {
	f := newAsking()
	defer f.land()
	f.q = q
	how := spelling{cases: rand.Uint64()}
	s.send(f, 0, how, never, until)
	for {
		select {
		case e := <-f.came:
			switch {
			case e.cut:
				return overTCP(ctx, s.name, q, until-s.clock()), true
			case e.plain && !how.plain:
				how.plain = true
				s.send(f, 0, how, never, until)
			case e.late && e.odd:
				return reply{status: malformed, detail: "only packets that are no answer"}, false
			case e.late && r.detail == "":
				return reply{detail: orNoAnswer(e.detail)}, false
			case e.late:
				return r, same
			case e.status != silence:
				return e.reply, e.same
			default:
				r = e.reply
			}
		case <-ctx.Done():
			return r, false
		}
	}
}

func orNoAnswer(detail string) string {
	if detail == "" {
		return "no answer"
	}
	return detail
}
