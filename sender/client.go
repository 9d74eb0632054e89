package sender

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Client asks recursive resolvers. It is a DNS; safe for concurrent use.
type Client struct {
	servers []transport
	timeout time.Duration
}

// ClientOptions of a Client.
type ClientOptions struct {
	// Servers are asked in order, the next where one says nothing definite: host:port,
	// the port 53 when missing, tls://host[:port][#name] (RFC 7858) or https://host/path
	// (RFC 8484). The first four are used, so that each has time to answer. nil: the
	// system's.
	Servers []string
	Timeout time.Duration  // of one question, tries and all; 0 means 5s
	Roots   *x509.CertPool // whom tls:// and https:// trust; nil: whom the system does
}

// transport brings one question to one server.
type transport interface {
	exchange(ctx context.Context, q *dns.Msg) (*dns.Msg, error)
	name() string
}

// NewClient returns a Client; it opens no socket.
func NewClient(o ClientOptions) *Client {
	c := &Client{timeout: o.Timeout}
	if c.timeout <= 0 {
		c.timeout = 5 * time.Second
	}
	if len(o.Servers) == 0 {
		o.Servers = systemServers()
	}
	for _, s := range o.Servers[:min(len(o.Servers), maxServers)] {
		c.servers = append(c.servers, newTransport(s, o.Roots))
	}
	return c
}

func systemServers() []string {
	config, err := dns.ClientConfigFromFile("/etc/resolv.conf")
	if err != nil || len(config.Servers) == 0 {
		return []string{"127.0.0.1"} // resolv.conf(5)
	}
	return config.Servers
}

// packetSize is as large as passes everywhere: DNS flag day 2020.
const packetSize = 1232

const maxServers = 4

// rounds is how often the servers are asked, all in turn.
const rounds = 2

// Ask asks one question. It is Temporary unless a server says NOERROR or NXDOMAIN.
func (c *Client) Ask(ctx context.Context, name string, t Type) Answer {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	last := Answer{Detail: "no answer"}
	if _, fits := dns.IsDomainName(name); !fits {
		return Answer{Outcome: NXDomain, Detail: "no name that DNS could have"}
	}
	for try := range rounds * len(c.servers) {
		s := c.servers[try%len(c.servers)]
		q := new(dns.Msg)
		q.SetQuestion(dns.Fqdn(name), uint16(t))
		q.SetEdns0(packetSize, false)
		// An even part of the time, so that each gets its turn.
		one, done := context.WithTimeout(ctx, c.timeout/time.Duration(rounds*len(c.servers)))
		r, err := s.exchange(one, q)
		done()
		if ctx.Err() != nil {
			return last
		}
		a := read(r, err, q)
		a.Detail = s.name() + ": " + a.Detail
		if a.Outcome != Temporary {
			return a
		}
		last = a
	}
	return last
}

// read makes an answer of what came to q.
func read(r *dns.Msg, err error, q *dns.Msg) Answer {
	var late net.Error
	switch {
	case errors.As(err, &late) && late.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return Answer{Detail: "no answer"}
	case err != nil:
		return Answer{Detail: strings.Join(strings.Fields(err.Error()), " ")}
	case len(r.Question) != 1 || !strings.EqualFold(r.Question[0].Name, q.Question[0].Name) || r.Question[0].Qtype != q.Question[0].Qtype:
		return Answer{Detail: "an answer to another question"}
	case r.Truncated:
		return Answer{Detail: "a truncated answer"}
	case r.Rcode == dns.RcodeNameError:
		return Answer{Outcome: NXDomain, Detail: "NXDOMAIN"}
	case r.Rcode != dns.RcodeSuccess:
		return Answer{Detail: dns.RcodeToString[r.Rcode]}
	case !r.RecursionAvailable && len(r.Answer) == 0:
		return Answer{Detail: "a lame answer"}
	}
	a := Answer{Outcome: None, Detail: "NOERROR"}
	owner, end := lastAlias(strings.ToLower(q.Question[0].Name), r.Answer)
	if !end {
		return Answer{Detail: "aliases in a circle"}
	}
	for _, rr := range r.Answer {
		if rr.Header().Rrtype != q.Question[0].Qtype || !strings.EqualFold(rr.Header().Name, owner) {
			continue
		}
		if record, fits := recordOf(rr); fits {
			a.Outcome, a.Records = Records, append(a.Records, record)
		}
	}
	return a
}

// lastAlias follows the aliases (CNAME) of a name, which may stand in any order; end
// is false where they have none.
func lastAlias(name string, records []dns.RR) (last string, end bool) {
	for range len(records) + 1 {
		next := ""
		for _, rr := range records {
			if alias, is := rr.(*dns.CNAME); is && strings.EqualFold(rr.Header().Name, name) {
				next = strings.ToLower(alias.Target)
			}
		}
		if next == "" {
			return name, true
		}
		name = next
	}
	return name, false
}

func recordOf(rr dns.RR) (Record, bool) {
	plain := func(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
	switch rr := rr.(type) {
	case *dns.A:
		addr, fits := netip.AddrFromSlice(rr.A)
		return Record{Addr: addr.Unmap()}, fits
	case *dns.AAAA:
		addr, fits := netip.AddrFromSlice(rr.AAAA)
		return Record{Addr: addr}, fits
	case *dns.MX:
		return Record{Name: plain(rr.Mx), Preference: rr.Preference}, true
	case *dns.PTR:
		return Record{Name: plain(rr.Ptr)}, true
	case *dns.TXT:
		return Record{Text: unescape(strings.Join(rr.Txt, ""))}, true
	}
	return Record{}, false
}

// unescape takes back the escapes that miekg/dns writes strings with: RFC 1035
// section 5.1.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		if i+3 < len(s) {
			if code, err := strconv.ParseUint(s[i+1:i+4], 10, 8); err == nil {
				b.WriteByte(byte(code))
				i += 3
				continue
			}
		}
		i++
		b.WriteByte(s[i])
	}
	return b.String()
}
