package mx

import (
	"encoding/binary"
	"math"

	"github.com/miekg/dns"
)

// Names and records where they stand in a packet, by their offsets: RFC 1035
// sections 3.1, 4.1.3 and 4.1.4. Nothing is copied before it is wanted.

const (
	recordTail = 10 // type, class, TTL, length of the data
	soaTail    = 20 // five numbers

	longestLabel = 63
	longestName  = 255 // octets on the wire: RFC 1035 section 2.3.4
	pointer      = 0xc0
	maxPointers  = 8 // of one name
)

// count reads a number of two octets.
func count(packet []byte, off int) int { return int(binary.BigEndian.Uint16(packet[off:])) }

// record is where a resource record stands in a packet.
type record struct {
	owner, data, end uint16 // offsets of its name, of its data, of what follows
	rtype, class     uint16
	ttl              uint32
}

// read reads the record at off, but for its data.
func (rr *record) read(packet []byte, off int) bool {
	tail := nameEnd(packet, off)
	data := tail + recordTail
	if tail == 0 || data > len(packet) {
		return false
	}
	fixed := packet[tail:data]
	end := data + count(fixed, 8)
	if end > len(packet) || end > math.MaxUint16 {
		return false
	}
	rr.owner, rr.data, rr.end = uint16(off), uint16(data), uint16(end)
	rr.rtype, rr.class = uint16(count(fixed, 0)), uint16(count(fixed, 2))
	rr.ttl = binary.BigEndian.Uint32(fixed[4:])
	return true
}

// sound reports whether the data of rr is what its type wants; false for types not known here.
func (rr *record) sound(packet []byte) bool {
	const ipv4, ipv6 = 4, 16
	data, end := int(rr.data), int(rr.end)
	packet = packet[:end]
	switch rr.rtype {
	case dns.TypeA:
		return end-data == ipv4
	case dns.TypeAAAA:
		return end-data == ipv6
	case dns.TypeMX:
		return nameEnd(packet, data+2) == end
	case dns.TypeCNAME, dns.TypeNS:
		return nameEnd(packet, data) == end
	case dns.TypeSOA:
		mailbox := nameEnd(packet, data)
		if mailbox == 0 {
			return false
		}
		numbers := nameEnd(packet, mailbox)
		return numbers != 0 && numbers+soaTail == end
	}
	return false
}

// nameEnd returns the offset behind the name at off, whose labels it has looked
// at; 0 if the name is broken or too odd. A pointer must point before where the
// labels that it ends began, so that every walk ends: RFC 1035 section 4.1.4 says
// "a prior occurrence".
func nameEnd(packet []byte, off int) int {
	end, began, octets := 0, off, 1
	for pointers := 0; off < len(packet); {
		c := int(packet[off])
		switch {
		case c == 0:
			if end == 0 {
				end = off + 1
			}
			return end
		case c <= longestLabel:
			off += 1 + c
			octets += 1 + c
			if octets > longestName {
				return 0
			}
		case c >= pointer && off+1 < len(packet) && pointers < maxPointers:
			if end == 0 {
				end = off + 2
			}
			off = target(packet, off)
			if off >= began {
				return 0
			}
			began = off
			pointers++
		default:
			return 0
		}
	}
	return 0
}

// target returns where the pointer at off points.
func target(packet []byte, off int) int { return count(packet, off) &^ (pointer << 8) }

// label returns the offset of the label that a name at off has first.
func label(packet []byte, off int) int {
	for packet[off] >= pointer {
		off = target(packet, off)
	}
	return off
}

// sameName compares two names that nameEnd has looked at, without regard to case.
func sameName(packet []byte, a, b int) bool {
	for {
		a, b = label(packet, a), label(packet, b)
		if a == b {
			return true
		}
		n := int(packet[a])
		if n != int(packet[b]) {
			return false
		}
		if n == 0 {
			return true
		}
		for i := 1; i <= n; i++ {
			if lower(packet[a+i]) != lower(packet[b+i]) {
				return false
			}
		}
		a, b = a+1+n, b+1+n
	}
}

// appendHost appends the text of a name that nameEnd has looked at, in lower case
// and without the final dot.
func appendHost(b []byte, packet []byte, off int) ([]byte, bool) {
	for first := true; ; first = false {
		off = label(packet, off)
		n := int(packet[off])
		if n == 0 {
			return b, true
		}
		if !first {
			b = append(b, '.')
		}
		for _, c := range packet[off+1 : off+1+n] {
			if !plain(c) {
				return nil, false
			}
			b = append(b, lower(c))
		}
		off += 1 + n
	}
}

// plain reports whether c stands for itself in the text of a name, whoever prints it.
func plain(c byte) bool { return letter(c) || '0' <= c && c <= '9' || c == '-' || c == '_' }

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c | 0x20
	}
	return c
}
