// Package route answers one question: from where can an IP address be reached?
//
// It knows what the special-purpose address registries of IANA say, and asks nobody: an address that
// can be reached from everywhere by them may still have nobody behind it.
//
// RFC 6890, RFC 8190.
package route

import "net/netip"

// Reach says from where an address can be reached.
type Reach uint8

const (
	Anywhere Reach = iota // from everywhere, as far as is known
	Within                // only from within a network or machine, which may be one's own
	Nowhere               // mail comes to nobody there
	behind                // as the IPv4 address that stands behind the prefix
)

// special is a line of the registries.
type special struct {
	prefix netip.Prefix
	reach  Reach
}

func block(prefix string, r Reach) special { return special{netip.MustParsePrefix(prefix), r} }

// The special-purpose address registries of IANA (RFC 6890, RFC 8190), the first line
// that holds an address deciding. An address that stands in none can be reached, and
// so can one of which there is doubt: to call it nowhere removes people.
var specials4 = [...]special{
	block("0.0.0.0/32", Within),        // unspecified: RFC 1122 section 3.2.1.3; filters answer it too
	block("0.0.0.0/8", Nowhere),        // this network: RFC 791 section 3.2
	block("10.0.0.0/8", Within),        // private: RFC 1918
	block("100.64.0.0/10", Within),     // shared, of carriers: RFC 6598
	block("127.0.1.1/32", Within),      // Debian's /etc/hosts has the machine's own name there, and local resolvers repeat it
	block("127.0.0.0/8", Nowhere),      // loopback: RFC 1122 section 3.2.1.3
	block("169.254.0.0/16", Nowhere),   // link-local: RFC 3927
	block("172.16.0.0/12", Within),     // private: RFC 1918
	block("192.0.0.9/32", Anywhere),    // port control anycast: RFC 7723
	block("192.0.0.10/32", Anywhere),   // TURN anycast: RFC 8155
	block("192.0.0.0/24", Nowhere),     // IETF protocol assignments: RFC 6890 section 2.1
	block("192.0.2.0/24", Nowhere),     // documentation: RFC 5737
	block("192.31.196.0/24", Anywhere), // AS112: RFC 7535
	block("192.52.193.0/24", Anywhere), // AMT: RFC 7450
	block("192.88.99.0/24", Nowhere),   // 6to4 relays, withdrawn: RFC 7526
	block("192.168.0.0/16", Within),    // private: RFC 1918
	block("192.175.48.0/24", Anywhere), // AS112: RFC 7534
	block("198.18.0.0/15", Within),     // benchmarking: RFC 2544; proxies on one's own machine answer it for names that they serve
	block("198.51.100.0/24", Nowhere),  // documentation: RFC 5737
	block("203.0.113.0/24", Nowhere),   // documentation: RFC 5737
	block("224.0.0.0/4", Nowhere),      // multicast: RFC 5771
	block("240.0.0.0/4", Nowhere),      // reserved, and limited broadcast: RFC 1112 section 4, RFC 8190
}

var specials6 = [...]special{
	block("::/128", Within),            // unspecified: RFC 4291 section 2.5.2; filters answer it too
	block("::1/128", Nowhere),          // loopback: RFC 4291 section 2.5.3
	block("::/96", Within),             // IPv4 in IPv6, withdrawn; some machines still have a tunnel for it: RFC 4291 section 2.5.5.1
	block("::ffff:0:0:0/96", Within),   // IPv4 translated, within a network: RFC 2765 section 2.1
	block("64:ff9b::/96", behind),      // NAT64; stands for no IPv4 address that is not global: RFC 6052 section 3.1
	block("64:ff9b:1::/48", Within),    // NAT64 of a network's own: RFC 8215
	block("100::/64", Nowhere),         // discarded: RFC 6666
	block("100:0:0:1::/64", Nowhere),   // dummy: RFC 9780
	block("2001::/32", Within),         // Teredo, by a relay: RFC 4380 section 5.4; the public ones are gone
	block("2001:1::1/128", Anywhere),   // port control anycast: RFC 7723
	block("2001:1::2/128", Anywhere),   // TURN anycast: RFC 8155
	block("2001:1::3/128", Anywhere),   // DNS-SD registration anycast: RFC 9665
	block("2001:3::/32", Anywhere),     // AMT: RFC 7450
	block("2001:4:112::/48", Anywhere), // AS112: RFC 7535
	block("2001:20::/28", Anywhere),    // ORCHIDv2: RFC 7343
	block("2001:30::/28", Anywhere),    // drone remote ID: RFC 9374
	block("2001::/23", Nowhere),        // IETF protocol assignments: RFC 2928
	block("2001:db8::/32", Nowhere),    // documentation: RFC 3849
	block("2002::/16", behind),         // 6to4: RFC 3056 section 2
	block("3fff::/20", Nowhere),        // documentation: RFC 9637
	block("5f00::/16", Nowhere),        // segment routing: RFC 9602
	block("fc00::/7", Within),          // unique local: RFC 4193
	block("fe80::/10", Nowhere),        // link-local: RFC 4291 section 2.5.6
	block("fec0::/10", Within),         // site-local, once what unique local is now: RFC 3879
	block("ff00::/8", Nowhere),         // multicast: RFC 4291 section 2.7
}

// Of tells from where an address can be reached. One of IPv4 in IPv6 is taken for that of IPv4, and a
// zone counts nothing. The zero Addr is reached from Nowhere.
func Of(addr netip.Addr) Reach {
	if !addr.IsValid() {
		return Nowhere
	}
	addr = addr.Unmap().WithZone("") // no prefix holds an address with a zone
	table := specials6[:]
	if addr.Is4() {
		table = specials4[:]
	}
	for _, s := range table {
		if !s.prefix.Contains(addr) {
			continue
		}
		if s.reach == behind {
			whole, at := addr.As16(), s.prefix.Bits()/8
			return Of(netip.AddrFrom4([4]byte(whole[at : at+4])))
		}
		return s.reach
	}
	return Anywhere
}

// Everywhere tells whether an address can be reached from everywhere, so that a connection to it leads
// into no network or machine of our own.
func Everywhere(addr netip.Addr) bool { return Of(addr) == Anywhere }
