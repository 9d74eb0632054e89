package mx

import (
	"net/netip"
	"slices"

	"winnow/route"
)

// Routable tells whether mail can come to an address from everywhere, as far as the
// special-purpose registries say: the Routable of Options that name none.
func Routable(addr netip.Addr) bool { return route.Everywhere(addr) }

// unreached decides on a domain whose mail hosts have addrs, one at least, and none
// that is routable. One that the registries do not rule out was refused by
// Options.Routable: that is a view from here, and condemns nobody.
func (o *opinion) unreached(addrs []netip.Addr) {
	such := addrs[0]
	o.Outcome = Unroutable
	if i := slices.IndexFunc(addrs, func(a netip.Addr) bool { return route.Of(a) != route.Nowhere }); i >= 0 {
		such = addrs[i]
		o.Outcome = Private
	}
	o.detail += "; only addresses such as " + such.String()
}
