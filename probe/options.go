package probe

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"time"

	"winnow/address"
	"winnow/bounce"
	"winnow/mx"
)

// Target is one address to ask for.
type Target struct {
	ID   int // the caller's; comes back in Evidence
	Addr address.Address
	MX   mx.Answer // its Hosts are asked in the order of preference
}

// Options of a Prober. Only Helo is needed.
type Options struct {
	Helo string // the name that we give in EHLO: a full host name, or an address literal
	From string // the address in MAIL, its local part of ASCII; "" is the null path, <>

	Manners Manners // the zero Manners is DefaultManners

	// Patience is how long after the first asking an address may be asked again, where
	// the host wants that (greylisting and other passing refusals). 0: it is not.
	Patience time.Duration

	Budget int // how many RCPT may be sent in a run, the made-up ones among them; 0: no limit

	CommandTimeout time.Duration // for each reply, whole; 0 means 60s
	SessionTimeout time.Duration // for a session; 0 means 180s
	Connections    int           // at once, over all hosts; 0 means 512

	Sources []netip.Addr // local addresses to connect from; a host is always asked from the same one. nil: the system's choice
	Proxy   *url.URL     // socks5://[user:password@]host:port; nil: none. It takes no Sources
	Port    int          // 0 means 25

	// Routable says which addresses may be connected to; nil: mx.Routable. The address
	// that was checked is the one that is connected to.
	Routable func(netip.Addr) bool

	// Lookup finds the addresses of an MX host whose mx.Host.Addrs is nil; an error says that
	// they are not known now, none without one that there are none. Called concurrently. nil: such a host is passed over.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)

	Rules *bounce.Rules  // nil: those that come with winnow
	Roots *x509.CertPool // whom certificates are held against; nil: the system's

	Evidence Sink                              // nil: nobody
	Known    func(domain string) (Catch, bool) // what an earlier run has learnt of a domain; nil: nothing

	// Answered returns what asking for an address came to in an earlier run, if that still counts:
	// it is not asked for again. nil: all are asked. Not called concurrently by one run.
	Answered func(address.Address) (Evidence, bool)

	// Transcript is told each line that is said, the lines of a session in their order.
	// They hold addresses. Called concurrently by sessions. nil: nobody.
	Transcript func(Line)

	// Notice is told, in a sentence for people that names no address, of each provider
	// that refused us. Never called concurrently by one run. nil: silent.
	Notice func(string)

	// Preflight are the hosts that Preflight tries; nil: some of the biggest.
	Preflight []string

	// Dial connects; nil: a net.Dialer, or Proxy. For tests.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Sink takes in what is learnt, as it comes and with its time: a memory, a store. It is called by one
// run at a time; by several at once if there are several. One value can be mx's Sink as well.
type Sink interface {
	Hear(Learnt)                        // a reply to RCPT
	Conclude(address.Address, Evidence) // what asking for a target came to
}

// Learnt is a reply to RCPT, raw.
type Learnt struct {
	Addr   address.Address // who was asked for
	MadeUp bool            // nobody has it, as far as we know
	Reply  Reply
	Catch  *Catch // what is known of the domain from now on; nil: nothing new
}

// Line is a line of a dialogue.
type Line struct {
	Session int // numbered from 1
	Host    string
	Addr    netip.AddrPort
	At      time.Time
	Who     Speaker
	Text    string // without its line end
}

// Speaker is who said a line.
type Speaker byte

const (
	We   Speaker = 'C' // the client
	They Speaker = 'S'
	Note Speaker = '*' // nobody: what happened to the connection
)

// Summary is what a run did.
type Summary struct {
	Targets     int // for which each was called
	Recipients  int // RCPT that were sent for targets, each time
	MadeUp      int // RCPT that were sent for made-up recipients and postmasters
	Connections int // that were tried
	Sessions    int // in which a host greeted
	Again       int // askings that were not the first of their address
	NotAsked    int // targets for which no RCPT was ever sent, though one had to be
	OverBudget  int // of these, because Options.Budget was spent
	Remembered  int // targets for which Options.Answered knew the answer
	Domains     int
	CatchAll    int // domains that take mail for everybody
	Blocked     []Blocked
}

// Blocked is a provider that refused us, and is not asked again.
type Blocked struct {
	Group    string  // see Group
	Reply    Reply   // raw: it may name whom it was said of; the Reading names nobody
	Reading  Reading // of the reply
	NotAsked int     // targets that were not asked because of it
}
