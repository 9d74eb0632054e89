package probe_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/probe"
)

// What one run learns of a provider holds for those that are under way: at the next batch of an open
// session, and at the next session.
func TestABreakerHoldsForOtherRuns(t *testing.T) {
	for _, tt := range []struct {
		name  string
		every time.Duration // a target comes
	}{
		{"between sessions", time.Minute},
		{"in a session", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", "delay rcpt known* 10s\nrcpt known* 250 ok\nrcpt bad@* 550 5.7.1 blocked using zen.spamhaus.org")
				o := l.options()
				o.Manners.Default = probe.Limits{Connections: 2, Recipients: 100, Refusals: 1}
				p, err := probe.New(o)
				require.NoError(t, err)
				opened := time.Now().Add(36 * time.Second)
				time.AfterFunc(35*time.Second, func() {
					e, err := p.Address(context.Background(), l.target(0, "bad@acme.com"))
					require.NoError(t, err)
					require.Equal(t, "ip-reputation ", codes([]probe.Evidence{e}))
				})
				blocked, late := 0, 0
				sum, err := p.Probe(context.Background(), func(yield func(probe.Target) bool) {
					for i := range 60 {
						if !yield(l.target(i, fmt.Sprintf("known%d@acme.com", i))) {
							return
						}
						time.Sleep(tt.every)
					}
				}, func(e probe.Evidence) {
					if probe.Read(e).Code == "blocked" {
						blocked++
						require.Equal(t, 550, e.Reply.Code)
					} else if e.Reply.At.After(opened.Add(30 * time.Second)) {
						late++
					}
				})
				require.NoError(t, err)
				require.Zero(t, late)
				require.Greater(t, blocked, 40)
				require.Len(t, sum.Blocked, 1)
				require.Equal(t, blocked, sum.Blocked[0].NotAsked)
			})
		})
	}
}

// That we are too fast is counted once a session, however many replies of a batch say so; and nobody
// is asked in the same session while the provider is left alone.
func TestTooFast(t *testing.T) {
	const fast = "rcpt * 450 4.7.1 you are sending too fast, rate limited\n"
	for _, tt := range []struct {
		name, dialogue, want string
		sessions             int
	}{
		{"a whole batch", "first 5 " + fast + somebody, "ok ok ok ok ", 2},
		{"one after another", "ehlo 250 mx\nfirst 2 " + fast + somebody, "ok ok ok ok ", 5},
		{"in three sessions", "ehlo 250 mx\n" + fast, "blocked blocked blocked blocked ", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", tt.dialogue)
				found, sum := l.ask(l.options(), people(4, "acme.com")...)
				require.Equal(t, tt.want, codes(found), "%q", details(found))
				require.Equal(t, tt.sessions, sum.Sessions)
				for i := range l.began[1:] {
					require.GreaterOrEqual(t, l.began[i+1].Sub(l.began[i]), time.Minute)
				}
			})
		})
	}
}

// Sessions that greet while their provider is left alone go home, and that is not their host's fault.
func TestAPauseIsNoFault(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx1.acme.com", "delay greeting 4s\nfirst 1 greeting 421 4.7.0 you are sending too fast, rate limited\n"+somebody)
		l.host("mx2.acme.com", "delay greeting 3s\n"+somebody)
		l.host("mx3.acme.com", somebody)
		l.domains["acme.net"] = []string{"mx1.acme.com"}
		l.domains["acme.com"] = []string{"mx2.acme.com", "mx3.acme.com"}
		o := l.options()
		o.Manners.Default = probe.Limits{Connections: 8}
		found, _ := l.ask(o, append(people(100, "acme.com"), "p0@acme.net")...)
		require.Equal(t, 5, strings.Count(codes(found), "ok "))
		require.NotContains(t, l.dials, "mx3.acme.com")
	})
}

// What companies let in is their own policy, not their provider's; what is said of us is for all.
func TestPoliciesOfTenants(t *testing.T) {
	const (
		m365    = "-com.mail.protection.outlook.com"
		policy  = "ehlo 250 mx\nrcpt * 550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy"
		partner = "ehlo 250 mx\nrcpt * 550 5.7.51 TenantInboundAttribution; Rejecting. Recipient has a partner connector with SenderDomains restricted"
	)
	for _, tt := range []struct {
		name, host, dialogue string // the host's name, behind that of the domain
		want                 string
	}{
		{"Microsoft 365", m365, policy, "policy policy policy policy ok "},
		{"Microsoft 365: connectors", m365, partner, "policy policy policy policy ok "},
		{"Microsoft 365: our sender", m365, "ehlo 250 mx\nrcpt * 550 5.7.1 sender address rejected", "sender-rejected sender-rejected sender-rejected blocked blocked "},
		{"Microsoft 365: our address", m365, "rcpt * 550 5.7.606 Access denied, banned sending IP [203.0.113.1].", "ip-reputation blocked blocked blocked blocked "},
		{"a host of one's own", "-com.hosts.example.net", policy, "policy policy policy blocked blocked "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				p, err := probe.New(l.options())
				require.NoError(t, err)
				found := make([]probe.Evidence, 5)
				for i := range found {
					name, dialogue := fmt.Sprintf("d%d%s", i, tt.host), tt.dialogue
					if i == 4 {
						dialogue = somebody
					}
					l.host(name, dialogue)
					l.domains[fmt.Sprintf("d%d.com", i)] = []string{name}
				}
				_, err = p.Probe(context.Background(), func(yield func(probe.Target) bool) {
					for i := range found {
						yield(l.target(i, fmt.Sprintf("p0@d%d.com", i)))
						time.Sleep(10 * time.Second)
					}
				}, func(e probe.Evidence) { found[e.ID] = e })
				require.NoError(t, err)
				require.Equal(t, tt.want, codes(found), "%q", details(found))
			})
		})
	}
}

// The policy of a provider's own domain is the provider's.
func TestThePolicyOfAProvidersOwnDomain(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("gmail-smtp-in.l.google.com", "ehlo 250 mx\nrcpt * 550 5.7.1 refused by a policy")
		l.domains["gmail.com"] = []string{"gmail-smtp-in.l.google.com"}
		found, sum := l.ask(l.options(), people(30, "gmail.com")...)
		require.Len(t, sum.Blocked, 1)
		require.Greater(t, strings.Count(codes(found), "blocked "), 10)
	})
}
