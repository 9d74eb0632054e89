package mx

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"
)

// sent is a message that asks q.
func sent(t testing.TB, q question) []byte {
	t.Helper()
	query := appendQuery(nil, 0x1234, q, true, 0)
	if query == nil {
		var err error
		query, err = pack(q, true)
		require.NoError(t, err)
	}
	return query
}

func TestQuery(t *testing.T) {
	for _, tt := range []struct {
		name    string
		q       question
		shuffle uint64
		want    string // the name as sent; "" for none
	}{
		{name: "plain", q: question{"acme.com.", dns.TypeMX}, want: "acme.com."},
		{name: "case is kept", q: question{"Acme.com.", dns.TypeA}, want: "Acme.com."},
		{name: "first letter", q: question{"acme.com.", dns.TypeMX}, shuffle: 1, want: "Acme.com."},
		{name: "only letters take bits", q: question{"a-1_b.com.", dns.TypeMX}, shuffle: 0b110, want: "a-1_B.Com."},
		{name: "all letters", q: question{"acme.com.", dns.TypeMX}, shuffle: ^uint64(0), want: "ACME.COM."},
		{name: "after the 64th letter", q: question{strings.Repeat("a", 60) + ".abcdef.", dns.TypeMX}, shuffle: ^uint64(0),
			want: strings.Repeat("A", 60) + ".ABCDef."},
		{name: "root", q: question{".", dns.TypeA}, want: "."},
		{name: "longest label", q: question{strings.Repeat("a", 63) + ".", dns.TypeA}, want: strings.Repeat("a", 63) + "."},
		{name: "longest name", q: question{strings.Repeat("a.", 127), dns.TypeA}, want: strings.Repeat("a.", 127)},

		{name: "label too long", q: question{strings.Repeat("a", 64) + ".", dns.TypeA}},
		{name: "name too long", q: question{strings.Repeat("a.", 126) + "aa.", dns.TypeA}},
		{name: "not absolute", q: question{"acme.com", dns.TypeMX}},
		{name: "empty", q: question{"", dns.TypeMX}},
		{name: "empty label", q: question{"a..com.", dns.TypeMX}},
		{name: "leading dot", q: question{".com.", dns.TypeMX}},
		{name: "escape", q: question{`a\.b.com.`, dns.TypeMX}},
		{name: "number", q: question{`a\000b.com.`, dns.TypeMX}},
		{name: "not ASCII", q: question{"é.com.", dns.TypeMX}},
		{name: "wants an escape", q: question{"a@b.com.", dns.TypeMX}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := []byte("before")
			packet := appendQuery(before, 7, tt.q, true, tt.shuffle)
			if tt.want == "" {
				require.Nil(t, packet)
				return
			}
			require.Equal(t, "before", string(packet[:len(before)]))
			requireQuery(t, packet[len(before):], question{tt.want, tt.q.qtype}, true)
			requireQuery(t, appendQuery(nil, 7, tt.q, false, tt.shuffle), question{tt.want, tt.q.qtype}, false)
		})
	}
}

// requireQuery holds a query with ID 7 against what miekg/dns reads in it.
func requireQuery(t *testing.T, packet []byte, q question, edns bool) {
	t.Helper()
	var m dns.Msg
	require.NoError(t, m.Unpack(packet))
	require.True(t, whole(&m, packet))
	require.Equal(t, dns.MsgHdr{Id: 7, RecursionDesired: true}, m.MsgHdr)
	require.Equal(t, []dns.Question{{Name: q.name, Qtype: q.qtype, Qclass: dns.ClassINET}}, m.Question)
	require.Empty(t, m.Answer)
	require.Empty(t, m.Ns)
	if !edns {
		require.Empty(t, m.Extra)
		require.Nil(t, m.IsEdns0())
		return
	}
	require.Len(t, m.Extra, 1)
	require.EqualValues(t, payload, m.IsEdns0().UDPSize())
	require.Zero(t, m.IsEdns0().Version())
	require.False(t, m.IsEdns0().Do())
	require.Empty(t, m.IsEdns0().Option)
}

// parsed reads packet in both ways, which must agree where the fast one answers.
func parsed(t testing.TB, packet []byte, q question) (r reply, byHand bool) {
	t.Helper()
	want, sound := interpret(packet, q)
	body, ok := afterQuestion(packet, sent(t, q), false)
	if !ok {
		return want, false
	}
	var g gist
	byHand = g.decode(packet, body, q.qtype)
	if byHand {
		require.True(t, sound, "miekg/dns refuses it")
		require.Equal(t, want, g.reply())
	}
	return want, byHand
}

func TestReadByHand(t *testing.T) {
	const extra = ", extended error 22 No Reachable Authority: all dead"
	host := func(preference uint16, name string) Host { return Host{Name: name, Preference: preference} }
	for _, tt := range []struct {
		name              string
		rcode             int
		answer, authority []string
		edns              func(*dns.OPT)
		want              reply
	}{
		{name: "hosts", answer: []string{"acme.com. 60 MX 20 B.acme.com.", "acme.com. 90 MX 10 mx.other.net.", "acme.com. 90 MX 10 a.acme.com."},
			want: reply{status: positive, ttl: time.Minute, detail: "NOERROR",
				hosts: []Host{host(10, "a.acme.com"), host(10, "mx.other.net"), host(20, "b.acme.com")}}},
		{name: "twice", answer: []string{"acme.com. 60 MX 10 a.", "acme.com. 60 MX 10 A."},
			want: reply{status: positive, ttl: time.Minute, detail: "NOERROR", hosts: []Host{host(10, "a")}}},
		{name: "null MX", answer: []string{"acme.com. 60 MX 0 ."},
			want: reply{status: positive, ttl: time.Minute, detail: "NOERROR", hosts: []Host{host(0, "")}}},
		{name: "null MX beside a host", answer: []string{"acme.com. 60 MX 0 .", "acme.com. 60 MX 1 a."},
			want: reply{status: positive, ttl: time.Minute, detail: "NOERROR", hosts: []Host{host(0, ""), host(1, "a")}}},
		{name: "aliases, in any order and case", answer: []string{"c. 90 MX 1 a.", "B. 30 CNAME C.", "ACME.com. 40 CNAME b."},
			want: reply{status: positive, ttl: 30 * time.Second, detail: "NOERROR", hosts: []Host{host(1, "a")}, aliases: []string{"b", "c"}}},
		{name: "loop", answer: []string{"acme.com. CNAME b.", "b. CNAME C.", "c. CNAME B."},
			want: reply{status: loop, detail: "NOERROR, a loop of aliases", aliases: []string{"b", "c", "b"}}},
		{name: "alias of itself", answer: []string{"acme.com. CNAME ACME.com."},
			want: reply{status: loop, detail: "NOERROR, a loop of aliases", aliases: []string{"acme.com"}}},
		{name: "chain of 15", answer: append(chain(15), "n15. 60 MX 1 a."),
			want: reply{status: positive, ttl: time.Minute, detail: "NOERROR", hosts: []Host{host(1, "a")}, aliases: links(15)}},
		{name: "chain of 16", answer: append(chain(16), "n16. 60 MX 1 a."),
			want: reply{status: malformed, detail: "NOERROR, too long a chain of aliases", aliases: links(16)}},
		{name: "loop of 16", answer: append(chain(15), "n15. CNAME acme.com."),
			want: reply{status: loop, detail: "NOERROR, a loop of aliases", aliases: append(links(15), "acme.com")}},
		{name: "the 16th is an alias of itself", answer: append(chain(15), "n15. CNAME n15."),
			want: reply{status: loop, detail: "NOERROR, a loop of aliases", aliases: append(links(15), "n15")}},
		{name: "longest label", answer: []string{"acme.com. 60 MX 1 " + strings.Repeat("a", 63) + "."},
			want: reply{status: positive, ttl: time.Minute, detail: "NOERROR", hosts: []Host{host(1, strings.Repeat("a", 63))}}},
		{name: "NODATA", authority: []string{soa}, want: reply{status: nodata, ttl: time.Minute, detail: "no records"}},
		{name: "NXDOMAIN", rcode: dns.RcodeNameError, authority: []string{soa}, want: reply{status: nxdomain, ttl: time.Minute, detail: "NXDOMAIN"}},
		{name: "NXDOMAIN with records", rcode: dns.RcodeNameError, answer: []string{"acme.com. MX 1 a."},
			want: reply{status: malformed, detail: "NXDOMAIN, yet with records"}},
		{name: "referral", authority: []string{ns}, want: reply{status: lame, detail: "lame answer"}},
		{name: "SERVFAIL", rcode: dns.RcodeServerFailure, want: reply{status: servfail, detail: "SERVFAIL"}},
		{name: "REFUSED", rcode: dns.RcodeRefused, want: reply{status: refused, detail: "REFUSED"}},
		{name: "extended error", rcode: dns.RcodeServerFailure, edns: option(&dns.EDNS0_EDE{InfoCode: 22, ExtraText: "all dead"}),
			want: reply{status: servfail, detail: "SERVFAIL" + extra}},
		{name: "filtered", rcode: dns.RcodeNameError, edns: option(&dns.EDNS0_EDE{InfoCode: 15}),
			want: reply{status: nxdomain, filtered: true, detail: "NXDOMAIN, extended error 15 Blocked"}},
		{name: "cookie", rcode: dns.RcodeRefused, edns: option(&dns.EDNS0_COOKIE{Code: dns.EDNS0COOKIE, Cookie: "0123456789abcdef"}),
			want: reply{status: refused, detail: "REFUSED"}},
	} {
		for _, compress := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, compress %v", tt.name, compress), func(t *testing.T) {
				m := messageOf(t, asked, tt.rcode, tt.answer, tt.authority)
				m.Compress = compress
				if tt.edns != nil {
					tt.edns(m.SetEdns0(payload, false).IsEdns0())
				}
				packet, err := m.Pack()
				require.NoError(t, err)
				r, byHand := parsed(t, packet, asked)
				require.True(t, byHand)
				require.Equal(t, tt.want, r)
			})
		}
	}
}

// links are the names of a chain but for its first.
func links(n int) []string {
	var links []string
	for i := range n {
		links = append(links, fmt.Sprintf("n%d", i+1))
	}
	return links
}

// chain is n aliases from acme.com to nN.
func chain(n int) (answer []string) {
	name := "acme.com."
	for i := range n {
		next := fmt.Sprintf("n%d.", i+1)
		answer, name = append(answer, name+" 60 CNAME "+next), next
	}
	return answer
}

func option(o dns.EDNS0) func(*dns.OPT) {
	return func(opt *dns.OPT) { opt.Option = append(opt.Option, o) }
}

func messageOf(t testing.TB, q question, rcode int, answer, authority []string) *dns.Msg {
	t.Helper()
	m := new(dns.Msg).SetQuestion(q.name, q.qtype)
	m.Response, m.RecursionAvailable, m.Rcode = true, true, rcode
	m.Answer, m.Ns = parse(t, answer), parse(t, authority)
	return m
}

func parse(t testing.TB, texts []string) (records []dns.RR) {
	t.Helper()
	for _, text := range texts {
		record, err := dns.NewRR(text)
		require.NoError(t, err)
		records = append(records, record)
	}
	return records
}

func TestReadAddresses(t *testing.T) {
	for qtype, texts := range map[uint16][]string{
		dns.TypeA:    {"acme.com. 60 A 198.51.100.7", "acme.com. 60 A 198.51.100.6"},
		dns.TypeAAAA: {"acme.com. 60 AAAA 2001:db8::1", "acme.com. 60 AAAA ::ffff:198.51.100.7"},
	} {
		q := question{"acme.com.", qtype}
		packet, err := messageOf(t, q, dns.RcodeSuccess, texts, nil).Pack()
		require.NoError(t, err)
		r, byHand := parsed(t, packet, q)
		require.True(t, byHand)
		require.Len(t, r.addrs, 2)
	}
}

// What the hand does not know, miekg/dns reads.
func TestReadOdd(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer string
		change func(*dns.Msg)
		want   status
	}{
		{name: "host that wants an escape", answer: `acme.com. MX 1 a\.b.com.`, want: positive},
		{name: "another type", answer: "acme.com. TXT hello", want: nodata},
		{name: "BADVERS", change: func(m *dns.Msg) { m.SetEdns0(payload, false).Rcode = dns.RcodeBadVers }, want: malformed},
		{name: "FORMERR", change: func(m *dns.Msg) { m.Rcode = dns.RcodeFormatError }, want: malformed},
		{name: "FORMERR without the question", change: func(m *dns.Msg) { m.Rcode, m.Question = dns.RcodeFormatError, nil }, want: malformed},
		{name: "client subnet", answer: "acme.com. MX 1 a.", change: func(m *dns.Msg) {
			option(&dns.EDNS0_SUBNET{Code: dns.EDNS0SUBNET, Family: 1, SourceNetmask: 24, Address: net.IPv4(192, 0, 2, 0)})(m.SetEdns0(payload, false).IsEdns0())
		}, want: positive},
		{name: "OPT in authority", change: func(m *dns.Msg) {
			m.SetEdns0(payload, false)
			option(&dns.EDNS0_EDE{InfoCode: 15})(m.IsEdns0())
			m.Ns, m.Extra = m.Extra, nil
		}, want: nodata},
		{name: "two OPT", change: func(m *dns.Msg) { m.SetEdns0(payload, false).SetEdns0(payload, false) }, want: nodata},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var answer []string
			if tt.answer != "" {
				answer = []string{tt.answer}
			}
			m := messageOf(t, asked, dns.RcodeSuccess, answer, nil)
			if tt.change != nil {
				tt.change(m)
			}
			packet, err := m.Pack()
			require.NoError(t, err)
			_, byHand := parsed(t, packet, asked)
			require.False(t, byHand)
			r, ok := read(packet, sent(t, asked), asked, false)
			require.True(t, ok)
			require.Equal(t, tt.want, r.status, r.detail)
		})
	}
}

// Names and types that winnow hardly asks for are read alike.
func TestReadOddQuestions(t *testing.T) {
	for _, tt := range []struct {
		name   string
		q      question
		answer []string
		byHand bool
	}{
		{"escape", question{`A\.b.com.`, dns.TypeMX}, []string{`a\.B.com. MX 1 a.`}, true},
		{"escape, alias", question{`a\.b.com.`, dns.TypeMX}, []string{`a\.b.com. CNAME a\032b.`, `a\032b. MX 1 a.`}, false},
		{"a dot in a label is none between two", question{`a\.b.com.`, dns.TypeMX}, []string{"a.b.com. MX 1 a."}, true},
		{"root", question{".", dns.TypeMX}, []string{". MX 0 ."}, true},
		{"name servers", question{"acme.com.", dns.TypeNS}, []string{"acme.com. NS a."}, false},
		{"alias", question{"acme.com.", dns.TypeCNAME}, []string{"acme.com. CNAME a."}, false},
		{"alias, none", question{"acme.com.", dns.TypeCNAME}, nil, true},
		{"as many records as it has room for", question{"acme.com.", dns.TypeA}, addresses(mostRecords), false},
		{"one fewer", question{"acme.com.", dns.TypeA}, addresses(mostRecords - 1), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			packet, err := messageOf(t, tt.q, dns.RcodeSuccess, tt.answer, nil).Pack()
			require.NoError(t, err)
			want, byHand := parsed(t, packet, tt.q)
			require.Equal(t, tt.byHand, byHand)
			r, ok := read(packet, sent(t, tt.q), tt.q, true)
			require.True(t, ok)
			require.Equal(t, want, r)
		})
	}
}

// addresses is n A records of acme.com.
func addresses(n int) (answer []string) {
	for i := range n {
		answer = append(answer, fmt.Sprintf("acme.com. A 198.51.100.%d", i))
	}
	return answer
}

// An MX record without data is no null MX, which would condemn the domain.
func TestNoDataIsNoNullMX(t *testing.T) {
	for _, data := range []string{"\x00\x00", "\x00\x02\x00\x00"} {
		packet := message(t, dns.RcodeSuccess, true, []string{"acme.com. 60 MX 0 ."}, nil)
		packet = append(packet[:len(packet)-len("\x00\x03\x00\x00\x00")], data...)
		r, ok := read(packet, sent(t, asked), asked, false)
		require.True(t, ok)
		require.Equal(t, malformed, r.status, r.detail)
	}
}

func TestReadQuestion(t *testing.T) {
	query := appendQuery(nil, 1, asked, true, 0b1010101)
	require.Contains(t, string(query), "AcMe\x03CoM")
	answer := func(name string, qtype uint16) []byte {
		packet, err := messageOf(t, question{name, qtype}, dns.RcodeSuccess, []string{"acme.com. MX 1 a."}, nil).Pack()
		require.NoError(t, err)
		return packet
	}
	for _, tt := range []struct {
		name         string
		packet       []byte
		exact, loose bool
	}{
		{"as sent", answer("AcMe.CoM.", dns.TypeMX), true, true},
		{"in another case", answer("acme.com.", dns.TypeMX), false, true},
		{"another name", answer("acme.net.", dns.TypeMX), false, false},
		{"another type", answer("AcMe.CoM.", dns.TypeA), false, false},
		{"longer", answer("AcMe.CoM.x.", dns.TypeMX), false, false},
		{"shorter", answer("AcMe.", dns.TypeMX), false, false},
		{"nothing", nil, false, false},
		{"header", make([]byte, headerSize), false, false},
		{"the query", query, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, ok := read(tt.packet, query, asked, true)
			require.Equal(t, tt.exact, ok)
			_, ok = read(tt.packet, query, asked, false)
			require.Equal(t, tt.loose, ok)
		})
	}
	whole := answer("AcMe.CoM.", dns.TypeMX)
	for n := range whole {
		_, ok := read(whole[:n], query, asked, false)
		require.False(t, ok, "cut after %d bytes", n)
	}
}

// Pointers that lead forwards, in circles or nowhere end, and say nothing.
func TestReadPointers(t *testing.T) {
	base := message(t, dns.RcodeSuccess, true, []string{"acme.com. 60 MX 0 ."}, nil)
	at := len(base) - 1 // of the host's name
	to := func(off int) string { return string([]byte{pointer, byte(off)}) }
	for _, tt := range []struct {
		name, host string
		byHand, ok bool
	}{
		{name: "to the question", host: "\x02mx" + to(headerSize), byHand: true, ok: true},
		{name: "to itself", host: to(at)},
		{name: "forwards", host: to(at+2) + "\x01a\x00"},
		{name: "out of the packet", host: "\xff\xff"},
		{name: "label and back to it", host: "\x01a" + to(at)},
		{name: "reserved bits", host: "\x80\x0c"},
		{name: "half a pointer", host: "\xc0"},
		{name: "no end", host: "\x01a"},
		{name: "longest name", host: "\x02aa" + strings.Repeat("\x01a", 121) + to(headerSize), byHand: true, ok: true},
		{name: "name too long", host: strings.Repeat("\x01a", 123) + to(headerSize)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			packet := append(base[:at-4:at-4], 0, byte(2+len(tt.host)), 0, 0)
			packet = append(packet, tt.host...)
			_, byHand := parsed(t, packet, asked)
			require.Equal(t, tt.byHand, byHand)
			_, ok := read(packet, sent(t, asked), asked, true)
			require.Equal(t, tt.ok, ok)
		})
	}
}

// A name of more pointers than a decent server makes is left to miekg/dns.
func TestReadManyPointers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		hosts  int
		byHand bool
	}{
		{"as many as may be", maxPointers, true},
		{"one more", maxPointers + 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// Each host stands below the one before it, and points there.
			var answer []string
			host := asked.name
			for range tt.hosts {
				host = "a." + host
				answer = append(answer, "acme.com. MX 1 "+host)
			}
			m := messageOf(t, asked, dns.RcodeSuccess, answer, nil)
			m.Compress = true
			packet, err := m.Pack()
			require.NoError(t, err)
			r, byHand := parsed(t, packet, asked)
			require.Equal(t, tt.byHand, byHand)
			require.Len(t, r.hosts, tt.hosts)
		})
	}
}

// Messages made at random: both ways of reading say the same, and nearly all are read by hand.
func TestReadLikeMiekg(t *testing.T) {
	const messages = 20_000
	rnd := rand.New(rand.NewPCG(1, 2))
	byHand := 0
	seen := map[status]int{}
	for range messages {
		q := question{"acme.com.", []uint16{dns.TypeMX, dns.TypeA, dns.TypeAAAA}[rnd.IntN(3)]}
		packet, err := randomMessage(rnd, q).Pack()
		require.NoError(t, err)
		r, fast := parsed(t, packet, q)
		if fast {
			byHand++
		}
		seen[r.status]++
		again, ok := read(packet, sent(t, q), q, false)
		require.True(t, ok)
		require.Equal(t, r, again)

		// A byte that is damaged must damage both alike.
		packet[rnd.IntN(len(packet))] = byte(rnd.Uint32())
		parsed(t, packet, q)
	}
	require.Greater(t, byHand, messages*9/10)
	for s := positive; s <= malformed; s++ {
		require.NotZero(t, seen[s], "status %d", s)
	}
}

func randomMessage(rnd *rand.Rand, q question) *dns.Msg {
	names := []string{q.name, "a.net.", "b.a.net.", "mx1.acme.com.", "mx-2.mail_out.example.org.", "."}
	name := func() string {
		text := []byte(names[rnd.IntN(len(names))])
		for i, c := range text {
			if letter(c) && rnd.IntN(8) == 0 {
				text[i] ^= 0x20
			}
		}
		return string(text)
	}
	head := func(rtype uint16) dns.RR_Header {
		class := uint16(dns.ClassINET)
		if rnd.IntN(20) == 0 {
			class = dns.ClassCHAOS
		}
		return dns.RR_Header{Name: name(), Rrtype: rtype, Class: class, Ttl: rnd.Uint32N(4000)}
	}
	record := func() dns.RR {
		switch rnd.IntN(12) {
		case 0:
			return &dns.A{Hdr: head(dns.TypeA), A: net.IPv4(198, 51, 100, byte(rnd.Uint32()))}
		case 1:
			return &dns.AAAA{Hdr: head(dns.TypeAAAA), AAAA: net.ParseIP("2001:db8::1")}
		case 2, 3, 4:
			return &dns.CNAME{Hdr: head(dns.TypeCNAME), Target: name()}
		case 5:
			return &dns.NS{Hdr: head(dns.TypeNS), Ns: name()}
		case 6:
			return &dns.SOA{Hdr: head(dns.TypeSOA), Ns: name(), Mbox: name(), Minttl: rnd.Uint32N(4000)}
		case 7:
			if rnd.IntN(10) == 0 {
				return &dns.TXT{Hdr: head(dns.TypeTXT), Txt: []string{"hello"}}
			}
		}
		switch q.qtype {
		case dns.TypeA:
			return &dns.A{Hdr: head(q.qtype), A: net.IPv4(198, 51, 100, byte(rnd.Uint32()))}
		case dns.TypeAAAA:
			return &dns.AAAA{Hdr: head(q.qtype), AAAA: net.ParseIP("2001:db8::2")}
		}
		return &dns.MX{Hdr: head(q.qtype), Preference: uint16(rnd.IntN(3)), Mx: name()}
	}
	some := func(most int) (records []dns.RR) {
		for range rnd.IntN(most + 1) {
			records = append(records, record())
		}
		return records
	}
	m := new(dns.Msg).SetQuestion(q.name, q.qtype)
	m.Compress = rnd.IntN(2) == 0
	m.Response, m.RecursionAvailable, m.Authoritative = true, rnd.IntN(10) > 0, rnd.IntN(2) == 0
	m.Rcode = []int{dns.RcodeSuccess, dns.RcodeSuccess, dns.RcodeSuccess, dns.RcodeNameError, dns.RcodeServerFailure, dns.RcodeRefused}[rnd.IntN(6)]
	if rnd.IntN(50) == 0 {
		m.Rcode = dns.RcodeFormatError
	}
	m.Answer, m.Ns, m.Extra = some(6), some(2), some(2)
	if rnd.IntN(2) == 0 {
		opt := m.SetEdns0(payload, false).IsEdns0()
		for range rnd.IntN(3) {
			opt.Option = append(opt.Option, &dns.EDNS0_EDE{InfoCode: uint16(rnd.IntN(30)), ExtraText: []string{"", "blöcked\n", strings.Repeat("long ", 50)}[rnd.IntN(3)]})
		}
	}
	return m
}

// Whatever arrives is read as miekg/dns reads it, or left to it.
func FuzzRead(f *testing.F) {
	for _, answer := range [][]string{
		{"acme.com. 60 MX 1 a.", "acme.com. 60 MX 0 ."},
		{"acme.com. 30 CNAME b.", "b. 60 MX 1 a.acme.com."},
		{"acme.com. 60 A 198.51.100.1"},
		{"acme.com. CNAME b.", "b. CNAME acme.com."},
	} {
		m := messageOf(f, asked, dns.RcodeSuccess, answer, []string{soa, ns})
		m.Compress = true
		option(&dns.EDNS0_EDE{InfoCode: 15, ExtraText: "why"})(m.SetEdns0(payload, false).IsEdns0())
		packet, err := m.Pack()
		require.NoError(f, err)
		f.Add(packet[headerSize+len(asked.name)+1+questionTail:], packet[2], packet[3], uint16(len(answer)), uint16(2), uint16(1))
	}
	qtypes := []uint16{dns.TypeMX, dns.TypeA, dns.TypeAAAA}
	const headAndQuestion = headerSize + len("\x04acme\x03com\x00") + questionTail
	f.Fuzz(func(t *testing.T, body []byte, flags, code byte, answers, authority, additional uint16) {
		for _, qtype := range qtypes {
			q := question{asked.name, qtype}
			query := sent(t, q)
			packet := append(query[:headAndQuestion:headAndQuestion], body...)
			packet[2], packet[3] = flags|response, code
			for i, n := range []uint16{answers, authority, additional} {
				packet[6+2*i], packet[7+2*i] = byte(n>>8), byte(n)
			}
			want, sound := interpret(packet, q)
			got, ok := read(packet, query, q, true)
			require.Equal(t, sound, ok)
			require.Equal(t, want, got)
			require.Regexp(t, "^[ -~]*$", got.detail)
		}
	})
}

// What is asked is what miekg/dns reads in it, but for the case of its letters.
func FuzzQuery(f *testing.F) {
	f.Add("acme.com.", uint16(dns.TypeMX), uint64(5))
	f.Add(".", uint16(dns.TypeA), uint64(0))
	f.Add(`a\.b.`, uint16(dns.TypeA), uint64(0))
	f.Fuzz(func(t *testing.T, name string, qtype uint16, shuffle uint64) {
		packet := appendQuery(nil, 7, question{name, qtype}, true, shuffle)
		if packet == nil {
			return
		}
		var m dns.Msg
		require.NoError(t, m.Unpack(packet))
		require.True(t, strings.EqualFold(name, m.Question[0].Name))
		requireQuery(t, packet, question{m.Question[0].Name, qtype}, true)
		if shuffle == 0 {
			require.Equal(t, name, m.Question[0].Name)
		}
	})
}

// The common ways allocate what they return, and nothing else.
func TestCodecAllocates(t *testing.T) {
	var buf [512]byte
	require.Zero(t, testing.AllocsPerRun(100, func() { appendQuery(buf[:0], 7, asked, true, 5) }))
	query := sent(t, asked)
	for _, tt := range []struct {
		name              string
		rcode             int
		answer, authority []string
		most              float64
	}{
		{name: "a host: its name and the slice", answer: []string{"acme.com. MX 1 mx.acme.com."}, most: 2},
		{name: "null MX: the slice", answer: []string{"acme.com. MX 0 ."}, most: 1},
		{name: "NODATA", authority: []string{soa}},
		{name: "NXDOMAIN", rcode: dns.RcodeNameError, authority: []string{soa}},
		{name: "SERVFAIL", rcode: dns.RcodeServerFailure},
	} {
		t.Run(tt.name, func(t *testing.T) {
			packet, err := messageOf(t, asked, tt.rcode, tt.answer, tt.authority).SetEdns0(payload, false).Pack()
			require.NoError(t, err)
			require.LessOrEqual(t, testing.AllocsPerRun(100, func() { read(packet, query, asked, true) }), tt.most)
		})
	}
}

func BenchmarkCodecQuery(b *testing.B) {
	q := question{"brightbakery-demo.com.", dns.TypeMX}
	b.Run("hand", func(b *testing.B) {
		var buf [512]byte
		b.ReportAllocs()
		for b.Loop() {
			appendQuery(buf[:0], 7, q, true, 0x5a5a5a5a)
		}
	})
	b.Run("miekg", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = pack(q, true)
		}
	})
}

func BenchmarkCodecRead(b *testing.B) {
	mx, a := question{"brightbakery-demo.com.", dns.TypeMX}, question{"mx.brightbakery-demo.com.", dns.TypeA}
	const denial = "com. 900 SOA a.gtld-servers.net. nstld.verisign-grs.com. 1 1800 900 604800 86400"
	for _, bb := range []struct {
		name              string
		q                 question
		rcode             int
		answer, authority []string
	}{
		{"one MX", mx, dns.RcodeSuccess, []string{"brightbakery-demo.com. 60 MX 10 mx.brightbakery-demo.com."}, nil},
		{"five MX", mx, dns.RcodeSuccess, []string{
			"brightbakery-demo.com. 60 MX 10 aspmx.l.google.com.", "brightbakery-demo.com. 60 MX 20 alt1.aspmx.l.google.com.",
			"brightbakery-demo.com. 60 MX 20 alt2.aspmx.l.google.com.", "brightbakery-demo.com. 60 MX 30 alt3.aspmx.l.google.com.",
			"brightbakery-demo.com. 60 MX 30 alt4.aspmx.l.google.com."}, nil},
		{"A", a, dns.RcodeSuccess, []string{"mx.brightbakery-demo.com. 60 A 198.51.100.1"}, nil},
		{"alias, A", a, dns.RcodeSuccess, []string{"mx.brightbakery-demo.com. 60 CNAME mx.other.net.", "mx.other.net. 60 A 198.51.100.1"}, nil},
		{"NXDOMAIN", mx, dns.RcodeNameError, nil, []string{denial}},
		{"NODATA", mx, dns.RcodeSuccess, nil, []string{denial}},
	} {
		query := sent(b, bb.q)
		m := messageOf(b, bb.q, bb.rcode, bb.answer, bb.authority)
		m.Compress = true
		m.SetEdns0(payload, false)
		packet, err := m.Pack()
		require.NoError(b, err)
		b.Run(bb.name+"/hand", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				read(packet, query, bb.q, true)
			}
		})
		b.Run(bb.name+"/miekg", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				interpret(packet, bb.q)
			}
		})
	}
}
