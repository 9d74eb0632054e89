package mx

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// question is one question to one server. The name is absolute.
type question struct {
	name  string
	qtype uint16
}

// status is what a reply says.
type status uint8

const (
	silence  status = iota // nothing came
	positive               // records of the type asked for
	nodata
	nxdomain
	servfail
	refused
	lame
	malformed
)

// definite reports whether s says something of the name, not of the server.
func (s status) definite() bool { return s == positive || s == nodata || s == nxdomain }

// outcome of a question that could not be answered.
func (s status) outcome() Outcome {
	switch s {
	case servfail:
		return ServFail
	case refused:
		return Refused
	case lame:
		return Lame
	case malformed:
		return Malformed
	}
	return Timeout
}

// reply is what one server said to one question.
type reply struct {
	status   status
	hosts    []Host // of a positive one for MX: sorted, "" for the null MX
	addrs    []netip.Addr
	ttl      time.Duration
	filtered bool   // the server says that it withholds or forges: RFC 8914
	detail   string // response code and extended error
	plain    bool   // the server knows no EDNS: ask again without
}

// interpret reads what arrived from the server. It returns false for a packet
// that is no answer to q: what cannot be read, or asks something else. The ID
// has been checked.
func interpret(packet []byte, q question) (reply, bool) {
	var m dns.Msg
	if m.Unpack(packet) != nil || !whole(&m, packet) || !m.Response || m.Opcode != dns.OpcodeQuery {
		return reply{}, false
	}
	failed := m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError
	// Servers that could not read the question, or will not, may leave it out.
	if !asks(m.Question, q) && (len(m.Question) != 0 || !failed) {
		return reply{}, false
	}

	r := reply{detail: rcodeName(m.Rcode)}
	switch m.Rcode {
	case dns.RcodeServerFailure:
		r.status = servfail
	case dns.RcodeRefused:
		r.status = refused
	case dns.RcodeSuccess, dns.RcodeNameError:
		r.read(&m, q)
	default:
		r.status = malformed
		r.plain = m.Rcode == dns.RcodeFormatError || m.Rcode == dns.RcodeNotImplemented
	}
	r.readExtended(m.IsEdns0())
	return r, true
}

// whole reports whether m has all the records that its packet announces: one
// that was cut between two would pass for a denial.
func whole(m *dns.Msg, packet []byte) bool {
	announced := func(i int) int { return int(binary.BigEndian.Uint16(packet[i:])) }
	return len(m.Question) == announced(4) && len(m.Answer) == announced(6) &&
		len(m.Ns) == announced(8) && len(m.Extra) == announced(10)
}

func asks(questions []dns.Question, q question) bool {
	return len(questions) == 1 && questions[0].Qtype == q.qtype && questions[0].Qclass == dns.ClassINET &&
		strings.EqualFold(questions[0].Name, q.name)
}

// read takes the records of a NOERROR or NXDOMAIN message.
func (r *reply) read(m *dns.Msg, q question) {
	found, last, ttl, sound := follow(m.Answer, q)
	switch {
	case !sound:
		r.status, r.detail = malformed, r.detail+", a loop of aliases"
	case len(found) > 0 && m.Rcode == dns.RcodeNameError:
		// A name cannot both have the record and not exist.
		r.status, r.detail = malformed, r.detail+", yet with records"
	case len(found) > 0:
		r.status, r.ttl = positive, ttl
		r.take(found)
	default:
		r.negative(m, last != strings.ToLower(q.name))
	}
}

// negative tells NXDOMAIN, NODATA and a referral apart: RFC 2308 section 2.
func (r *reply) negative(m *dns.Msg, aliased bool) {
	soa, referral := authority(m.Ns)
	if soa != nil {
		r.ttl = time.Duration(min(soa.Hdr.Ttl, soa.Minttl)) * time.Second
	}
	switch {
	case m.Rcode == dns.RcodeNameError:
		r.status = nxdomain
	case soa == nil && (referral || aliased), !m.Authoritative && !m.RecursionAvailable:
		r.status, r.detail = lame, "lame answer"
	default:
		r.status, r.detail = nodata, "no records"
	}
}

func authority(records []dns.RR) (soa *dns.SOA, referral bool) {
	for _, record := range records {
		switch record := record.(type) {
		case *dns.SOA:
			soa = record
		case *dns.NS:
			referral = true
		}
	}
	return soa, referral
}

// follow returns the records of the type asked for at the end of the chain of
// aliases, that end, and the shortest TTL on the way; false for a loop.
func follow(answer []dns.RR, q question) (found []dns.RR, name string, ttl time.Duration, sound bool) {
	name = strings.ToLower(q.name)
	const longestChain = 16
	shortest := uint32(math.MaxUint32)
	for range longestChain {
		alias := ""
		for _, record := range answer {
			h := record.Header()
			if h.Class != dns.ClassINET || !strings.EqualFold(h.Name, name) {
				continue
			}
			cname, isAlias := record.(*dns.CNAME)
			switch {
			case h.Rrtype == q.qtype:
				found = append(found, record)
			case isAlias:
				alias = strings.ToLower(cname.Target)
			default:
				continue
			}
			shortest = min(shortest, h.Ttl)
		}
		if len(found) > 0 || alias == "" {
			return found, name, time.Duration(shortest) * time.Second, true
		}
		name = alias
	}
	return nil, name, 0, false
}

// take reads the records of a positive answer.
func (r *reply) take(records []dns.RR) {
	for _, record := range records {
		switch record := record.(type) {
		case *dns.MX:
			r.hosts = append(r.hosts, Host{Name: relative(record.Mx), Preference: record.Preference})
		case *dns.A:
			r.addAddr(record.A)
		case *dns.AAAA:
			r.addAddr(record.AAAA)
		}
	}
	slices.SortFunc(r.hosts, func(a, b Host) int {
		if a.Preference != b.Preference {
			return int(a.Preference) - int(b.Preference)
		}
		return strings.Compare(a.Name, b.Name)
	})
	r.hosts = slices.CompactFunc(r.hosts, func(a, b Host) bool { return a.Name == b.Name })
	if len(r.hosts) == 0 && len(r.addrs) == 0 {
		r.status, r.detail = malformed, "records without data"
	}
}

func (r *reply) addAddr(ip []byte) {
	if addr, ok := netip.AddrFromSlice(ip); ok {
		r.addrs = append(r.addrs, addr.Unmap())
	}
}

// readExtended notes what the server says of its answer: RFC 8914 section 4.
func (r *reply) readExtended(opt *dns.OPT) {
	if opt == nil {
		return
	}
	for _, option := range opt.Option {
		ede, ok := option.(*dns.EDNS0_EDE)
		if !ok {
			continue
		}
		switch ede.InfoCode {
		case dns.ExtendedErrorCodeForgedAnswer, dns.ExtendedErrorCodeBlocked, dns.ExtendedErrorCodeCensored,
			dns.ExtendedErrorCodeFiltered, dns.ExtendedErrorCodeProhibited:
			r.filtered = true
		}
		r.detail += fmt.Sprintf(", extended error %d", ede.InfoCode)
		if name := dns.ExtendedErrorCodeToString[ede.InfoCode]; name != "" {
			r.detail += " " + name
		}
		if ede.ExtraText != "" {
			r.detail += ": " + ede.ExtraText
		}
	}
	r.detail = oneLine(r.detail)
}

func rcodeName(rcode int) string {
	if name := dns.RcodeToString[rcode]; name != "" {
		return name
	}
	return fmt.Sprintf("RCODE %d", rcode)
}

// oneLine makes text from outside fit for a line of ASCII.
func oneLine(text string) string {
	const longest = 200
	line := strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, text)
	return line[:min(len(line), longest)]
}

// relative returns an absolute name in lower case without its final dot; "" for the root.
func relative(name string) string {
	return strings.TrimSuffix(strings.ToLower(name), ".")
}
