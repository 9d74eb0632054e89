package dnstest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"winnow/internal/selfsigned"
)

// Server is a DNS server on a loopback port. Safe for concurrent use.
type Server struct {
	addr    string
	roots   *x509.CertPool // of TLS and HTTPS
	closed  chan struct{}
	closing func()
	serving sync.WaitGroup
	later   *later

	mu       sync.Mutex
	zone     *Zone
	rng      *rand.Rand
	bucket   bucket
	asked    int            // queries since the zone was set
	answered int            // queries since the zone was set
	seen     map[string]int // queries a name since the zone was set
	queries  map[question]int
	streams  map[net.Conn]struct{}
}

type question struct {
	name  string
	qtype uint16
}

// NewServer starts a server on 127.0.0.1 that answers from z, over UDP and TCP.
// It offers recursion (RA) and speaks EDNS. The caller closes it.
func NewServer(z *Zone) (*Server, error) {
	packets, listener, err := listen()
	if err != nil {
		return nil, fmt.Errorf("dnstest: %w", err)
	}
	// A test asks faster than it is answered, and means to lose nothing by that.
	_ = packets.SetReadBuffer(4 << 20)
	s := newServer(z, listener.Addr(), func() {
		_ = packets.Close()
		_ = listener.Close()
	})
	s.serving.Go(func() { s.servePackets(packets) })
	s.serving.Go(func() { s.serveStreams(listener) })
	return s, nil
}

// NewTLSServer starts a server on 127.0.0.1 for DNS over TLS, RFC 7858. Its
// certificate is for 127.0.0.1 and dns.test, of an authority that only Roots
// knows. Queries of a connection are answered as each is ready, not in order.
// The caller closes it.
func NewTLSServer(z *Zone) (*Server, error) {
	certificate, roots, err := selfsigned.New(time.Now(), "dns.test", "127.0.0.1")
	if err != nil {
		return nil, fmt.Errorf("dnstest: %w", err)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{certificate}, NextProtos: []string{"dot"}})
	if err != nil {
		return nil, fmt.Errorf("dnstest: %w", err)
	}
	s := newServer(z, listener.Addr(), func() { _ = listener.Close() })
	s.roots = roots
	s.serving.Go(func() { s.serveStreams(listener) })
	return s, nil
}

// NewHTTPSServer starts a server on 127.0.0.1 for DNS over HTTPS, RFC 8484, by
// POST at URL; with the certificate of NewTLSServer. A query that is dropped
// keeps its request waiting. The caller closes it.
func NewHTTPSServer(z *Zone) (*Server, error) {
	certificate, roots, err := selfsigned.New(time.Now(), "dns.test", "127.0.0.1")
	if err != nil {
		return nil, fmt.Errorf("dnstest: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("dnstest: %w", err)
	}
	web := &http.Server{
		TLSConfig:         &tls.Config{Certificates: []tls.Certificate{certificate}},
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          quiet(),
	}
	s := newServer(z, listener.Addr(), func() { _ = web.Close() })
	s.roots = roots
	web.Handler = http.HandlerFunc(s.serveHTTP)
	// Serving ends by Close only: what it could fail with is its closing.
	s.serving.Go(func() { _ = web.ServeTLS(listener, "", "") })
	return s, nil
}

func newServer(z *Zone, addr net.Addr, closing func()) *Server {
	s := &Server{addr: addr.String(), closed: make(chan struct{}), later: newLater(),
		queries: map[question]int{}, streams: map[net.Conn]struct{}{}}
	s.closing = sync.OnceFunc(func() {
		close(s.closed)
		closing()
		s.hangUp()
	})
	s.SetZone(z)
	s.serving.Go(func() { s.later.run(s.closed) })
	return s
}

// listen opens UDP and TCP on one port.
func listen() (*net.UDPConn, net.Listener, error) {
	const tries = 20
	var errs error
	for range tries {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, err
		}
		packets, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(listener.Addr().(*net.TCPAddr).AddrPort()))
		if err == nil {
			return packets, listener, nil
		}
		// The port that TCP was given may be taken for UDP.
		errs = errors.Join(err, listener.Close())
	}
	return nil, nil, errs
}

// Addr returns the server's host:port.
func (s *Server) Addr() string { return s.addr }

// URL returns where a server of NewHTTPSServer is asked.
func (s *Server) URL() string { return "https://" + s.addr + "/dns-query" }

// Roots returns the authority of a server with TLS; nil without.
func (s *Server) Roots() *x509.CertPool { return s.roots }

// Close ends the server. A second call does nothing.
func (s *Server) Close() {
	s.closing()
	s.serving.Wait()
}

// SetZone makes the server answer from z from now on.
func (s *Server) SetZone(z *Zone) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zone, s.seen, s.asked, s.answered, s.bucket = z, map[string]int{}, 0, 0, bucket{}
	s.rng = rand.New(rand.NewPCG(1, 2)) // tests are to be repeated
}

// Queries returns how often each question was asked, by "name TYPE", the name
// in lower case without its trailing dot.
func (s *Server) Queries() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	queries := make(map[string]int, len(s.queries))
	for q, n := range s.queries {
		queries[strings.TrimSuffix(q.name, ".")+" "+dns.Type(q.qtype).String()] = n
	}
	return queries
}

// Traffic returns how many queries arrived since the zone was set, and to how
// many of them something was said or will be.
func (s *Server) Traffic() (asked, answered int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked, s.answered
}
