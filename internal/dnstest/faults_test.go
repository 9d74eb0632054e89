package dnstest_test

import (
	"encoding/binary"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
)

// exchange sends one query as bytes and returns the first packet that comes back.
func exchange(t *testing.T, s *dnstest.Server, name string, qtype uint16) []byte {
	t.Helper()
	conn := dial(t, s)
	query, err := new(dns.Msg).SetQuestion(name, qtype).Pack()
	require.NoError(t, err)
	binary.BigEndian.PutUint16(query, 4711)
	_, err = conn.Write(query)
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
	packet := make([]byte, 4096)
	n, err := conn.Read(packet)
	require.NoError(t, err)
	return packet[:n]
}

func dial(t testing.TB, s *dnstest.Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("udp", s.Addr())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

const faulty = `
good.com    MX 10 mx.good.com
good.com    A 198.51.99.1
circle.com  !loop
coiled.com  !compression
coiled.com  MX 10 mx.good.com
short.com   !cut
short.com   MX 10 mx.good.com
wrong.com   !wrongid
wrong.com   MX 10 mx.good.com
mixed.com   !otherquestion
mixed.com   MX 10 mx.good.com
plain.com   !lowercase
plain.com   MX 10 mx.good.com
`

func TestMalformedPackets(t *testing.T) {
	s := start(t, faulty)
	for _, tt := range []struct {
		name  string
		whole bool // it is a message
	}{
		{name: "good.com.", whole: true},
		{name: "circle.com.", whole: true},
		{name: "coiled.com."},
		{name: "mixed.com.", whole: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := exchange(t, s, tt.name, dns.TypeMX)
			require.Equal(t, uint16(4711), binary.BigEndian.Uint16(p))
			require.Equal(t, tt.whole, new(dns.Msg).Unpack(p) == nil)
		})
	}
	short := exchange(t, s, "short.com.", dns.TypeMX)
	require.Equal(t, uint16(1+3), binary.BigEndian.Uint16(short[6:]), "one is there")
	require.Equal(t, uint16(4712), binary.BigEndian.Uint16(exchange(t, s, "wrong.com.", dns.TypeMX)))
}

func TestLoop(t *testing.T) {
	r := ask(t, start(t, faulty), "udp", "circle.com", dns.TypeMX)
	require.Len(t, r.Answer, 2)
	there, back := r.Answer[0].(*dns.CNAME), r.Answer[1].(*dns.CNAME)
	require.Equal(t, there.Target, back.Hdr.Name)
	require.Equal(t, there.Hdr.Name, back.Target)
}

func TestOtherQuestion(t *testing.T) {
	s := start(t, faulty)
	for _, qtype := range []uint16{dns.TypeMX, dns.TypeA} {
		var r dns.Msg
		require.NoError(t, r.Unpack(exchange(t, s, "mixed.com.", qtype)))
		require.Equal(t, "another.test.", r.Question[0].Name)
		require.Equal(t, "another.test.", r.Answer[0].Header().Name)
	}
}

func TestCaseOfTheQuestion(t *testing.T) {
	s := start(t, faulty)
	require.Equal(t, "gOOd.cOm.", ask(t, s, "udp", "gOOd.cOm", dns.TypeMX).Question[0].Name)
	require.Equal(t, "gOOd.cOm.", ask(t, s, "udp", "gOOd.cOm", dns.TypeMX).Answer[0].Header().Name, "a pointer to the question")
	require.Equal(t, "nOne.cOm.", ask(t, s, "udp", "nOne.cOm", dns.TypeMX).Question[0].Name)

	p := exchange(t, s, "pLAIn.com.", dns.TypeMX)
	require.Contains(t, string(p), "\x05plain\x03com\x00")
	require.Contains(t, string(exchange(t, start(t, "@ !lowercase\n"+faulty), "GOOD.com.", dns.TypeMX)), "\x04good\x03com\x00")
}

func TestWildcardZone(t *testing.T) {
	s := start(t, "*.ws A 203.0.112.2\nreal.ws MX 10 mx.real.ws\n*.bad.ws !servfail\n*.mail.ws MX 5 mx.mail.ws\ngood.com A 198.20.2.1")
	for _, tt := range []struct {
		name    string
		qtype   uint16
		rcode   int
		answers int
	}{
		{name: "whoever.ws", qtype: dns.TypeA, answers: 1},
		{name: "deep.whoever.ws", qtype: dns.TypeA, answers: 1},
		{name: "whoever.ws", qtype: dns.TypeMX},
		{name: "real.ws", qtype: dns.TypeA},
		{name: "x.real.ws", qtype: dns.TypeA, rcode: dns.RcodeNameError}, // real.ws exists and is closer
		{name: "x.bad.ws", qtype: dns.TypeA, rcode: dns.RcodeServerFailure},
		{name: "x.mail.ws", qtype: dns.TypeMX, answers: 1},
		{name: "ws", qtype: dns.TypeA},
		{name: "whoever.com", qtype: dns.TypeA, rcode: dns.RcodeNameError},
	} {
		t.Run(tt.name+" "+dns.TypeToString[tt.qtype], func(t *testing.T) {
			r := ask(t, s, "udp", tt.name, tt.qtype)
			require.Equal(t, dns.RcodeToString[tt.rcode], dns.RcodeToString[r.Rcode])
			require.Len(t, r.Answer, tt.answers)
		})
	}
}

func TestServerWide(t *testing.T) {
	s := start(t, "@ !servfail\ngood.com A 198.20.2.1\nno.com !refused")
	require.Equal(t, dns.RcodeServerFailure, ask(t, s, "udp", "good.com", dns.TypeA).Rcode)
	require.Equal(t, dns.RcodeServerFailure, ask(t, s, "udp", "none.com", dns.TypeA).Rcode)
	require.Equal(t, dns.RcodeRefused, ask(t, s, "udp", "no.com", dns.TypeA).Rcode, "a name's own fault goes before")
}

// flood sends n queries for good.com one after another and returns the response
// codes that came, and which queries they were for.
func flood(t *testing.T, s *dnstest.Server, n int) (rcodes map[int]int, answered []int) {
	t.Helper()
	conn := dial(t, s)
	require.NoError(t, conn.(*net.UDPConn).SetReadBuffer(4<<20))
	query, err := new(dns.Msg).SetQuestion("good.com.", dns.TypeA).Pack()
	require.NoError(t, err)
	for i := range n {
		binary.BigEndian.PutUint16(query, uint16(i))
		_, err := conn.Write(query)
		require.NoError(t, err)
	}
	// What the server has heard it has decided upon.
	require.Eventually(t, func() bool { asked, _ := s.Traffic(); return asked == n }, 10*time.Second, time.Millisecond)
	_, answers := s.Traffic()
	rcodes = map[int]int{}
	packet := make([]byte, 4096)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
	for range answers {
		size, err := conn.Read(packet)
		require.NoError(t, err)
		require.Greater(t, size, 12)
		rcodes[int(packet[3]&0xf)]++
		answered = append(answered, int(binary.BigEndian.Uint16(packet)))
	}
	return rcodes, answered
}

func TestLoss(t *testing.T) {
	const text = "@ !loss 10%\ngood.com A 198.20.2.1"
	rcodes, first := flood(t, start(t, text), 1000)
	require.InDelta(t, 900, rcodes[dns.RcodeSuccess], 40)
	_, second := flood(t, start(t, text), 1000)
	require.Equal(t, first, second, "the same ones are lost every time")

	s := start(t, "@ !loss 100%\ngood.com A 198.20.2.1")
	require.Len(t, ask(t, s, "tcp", "good.com", dns.TypeA).Answer, 1, "TCP loses nothing")
}

func TestLimit(t *testing.T) {
	const burst = 10
	// One a second: what the bucket gains while the test runs is little.
	started := time.Now()
	rcodes, _ := flood(t, start(t, "@ !limit 1\ngood.com A 198.20.2.1"), 100)
	gained := int(time.Since(started).Seconds()) + 1
	require.GreaterOrEqual(t, rcodes[dns.RcodeSuccess], burst)
	require.LessOrEqual(t, rcodes[dns.RcodeSuccess], burst+gained)
	require.Len(t, rcodes, 1)

	started = time.Now()
	s := start(t, "@ !limit 1 refuse\ngood.com A 198.20.2.1")
	conn := &dns.Client{}
	refused := 0
	for range 100 {
		r, _, err := conn.Exchange(new(dns.Msg).SetQuestion("good.com.", dns.TypeA), s.Addr())
		require.NoError(t, err)
		if r.Rcode == dns.RcodeRefused {
			refused++
		}
	}
	gained = int(time.Since(started).Seconds()) + 1
	require.LessOrEqual(t, refused, 100-burst)
	require.GreaterOrEqual(t, refused, 100-burst-gained)
}

func TestDie(t *testing.T) {
	s := start(t, "@ !die 30\ngood.com A 198.20.2.1")
	_, answered := flood(t, s, 100)
	require.Len(t, answered, 30)
	require.Equal(t, 29, answered[29])
	require.Error(t, silent(t, s, "good.com"))
}

func TestDelayRange(t *testing.T) {
	s := start(t, "@ !delay 1h\ngood.com !delay 1ms-80ms\ngood.com A 198.20.2.1")
	rcodes, answered := flood(t, s, 500)
	require.Equal(t, 500, rcodes[dns.RcodeSuccess])
	require.False(t, slices.IsSorted(answered), "each query has a delay of its own")
	require.Error(t, silent(t, s, "other.com"), "the server's delay is for the names without one")
}

func FuzzAnswer(f *testing.F) {
	z, err := dnstest.ParseZone(faulty)
	require.NoError(f, err)
	s, err := dnstest.NewServer(z)
	require.NoError(f, err)
	f.Cleanup(s.Close)
	for _, name := range []string{"good.com.", "coiled.com.", "short.com.", "mixed.com.", "none.com."} {
		query, err := new(dns.Msg).SetQuestion(name, dns.TypeMX).SetEdns0(1232, false).Pack()
		require.NoError(f, err)
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query []byte) {
		for _, m := range s.Answer(query) {
			if len(m) < 2 {
				t.Fatalf("%x to %x", m, query)
			}
		}
	})
}
