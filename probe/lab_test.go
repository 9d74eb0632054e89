package probe_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/internal/smtptest"
	"winnow/mx"
	"winnow/probe"
)

// lab is mail hosts in memory, each with an IP address of its own. It is for
// testing/synctest bubbles.
type lab struct {
	t       testing.TB
	hosts   map[string]*host // by name
	byAddr  map[string]*host
	domains map[string][]string // the hosts of each, by preference
	dials   []string            // names of the hosts that were connected to
	mu      sync.Mutex
	open    map[string]int // connections by host
	most    map[string]int // the most at once
	began   []time.Time    // when each connection was made
	way     time.Duration  // that a connection takes
}

type host struct {
	name   string
	addr   netip.Addr
	server *smtptest.Server
	down   string // "refused", "silent" or "unreachable"
}

func newLab(t testing.TB) *lab {
	l := &lab{t: t, hosts: map[string]*host{}, byAddr: map[string]*host{}, domains: map[string][]string{}, open: map[string]int{}, most: map[string]int{}, way: time.Millisecond}
	t.Cleanup(l.close)
	return l
}

func (l *lab) close() {
	for _, h := range l.hosts {
		if h.server != nil {
			h.server.Close()
		}
	}
}

// host adds a mail host with a dialogue, or one that is down.
func (l *lab) host(name, dialogue string) *host {
	n := len(l.hosts) + 1
	h := &host{name: name, addr: netip.AddrFrom4([4]byte{198, 51, byte(n >> 8), byte(n)})}
	if what, down := strings.CutPrefix(dialogue, "down "); down {
		h.down = what
	} else {
		d, err := smtptest.ParseDialogue(dialogue)
		require.NoError(l.t, err)
		h.server = smtptest.NewInMemory(d)
	}
	l.hosts[name] = h
	l.byAddr[h.addr.String()] = h
	return h
}

func (l *lab) useTLS(name string, c *tls.Config) { l.hosts[name].server.UseTLS(c) }

func (l *lab) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	ip, _, err := net.SplitHostPort(addr)
	require.NoError(l.t, err)
	h := l.byAddr[ip]
	if h == nil {
		return nil, &net.OpError{Op: "dial", Err: syscall.EHOSTUNREACH}
	}
	l.mu.Lock()
	l.dials = append(l.dials, h.name)
	l.began = append(l.began, time.Now())
	l.mu.Unlock()
	time.Sleep(l.way) // a way to go, in which the targets come
	switch h.down {
	case "refused":
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	case "unreachable":
		return nil, &net.OpError{Op: "dial", Err: syscall.ENETUNREACH}
	case "silent":
		<-ctx.Done()
		return nil, ctx.Err()
	}
	c, err := h.server.Dial()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[h.name]++
	l.most[h.name] = max(l.most[h.name], l.open[h.name])
	return &counted{Conn: c, l: l, host: h.name}, nil
}

// counted tells its lab when it is closed.
type counted struct {
	net.Conn
	l    *lab
	host string
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() {
		c.l.mu.Lock()
		defer c.l.mu.Unlock()
		c.l.open[c.host]--
	})
	return c.Conn.Close()
}

// target is an address as a target; its domain's hosts are "mx." and its name where
// nothing else was said.
func (l *lab) target(id int, addr string) probe.Target {
	a, err := address.Parse(addr)
	require.NoError(l.t, err, addr)
	names, ok := l.domains[a.Domain]
	if !ok {
		names = []string{"mx." + a.Domain}
	}
	t := probe.Target{ID: id, Addr: a, MX: mx.Answer{Name: a.Domain, Outcome: mx.Hosts}}
	for i, name := range names {
		h := mx.Host{Name: name, Preference: uint16(10 * (i + 1))}
		if known := l.hosts[name]; known != nil {
			h.Addrs = []netip.Addr{known.addr}
		}
		t.MX.Hosts = append(t.MX.Hosts, h)
	}
	return t
}

// options are those of a prober of this lab.
func (l *lab) options() probe.Options {
	return probe.Options{
		Helo: "probe.example.net", Patience: 20 * time.Minute, Dial: l.dial,
		Routable: func(netip.Addr) bool { return true },
	}
}

// ask asks for addresses, and returns the evidence of each in their order.
func (l *lab) ask(o probe.Options, addrs ...string) ([]probe.Evidence, probe.Summary) {
	p, err := probe.New(o)
	require.NoError(l.t, err)
	found := make([]probe.Evidence, len(addrs))
	told := make([]int, len(addrs))
	sum, err := p.Probe(context.Background(), func(yield func(probe.Target) bool) {
		for i, a := range addrs {
			if !yield(l.target(i, a)) {
				return
			}
		}
	}, func(e probe.Evidence) {
		found[e.ID] = e
		told[e.ID]++
	})
	require.NoError(l.t, err)
	for i, n := range told {
		require.Equal(l.t, 1, n, "how often %s was told", addrs[i])
	}
	require.Equal(l.t, len(addrs), sum.Targets)
	return found, sum
}

// said is what was found for each address, a line each: the address, its code ("ok" for
// none), and when to ask again.
func said(addrs []string, found []probe.Evidence) string {
	var b strings.Builder
	for i, e := range found {
		rd := probe.Read(e)
		code := rd.Code
		if code == "" {
			code = "ok"
		}
		fmt.Fprintf(&b, "%s %s", addrs[i], code)
		if !rd.RetryAfter.IsZero() {
			fmt.Fprintf(&b, " %s", rd.RetryAfter.Sub(e.At))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// transcript is all that was said to a host, without the commands of every session.
func (l *lab) transcript(name string) []string {
	return slices.DeleteFunc(l.hosts[name].server.Transcript(), func(c string) bool {
		return c == "EHLO probe.example.net" || c == "QUIT" || c == "RSET" || c == "NOOP" || strings.HasPrefix(c, "MAIL ")
	})
}
