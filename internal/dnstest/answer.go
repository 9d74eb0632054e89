package dnstest

import (
	"cmp"
	"encoding/binary"
	"strings"
	"time"

	"github.com/miekg/dns"
)

const headerSize = 12

// answer returns what is sent to query, and how much later; nothing for silence.
func (s *Server) answer(query []byte, overUDP bool) ([][]byte, time.Duration) {
	const response = 0x80 // QR, in the third byte
	if len(query) < headerSize || query[2]&response != 0 {
		return nil, 0
	}
	var q dns.Msg
	if err := q.Unpack(query); err != nil || len(q.Question) != 1 {
		q = dns.Msg{MsgHdr: dns.MsgHdr{Id: binary.BigEndian.Uint16(query)}}
		return [][]byte{pack(new(dns.Msg).SetRcode(&q, dns.RcodeFormatError))}, 0
	}
	name := strings.ToLower(q.Question[0].Name)
	zone, c, delay := s.fate(question{name, q.Question[0].Qtype}, overUDP)
	if c.fault == "drop" {
		return nil, 0
	}
	asked := query[headerSize:]
	q.Question[0].Name = name
	return c.spoil(zone.reply(c, &q, overUDP), asked), delay
}

// fate counts q and says from which zone it is answered, how and when.
func (s *Server) fate(q question, overUDP bool) (*Zone, conduct, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	z, all := s.zone, &s.zone.all
	var c conduct
	if n := z.find(q.name); n != nil {
		c = n.conduct
	}
	before := s.count(q)
	over := all.limit > 0 && !s.bucket.take(all.limit, time.Now())
	switch {
	case all.die > 0 && s.asked > all.die,
		over && !all.refuse,
		overUDP && all.loss > 0 && s.rng.Float64() < all.loss,
		before < max(c.flaky, all.flaky):
		return z, conduct{fault: "drop"}, 0
	case over:
		return z, conduct{fault: "refused"}, 0
	}
	if c.fault == "" {
		c.fault, c.ede = all.fault, all.ede
	}
	c.lowercase = c.lowercase || all.lowercase
	if c.fault != "drop" {
		s.answered++
	}
	return z, c, cmp.Or(c.delay, all.delay).pick(s.rng)
}

// count counts a query, and returns how often its name was asked before. The
// caller holds mu.
func (s *Server) count(q question) (before int) {
	s.asked++
	s.queries[q]++
	before = s.seen[q.name]
	s.seen[q.name]++
	return before
}

// reply is the answer to q, whose name is in lower case, as far as it is a message.
func (z *Zone) reply(c conduct, q *dns.Msg, overUDP bool) *dns.Msg {
	name, qtype := q.Question[0].Name, q.Question[0].Qtype
	m := new(dns.Msg).SetReply(q)
	m.RecursionAvailable = true
	size := dns.MinMsgSize
	if opt := q.IsEdns0(); opt != nil {
		m.SetEdns0(opt.UDPSize(), false)
		size = int(opt.UDPSize())
	}
	switch c.fault {
	case "servfail":
		m.Rcode = dns.RcodeServerFailure
		return m
	case "refused":
		m.Rcode = dns.RcodeRefused
		return m
	case "noedns":
		if q.IsEdns0() != nil {
			return new(dns.Msg).SetRcode(q, dns.RcodeFormatError)
		}
	case "lame":
		m.RecursionAvailable = false
		m.Ns = append(m.Ns, &dns.NS{Hdr: header(name, dns.TypeNS), Ns: "a.root-servers.net."})
		return m
	case "truncate":
		if overUDP {
			m.Truncated = true
			return m
		}
	case "loop":
		there := "loop." + name
		m.Answer = []dns.RR{&dns.CNAME{Hdr: header(name, dns.TypeCNAME), Target: there},
			&dns.CNAME{Hdr: header(there, dns.TypeCNAME), Target: name}}
		return m
	case "otherquestion":
		m.Question[0].Name = another
		m.Answer = []dns.RR{&dns.MX{Hdr: header(another, dns.TypeMX), Preference: 10, Mx: "mx." + another}}
		if qtype != dns.TypeMX {
			m.Answer = []dns.RR{&dns.A{Hdr: header(another, dns.TypeA), A: []byte{203, 0, 112, 99}}}
		}
		return m
	}

	var exists bool
	m.Answer, exists = z.answer(name, qtype)
	if c.fault == "nxdomain" || c.fault == "ede" {
		m.Answer, exists = nil, false
	}
	if opt := m.IsEdns0(); opt != nil && c.fault == "ede" {
		opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: c.ede, ExtraText: "by dnstest"})
	}
	if !exists {
		m.Rcode = dns.RcodeNameError
	}
	if !exists || !answers(m.Answer, qtype) {
		m.Ns = append(m.Ns, &dns.SOA{Hdr: header(".", dns.TypeSOA), Ns: "ns.dnstest.", Mbox: "hostmaster.dnstest.",
			Serial: 1, Refresh: 3600, Retry: 600, Expire: 86400, Minttl: 300})
	}
	if overUDP {
		m.Truncate(size)
	}
	return m
}

// another is what !otherquestion answers.
const another = "another.test."

// spoil makes the packets of a reply, with the faults that no message can have.
// asked is the question as it came, in whatever case.
func (c conduct) spoil(m *dns.Msg, asked []byte) [][]byte {
	p := pack(m)
	end := min(questionEnd(p), headerSize+len(asked))
	if !c.lowercase && c.fault != "otherquestion" {
		copy(p[headerSize:end], asked)
	}
	switch c.fault {
	case "garbage":
		// Noise, then a header that fits with a body that does not.
		body := append(p[:2:2], 0x81, 0x80, 0, 1, 0, 9, 0, 0, 0, 0, 0xc0, 0xff)
		return [][]byte{[]byte("\xff\xff garbage"), body}
	case "compression":
		// One answer, whose name is a pointer to itself.
		copy(p[4:headerSize], []byte{0, 1, 0, 1, 0, 0, 0, 0})
		return [][]byte{append(p[:end:end], 0xc0|byte(end>>8), byte(end), 0, 15, 0, 1, 0, 0, 1, 44, 0, 3, 0, 10, 0)}
	case "cut":
		binary.BigEndian.PutUint16(p[6:], binary.BigEndian.Uint16(p[6:])+3)
	case "wrongid":
		binary.BigEndian.PutUint16(p, binary.BigEndian.Uint16(p)+1)
	}
	return [][]byte{p}
}

// questionEnd is where the only question of a packed message ends; where its
// header does if it has none.
func questionEnd(p []byte) int {
	if binary.BigEndian.Uint16(p[4:]) == 0 {
		return headerSize
	}
	end := headerSize
	for p[end] != 0 {
		end += int(p[end]) + 1
	}
	return end + 5 // the root, type and class
}

// pack is for messages that we made or read ourselves: they can be packed, or
// the test that asks hears a SERVFAIL that it did not ask for.
func pack(m *dns.Msg) []byte {
	m.Compress = true // as every real server does
	p, err := m.Pack()
	if err != nil {
		p, _ = new(dns.Msg).SetRcode(&dns.Msg{MsgHdr: dns.MsgHdr{Id: m.Id}}, dns.RcodeServerFailure).Pack()
	}
	return p
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
