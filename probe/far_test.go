package probe_test

import (
	"bufio"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/probe"
)

// plainly asks for addresses as most verifiers do: a connection an address, and one more
// for a made-up recipient, one after another. It returns how many connections it took.
func (l *lab) plainly(host string, addrs []string) (connections int) {
	for i, a := range addrs {
		for _, rcpt := range []string{a, fmt.Sprintf("nobody%d@acme.com", i)} {
			time.Sleep(2 * far) // as the lab's own dial: a way there and back
			conn, err := l.hosts[host].server.Dial()
			require.NoError(l.t, err)
			connections++
			in := bufio.NewReader(conn)
			for _, command := range []string{"", "HELO probe.example.net\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<" + rcpt + ">\r\n"} {
				conn.Write([]byte(command))
				_, err := in.ReadString('\n')
				require.NoError(l.t, err)
			}
			conn.Write([]byte("QUIT\r\n"))
			conn.Close()
		}
	}
	return connections
}

// far is a way of 40 ms there and back.
const far = 20 * time.Millisecond

// A far host is asked 20 times as fast as by a connection a question, with an eighth
// of the connections at most, through one connection at a time as well.
func TestFarHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.host("mx.acme.com", somebody).server.Move(far)
		l.way = 2 * far
		addrs := people(200, "acme.com")
		begin := time.Now()
		connections := l.plainly("mx.acme.com", addrs)
		plain := time.Since(begin)

		o := l.options()
		o.Manners.Default = probe.Limits{Connections: 1, Recipients: 10, Refusals: 10, PerMinute: -1, Pause: time.Second}
		begin = time.Now()
		found, sum := l.ask(o, addrs...)
		ours := time.Since(begin)
		require.Len(t, found, 200)
		t.Logf("%v and %d connections, %v and %d: %.1f times as fast", plain, connections, ours, sum.Connections, float64(plain)/float64(ours))
		require.GreaterOrEqual(t, plain, 20*ours)
		require.GreaterOrEqual(t, connections, 8*sum.Connections)
		l.close()
	})
}
