//go:build linux

// Package realsmtp answers one question: what do other people's mail servers say to a probe?
//
// It runs Exim, and Postfix with postgrey, as the distribution has them, on
// loopback and unprivileged ports, from a folder of their own, and ends them.
// Nothing of the system's own servers is read, asked or touched, nothing is
// looked up in the DNS, and no mail is ever taken: DATA is refused.
//
// What a server answers is a table of domains ([Domain]). Each [Manner] has a host
// of its own, 127.0.0.2 and on, all with one port: what one of them makes of us,
// or how slow it is, is nobody else's. [Lab] and [List] are a table and a list of
// addresses with what each is by that table.
package realsmtp

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Manner is how a domain's server treats those who ask.
type Manner uint8

const (
	Plain          Manner = iota // mailboxes are taken, others refused: 550 5.1.1
	CatchAll                     // all are taken
	Greylists                    // as Plain, but who asks for the first time is put off for GreyFor
	Defers                       // nobody is taken or refused: 451
	RefusesAll                   // nobody is taken, postmaster neither: 550 5.1.1
	BlocksSender                 // RCPT is refused because of us: 550 5.7.1
	BlocksGreeting               // the same in place of a greeting: 554 5.7.1
	Slow                         // as Plain, but the greeting comes after SlowBy
	numManners
)

var mannerWords = [...]string{"plain", "catch-all", "greylists", "defers", "refuses-all", "blocks-sender", "blocks-greeting", "slow"}

// String returns the word, "catch-all".
func (m Manner) String() string {
	if m >= numManners {
		return fmt.Sprintf("manner %d", uint8(m))
	}
	return mannerWords[m]
}

// GreyFor and SlowBy are in seconds.
const (
	GreyFor = 3
	SlowBy  = 2
)

// Box is what there is of a recipient.
type Box uint8

const (
	Mailbox  Box = iota
	Full         // 552 5.2.2
	Disabled     // 550 5.2.1
	Deferred     // 451 4.3.0
)

var boxWords = [...]string{"mailbox", "full", "disabled", "deferred"}

// String returns the word, "full".
func (b Box) String() string {
	if int(b) >= len(boxWords) {
		return fmt.Sprintf("box %d", uint8(b))
	}
	return boxWords[b]
}

// Domain is a domain that a server takes mail for. Boxes are by local part, in
// lower case; postmaster is a mailbox unless it is there or the Manner is RefusesAll.
type Domain struct {
	Name   string
	Manner Manner
	Boxes  map[string]Box
}

// Server is a mail server that runs. It must be stopped.
type Server struct {
	family  string
	dir     string
	port    uint16
	domains map[string]Domain
	running []*process // in the order in which they were started
	stop    func()
}

// Host returns the address of the host that takes mail for domain; for one that
// the server does not know, that of the host that is Plain.
func (s *Server) Host(domain string) netip.AddrPort {
	return netip.AddrPortFrom(s.domains[domain].Manner.addr(), s.port)
}

// Port returns the port of all its hosts.
func (s *Server) Port() uint16 { return s.port }

// MX returns the name of the host that takes mail for domain. No two names of one
// server are under one registrable domain: "mx.plain-exim.net".
func (s *Server) MX(domain string) string {
	return fmt.Sprintf("mx.%s-%s.net", s.domains[domain].Manner, s.family)
}

// Zone returns what DNS would say of the domains and of their hosts, a record a line,
// names with a final dot: a zone of internal/dnstest.
func (s *Server) Zone() string {
	var zone strings.Builder
	for _, d := range slices.SortedFunc(maps.Values(s.domains), func(a, b Domain) int { return cmp.Compare(a.Name, b.Name) }) {
		fmt.Fprintf(&zone, "%s. MX 10 %s.\n", d.Name, s.MX(d.Name))
	}
	for m := range numManners {
		fmt.Fprintf(&zone, "mx.%s-%s.net. A %s\n", m, s.family, m.addr())
	}
	return zone.String()
}

// addr is where the host is that has the manner.
func (m Manner) addr() netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 0, 2 + byte(m)}) }

// Log returns what the server has logged and said so far. It is nothing once it was stopped.
func (s *Server) Log() string {
	var all strings.Builder
	logs, _ := filepath.Glob(s.in("log", "*"))
	outs, _ := filepath.Glob(s.in("out*"))
	for _, file := range append(logs, outs...) {
		said, _ := os.ReadFile(file)
		all.Write(said)
	}
	return all.String()
}

// Stop ends all processes of the server and removes its folder. A second call does nothing.
func (s *Server) Stop() { s.stop() }

// newServer checks the table and makes the folder.
func newServer(family string, domains []Domain) (*Server, error) {
	s := &Server{family: family, domains: make(map[string]Domain, len(domains))}
	for _, d := range domains {
		switch _, twice := s.domains[d.Name]; {
		case twice:
			return nil, fmt.Errorf("realsmtp: %s is there twice", d.Name)
		case !plain(d.Name) || d.Manner >= numManners:
			return nil, fmt.Errorf("realsmtp: %q with %v can not be served", d.Name, d.Manner)
		}
		for local := range d.Boxes {
			if !plain(local) {
				return nil, fmt.Errorf("realsmtp: %q at %s can not be served", local, d.Name)
			}
		}
		s.domains[d.Name] = d
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	s.port = port
	// The servers' own users must get into it: not in os.TempDir()/… of a test,
	// which is closed to them.
	if s.dir, err = os.MkdirTemp("", "winnow-"+family+"-"); err != nil {
		return nil, fmt.Errorf("realsmtp: %w", err)
	}
	s.stop = sync.OnceFunc(func() {
		for _, p := range slices.Backward(s.running) {
			p.end()
		}
		_ = os.RemoveAll(s.dir)
	})
	if err := os.Chmod(s.dir, 0o711); err != nil {
		s.Stop()
		return nil, fmt.Errorf("realsmtp: %w", err)
	}
	return s, nil
}

// plain says that a name needs no quoting in the servers' tables.
func plain(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_+") == ""
}

// box is what there is of a recipient, and whether there is anything.
func (d Domain) box(local string) (Box, bool) {
	b, is := d.Boxes[local]
	if !is && local == "postmaster" && d.Manner != RefusesAll {
		return Mailbox, true
	}
	return b, is && d.Manner != RefusesAll
}

// recipients are the local parts of the table, and postmaster.
func (d Domain) recipients() iter.Seq[string] {
	return func(yield func(string) bool) {
		for local := range d.Boxes {
			if local != "postmaster" && !yield(local) {
				return
			}
		}
		yield("postmaster")
	}
}

// in returns the name of a file in the server's folder.
func (s *Server) in(name ...string) string {
	return filepath.Join(append([]string{s.dir}, name...)...)
}

// write makes a file in the server's folder.
func (s *Server) write(name, text string) error {
	if err := os.WriteFile(s.in(name), []byte(text), 0o644); err != nil {
		return fmt.Errorf("realsmtp: %w", err)
	}
	return nil
}
