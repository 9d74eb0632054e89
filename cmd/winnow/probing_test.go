package main

import (
	"bytes"
	"context"
	"net/netip"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/sender"
)

// zone is a DNS in which every host stands at one address, but one that is not told now.
type zone struct {
	failing string
	addr    netip.Addr

	mu    sync.Mutex
	asked []string
}

func (z *zone) Ask(_ context.Context, name string, t sender.Type) sender.Answer {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.asked = append(z.asked, name)
	switch {
	case name == z.failing:
		return sender.Answer{Detail: "SERVFAIL"}
	case t == sender.MX:
		return sender.Answer{Outcome: sender.Records, Records: []sender.Record{{Name: "mx." + name, Preference: 1}}}
	case t == sender.A:
		return sender.Answer{Outcome: sender.Records, Records: []sender.Record{{Addr: z.addr}}}
	}
	return sender.Answer{Outcome: sender.None}
}

// Before it is known by which way mail hosts are reached, none is: where our own address can not be found
// out, it is not looked for at Google's.
func TestIntroduceConnectsToNobody(t *testing.T) {
	for _, tt := range []struct {
		name, from string
		asked      []string
	}{
		{"the empty sender", "<>", []string{"mail.acme.com"}},
		{"a sender", "news@acme.com", []string{"mail.acme.com", "acme.com", "mx.acme.com"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := probing{helo: "mail.acme.com", from: tt.from, proxy: "socks5://127.0.0.1:1"}
			a := &asking{allowPrivate: true}
			o, err := f.options(a)
			require.NoError(t, err)
			z := &zone{failing: "mail.acme.com", addr: netip.MustParseAddr("127.0.0.1")}
			var told bytes.Buffer
			require.NoError(t, f.introduce(t.Context(), newTUI(nil, nil, &told), z, a, o))
			require.Contains(t, told.String(), "whether the name mail.acme.com leads here could not be found out")
			require.Subset(t, tt.asked, z.asked)
			require.Subset(t, z.asked, tt.asked)
		})
	}
}

func TestProbingOptions(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    probing
		want string // of the error; "" for none
	}{
		{"a source and a proxy", probing{from: "<>", proxy: "socks5://127.0.0.1:1", sources: []string{"192.0.2.1"}}, "--source-ip: mail hosts see the address of the --proxy"},
		{"a source", probing{from: "<>", sources: []string{"192.0.2.1"}}, ""},
		{"a proxy", probing{from: "<>", proxy: "socks5://127.0.0.1:1"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.f.helo = "mail.acme.com"
			_, err := tt.f.options(&asking{})
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.want)
		})
	}
}
