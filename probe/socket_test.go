package probe_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/internal/smtptest"
	"winnow/mx"
	"winnow/probe"
)

// listen starts a host on a socket, and returns its port.
func listen(t testing.TB, at, dialogue string) (*smtptest.Server, int) {
	t.Helper()
	d, err := smtptest.ParseDialogue(dialogue)
	require.NoError(t, err)
	s, err := smtptest.NewServerAt(at, d)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(s.Addr())
	require.NoError(t, err)
	n, err := strconv.Atoi(port)
	require.NoError(t, err)
	return s, n
}

func everywhere(netip.Addr) bool { return true }

// local is a target whose host is on loopback.
func local(id int, local, domain string, addrs ...string) probe.Target {
	h := mx.Host{Name: "mx." + domain}
	for _, a := range addrs {
		h.Addrs = append(h.Addrs, netip.MustParseAddr(a))
	}
	return probe.Target{ID: id, Addr: address.Address{Local: local, Domain: domain}, MX: mx.Answer{Hosts: []mx.Host{h}}}
}

func TestOverSockets(t *testing.T) {
	s, port := listen(t, "127.0.0.1:0", somebody)
	p, err := probe.New(probe.Options{Helo: "probe.example.net", Port: port, Routable: everywhere})
	require.NoError(t, err)
	var found []probe.Evidence
	sum, err := p.Probe(t.Context(), slices.Values([]probe.Target{local(0, "p0", "acme.com", "127.0.0.1"), local(1, "nobody", "acme.com", "127.0.0.1")}),
		func(e probe.Evidence) { found = append(found, e) })
	require.NoError(t, err)
	slices.SortFunc(found, func(a, b probe.Evidence) int { return a.ID - b.ID })
	require.Equal(t, "ok recipient-unknown ", codes(found))
	require.Equal(t, s.Sessions(), sum.Connections)
}

func TestLoopbackIsNotAskedUnlessAllowed(t *testing.T) {
	s, port := listen(t, "127.0.0.1:0", somebody)
	p, err := probe.New(probe.Options{Helo: "probe.example.net", Port: port})
	require.NoError(t, err)
	e, err := p.Address(t.Context(), local(0, "p0", "acme.com", "127.0.0.1"))
	require.NoError(t, err)
	require.Equal(t, probe.Private, e.Failure)
	require.Zero(t, s.Sessions())
}

func TestTheAddressAskedIsTheAddressChecked(t *testing.T) {
	asked := 0
	s, port := listen(t, "127.0.0.1:0", somebody)
	p, err := probe.New(probe.Options{
		Helo: "probe.example.net", Port: port,
		Routable: func(a netip.Addr) bool { return a == netip.MustParseAddr("127.0.0.1") },
		Lookup: func(context.Context, string) ([]netip.Addr, error) { // a resolver that changes its mind
			asked++
			return []netip.Addr{netip.MustParseAddr("127.0.0.9"), netip.MustParseAddr(fmt.Sprintf("127.0.0.%d", asked))}, nil
		},
	})
	require.NoError(t, err)
	e, err := p.Address(t.Context(), local(0, "p0", "acme.com"))
	require.NoError(t, err)
	require.Equal(t, "ok ", codes([]probe.Evidence{e}))
	require.Equal(t, 1, asked)
	require.Equal(t, "127.0.0.1", e.Reply.Addr.Addr().String())
	require.Equal(t, 1, s.Sessions())
}

func TestIPv6(t *testing.T) {
	if l, err := net.Listen("tcp", "[::1]:0"); err != nil {
		t.Skip("no IPv6 here")
	} else {
		l.Close()
	}
	_, port := listen(t, "[::1]:0", somebody)
	p, err := probe.New(probe.Options{Helo: "probe.example.net", Port: port, Routable: everywhere})
	require.NoError(t, err)
	// Of a host with both, the one that answers is asked.
	e, err := p.Address(t.Context(), local(0, "p0", "acme.com", "127.0.0.77", "::1"))
	require.NoError(t, err)
	require.Equal(t, "ok ", codes([]probe.Evidence{e}))
	require.Equal(t, "::1", e.Reply.Addr.Addr().String())
}

// froms keeps from where it was connected to.
func froms(t *testing.T) (port int, seen func() []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	var mu sync.Mutex
	var all []string
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			host, _, _ := net.SplitHostPort(c.RemoteAddr().String())
			all = append(all, host)
			mu.Unlock()
			io.WriteString(c, "421 busy\r\n")
			c.Close()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}

func TestSources(t *testing.T) {
	port, seen := froms(t)
	p, err := probe.New(probe.Options{
		Helo: "probe.example.net", Port: port, Routable: everywhere,
		Manners: probe.Manners{Default: probe.Limits{Connections: 2, Recipients: 10, Refusals: 10, PerMinute: -1, Pause: time.Millisecond}},
		Sources: []netip.Addr{netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.3"), netip.MustParseAddr("::1")},
	})
	require.NoError(t, err)
	byDomain := map[string]string{}
	all := map[string]bool{}
	for i := range 24 {
		domain := fmt.Sprintf("d%d.com", i%12)
		_, err := p.Address(t.Context(), local(0, "p0", domain, "127.0.0.1"))
		require.NoError(t, err)
		from := seen()[i]
		require.Contains(t, []string{"127.0.0.2", "127.0.0.3"}, from)
		if i >= 12 {
			require.Equal(t, byDomain[domain], from, "a host is always asked from the same address")
		}
		byDomain[domain] = from
		all[from] = true
	}
	require.Len(t, all, 2, "and both are used")
}

// socks5 is a proxy as in RFC 1928 and RFC 1929, for one login; where says to whom it
// was asked to connect.
func socks5(t *testing.T, user, password string, to string) (addr string, where chan string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	where = make(chan string, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 512)
				read := func(n int) []byte {
					if _, err := io.ReadFull(c, buf[:n]); err != nil {
						return make([]byte, n)
					}
					return buf[:n]
				}
				read(int(read(2)[1]))
				c.Write([]byte{5, 2})
				u := string(read(int(read(2)[1])))
				pw := string(read(int(read(1)[0])))
				if u != user || pw != password {
					c.Write([]byte{1, 1})
					return
				}
				c.Write([]byte{1, 0})
				if head := read(4); head[3] != 1 {
					where <- "not an IPv4 address"
					return
				}
				ip := netip.AddrFrom4([4]byte(read(4)))
				port := read(2)
				where <- netip.AddrPortFrom(ip, uint16(port[0])<<8|uint16(port[1])).String()
				up, err := net.Dial("tcp", to)
				if err != nil {
					c.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
					return
				}
				defer up.Close()
				c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
				go io.Copy(up, c)
				io.Copy(c, up)
			}()
		}
	}()
	return l.Addr().String(), where
}

func TestProxy(t *testing.T) {
	s, _ := listen(t, "127.0.0.1:0", somebody)
	addr, where := socks5(t, "jane", "secret", s.Addr())
	p, err := probe.New(probe.Options{Helo: "probe.example.net", Routable: everywhere,
		Proxy: &url.URL{Scheme: "socks5", User: url.UserPassword("jane", "secret"), Host: addr}})
	require.NoError(t, err)
	e, err := p.Address(t.Context(), local(0, "p0", "acme.com", "192.0.2.1"))
	require.NoError(t, err)
	require.Equal(t, "ok ", codes([]probe.Evidence{e}), probe.Read(e).Detail)
	require.Equal(t, "192.0.2.1:25", <-where, "the address that was checked, by number")

	_, err = probe.New(probe.Options{Helo: "probe.example.net", Proxy: &url.URL{Scheme: "http", Host: "x"}})
	require.ErrorContains(t, err, "socks5://")
}

func TestProxyThatRefuses(t *testing.T) {
	addr, _ := socks5(t, "jane", "secret", "127.0.0.1:1")
	p, err := probe.New(probe.Options{Helo: "probe.example.net", Routable: everywhere,
		Proxy: &url.URL{Scheme: "socks5", User: url.UserPassword("jane", "wrong"), Host: addr}})
	require.NoError(t, err)
	e, err := p.Address(t.Context(), local(0, "p0", "acme.com", "192.0.2.1"))
	require.NoError(t, err)
	require.Equal(t, "network ", codes([]probe.Evidence{e}))
}

func TestPreflight(t *testing.T) {
	for _, tt := range []struct {
		name  string
		hosts map[string]string
		port  bool // closed
		other string
	}{
		{"one answers", map[string]string{"mx.a.com": "down silent", "mx.b.com": "down refused", "mx.c.com": "delay greeting 2s"}, false, ""},
		{"a refusal is an answer", map[string]string{"mx.a.com": "greeting 554 go away"}, false, ""},
		{"none answers", map[string]string{"mx.a.com": "down silent", "mx.b.com": "down refused", "mx.c.com": "close before greeting 1"}, true, ""},
		{"somebody else answers", map[string]string{"mx.a.com": "raw greeting \"HTTP/1.1 400 no\\r\\n\""}, true, ""},
		{"all greet as one that is none of them", map[string]string{"mx.a.com": "greeting 220 firewall.local ESMTP", "mx.b.com": "delay greeting 1s\ngreeting 220 firewall.local ESMTP"}, false, "both greet as firewall.local"},
		{"and in the words of a terminal", map[string]string{"mx.a.com": `raw greeting "220 \x1b[2Jevil\x07\xff.local hi\r\n"`, "mx.b.com": `raw greeting "220 \x1b[2Jevil\x07\xff.local hi\r\n"`},
			false, "both greet as [2jevil?.local"},
		{"one greets as itself", map[string]string{"mx.a.com": "greeting 220 m1.a.com ESMTP", "mx.b.com": "greeting 220 mail.net ESMTP"}, false, ""},
		{"each greets as somebody", map[string]string{"mx.a.com": "greeting 220 one.net ESMTP", "mx.b.com": "greeting 220 two.net ESMTP"}, false, ""},
		{"no name resolves", map[string]string{}, false, "could not be tried"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				for name, dialogue := range tt.hosts {
					l.host(name, dialogue)
				}
				o := l.options()
				o.Preflight = []string{"mx.a.com", "mx.b.com", "mx.c.com"}
				o.Lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
					if h := l.hosts[host]; h != nil {
						return []netip.Addr{h.addr}, nil
					}
					return nil, nil
				}
				p, err := probe.New(o)
				require.NoError(t, err)
				begin := time.Now()
				err = p.Preflight(context.Background())
				require.LessOrEqual(t, time.Since(begin), 20*time.Second)
				switch {
				case tt.port:
					require.ErrorIs(t, err, probe.ErrPort25)
					require.ErrorContains(t, err, "mx.a.com: ")
				case tt.other != "":
					require.ErrorContains(t, err, tt.other)
					require.NotErrorIs(t, err, probe.ErrPort25)
				default:
					require.NoError(t, err)
				}
				l.close()
			})
		})
	}
}
