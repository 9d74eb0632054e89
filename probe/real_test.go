//go:build linux

package probe_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/internal/realsmtp"
	"winnow/mx"
	"winnow/probe"
)

// What other people's servers say comes out as what their tables say: of all
// domains and all recipients of the lab.
func TestRealServers(t *testing.T) {
	for _, tt := range []struct {
		family string
		ready  error
		start  func(domains []realsmtp.Domain) (*realsmtp.Server, error)
	}{
		{
			family: "exim", ready: realsmtp.EximReady(t.Context()),
			start: func(domains []realsmtp.Domain) (*realsmtp.Server, error) { return realsmtp.StartExim(domains...) },
		},
		{
			family: "postfix", ready: realsmtp.PostfixReady(t.Context()),
			start: func(domains []realsmtp.Domain) (*realsmtp.Server, error) {
				return realsmtp.StartPostfix(t.Context(), realsmtp.Postfix{}, domains...)
			},
		},
	} {
		t.Run(tt.family, func(t *testing.T) {
			if errors.Is(tt.ready, realsmtp.ErrAbsent) {
				t.Skip(tt.ready)
			}
			require.NoError(t, tt.ready)
			const addresses = 400
			domains, rows := realsmtp.Lab(tt.family, addresses)
			server, err := tt.start(domains)
			require.NoError(t, err)
			t.Cleanup(server.Stop)
			testReal(t, server, rows)
		})
	}
}

// Postfix takes only so many recipients of a mail (452 4.5.3), and stalls and hangs
// up on those who ask for many that it does not know (421): neither says anything of an
// address, and all are answered.
func TestRealLimits(t *testing.T) {
	if err := realsmtp.PostfixReady(t.Context()); errors.Is(err, realsmtp.ErrAbsent) {
		t.Skip(err)
	}
	for _, tt := range []struct {
		name    string
		how     realsmtp.Postfix
		unknown int // of 3
	}{
		{name: "few recipients", how: realsmtp.Postfix{RecipientLimit: 2}},
		{name: "many unknown", unknown: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const addresses = 60
			d := realsmtp.Domain{Name: "plain00-postfix.com", Boxes: map[string]realsmtp.Box{}}
			rows := make([]realsmtp.Row, addresses)
			for i := range rows {
				local := fmt.Sprintf("user%d", i)
				rows[i] = realsmtp.Row{Address: local + "@" + d.Name, Domain: d.Name, Status: "invalid", Codes: []string{"recipient-unknown"}}
				if i%3 >= tt.unknown {
					d.Boxes[local], rows[i].Is, rows[i].Status, rows[i].Codes = realsmtp.Mailbox, true, "valid", nil
				}
			}
			server, err := realsmtp.StartPostfix(t.Context(), tt.how, d)
			require.NoError(t, err)
			t.Cleanup(server.Stop)
			manners := probe.DefaultManners()
			manners.Default.PerMinute = -1
			summary := askReal(t, server, rows, manners)
			require.Empty(t, summary.Blocked)
			t.Logf("%+v", summary)
		})
	}
}

func testReal(t *testing.T, server *realsmtp.Server, rows []realsmtp.Row) {
	manners := probe.DefaultManners()
	manners.Default.PerMinute = -1 // the hosts are ours, and the test need not take long
	summary := askReal(t, server, rows, manners)
	require.Equal(t, 2, summary.CatchAll)
	var blocked []string
	for _, b := range summary.Blocked {
		blocked = append(blocked, b.Group)
	}
	slices.Sort(blocked)
	require.Len(t, blocked, 2, "%v", summary)
	require.True(t, strings.HasPrefix(blocked[0], "blocks-greeting-") && strings.HasPrefix(blocked[1], "blocks-sender-"), "%v", blocked)
	t.Logf("%+v", summary)
}

// askReal asks for all rows, and checks that each is told once, as the table says.
func askReal(t *testing.T, server *realsmtp.Server, rows []realsmtp.Row, manners probe.Manners) probe.Summary {
	t.Helper()
	prober, err := probe.New(probe.Options{
		Manners: manners,
		Helo:    "probe.winnow.test", From: "probe@winnow.test", Port: int(server.Port()), Patience: time.Minute,
		Routable: netip.Addr.IsLoopback,
	})
	require.NoError(t, err)
	grades := map[string]string{"": "valid"}
	for _, c := range probe.Codes() {
		grades[c.Code] = c.Grade.String()
	}
	told := make([]int, len(rows))
	summary, err := prober.Probe(t.Context(), func(yield func(probe.Target) bool) {
		for i, r := range rows {
			addr, err := address.Parse(r.Address)
			require.NoError(t, err)
			host := mx.Host{Name: server.MX(r.Domain), Preference: 10, Addrs: []netip.Addr{server.Host(r.Domain).Addr()}}
			answer := mx.Answer{Name: r.Domain, Outcome: mx.Hosts, Confirmed: true, Hosts: []mx.Host{host}}
			if !yield(probe.Target{ID: i, Addr: addr, MX: answer}) {
				return
			}
		}
	}, func(e probe.Evidence) {
		told[e.ID]++
		row, reading := rows[e.ID], probe.Read(e)
		want := row.Codes
		if len(want) == 0 {
			want = []string{""}
		}
		if !slices.Contains(want, reading.Code) || grades[reading.Code] != row.Status {
			t.Errorf("%s (%v, %v): %q, %s; want %s %q: %s", row.Address, row.Manner, row.Box, reading.Code, grades[reading.Code],
				row.Status, row.Codes, reading.Detail)
		}
	})
	require.NoError(t, err)
	for i, n := range told {
		require.Equal(t, 1, n, "%s was told %d times", rows[i].Address, n)
	}
	require.Equal(t, len(rows), summary.Targets)
	require.NotContains(t, server.Log(), "DATA")
	return summary
}
