package dnstest

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Server is a DNS server on a loopback port. Safe for concurrent use.
type Server struct {
	addr     string
	udp, tcp *dns.Server
	closed   chan struct{}
	once     sync.Once
	serving  sync.WaitGroup

	mu      sync.Mutex
	zone    *Zone
	queries map[string]int
	seen    map[string]int // queries a name since the zone was set
}

// NewServer starts a server on 127.0.0.1 that answers from z. It offers
// recursion (RA) and speaks EDNS. The caller closes it.
func NewServer(z *Zone) (*Server, error) {
	s := &Server{closed: make(chan struct{}), zone: z, queries: map[string]int{}, seen: map[string]int{}}
	packets, listener, err := listen()
	if err != nil {
		return nil, fmt.Errorf("dnstest: %w", err)
	}
	s.addr = listener.Addr().String()
	s.udp = &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(s.serve)}
	s.tcp = &dns.Server{Listener: listener, Handler: dns.HandlerFunc(s.serve)}
	var started sync.WaitGroup
	for _, server := range []*dns.Server{s.udp, s.tcp} {
		started.Add(1)
		server.NotifyStartedFunc = started.Done
		// Serving ends by Close only: what the listeners could fail with is their closing.
		s.serving.Go(func() { _ = server.ActivateAndServe() })
	}
	started.Wait()
	return s, nil
}

// listen opens UDP and TCP on one port.
func listen() (net.PacketConn, net.Listener, error) {
	const tries = 20
	var errs error
	for range tries {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, nil, err
		}
		packets, err := net.ListenPacket("udp", listener.Addr().String())
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

// Close ends the server. A second call does nothing.
func (s *Server) Close() {
	s.once.Do(func() {
		close(s.closed)
		_ = s.udp.Shutdown()
		_ = s.tcp.Shutdown()
		s.serving.Wait()
	})
}

// SetZone makes the server answer from z from now on.
func (s *Server) SetZone(z *Zone) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zone, s.seen = z, map[string]int{}
}

// Queries returns how often each question was asked, by "name TYPE", the name
// in lower case without its trailing dot.
func (s *Server) Queries() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.queries)
}

// note counts a question, and returns the zone and how often its name was asked before.
func (s *Server) note(name string, qtype uint16) (*Zone, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queries[strings.TrimSuffix(name, ".")+" "+dns.Type(qtype).String()]++
	before := s.seen[name]
	s.seen[name]++
	return s.zone, before
}

func (s *Server) serve(w dns.ResponseWriter, query *dns.Msg) {
	if len(query.Question) != 1 {
		_ = w.WriteMsg(new(dns.Msg).SetRcode(query, dns.RcodeFormatError))
		return
	}
	question := query.Question[0]
	name := strings.ToLower(question.Name)
	zone, before := s.note(name, question.Qtype)
	n := zone.find(name)
	if n == nil {
		n = &node{}
	}
	if n.fault == "drop" || before < n.flaky {
		return
	}
	if n.delay > 0 {
		select {
		case <-time.After(n.delay):
		case <-s.closed:
			return
		}
	}
	if n.fault == "garbage" {
		// Noise, then a header that fits with a body that does not.
		_, _ = w.Write([]byte("\xff\xff garbage"))
		_, _ = w.Write([]byte{byte(query.Id >> 8), byte(query.Id), 0x81, 0x80, 0, 1, 0, 9, 0, 0, 0, 0, 0xc0, 0xff})
		return
	}
	_, overUDP := w.RemoteAddr().(*net.UDPAddr)
	// Nothing to be done here about a client that has gone.
	_ = w.WriteMsg(reply(zone, n, query, name, overUDP))
}

// reply is the answer to query, with the fault of n.
func reply(zone *Zone, n *node, query *dns.Msg, name string, overUDP bool) *dns.Msg {
	m := new(dns.Msg).SetReply(query)
	m.RecursionAvailable = true
	size := dns.MinMsgSize
	if opt := query.IsEdns0(); opt != nil {
		m.SetEdns0(opt.UDPSize(), false)
		size = int(opt.UDPSize())
	}
	switch n.fault {
	case "servfail":
		m.Rcode = dns.RcodeServerFailure
		return m
	case "noedns":
		if query.IsEdns0() != nil {
			return new(dns.Msg).SetRcode(query, dns.RcodeFormatError)
		}
	case "refused":
		m.Rcode = dns.RcodeRefused
		return m
	case "lame":
		m.RecursionAvailable = false
		m.Ns = append(m.Ns, &dns.NS{Hdr: header(name, dns.TypeNS), Ns: "a.root-servers.net."})
		return m
	case "truncate":
		if overUDP {
			m.Truncated = true
			return m
		}
	case "wrongid":
		m.Id++
	}

	var exists bool
	m.Answer, exists = zone.answer(name, query.Question[0].Qtype)
	if n.fault == "nxdomain" || n.fault == "ede" {
		m.Answer, exists = nil, false
	}
	if opt := m.IsEdns0(); opt != nil && n.fault == "ede" {
		opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: n.ede, ExtraText: "by dnstest"})
	}
	if !exists {
		m.Rcode = dns.RcodeNameError
	}
	if !exists || !answers(m.Answer, query.Question[0].Qtype) {
		m.Ns = append(m.Ns, &dns.SOA{Hdr: header(".", dns.TypeSOA), Ns: "ns.dnstest.", Mbox: "hostmaster.dnstest.",
			Serial: 1, Refresh: 3600, Retry: 600, Expire: 86400, Minttl: 300})
	}
	if overUDP {
		m.Truncate(size)
	}
	return m
}

// answers reports whether records has one of the type asked for.
func answers(records []dns.RR, qtype uint16) bool {
	for _, record := range records {
		if record.Header().Rrtype == qtype {
			return true
		}
	}
	return false
}

func header(name string, rrtype uint16) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: rrtype, Class: dns.ClassINET, Ttl: 300}
}
