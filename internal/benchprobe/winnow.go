//go:build linux

package main

import (
	"context"
	"iter"
	"net"
	"net/netip"

	"winnow/address"
	"winnow/mx"
	"winnow/probe"
)

// askWinnow asks as winnow does. All that this program knows of package probe is here.
func askWinnow(ctx context.Context, addr string, o options, unmannered bool) (tally, error) {
	how := probe.Options{
		Helo: "bench.example", From: "probe@bench.example", Connections: o.connections,
		Routable: netip.Addr.IsLoopback,
		// Each domain's host has an address of its own, as the hosts of strangers
		// have; one server answers for all.
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, addr)
		},
	}
	if unmannered {
		how.Manners = probe.Unmannered()
	}
	prober, err := probe.New(how)
	if err != nil {
		return tally{}, err
	}
	var t tally
	_, err = prober.Probe(ctx, targets(o.list), func(e probe.Evidence) {
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

// targets are all addresses, each domain's mail host of a name and an address of its own.
func targets(l list) iter.Seq[probe.Target] {
	return func(yield func(probe.Target) bool) {
		answers := make([]mx.Answer, l.domains)
		for i := range answers {
			host := netip.AddrFrom4([4]byte{127, 1, byte(i >> 8), byte(i)})
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
