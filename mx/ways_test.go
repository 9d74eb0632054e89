package mx_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/mx"
)

// ways are how a resolver is asked; each starts a server and says how to ask it.
var ways = map[string]func(t *testing.T, zone string) (*dnstest.Server, mx.Options){
	"udp": func(t *testing.T, zone string) (*dnstest.Server, mx.Options) {
		s := serve(t, zone)
		return s, options(s)
	},
	"udp, one packet a call": func(t *testing.T, zone string) (*dnstest.Server, mx.Options) {
		s := serve(t, zone)
		return s, options(s).Portable()
	},
	"tls": func(t *testing.T, zone string) (*dnstest.Server, mx.Options) {
		return encrypted(t, dnstest.NewTLSServer, zone, func(s *dnstest.Server) string { return "tls://" + s.Addr() })
	},
	"tls, certified by name": func(t *testing.T, zone string) (*dnstest.Server, mx.Options) {
		return encrypted(t, dnstest.NewTLSServer, zone, func(s *dnstest.Server) string { return "tls://" + s.Addr() + "#dns.test" })
	},
	"https": func(t *testing.T, zone string) (*dnstest.Server, mx.Options) {
		return encrypted(t, dnstest.NewHTTPSServer, zone, (*dnstest.Server).URL)
	},
}

func encrypted(t *testing.T, start func(*dnstest.Zone) (*dnstest.Server, error), zone string, name func(*dnstest.Server) string) (*dnstest.Server, mx.Options) {
	t.Helper()
	s, err := start(parse(t, zone))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s, mx.Options{Servers: []string{name(s)}, Roots: s.Roots(), Timeout: 4 * time.Second}.Hurried()
}

// goroutinesOf returns the stacks of the goroutines in mx or its HTTP client.
func goroutinesOf() string {
	all := make([]byte, 1<<20)
	var own []string
	for _, stack := range strings.Split(string(all[:runtime.Stack(all, true)]), "\n\n") {
		waitsForOthers := strings.Contains(stack, "testing.(*T).Parallel") // a test of package mx
		if strings.Contains(stack, "winnow/mx.") && !strings.Contains(stack, "winnow/mx_test.goroutinesOf") && !waitsForOthers {
			own = append(own, stack)
		}
	}
	return strings.Join(own, "\n\n")
}

func noneLeft(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return goroutinesOf() == "" }, 3*time.Second, 10*time.Millisecond, "goroutines are left")
}

// By every way, thousands of names get the answer that the zone says, and nothing is left running.
func TestWays(t *testing.T) {
	const many = 3_000
	c := newCrowd(many)
	for _, way := range slices.Sorted(maps.Keys(ways)) {
		t.Run(way, func(t *testing.T) {
			s, o := ways[way](t, c.zone+"@ !delay 0ms-20ms") // so that answers come in another order
			var notices []string
			o.Notice = func(text string) {
				if !strings.Contains(text, "asked more slowly") { // a slow machine may be asked for too much
					notices = append(notices, text)
				}
			}
			r := mx.New(o)
			answered := 0
			require.NoError(t, r.Resolve(t.Context(), slices.Values(c.names), func(a mx.Answer) {
				answered++
				require.Empty(t, differs(a, c.want[a.Name]), "%+v", a)
			}))
			require.Equal(t, many, answered)
			require.Empty(t, notices)
			noneLeft(t)
			require.Equal(t, mx.Missing, lookup(t, r, "gone.com").Outcome, "it can be asked again")
			asked, _ := s.Traffic()
			require.Greater(t, asked, many)
			noneLeft(t)
		})
	}
}

func TestWaysOutcomes(t *testing.T) {
	for _, way := range slices.Sorted(maps.Keys(ways)) {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			_, o := ways[way](t, zone)
			r := mx.New(o)
			for _, tt := range []struct {
				name    string
				outcome mx.Outcome
			}{
				{"acme.com", mx.Hosts}, {"missing.com", mx.Missing}, {"bare.com", mx.None}, {"nomail.com", mx.Null},
				{"bad.com", mx.ServFail}, {"no.com", mx.Refused}, {"dead.com", mx.Timeout}, {"garbage.com", mx.Malformed},
				{"big.com", mx.Hosts}, {"old.com", mx.Hosts}, {strings.Repeat("x", 64) + ".com", mx.Malformed},
			} {
				a := lookup(t, r, tt.name)
				require.Equal(t, tt.outcome.String(), a.Outcome.String(), "%+v", a)
				require.Equal(t, !tt.outcome.Temporary(), a.Confirmed, "%+v", a)
			}
		})
	}
}

func TestWaysThatAreNotTrusted(t *testing.T) {
	for _, tt := range []struct {
		name, way string
		server    func(s *dnstest.Server) string
		trusting  bool
		want      string
	}{
		{name: "tls, another name", way: "tls", trusting: true, want: "not dns.example",
			server: func(s *dnstest.Server) string { return "tls://" + s.Addr() + "#dns.example" }},
		{name: "tls, an unknown authority", way: "tls", want: "unknown authority",
			server: func(s *dnstest.Server) string { return "tls://" + s.Addr() }},
		{name: "tls, to a server without", way: "udp", trusting: true, want: "no answer",
			server: func(s *dnstest.Server) string { return "tls://" + s.Addr() }},
		{name: "https, an unknown authority", way: "https", want: "unknown authority", server: (*dnstest.Server).URL},
		{name: "https, another page", way: "https", trusting: true, want: "404",
			server: func(s *dnstest.Server) string { return "https://" + s.Addr() + "/elsewhere" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, o := ways[tt.way](t, zone)
			o.Servers = []string{tt.server(s)}
			if !tt.trusting {
				o.Roots = nil
			}
			var notices []string
			o.Notice = func(text string) { notices = append(notices, text) }
			r := mx.New(o)
			err := r.Check(t.Context())
			require.ErrorIs(t, err, mx.ErrDead)
			require.ErrorContains(t, err, tt.want)
			require.Len(t, notices, 1)
			require.Contains(t, notices[0], o.Servers[0]+" does not answer")
			require.Contains(t, notices[0], tt.want)
			require.Equal(t, mx.Timeout, lookup(t, r, "missing.com").Outcome)
			noneLeft(t)
		})
	}
}

// relay is a TCP port before a server, that the test shuts and opens.
type relay struct {
	listener net.Listener
	shut     atomic.Bool

	mu    sync.Mutex
	conns []net.Conn
}

func newRelay(t *testing.T, to string) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &relay{listener: listener}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil || r.shut.Load() {
				_ = conn.Close()
				continue
			}
			r.mu.Lock()
			r.conns = append(r.conns, conn, server)
			r.mu.Unlock()
			join := func(to, from net.Conn) {
				_, _ = io.Copy(to, from)
				_ = to.Close()
			}
			go join(server, conn)
			go join(conn, server)
		}
	}()
	return r
}

// cut ends all connections.
func (r *relay) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, conn := range r.conns {
		_ = conn.Close()
	}
	r.conns = nil
}

func TestTLSServerGoesAndComesBack(t *testing.T) {
	s, o := ways["tls"](t, zone)
	r := newRelay(t, s.Addr())
	o.Servers = []string{"tls://" + r.listener.Addr().String()}
	res := mx.New(o)
	gone := func(yield func(string) bool) {
		for i := range 300 {
			if i == 100 {
				r.shut.Store(true)
				r.cut()
			}
			if i == 200 {
				time.Sleep(300 * time.Millisecond)
				r.shut.Store(false)
			}
			time.Sleep(time.Millisecond)
			if !yield(fmt.Sprintf("missing%d.com", i)) {
				return
			}
		}
	}
	outcomes := map[mx.Outcome]int{}
	_ = res.Resolve(t.Context(), gone, func(a mx.Answer) {
		outcomes[a.Outcome]++
		require.Contains(t, []mx.Outcome{mx.Missing, mx.Timeout}, a.Outcome, "%+v", a)
	})
	t.Logf("%v", outcomes)
	require.Equal(t, 300, outcomes[mx.Missing]+outcomes[mx.Timeout])
	require.Greater(t, outcomes[mx.Missing], 150)
	require.Eventually(t, func() bool { return lookup(t, res, "acme.com").Outcome == mx.Hosts }, 5*time.Second, 50*time.Millisecond)
	noneLeft(t)
}

// A server that ends every connection after an answer is asked by new ones.
func TestTLSServerThatHangsUp(t *testing.T) {
	s, o := ways["tls"](t, zone)
	r := newRelay(t, s.Addr())
	o.Servers = []string{"tls://" + r.listener.Addr().String()}
	res := mx.New(o)
	require.NoError(t, res.Resolve(t.Context(), func(yield func(string) bool) {
		for i := range 3 {
			if !yield(fmt.Sprintf("missing%d.com", i)) {
				return
			}
			time.Sleep(100 * time.Millisecond)
			r.cut()
		}
	}, func(a mx.Answer) { require.Equal(t, mx.Missing, a.Outcome, "%+v", a) }))
}

// Nobody waits for a server that does not come to terms when ctx has ended.
func TestCancelWhileConnecting(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and says nothing
	require.NoError(t, err)
	defer listener.Close()
	for _, server := range []string{"tls://" + listener.Addr().String(), "https://" + listener.Addr().String() + "/dns-query"} {
		t.Run(server[:5], func(t *testing.T) {
			s := serve(t, zone)
			o := options(s)
			o.Servers = append(o.Servers, server)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			started := time.Now()
			err := mx.New(o).Check(ctx)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Less(t, time.Since(started), time.Second)
			noneLeft(t)
		})
	}
}

// Who leaves takes along what was asked for him.
func TestCancelledLookupLeavesNothing(t *testing.T) {
	s := serve(t, zone+"lost.com MX 10 dead.com\n")
	r := mx.New(options(s))
	require.NoError(t, r.Check(t.Context()))
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		_, err := r.Lookup(ctx, "lost.com")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		cancel()
	}
	noneLeft(t)
}

func TestClosedPort(t *testing.T) {
	closed := func(t *testing.T) string {
		conn, err := net.ListenPacket("udp", "127.0.0.1:0")
		require.NoError(t, err)
		defer conn.Close()
		return conn.LocalAddr().String()
	}
	const many = 40
	var implicit strings.Builder
	for i := range many {
		fmt.Fprintf(&implicit, "implicit%d.com A 198.51.99.1\n", i)
	}
	for _, portable := range []bool{false, true} {
		t.Run(fmt.Sprintf("portable %t", portable), func(t *testing.T) {
			first, second := serve(t, zone+implicit.String()), serve(t, zone+implicit.String())
			o := options(first, second)
			if portable {
				o = o.Portable()
			}
			r := mx.New(o)
			require.NoError(t, r.Check(t.Context()))
			second.Close()
			started := time.Now()
			for i := range many {
				require.Equal(t, mx.Implicit, lookup(t, r, fmt.Sprintf("implicit%d.com", i)).Outcome)
			}
			require.Less(t, time.Since(started), 2*time.Second, "half of them would wait 0.4 s")
		})
	}
	t.Run("the only one", func(t *testing.T) {
		o := mx.Options{Servers: []string{closed(t)}}.Hurried()
		err := mx.New(o).Check(t.Context())
		require.ErrorIs(t, err, mx.ErrDead)
		require.ErrorContains(t, err, "refused")
	})
}

// truncating returns what s answers to q, but for big.com, which is cut off.
func truncating(s *dnstest.Server, q *dns.Msg) *dns.Msg {
	m, _, err := (&dns.Client{Net: "tcp"}).Exchange(q, s.Addr())
	if err != nil {
		return new(dns.Msg).SetRcode(q, dns.RcodeServerFailure)
	}
	if strings.EqualFold(q.Question[0].Name, "big.com.") {
		m.Truncated, m.Answer = true, nil
	}
	return m
}

// What is truncated and cannot be had whole is a failure, soon, and not silence for ever.
func TestTruncatedAndNoTCP(t *testing.T) {
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer packets.Close()
	s := serve(t, zone)
	go func() {
		mute := &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
			m := truncating(s, q)
			_ = w.WriteMsg(m)
		})}
		_ = mute.ActivateAndServe()
	}()
	o := mx.Options{Servers: []string{packets.LocalAddr().String()}, Timeout: 2 * time.Second}.Hurried()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	defer cancel()
	a, err := mx.New(o).Lookup(ctx, "big.com")
	require.NoError(t, err)
	require.True(t, a.Outcome.Temporary(), "%+v", a)
	require.Contains(t, a.Detail, "truncated, and by TCP")
}

// What a server cut off by HTTPS must not pass for a denial.
func TestTruncatedOverHTTPS(t *testing.T) {
	s := serve(t, zone)
	web := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var q dns.Msg
		if err := q.Unpack(body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		m := truncating(s, &q)
		packet, _ := m.Pack()
		_, _ = w.Write(packet)
	}))
	defer web.Close()
	roots := web.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	a := lookup(t, mx.New(mx.Options{Servers: []string{web.URL}, Roots: roots}.Hurried()), "big.com")
	require.Equal(t, mx.Malformed.String(), a.Outcome.String(), "%+v", a)
	require.Contains(t, a.Detail, "truncated")
}

func TestCase(t *testing.T) {
	for _, tt := range []struct {
		name, conduct string
		exact         bool
	}{
		{name: "repeated", exact: true},
		{name: "lower case", conduct: "@ !lowercase\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := mx.New(options(serve(t, zone+tt.conduct)))
			require.Equal(t, mx.Hosts, lookup(t, r, "acme.com").Outcome)
			require.Equal(t, tt.exact, r.Exact())
			require.True(t, lookup(t, r, "missing.com").Confirmed)
		})
	}
	t.Run("one name comes back in another case", func(t *testing.T) {
		s := serve(t, zone+"odd.com !lowercase\nodd.com MX 10 mx1.acme.com\n")
		r := mx.New(options(s))
		a := lookup(t, r, "odd.com")
		require.True(t, r.Exact())
		require.Equal(t, mx.Hosts, a.Outcome, "asked again without: %+v", a)
		require.LessOrEqual(t, s.Queries()["odd.com MX"], 2)
	})
}

func TestCheckServer(t *testing.T) {
	for _, good := range []string{"192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:53", "fe80::1%eth0", "dns.example", "localhost:53",
		"tls://192.0.2.1", "tls://192.0.2.1:853#dns.example", "tls://[2001:db8::1]#dns.example", "tls://dns.example",
		"https://dns.example/dns-query", "https://192.0.2.1:8443/dns-query"} {
		t.Run(good, func(t *testing.T) { require.NoError(t, mx.CheckServer(good)) })
	}
	for _, tt := range []struct{ server, want string }{
		{"", "want HOST"},
		{":53", "want HOST"},
		{"192.0.2.1:0", "port"},
		{"192.0.2.1:99999", "port"},
		{"192.0.2.1:x", "port"},
		{"192.0.2.1:domain", "port"},
		{"999.1.1.1", "no IP address"},
		{"a:b:c", "no IP address"},
		{"a b", "want HOST"},
		{"me@dns.example", "want HOST"},
		{"dns.example/dns-query", "want HOST"},
		{"tls://", "want tls://HOST"},
		{"tls://#dns.example", "want tls://HOST"},
		{"tls://dns.example#", "no name behind #"},
		{"tls://dns.example/dns-query", "want tls://HOST"},
		{"tls://dns.example:0", "port"},
		{"https://", "want https://HOST/PATH"},
		{"https://dns.example", "want https://HOST/PATH"},
		{"https://dns.example:99999/dns-query", "port"},
		{"https://me:secret@dns.example/dns-query", "want https://HOST/PATH"},
		{"http://dns.example/dns-query", "not known"},
		{"quic://dns.example", "not known"},
	} {
		t.Run("not "+tt.server, func(t *testing.T) { require.ErrorContains(t, mx.CheckServer(tt.server), tt.want) })
	}
}

// A second resolver that can't be reached takes no time from the first.
func TestSlowAnswerBesideClosedPort(t *testing.T) {
	t.Parallel()
	a := serve(t, dnstest.Canaries+"acme.com A 198.51.99.9\nslow.com A 198.51.99.9\nslow.com !delay 2600ms\n")
	b := serve(t, dnstest.Canaries+"acme.com A 198.51.99.9\n")
	r := mx.New(mx.Options{Servers: []string{a.Addr(), b.Addr()}})
	require.Equal(t, mx.Implicit, lookup(t, r, "acme.com").Outcome)
	b.Close()
	got := lookup(t, r, "slow.com")
	require.Equal(t, mx.Implicit, got.Outcome, got.Detail)
}
