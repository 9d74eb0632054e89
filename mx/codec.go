package mx

import (
	"bytes"
	"encoding/binary"
	"math"
	"net/netip"
	"slices"

	"github.com/miekg/dns"
)

// The codec by hand, of the one question and of the answers that nearly all
// servers give. It reads only what it knows: whatever is odd goes to miekg/dns
// (interpret), which the tests also hold it against.
//
// RFC 1035 section 4 (messages), RFC 6891 (OPT), RFC 8914 (extended errors).

// appendQuery appends the message that asks q, with recursion desired and, with
// edns, an OPT record. A bit of shuffle that is set makes a letter of the name
// upper case, the lowest bit the first one (draft-vixie-dnsext-dns0x20); letters
// after the 64th stay as they are.
//
// It returns nil for a name that is not absolute or too long, or has more than
// letters, digits, "-" and "_" in its labels: pack does those or says why not.
func appendQuery(b []byte, id uint16, q question, edns bool, shuffle uint64) []byte {
	b = slices.Grow(b, headerSize+len(q.name)+1+questionTail+optSize)
	b = append(b, byte(id>>8), byte(id), recursionDesired, 0, 0, 1, 0, 0, 0, 0, 0, 0)
	additional := len(b) - 1
	b = appendName(b, q.name, shuffle)
	if b == nil {
		return nil
	}
	b = append(b, byte(q.qtype>>8), byte(q.qtype), 0, dns.ClassINET)
	if edns {
		b[additional] = 1
		b = append(b, 0, 0, byte(dns.TypeOPT), payload>>8, payload&0xff, 0, 0, 0, 0, 0, 0)
	}
	return b
}

const (
	recursionDesired = 0x01 // in the third byte of a message
	authoritative    = 0x04
	response         = 0x80
	opcodes          = 0x78

	recursionAvailable = 0x80 // in the fourth byte
	rcodes             = 0x0f

	questionTail = 4  // type and class
	optSize      = 11 // of an OPT record without options
	mostRecords  = 32 // aliases and records of the type asked for; fewer are read by hand
)

// appendName appends an absolute name: its text, where each dot becomes the
// length of the label behind it.
func appendName(b []byte, name string, shuffle uint64) []byte {
	if name == "." {
		return append(b, 0)
	}
	if name == "" || len(name) >= longestName || name[len(name)-1] != '.' {
		return nil
	}
	b = append(b, 0)
	b = append(b, name...)
	wire := b[len(b)-len(name)-1:]
	start := 0 // of the label, where its length goes
	for i := 1; i < len(wire); i++ {
		c := wire[i]
		switch {
		case c == '.':
			length := i - start - 1
			if length == 0 || length > longestLabel {
				return nil
			}
			wire[start], start = byte(length), i
		case !plain(c):
			return nil
		case letter(c):
			if shuffle&1 != 0 {
				wire[i] = c &^ 0x20
			}
			shuffle >>= 1
		}
	}
	wire[start] = 0
	return b
}

// read reads what arrived after query, the message that asked q, had been sent.
// It returns false for a packet that is no answer to it: one that cannot be read,
// or whose question is not the one that was sent. Letters may be of another case,
// but not if exact, for servers that return the question as it came (0x20). The ID
// has been checked.
func read(packet, query []byte, q question, exact bool) (reply, bool) {
	if len(packet) < headerSize {
		return reply{}, false
	}
	// Servers that could not read the question, or will not, may leave it out.
	if count(packet, 4) == 0 {
		return interpret(packet, q)
	}
	body, ok := afterQuestion(packet, query, exact)
	if !ok {
		return reply{}, false
	}
	var g gist
	if g.decode(packet, body, q.qtype) {
		return g.reply(), true
	}
	return interpret(packet, q)
}

// afterQuestion returns where the records of packet begin, if it has the one question of query.
func afterQuestion(packet, query []byte, exact bool) (body int, ok bool) {
	end := nameEnd(query, headerSize)
	body = end + questionTail
	if end == 0 || body > len(query) || body > len(packet) || count(packet, 4) != 1 {
		return 0, false
	}
	if bytes.Equal(packet[headerSize:body], query[headerSize:body]) {
		return body, true
	}
	if exact || !bytes.Equal(packet[end:body], query[end:body]) {
		return 0, false
	}
	for i := headerSize; i < end; i++ {
		// The length of a label is less than any letter.
		if lower(packet[i]) != lower(query[i]) {
			return 0, false
		}
	}
	return body, true
}

// decode reads the records of a packet whose question has been compared, and
// which begin at body. It returns false for whatever it does not know; g is worth
// nothing then.
func (g *gist) decode(packet []byte, body int, qtype uint16) bool {
	g.rcode = int(packet[3] & rcodes)
	if packet[2]&(response|opcodes) != response || rare(g.rcode) {
		return false
	}
	g.responsible = packet[2]&authoritative != 0 || packet[3]&recursionAvailable != 0

	answers := count(packet, 6)
	authority := answers + count(packet, 8)
	all := authority + count(packet, 10)
	var table [mostRecords]record
	n, off, edns := 0, body, false
	for i := range all {
		rr := &table[n]
		if !rr.read(packet, off) {
			return false
		}
		off = int(rr.end)
		switch {
		case rr.rtype == dns.TypeOPT:
			if i < authority || edns || !g.readOptions(packet, rr) {
				return false
			}
			edns = true
		case !rr.sound(packet):
			return false
		case i < answers:
			if rr.class == dns.ClassINET && (rr.rtype == qtype || rr.rtype == dns.TypeCNAME) {
				n++
			}
			if n == len(table) {
				return false
			}
		case i >= authority: // additional: nothing rests on it
		case rr.rtype == dns.TypeSOA:
			g.soa = true
			g.denial = min(rr.ttl, binary.BigEndian.Uint32(packet[rr.end-4:]))
		case rr.rtype == dns.TypeNS:
			g.referral = true
		}
	}
	return g.follow(packet, table[:n], qtype)
}

// rare reports whether a response code is one that decode leaves to others.
func rare(rcode int) bool {
	switch rcode {
	case dns.RcodeSuccess, dns.RcodeNameError, dns.RcodeServerFailure, dns.RcodeRefused:
		return false
	}
	return true
}

// follow goes along the chain of aliases and takes what stands at its end. The
// records are sound, and aliases or of the type asked for.
func (g *gist) follow(packet []byte, answers []record, qtype uint16) bool {
	var passed [longestChain]int
	name := headerSize
	g.ttl = math.MaxUint32
	for hop := range longestChain {
		passed[hop] = name
		found, alias := 0, 0
		for i := range answers {
			rr := &answers[i]
			if !sameName(packet, int(rr.owner), name) {
				continue
			}
			g.ttl = min(g.ttl, rr.ttl)
			if rr.rtype != qtype {
				alias = int(rr.data)
				continue
			}
			answers[found], answers[i] = *rr, answers[found]
			found++
		}
		switch {
		case found > 0:
			return g.take(packet, answers[:found], qtype)
		case alias == 0:
			g.aliased = hop > 0
			return true
		}
		var text [longestName]byte
		target, ok := appendHost(text[:0], packet, alias)
		if !ok { // it does not stand for itself in text
			return false
		}
		g.aliases = append(g.aliases, string(target))
		if slices.ContainsFunc(passed[:hop+1], func(before int) bool { return sameName(packet, before, alias) }) {
			g.trail = circular
			return true
		}
		name = alias
	}
	g.trail = tooLong
	return true
}

// take reads the data of the records found; false for types that are never asked
// for, and for a host whose name does not stand for itself in text.
func (g *gist) take(packet []byte, found []record, qtype uint16) bool {
	g.found = true
	switch qtype {
	case dns.TypeMX:
		return g.takeHosts(packet, found)
	case dns.TypeA, dns.TypeAAAA:
		g.addrs = make([]netip.Addr, 0, len(found))
		for i := range found {
			g.addAddr(packet[found[i].data:found[i].end])
		}
		return true
	}
	return false
}

func (g *gist) takeHosts(packet []byte, found []record) bool {
	g.hosts = make([]Host, len(found))
	var text [longestName]byte
	for i := range found {
		data := int(found[i].data)
		name, ok := appendHost(text[:0], packet, data+2)
		if !ok {
			return false
		}
		g.hosts[i] = Host{Name: string(name), Preference: uint16(count(packet, data))}
	}
	return true
}

// readOptions takes the extended errors out of an OPT record. False for a
// response code of more than four bits, and for options whose form it does not know.
func (g *gist) readOptions(packet []byte, opt *record) bool {
	if opt.ttl>>24 != 0 {
		return false
	}
	for data := packet[opt.data:opt.end]; len(data) > 0; {
		const head = 4 // code and length
		if len(data) < head || len(data)-head < count(data, 2) {
			return false
		}
		code, option := count(data, 0), data[head:head+count(data, 2)]
		data = data[head+len(option):]
		switch code {
		case dns.EDNS0COOKIE, dns.EDNS0NSID, dns.EDNS0PADDING:
		case dns.EDNS0EDE:
			if len(option) < 2 {
				return false
			}
			g.extended = append(g.extended, extendedError{uint16(count(option, 0)), string(option[2:])})
		default:
			return false
		}
	}
	return true
}
