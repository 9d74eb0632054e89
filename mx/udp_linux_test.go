package mx

import (
	"bytes"
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// udpPair returns a line and the socket that hears it.
func udpPair(t *testing.T) (*udp, *net.UDPConn) {
	t.Helper()
	hears, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = hears.Close() })
	require.NoError(t, hears.SetReadDeadline(time.Now().Add(10*time.Second)))
	l, err := dialUDP(t.Context(), hears.LocalAddr().String(), false)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l.(*udp), hears
}

// ofSizes makes n packets, all different, of a few sizes.
func ofSizes(n int) (p packets, want map[string]int) {
	want = map[string]int{}
	for i := range n {
		packet := fmt.Appendf(nil, "%d:%s", i, bytes.Repeat([]byte{'x'}, 30+i*i%5))
		p.add(packet)
		want[string(packet)]++
	}
	return p, want
}

func TestUDPSendsEachPacketOnce(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fails syscall.Errno // once, for packets that were joined
	}{
		{name: "the system cuts"},
		{name: "the way out reckons no checksums", fails: syscall.EIO},
		{name: "the system does not", fails: syscall.EINVAL},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u, hears := udpPair(t)
			failed := false
			if write := u.write; tt.fails != 0 {
				u.write = func(fd uintptr) bool {
					if joined := u.pending[0].header.Iovlen > 1; joined {
						require.False(t, failed, "packets were joined again")
						failed = true
						u.sent, u.sendErr = 0, tt.fails
						return true
					}
					return write(fd)
				}
			}
			p, want := ofSizes(3*batch + 7)
			require.NoError(t, u.send(&p))
			require.Equal(t, tt.fails != 0, failed)

			got := map[string]int{}
			buf := make([]byte, largest)
			for range p.len() {
				n, err := hears.Read(buf)
				require.NoError(t, err)
				got[string(buf[:n])]++
			}
			require.Equal(t, want, got)
		})
	}
}

// A closed port costs at most the packet that it was told of.
func TestUDPGoesOnBehindAClosedPort(t *testing.T) {
	u, hears := udpPair(t)
	told := false
	write := u.write
	u.write = func(fd uintptr) bool {
		if !told {
			told = true
			u.sent, u.sendErr = 0, syscall.ECONNREFUSED
			return true
		}
		return write(fd)
	}
	p, _ := ofSizes(batch)
	require.ErrorAs(t, u.send(&p), new(blip))
	buf := make([]byte, largest)
	for range p.len() - 1 {
		_, err := hears.Read(buf)
		require.NoError(t, err)
	}
}

// What does not fit into the buffer is truncated, and to be asked for by TCP.
func TestUDPTakesTooLargeForTruncated(t *testing.T) {
	u, hears := udpPair(t)
	require.NoError(t, u.send(func() *packets { p, _ := ofSizes(1); return &p }()))
	_, from, err := hears.ReadFromUDP(make([]byte, 100))
	require.NoError(t, err)
	for _, size := range []int{largest, largest + 1} {
		_, err = hears.WriteToUDP(make([]byte, size), from)
		require.NoError(t, err)
		require.NoError(t, u.receive(func(packet []byte) {
			require.Len(t, packet, largest)
			require.Equal(t, size > largest, packet[2]&truncated != 0)
		}))
	}
}
