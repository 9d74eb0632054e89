package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"winnow/address"
	"winnow/mx"
	"winnow/probe"
	"winnow/sender"
)

// introduce sees to it that we do not come to mail hosts under a name or with a sender
// that they refuse.
func (f *probing) introduce(ctx context.Context, ui *tui, dns sender.DNS, a *asking, o probe.Options) error {
	setup := sender.Setup{HELO: o.Helo, Null: o.From == ""}
	if from, err := address.Parse(o.From); err == nil {
		setup.From = from.Domain
	}
	var err error
	if setup.Addrs, err = lookUp(ctx, dns, o.Helo); err != nil {
		ui.say("winnow: whether the name %s leads here could not be found out: %v", o.Helo, err)
	} else if len(setup.Addrs) == 0 {
		return fmt.Errorf("--helo: the name %s has no address in DNS: mail hosts would refuse us by it. Give the name of the machine that probes", o.Helo)
	}
	if own := fromWhere(o, a); len(own) > 0 {
		setup.Addrs = own
	}
	so := sender.Options{DNS: dns, Only: []string{"mx"}, Routable: mx.Routable, Dial: toNobody}
	if len(setup.Addrs) > 0 { // it would be looked for at big mail hosts
		so.Only = append(so.Only, "helo-ptr")
	}
	if a.allowPrivate {
		so.Routable = func(netip.Addr) bool { return true }
	}
	report, err := sender.Examine(ctx, setup, so)
	if err != nil {
		return err
	}
	named := false
	var helo []string
	for _, r := range report.Results {
		switch {
		case r.Check == "mx" && r.Status == sender.Fail:
			return fmt.Errorf("--from: the domain %s: %s. Give a sender whose domain takes mail, or --from '<>'", r.About, r.Found)
		case r.Check == "helo-ptr" && (r.Status == sender.OK || r.Status == sender.Unknown):
			named = true
		case r.Check == "helo-ptr" && r.Status != sender.Skipped:
			helo = append(helo, r.About+" "+r.Found)
		}
	}
	own := len(fromWhere(o, a)) > 0 // then each of them is seen by some host
	if named && !own || len(helo) == 0 {
		return nil
	}
	why := fmt.Sprintf("--helo: no address of %s bears that name (PTR): %s", o.Helo, strings.Join(helo, "; "))
	if own {
		why = fmt.Sprintf("--helo: --source-ip does not bear the name %s (PTR): %s", o.Helo, strings.Join(helo, "; "))
	}
	if f.anyHelo != nil && *f.anyHelo {
		ui.say("winnow: %s. --force goes on all the same; many hosts will refuse us", why)
		return nil
	}
	return fmt.Errorf("%s. Many hosts would refuse us. Have the PTR record set, or give the name that it has; --force goes on all the same", why)
}

// toNobody stands where connections would be made past --proxy, --source-ip and the demo's hosts: before
// the Prober itself is ready, only DNS is asked.
func toNobody(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("nobody is connected to before it is known how")
}

// fromWhere are the given addresses to connect from, as far as the world sees them.
func fromWhere(o probe.Options, a *asking) (addrs []netip.Addr) {
	for _, s := range o.Sources {
		if a.allowPrivate || mx.Routable(s) {
			addrs = append(addrs, s)
		}
	}
	return addrs
}

// lookUp returns the addresses of a host; none and no error if it has none.
func lookUp(ctx context.Context, dns sender.DNS, host string) ([]netip.Addr, error) {
	var addrs []netip.Addr
	for _, t := range []sender.Type{sender.A, sender.AAAA} {
		a := dns.Ask(ctx, host, t)
		if a.Outcome == sender.Temporary {
			if len(addrs) > 0 {
				break
			}
			return nil, fmt.Errorf("look up %s: %s", host, a.Detail)
		}
		for _, r := range a.Records {
			addrs = append(addrs, r.Addr)
		}
	}
	return addrs, nil
}
