package probe_test

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/smtptest"
	"winnow/mx"
	"winnow/probe"
)

// chaos is a network in which everything goes wrong at times. Whatever it does, it never
// says a lie about a recipient: real people are in "p", all others are not.
type chaos struct {
	mu       sync.Mutex
	rng      *rand.Rand
	wildness int // of 1000 commands, so many go wrong
	greylist map[string]time.Time
	going    sync.WaitGroup
	sessions int
	empty    int // sessions in which nobody was asked for
}

func (c *chaos) roll(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rng.IntN(n)
}

func (c *chaos) wrong() bool { return c.roll(1000) < c.wildness }

func (c *chaos) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	time.Sleep(time.Duration(c.roll(100)) * time.Millisecond)
	if c.wrong() {
		switch c.roll(3) {
		case 0:
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		case 1:
			return nil, &net.OpError{Op: "dial", Err: syscall.EMFILE}
		}
		<-ctx.Done()
		return nil, ctx.Err()
	}
	client, server := smtptest.Pipe()
	c.going.Go(func() { c.serve(server, addr) })
	return client, nil
}

// serve is one session of a host. The last number of its address says what it is like.
func (c *chaos) serve(conn net.Conn, addr string) {
	defer conn.Close()
	a := netip.MustParseAddrPort(addr).Addr().As4()
	kind := a[3] % 6 // 0, 1: plain, 2: catch-all, 3: greylisting, 4: no PIPELINING, 5: few recipients
	in := bufio.NewReader(conn)
	out := bufio.NewWriter(conn)
	say := func(s string) bool {
		if c.wrong() {
			switch c.roll(7) {
			case 0:
				return false
			case 1:
				s = "421 4.3.2 closing"
			case 2:
				s = "451 4.3.0 local error"
			case 3:
				time.Sleep(time.Duration(c.roll(100)) * time.Second)
			case 4:
				out.WriteString("25")
				out.Flush()
				return false
			case 5:
				s = "550 5.7.1 blocked by local policy"
			case 6:
				s = "nonsense"
			}
		}
		out.WriteString(s + "\r\n")
		if in.Buffered() == 0 {
			out.Flush()
		}
		return !strings.HasPrefix(s, "421")
	}
	ok := say("220 mx")
	rcpts := 0
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.sessions++; rcpts == 0 {
			c.empty++
		}
	}()
	for ok {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		verb, _, _ := strings.Cut(line, " ")
		switch verb {
		case "EHLO":
			switch kind {
			case 0:
				ok = say("250-mx\r\n250-SMTPUTF8\r\n250 PIPELINING")
			case 4:
				ok = say("250 mx")
			default:
				ok = say("250-mx\r\n250 PIPELINING")
			}
		case "RCPT":
			rcpts++
			ok = say(c.answer(kind, rcpts, line))
		case "QUIT":
			say("221 bye")
			out.Flush()
			return
		case "DATA":
			panic("DATA was sent")
		default:
			ok = say("250 2.0.0 ok")
		}
	}
	out.Flush()
}

func (c *chaos) answer(kind byte, rcpts int, line string) string {
	if kind == 5 && rcpts > 4 {
		return "452 4.5.3 too many recipients"
	}
	if kind == 3 {
		c.mu.Lock()
		since, seen := c.greylist[line]
		if !seen {
			since = time.Now()
			c.greylist[line] = since
		}
		c.mu.Unlock()
		if time.Since(since) < 4*time.Minute {
			return "450 4.7.1 Greylisted for 240 seconds"
		}
	}
	if kind == 2 || strings.HasPrefix(line, "RCPT TO:<p.") || strings.Contains(line, "postmaster@") {
		return "250 2.1.5 ok"
	}
	return "550 5.1.1 no such user"
}

// Whatever goes wrong: everybody is told once, the run ends (one in which addresses are left, and no session, no
// alarm and no target to come, is a deadlock of its bubble), nobody who is there is called invalid, and nobody
// who is not is called valid.
func TestChaos(t *testing.T) {
	grades := map[string]string{"": "valid"}
	for _, c := range probe.Codes() {
		grades[c.Code] = c.Grade.String()
	}
	for _, wildness := range []int{0, 5, 30, 150, 500} {
		t.Run(fmt.Sprint(wildness), func(t *testing.T) {
			for seed := range uint64(6) {
				synctest.Test(t, func(t *testing.T) { someChaos(t, wildness, seed, grades) })
			}
		})
	}
}

func someChaos(t *testing.T, wildness int, seed uint64, grades map[string]string) {
	c := &chaos{rng: rand.New(rand.NewPCG(seed, 7)), wildness: wildness, greylist: map[string]time.Time{}}
	foreign := seed%2 == 1 // there are local parts that are not ASCII
	var targets []probe.Target
	for d := range 60 {
		domain := fmt.Sprintf("d%d.com", d)
		host := fmt.Sprintf("mx%d.h%d.com", d%40, d%20) // some share a host, some a provider
		n := 1 + c.roll(1+c.roll(60))
		for range n {
			id := len(targets)
			name := fmt.Sprintf("p.%d", id)
			if c.roll(3) == 0 {
				name = fmt.Sprintf("nobody.%d", id)
			}
			if foreign && c.roll(4) == 0 {
				name += "ü"
			}
			target := local(id, name, domain)
			target.MX.Hosts = []mx.Host{
				{Name: host, Preference: 10, Addrs: []netip.Addr{netip.AddrFrom4([4]byte{192, 0, 2, byte(d % 40)}), netip.AddrFrom4([4]byte{192, 0, 3, byte(d % 40)})}},
				{Name: "backup." + host, Preference: 20, Addrs: []netip.Addr{netip.AddrFrom4([4]byte{192, 0, 4, byte(d % 40)})}},
			}
			targets = append(targets, target)
		}
	}
	early := len(targets)
	for i, target := range targets { // stragglers, the last of their domains
		if foreign && (i == 0 || targets[i-1].Addr.Domain != target.Addr.Domain) {
			target.ID, target.Addr.Local = len(targets), fmt.Sprintf("nobody.%dü", len(targets))
			targets = append(targets, target)
		}
	}
	p, err := probe.New(probe.Options{Helo: "probe.example.net", Dial: c.dial, Routable: everywhere, Patience: 20 * time.Minute})
	require.NoError(t, err)
	told := make([]int, len(targets))
	count := map[string]int{}
	sum, err := p.Probe(context.Background(), func(yield func(probe.Target) bool) {
		for i, target := range targets {
			if i == early {
				time.Sleep(time.Hour)
			}
			if i%50 == 0 {
				time.Sleep(time.Duration(c.roll(3000)) * time.Millisecond)
			}
			if !yield(target) {
				return
			}
		}
	}, func(e probe.Evidence) {
		told[e.ID]++
		rd := probe.Read(e)
		grade, ok := grades[rd.Code]
		require.True(t, ok, rd.Code)
		if rd.Code != probe.NotUTF8 {
			count[grade]++
		}
		there := strings.HasPrefix(targets[e.ID].Addr.Local, "p.")
		if there {
			require.NotEqual(t, "invalid", grade, "%+v", e)
		} else {
			require.NotEqual(t, "valid", grade, "%+v", e)
		}
		require.NotEmpty(t, rd.Code+rd.Detail)
	})
	require.NoError(t, err)
	for i, n := range told {
		require.Equal(t, 1, n, "how often %d was told", i)
	}
	require.Equal(t, len(targets), sum.Targets)
	if wildness == 0 {
		require.Zero(t, count["unknown"], "nothing was in the way")
	}
	c.going.Wait()
	if wildness == 0 && !foreign {
		require.LessOrEqual(t, 20*c.empty, c.sessions, "sessions in which nobody was asked for")
	}
}
