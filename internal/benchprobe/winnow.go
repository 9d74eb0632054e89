//go:build linux

package main

import (
	"context"
	"iter"
	"net/netip"

	"winnow/address"
	"winnow/mx"
	"winnow/probe"
)

// askWinnow asks as winnow does. All that this program knows of package probe is here.
func askWinnow(ctx context.Context, addr string, o options, unmannered bool) (tally, error) {
	where, err := netip.ParseAddrPort(addr)
	if err != nil {
		return tally{}, err
	}
	how := probe.Options{
		Helo: "bench.example", From: "probe@bench.example", Connections: o.connections,
		Port: int(where.Port()), Routable: func(netip.Addr) bool { return true },
	}
	if unmannered {
		how.Manners = probe.Unmannered()
	}
	prober, err := probe.New(how)
	if err != nil {
		return tally{}, err
	}
	var t tally
	_, err = prober.Probe(ctx, targets(o.list, where.Addr()), func(e probe.Evidence) {
		said := open
		switch probe.Read(e).Code {
		case "":
			said = alive
		case "recipient-unknown":
			said = dead
		}
		t.count(o.list, e.ID, said)
	})
	return t, err
}

// targets are all addresses, each domain's mail host of a name of its own.
func targets(l list, host netip.Addr) iter.Seq[probe.Target] {
	return func(yield func(probe.Target) bool) {
		answers := make([]mx.Answer, l.domains)
		for i := range answers {
			answers[i] = mx.Answer{Name: l.domain(i), Outcome: mx.Hosts, Confirmed: true,
				Hosts: []mx.Host{{Name: "mx." + l.domain(i), Preference: 10, Addrs: []netip.Addr{host}}}}
		}
		for i := range l.n {
			to := address.Address{Local: l.local(i), Domain: l.domain(i)}
			if !yield(probe.Target{ID: i, Addr: to, MX: answers[i%l.domains]}) {
				return
			}
		}
	}
}
