package mx

import (
	"crypto/x509"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Options of a Resolver. The zero value works.
type Options struct {
	// Servers are the resolvers to ask: host:port, the port 53 when missing, an IPv6
	// address with a port in brackets; tls://host for DNS over TLS (RFC 7858; port
	// 853; tls://192.0.2.1#name where the certificate bears another name); or
	// https://host/path for DNS over HTTPS (RFC 8484). CheckServer tells what is wrong
	// with one. A host's own name is looked up with the system's resolver. The
	// questions are spread over those that are honest, by what each
	// bears; what one fails at another is asked, and another confirms. Two that share
	// nothing confirm best; one that is named twice is one. The first 64 are used. nil or empty: the system's, of
	// /etc/resolv.conf, and where that names none (and on Windows) 127.0.0.1:53, as
	// resolv.conf(5) has it.
	Servers []string

	Roots *x509.CertPool // whom tls:// and https:// trust; nil: whom the system does

	// Timeout of one question with all its tries, but without the waiting for its
	// turn; 0 means 5s.
	Timeout time.Duration

	// InFlight is how many questions may be under way at once, with all their tries; 0
	// means 4096, which is the most that the IDs of one connection bear. How many a
	// server bears is found out below that.
	InFlight int

	// Routable says which addresses mail can be sent to. nil: all except those that
	// the special-purpose registries (RFC 6890) call not globally reachable, such as
	// private, loopback, link-local and documentation ones. Called concurrently, and may
	// not wait.
	Routable func(netip.Addr) bool

	// Evidence is given every answer that says something of its domain, confirmed or
	// not: none that could not be found out. nil: nobody.
	Evidence Sink

	// Notice is told once of each resolver that is dead, that lies, or that had to be
	// asked more slowly, in a sentence for people. Never called concurrently, and may not
	// ask the Resolver. nil: silent.
	Notice func(string)

	pace     pace
	portable bool // move one packet a system call even where many can be
}

// Sink takes in answers as they come, each with its time and its TTL: a memory, a
// store. It may be called concurrently. How long an answer counts is for whoever
// uses it to say.
type Sink interface {
	Learn(Answer)
}

// pace holds the intervals that tests shorten.
type pace struct {
	check    time.Duration // the longest a check of the canaries takes; below the 4 s that Check promises
	grace    time.Duration // what the other servers still get once one has passed
	every    time.Duration // between checks while Resolve runs
	trusted  time.Duration // how long a check that passed serves for Lookup and the start of Resolve
	doubted  time.Duration // how long one that failed
	held     int           // negatives held back that bring the next check forward
	patience int           // checks that a negative is held back for
	failed   time.Duration // how long a run remembers that a host could not be looked up
}

func (o Options) withDefaults() Options {
	if len(o.Servers) == 0 {
		o.Servers = systemServers()
	}
	var servers []string
	for _, server := range o.Servers {
		if same := func(other string) bool { return strings.EqualFold(withPort(server, "53"), withPort(other, "53")) }; !slices.ContainsFunc(servers, same) {
			servers = append(servers, server)
		}
	}
	o.Servers = servers[:min(len(servers), maxServers)]
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Second
	}
	if o.InFlight <= 0 {
		o.InFlight = 4096
	}
	o.InFlight = min(o.InFlight, maxQuestions/maxTries)
	if o.Routable == nil {
		o.Routable = Routable
	}
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	if o.pace == (pace{}) {
		o.pace = pace{
			check:    3500 * time.Millisecond,
			grace:    time.Second,
			every:    time.Second,
			trusted:  30 * time.Second,
			doubted:  3 * time.Second,
			held:     1000,
			patience: 3,
			failed:   10 * time.Second,
		}
	}
	return o
}

func systemServers() []string {
	config, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil || len(config.Servers) == 0 {
		return []string{"127.0.0.1"}
	}
	return config.Servers
}

// withPort returns server with that port if it has none.
func withPort(server, port string) string {
	if _, _, err := net.SplitHostPort(server); err == nil {
		return server
	}
	return net.JoinHostPort(strings.Trim(server, "[]"), port)
}
