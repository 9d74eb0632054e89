package mx

import (
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
	loop // of aliases
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
	case loop:
		return Loop
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
	aliases  []string // that were followed, in order, a loop's last one included
	ttl      time.Duration
	filtered bool   // the server says that it withholds or forges: RFC 8914
	detail   string // response code and extended error
	plain    bool   // the server knows no EDNS: ask again without
}

// interpret reads what arrived from the server with miekg/dns. It returns false
// for a packet that is no answer to q: what cannot be read, or asks something
// else. The ID has been checked.
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

	g := gist{rcode: m.Rcode, responsible: m.Authoritative || m.RecursionAvailable}
	g.followRecords(m.Answer, q)
	g.readAuthority(m.Ns)
	g.readExtended(m.IsEdns0())
	return g.reply(), true
}

// whole reports whether m has all the records that its packet announces: one
// that was cut between two would pass for a denial.
func whole(m *dns.Msg, packet []byte) bool {
	return len(m.Question) == count(packet, 4) && len(m.Answer) == count(packet, 6) &&
		len(m.Ns) == count(packet, 8) && len(m.Extra) == count(packet, 10)
}

func asks(questions []dns.Question, q question) bool {
	return len(questions) == 1 && questions[0].Qtype == q.qtype && questions[0].Qclass == dns.ClassINET &&
		strings.EqualFold(questions[0].Name, q.name)
}

// gist is what decides of a message, whoever has read it.
type gist struct {
	rcode       int
	responsible bool // AA or RA: the server may say that there is nothing

	trail   trail
	aliases []string
	aliased bool // the name is an alias of another, without records
	found   bool // records of the type asked for stand at the end of the trail
	ttl     uint32
	hosts   []Host
	addrs   []netip.Addr

	soa, referral bool   // in authority
	denial        uint32 // TTL of a negative answer: RFC 2308 section 5

	extended []extendedError
}

// trail is how a chain of aliases goes.
type trail uint8

const (
	ends trail = iota
	circular
	tooLong
)

// longestChain of aliases that is followed.
const longestChain = 16

// extendedError is what a server says of its answer: RFC 8914 section 2.
type extendedError struct {
	code uint16
	text string
}

// reply says what the message comes to.
func (g *gist) reply() reply {
	r := reply{detail: rcodeName(g.rcode), aliases: g.aliases}
	switch g.rcode {
	case dns.RcodeServerFailure:
		r.status = servfail
	case dns.RcodeRefused:
		r.status = refused
	case dns.RcodeSuccess, dns.RcodeNameError:
		r.take(g)
	default:
		r.status = malformed
		r.plain = g.rcode == dns.RcodeFormatError || g.rcode == dns.RcodeNotImplemented
	}
	for _, e := range g.extended {
		r.extend(e)
		if e.unsure() && (r.status == nxdomain || r.status == nodata) {
			r.status = servfail
		}
	}
	return r
}

// unsure reports whether the server could not find out, or not prove, what it says: a
// denial of that kind is none.
func (e extendedError) unsure() bool {
	switch e.code {
	case dns.ExtendedErrorCodeStaleAnswer, dns.ExtendedErrorCodeStaleNXDOMAINAnswer, dns.ExtendedErrorCodeCachedError,
		dns.ExtendedErrorCodeNoReachableAuthority, dns.ExtendedErrorCodeNetworkError, dns.ExtendedErrorCodeInvalidData,
		dns.ExtendedErrorCodeDNSSECIndeterminate, dns.ExtendedErrorCodeDNSBogus, dns.ExtendedErrorCodeSignatureExpired,
		dns.ExtendedErrorCodeSignatureNotYetValid, dns.ExtendedErrorCodeDNSKEYMissing, dns.ExtendedErrorCodeRRSIGsMissing,
		dns.ExtendedErrorCodeNoZoneKeyBitSet, dns.ExtendedErrorCodeNSECMissing, dns.ExtendedErrorCodeNotReady:
		return true
	}
	return false
}

// take judges a NOERROR or NXDOMAIN message.
func (r *reply) take(g *gist) {
	switch {
	case g.trail == circular:
		r.status, r.detail = loop, r.detail+", a loop of aliases"
	case g.trail == tooLong:
		r.status, r.detail = malformed, r.detail+", too long a chain of aliases"
	case g.found && g.rcode == dns.RcodeNameError:
		// A name cannot both have the record and not exist.
		r.status, r.detail = malformed, r.detail+", yet with records"
	case g.found && len(g.hosts) == 0 && len(g.addrs) == 0:
		r.status, r.detail = malformed, "records without data"
	case g.found:
		r.status, r.ttl = positive, seconds(g.ttl)
		r.hosts, r.addrs = inOrder(g.hosts), g.addrs
	default:
		r.negative(g)
	}
}

const noRecords = "no records"

// negative tells NXDOMAIN, NODATA and a referral apart: RFC 2308 section 2.
func (r *reply) negative(g *gist) {
	r.ttl = seconds(min(g.denial, g.ttl)) // of the aliases that led here too
	switch {
	case g.rcode == dns.RcodeNameError:
		r.status = nxdomain
	case !g.soa && (g.referral || g.aliased), !g.responsible:
		r.status, r.detail = lame, "lame answer"
	default:
		r.status, r.detail = nodata, noRecords
	}
}

// seconds is a TTL; one with the highest bit set counts as 0: RFC 2181 section 8.
func seconds(ttl uint32) time.Duration {
	if ttl > math.MaxInt32 {
		return 0
	}
	return time.Duration(ttl) * time.Second
}

// inOrder sorts hosts by preference, and drops those that stand there twice.
func inOrder(hosts []Host) []Host {
	if len(hosts) < 2 {
		return hosts
	}
	slices.SortFunc(hosts, func(a, b Host) int {
		if a.Preference != b.Preference {
			return int(a.Preference) - int(b.Preference)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return slices.CompactFunc(hosts, func(a, b Host) bool { return a.Name == b.Name })
}

// extend notes an extended error.
func (r *reply) extend(e extendedError) {
	switch e.code {
	case dns.ExtendedErrorCodeForgedAnswer, dns.ExtendedErrorCodeBlocked, dns.ExtendedErrorCodeCensored,
		dns.ExtendedErrorCodeFiltered, dns.ExtendedErrorCodeProhibited:
		r.filtered = true
	}
	r.detail += fmt.Sprintf(", extended error %d", e.code)
	if name := dns.ExtendedErrorCodeToString[e.code]; name != "" {
		r.detail += " " + name
	}
	if e.text != "" {
		r.detail += ": " + e.text
	}
	r.detail = oneLine(r.detail)
}

// followRecords goes along the chain of aliases and takes what stands at its end.
func (g *gist) followRecords(answer []dns.RR, q question) {
	name := strings.ToLower(q.name)
	var passed []string
	g.ttl = math.MaxUint32
	for range longestChain {
		passed = append(passed, name)
		alias := ""
		for _, record := range answer {
			h := record.Header()
			if h.Class != dns.ClassINET || !strings.EqualFold(h.Name, name) {
				continue
			}
			cname, isAlias := record.(*dns.CNAME)
			switch {
			case h.Rrtype == q.qtype:
				g.add(record)
			case isAlias:
				alias = strings.ToLower(cname.Target)
			default:
				continue
			}
			g.ttl = min(g.ttl, h.Ttl)
		}
		switch {
		case g.found:
			return
		case alias == "":
			g.aliased = len(passed) > 1
			return
		}
		g.aliases = append(g.aliases, relative(alias))
		if slices.Contains(passed, alias) {
			g.trail = circular
			return
		}
		name = alias
	}
	g.trail = tooLong
}

// add takes the data of a record of the type asked for.
func (g *gist) add(record dns.RR) {
	g.found = true
	switch record := record.(type) {
	case *dns.MX:
		// One without data is no null MX.
		if record.Mx != "" {
			g.hosts = append(g.hosts, Host{Name: relative(record.Mx), Preference: record.Preference})
		}
	case *dns.A:
		g.addAddr(record.A)
	case *dns.AAAA:
		g.addAddr(record.AAAA)
	}
}

func (g *gist) addAddr(ip []byte) {
	if addr, ok := netip.AddrFromSlice(ip); ok {
		g.addrs = append(g.addrs, addr.Unmap())
	}
}

func (g *gist) readAuthority(records []dns.RR) {
	for _, record := range records {
		switch record := record.(type) {
		case *dns.SOA:
			g.soa, g.denial = true, min(record.Hdr.Ttl, record.Minttl)
		case *dns.NS:
			g.referral = true
		}
	}
}

func (g *gist) readExtended(opt *dns.OPT) {
	if opt == nil {
		return
	}
	for _, option := range opt.Option {
		if e, ok := option.(*dns.EDNS0_EDE); ok {
			g.extended = append(g.extended, extendedError{e.InfoCode, e.ExtraText})
		}
	}
}

func rcodeName(rcode int) string {
	switch rcode { // nearly all, and no map is asked
	case dns.RcodeSuccess:
		return "NOERROR"
	case dns.RcodeNameError:
		return "NXDOMAIN"
	}
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
