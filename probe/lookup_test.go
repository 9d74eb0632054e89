package probe_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/mx"
	"winnow/probe"
)

// askUnlooked asks for addresses whose hosts are to be looked up.
func (l *lab) askUnlooked(o probe.Options, addrs ...string) []probe.Evidence {
	p, err := probe.New(o)
	require.NoError(l.t, err)
	found := make([]probe.Evidence, len(addrs))
	_, err = p.Probe(context.Background(), func(yield func(probe.Target) bool) {
		for i, a := range addrs {
			target := l.target(i, a)
			for j := range target.MX.Hosts {
				target.MX.Hosts[j].Addrs = nil
			}
			if !yield(target) {
				return
			}
		}
	}, func(e probe.Evidence) { found[e.ID] = e })
	require.NoError(l.t, err)
	return found
}

type slowDNS struct{ error }

func (slowDNS) Timeout() bool { return true }

// A name that can not be looked up now is no name without an address.
func TestALookupThatPasses(t *testing.T) {
	servfail := errors.New("look up mx.acme.com: SERVFAIL")
	for _, tt := range []struct {
		name  string
		fails int // lookups, with err
		err   error
		none  bool // then there is no address
		want  string
		code  string
		n     int // lookups
		again bool
	}{
		{"once", 1, servfail, false, "", "ok ", 2, false},
		{"for good", 9, servfail, false, "unreachable", "network ", 2, true},
		{"in time", 9, slowDNS{servfail}, false, "timeout", "timeout ", 2, true},
		{"there is none", 0, nil, true, "no-host", "not-asked ", 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				h := l.host("mx.acme.com", somebody)
				o := l.options()
				n := 0
				o.Lookup = func(context.Context, string) ([]netip.Addr, error) {
					if n++; n <= tt.fails {
						return nil, tt.err
					} else if tt.none {
						return nil, nil
					}
					return []netip.Addr{h.addr}, nil
				}
				found := l.askUnlooked(o, "p0@acme.com")
				require.Equal(t, tt.code, codes(found))
				require.Equal(t, tt.want, found[0].Failure.String())
				require.Equal(t, tt.n, n)
				require.Equal(t, tt.again, !probe.Read(found[0]).RetryAfter.IsZero())
				if tt.again {
					require.Contains(t, probe.Read(found[0]).Detail, "the name mx.acme.com could not be looked up")
				}
			})
		})
	}
}

// Of several hosts, what may pass is told, and asked again.
func TestOneHostHasNoAddress(t *testing.T) {
	for _, hosts := range [][]string{{"mx1.acme.com", "mx2.acme.com"}, {"mx2.acme.com", "mx1.acme.com"}} {
		t.Run(hosts[0], func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx2.acme.com", "down refused")
				l.domains["acme.com"] = hosts
				found, _ := l.ask(l.options(), "p0@acme.com")
				require.Equal(t, "network ", codes(found))
				require.Equal(t, "refused", found[0].Failure.String())
				require.Equal(t, []string{"mx2.acme.com", "mx2.acme.com"}, l.dials)
			})
		})
	}
}

// The address of ours is of the family of the host's, also where that is looked up late.
func TestSourcesOfBothFamilies(t *testing.T) {
	for _, tt := range []struct {
		name  string
		early bool // the addresses stand in the target
		more  []netip.Addr
	}{
		{"looked up late", false, nil},
		{"looked up late: the other family leads nowhere", false, []netip.Addr{netip.MustParseAddr("fe80::1")}},
		{"known: the other family leads nowhere", true, []netip.Addr{netip.MustParseAddr("fe80::1")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				var addrs []string
				for i := range 8 {
					addrs = append(addrs, fmt.Sprintf("p0@d%d.com", i))
					l.host(fmt.Sprintf("mx.d%d.com", i), somebody)
				}
				o := l.options()
				o.Sources = []netip.Addr{netip.MustParseAddr("203.0.113.5"), netip.MustParseAddr("2001:db8::5")}
				o.Routable = func(a netip.Addr) bool { return !slices.Contains(tt.more, a) }
				o.Lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
					return append(slices.Clone(tt.more), l.hosts[host].addr), nil
				}
				var found []probe.Evidence
				if tt.early {
					p, err := probe.New(o)
					require.NoError(t, err)
					for i, a := range addrs {
						target := l.target(i, a)
						target.MX.Hosts = []mx.Host{{Name: target.MX.Hosts[0].Name, Addrs: append(slices.Clone(tt.more), target.MX.Hosts[0].Addrs...)}}
						e, err := p.Address(context.Background(), target)
						require.NoError(t, err)
						found = append(found, e)
					}
				} else {
					found = l.askUnlooked(o, addrs...)
				}
				require.Equal(t, "ok ok ok ok ok ok ok ok ", codes(found), "%q", details(found))
			})
		})
	}
}
