package mx

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"net/url"
	"strconv"
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
	dial  dial
	https *https // nil: by a lane
	tcp   string // where an answer that fits no packet is asked for; "": the way has room for all

	heard atomic.Int64 // when it last gave a definite answer, by clock
	exact atomic.Bool  // it repeats the question as it was spelt: 0x20

	mu   sync.Mutex
	lane *lane // nil before it is needed
}

const (
	plainPort    = "53"
	tlsPort      = "853"
	dialPatience = 3 * time.Second
)

// newServer reads one of Options.Servers. A host's name is looked up with the
// system's resolver when it is dialed.
func newServer(name string, o Options, clock func() time.Duration) *server {
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
		config := &tls.Config{ServerName: certified, RootCAs: o.Roots, MinVersion: tls.VersionTLS12}
		s.dial = func(ctx context.Context) (line, error) { return dialStream(ctx, addr, config) }
	case strings.HasPrefix(name, "https://"):
		s.https = newHTTPS(name, o.Roots)
	default:
		s.name = withPort(name, plainPort)
		s.tcp = s.name
		s.dial = func(ctx context.Context) (line, error) { return dialUDP(ctx, s.name, o.portable) }
	}
	return s
}

func dialUDP(ctx context.Context, addr string, portable bool) (line, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "udp", addr)
	if err != nil {
		return nil, err
	}
	udp := conn.(*net.UDPConn)
	// As much as the system allows: answers come in bursts.
	_ = udp.SetReadBuffer(socketBuffer)
	_ = udp.SetWriteBuffer(socketBuffer)
	if portable {
		return newPortable(udp), nil
	}
	return newUDP(udp)
}

const socketBuffer = 4 << 20

// CheckServer says what is wrong with the name of a resolver, one of Options.Servers; nil if nothing is.
func CheckServer(name string) error {
	switch scheme, rest, ok := strings.Cut(name, "://"); {
	case !ok:
		return checkHostPort(name, plainPort, "HOST or HOST:PORT")
	case scheme == "tls":
		hostport, certified, named := strings.Cut(rest, "#")
		if named && certified == "" {
			return errors.New("no name behind #")
		}
		return checkHostPort(hostport, tlsPort, "tls://HOST, tls://HOST:PORT or tls://HOST#NAME")
	case scheme == "https":
		const want = "https://HOST/PATH"
		u, err := url.Parse(name)
		if err != nil || u.User != nil || u.Path == "" {
			return errors.New("want " + want)
		}
		return checkHostPort(u.Host, "443", want)
	default:
		return fmt.Errorf("%s:// is not known: want HOST:PORT, tls://HOST or https://HOST/PATH", scheme)
	}
}

func checkHostPort(name, port, want string) error {
	host, port, err := net.SplitHostPort(withPort(name, port))
	if err != nil || host == "" || strings.ContainsAny(host, " /@[]#?") {
		return errors.New("want " + want)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return fmt.Errorf("%q is no port", port)
	}
	if _, err := netip.ParseAddr(host); err != nil && (strings.Contains(host, ":") || strings.Trim(host, "0123456789.") == "") {
		return fmt.Errorf("%q is no IP address", host)
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
	l := s.connected()
	var err error
	if t.id, err = l.send(f, n, how, over, due); err != nil {
		f.unsent(n, err)
		return
	}
	t.lane = l
}

// unsent tells that a try could not be sent.
func (f *asking) unsent(n int, err error) {
	r := reply{detail: oneLine(err.Error())}
	if errors.Is(err, errUnsendable) {
		r.status = malformed
	}
	f.tell(event{try: n, late: true, broken: true, reply: r})
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

// connected returns the server's lane; another one if that is done for.
func (s *server) connected() *lane {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lane == nil || s.lane.closed() {
		s.lane = openLane(s.dial)
	}
	return s.lane
}

// expire tells the askings whose tries are late.
func (s *server) expire(now time.Duration) {
	s.mu.Lock()
	l := s.lane
	s.mu.Unlock()
	if l != nil {
		l.expire(now)
	}
}

// hangUp closes the connections.
func (s *server) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lane != nil {
		s.lane.close()
		s.lane = nil
	}
	if s.https != nil {
		s.https.hangUp()
	}
}

// whole asks for the answer that did not fit into a packet.
func (s *server) whole(ctx context.Context, q question, plain bool, most time.Duration) reply {
	if s.tcp == "" {
		return reply{status: malformed, detail: "truncated, though there is room"}
	}
	return overTCP(ctx, s.tcp, q, plain, most)
}

// exchange asks one question of s alone, until the given time of the clock or the end of ctx.
func (s *server) exchange(ctx context.Context, q question, until time.Duration) (r reply, same bool) {
	f := newAsking()
	defer f.land()
	f.q = q
	how := spelling{cases: rand.Uint64()}
	s.send(f, 0, how, never, until)
	for {
		e, ok := f.next(ctx)
		switch {
		case !ok:
			return r, false
		case e.cut:
			return s.whole(ctx, q, how.plain, until-s.clock()), e.same
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
	}
}

func orNoAnswer(detail string) string {
	if detail == "" {
		return "no answer"
	}
	return detail
}
