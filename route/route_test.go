package route

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOf(t *testing.T) {
	for _, tt := range []struct {
		name  string
		reach Reach
		addrs []string
	}{
		{"Google", Anywhere, []string{"142.250.102.27", "2a00:1450:4025:402::1b", "::ffff:142.250.102.27"}},
		{"just outside", Anywhere, []string{"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
			"128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0",
			"192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255",
			"198.51.101.0", "203.0.112.255", "203.0.114.0", "223.255.255.255"}},
		{"just outside, IPv6", Anywhere, []string{"::1:0:0:0", "::fffe:0:0:1", "::1:0:0:0:1", "64:ff9b:2::", "100:0:0:2::", "2001:200::", "2001:db7:ffff::", "2001:db9::",
			"2003::", "3ffe:ffff::", "3fff:1000::", "5eff:ffff::", "5f01::", "fbff:ffff::", "fe7f:ffff::"}},
		{"unspecified", Within, []string{"0.0.0.0", "::", "::ffff:0.0.0.0"}},
		{"this network", Nowhere, []string{"0.0.0.1", "0.255.255.255"}},
		{"private", Within, []string{"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255", "::ffff:10.0.0.1"}},
		{"shared", Within, []string{"100.64.0.0", "100.127.255.255"}},
		{"loopback", Nowhere, []string{"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"}},
		{"the name of the machine itself", Within, []string{"127.0.1.1"}},
		{"link-local", Nowhere, []string{"169.254.0.0", "169.254.255.255", "fe80::1", "fe80::1%eth0", "febf:ffff::"}},
		{"protocol assignments", Nowhere, []string{"192.0.0.0", "192.0.0.8", "192.0.0.11", "192.0.0.170", "192.0.0.255", "2001:1::", "2001:1::4", "2001:2::1", "2001:10::1", "2001:1ff:ffff::"}},
		{"anycast in them", Anywhere, []string{"192.0.0.9", "192.0.0.10", "2001:1::1", "2001:1::2", "2001:1::3"}},
		{"assigned in them", Anywhere, []string{"2001:3::1", "2001:4:112::1", "2001:20::1", "2001:2f:ffff::", "2001:30::1"}},
		{"documentation", Nowhere, []string{"192.0.2.0", "192.0.2.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255", "2001:db8::", "2001:db8:ffff::", "3fff::1", "3fff:fff:ffff::"}},
		{"Teredo", Within, []string{"2001::1", "2001:0:7f00:1::", "2001:0:ffff:ffff:ffff:ffff:80ff:fffe"}},
		{"IPv4 in IPv6, without a prefix", Within, []string{"::127.0.0.1", "::2", "::10.0.0.1", "::142.250.102.27"}},
		{"IPv4 translated", Within, []string{"::ffff:0:127.0.0.1", "::ffff:0:10.0.0.1", "::ffff:0:8efa:661b"}},
		{"NAT64 of loopback", Nowhere, []string{"64:ff9b::127.0.0.1"}},
		{"AS112 and AMT", Anywhere, []string{"192.31.196.1", "192.175.48.1", "192.52.193.1", "2620:4f:8000::1"}},
		{"relays of 6to4", Nowhere, []string{"192.88.99.1"}},
		{"benchmarking, and proxies", Within, []string{"198.18.0.0", "198.19.255.255"}},
		{"multicast", Nowhere, []string{"224.0.0.0", "239.255.255.255", "ff02::1"}},
		{"reserved", Nowhere, []string{"240.0.0.0", "255.255.255.254", "255.255.255.255"}},
		{"NAT64", Anywhere, []string{"64:ff9b::8efa:661b"}},
		{"NAT64 of a private address", Within, []string{"64:ff9b::a00:1"}},
		{"NAT64 of one's own", Within, []string{"64:ff9b:1::1", "64:ff9b:1:ffff::"}},
		{"6to4", Anywhere, []string{"2002:8efa:661b::1"}},
		{"6to4 of a private address", Within, []string{"2002:a00:1::1"}},
		{"6to4 of loopback", Nowhere, []string{"2002:7f00:1::1"}},
		{"discarded", Nowhere, []string{"100::", "100::ffff:ffff:ffff:ffff", "100:0:0:1::1"}},
		{"segment routing", Nowhere, []string{"5f00::1"}},
		{"unique local", Within, []string{"fc00::", "fdff:ffff::"}},
		{"site-local", Within, []string{"fec0::1", "feff:ffff::"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, addr := range tt.addrs {
				a := netip.MustParseAddr(addr)
				require.Equal(t, tt.reach, Of(a), addr)
				require.Equal(t, tt.reach == Anywhere, Everywhere(a), addr)
			}
		})
	}
	require.Equal(t, Nowhere, Of(netip.Addr{}))
	require.False(t, Everywhere(netip.Addr{}))
}

// The first line that holds an address decides, so that one behind a wider one would
// never speak.
func TestSpecialsSpeak(t *testing.T) {
	for _, table := range [][]special{specials4[:], specials6[:]} {
		for i, s := range table {
			require.Equal(t, s.prefix.Masked(), s.prefix)
			for _, wider := range table[:i] {
				require.False(t, wider.prefix.Bits() <= s.prefix.Bits() && wider.prefix.Overlaps(s.prefix), "%s hides %s", wider.prefix, s.prefix)
			}
		}
	}
}

func BenchmarkRoute(b *testing.B) {
	for _, addr := range []string{"142.250.102.27", "2a00:1450:4025:402::1b"} {
		a := netip.MustParseAddr(addr)
		b.Run(addr, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !Everywhere(a) {
					b.Fatal(a)
				}
			}
		})
	}
}
