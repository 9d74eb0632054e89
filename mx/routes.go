package mx

import (
	"net/netip"
	"slices"
)

// route says from where an address can be reached.
type route uint8

const (
	anywhere route = iota // from everywhere, as far as is known
	within                // only from within a network or machine, which may be one's own
	nowhere               // mail comes to nobody there
	behind                // as the IPv4 address that stands behind the prefix
)

// special is a line of the registries.
type special struct {
	prefix netip.Prefix
	route  route
}

func block(prefix string, r route) special { return special{netip.MustParsePrefix(prefix), r} }

// The special-purpose address registries of IANA (RFC 6890, RFC 8190), the first line
// that holds an address deciding. An address that stands in none can be reached, and
// so can one of which there is doubt: to call it nowhere removes people.
var specials4 = [...]special{
	block("0.0.0.0/32", within),        // unspecified: RFC 1122 section 3.2.1.3; filters answer it too
	block("0.0.0.0/8", nowhere),        // this network: RFC 791 section 3.2
	block("10.0.0.0/8", within),        // private: RFC 1918
	block("100.64.0.0/10", within),     // shared, of carriers: RFC 6598
	block("127.0.1.1/32", within),      // Debian's /etc/hosts has the machine's own name there, and local resolvers repeat it
	block("127.0.0.0/8", nowhere),      // loopback: RFC 1122 section 3.2.1.3
	block("169.254.0.0/16", nowhere),   // link-local: RFC 3927
	block("172.16.0.0/12", within),     // private: RFC 1918
	block("192.0.0.9/32", anywhere),    // port control anycast: RFC 7723
	block("192.0.0.10/32", anywhere),   // TURN anycast: RFC 8155
	block("192.0.0.0/24", nowhere),     // IETF protocol assignments: RFC 6890 section 2.1
	block("192.0.2.0/24", nowhere),     // documentation: RFC 5737
	block("192.31.196.0/24", anywhere), // AS112: RFC 7535
	block("192.52.193.0/24", anywhere), // AMT: RFC 7450
	block("192.88.99.0/24", nowhere),   // 6to4 relays, withdrawn: RFC 7526
	block("192.168.0.0/16", within),    // private: RFC 1918
	block("192.175.48.0/24", anywhere), // AS112: RFC 7534
	block("198.18.0.0/15", within),     // benchmarking: RFC 2544; proxies on one's own machine answer it for names that they serve
	block("198.51.100.0/24", nowhere),  // documentation: RFC 5737
	block("203.0.113.0/24", nowhere),   // documentation: RFC 5737
	block("224.0.0.0/4", nowhere),      // multicast: RFC 5771
	block("240.0.0.0/4", nowhere),      // reserved, and limited broadcast: RFC 1112 section 4, RFC 8190
}

var specials6 = [...]special{
	block("::/128", within),            // unspecified: RFC 4291 section 2.5.2; filters answer it too
	block("::1/128", nowhere),          // loopback: RFC 4291 section 2.5.3
	block("64:ff9b::/96", behind),      // NAT64; stands for no IPv4 address that is not global: RFC 6052 section 3.1
	block("64:ff9b:1::/48", within),    // NAT64 of a network's own: RFC 8215
	block("100::/64", nowhere),         // discarded: RFC 6666
	block("100:0:0:1::/64", nowhere),   // dummy: RFC 9780
	block("2001::/32", anywhere),       // Teredo: RFC 4380
	block("2001:1::1/128", anywhere),   // port control anycast: RFC 7723
	block("2001:1::2/128", anywhere),   // TURN anycast: RFC 8155
	block("2001:1::3/128", anywhere),   // DNS-SD registration anycast: RFC 9665
	block("2001:3::/32", anywhere),     // AMT: RFC 7450
	block("2001:4:112::/48", anywhere), // AS112: RFC 7535
	block("2001:20::/28", anywhere),    // ORCHIDv2: RFC 7343
	block("2001:30::/28", anywhere),    // drone remote ID: RFC 9374
	block("2001::/23", nowhere),        // IETF protocol assignments: RFC 2928
	block("2001:db8::/32", nowhere),    // documentation: RFC 3849
	block("2002::/16", behind),         // 6to4: RFC 3056 section 2
	block("3fff::/20", nowhere),        // documentation: RFC 9637
	block("5f00::/16", nowhere),        // segment routing: RFC 9602
	block("fc00::/7", within),          // unique local: RFC 4193
	block("fe80::/10", nowhere),        // link-local: RFC 4291 section 2.5.6
	block("fec0::/10", within),         // site-local, once what unique local is now: RFC 3879
	block("ff00::/8", nowhere),         // multicast: RFC 4291 section 2.7
}

func routeOf(addr netip.Addr) route {
	addr = addr.Unmap().WithZone("") // no prefix holds an address with a zone
	table := specials6[:]
	if addr.Is4() {
		table = specials4[:]
	}
	for _, s := range table {
		if !s.prefix.Contains(addr) {
			continue
		}
		if s.route == behind {
			whole, at := addr.As16(), s.prefix.Bits()/8
			return routeOf(netip.AddrFrom4([4]byte(whole[at : at+4])))
		}
		return s.route
	}
	return anywhere
}

// Routable tells whether mail can come to an address from everywhere, as far as the
// special-purpose registries say: the Routable of Options that name none.
func Routable(addr netip.Addr) bool { return addr.IsValid() && routeOf(addr) == anywhere }

// unreached decides on a domain whose mail hosts have addrs, one at least, and none
// that is routable. One that the registries do not rule out was refused by
// Options.Routable: that is a view from here, and condemns nobody.
func (o *opinion) unreached(addrs []netip.Addr) {
	such := addrs[0]
	o.Outcome = Unroutable
	if i := slices.IndexFunc(addrs, func(a netip.Addr) bool { return routeOf(a) != nowhere }); i >= 0 {
		such = addrs[i]
		o.Outcome = Private
	}
	o.detail += "; only addresses such as " + such.String()
}
