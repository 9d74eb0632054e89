package probe_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/probe"
)

// noGoodOneIsCalledDead asks for addresses of which those with p are there.
func noGoodOneIsCalledDead(t *testing.T, l *lab, o probe.Options, addrs []string) probe.Summary {
	t.Helper()
	found, sum := l.ask(o, addrs...)
	for i, e := range found {
		if code := probe.Read(e).Code; addrs[i][0] == 'p' {
			require.NotEqual(t, "recipient-unknown", code, "%s: %s", addrs[i], probe.Read(e).Detail)
		} else {
			require.NotEmpty(t, code, "%s: %s", addrs[i], probe.Read(e).Detail)
		}
	}
	return sum
}

// Some hosts refuse everybody once they were asked for so many: in a session, or from then on. That is no word of
// those who came too late.
func TestHarvest(t *testing.T) {
	for _, pipelining := range []string{"", "ehlo 250 mx\n"} {
		for n := range 12 {
			for name, dialogue := range map[string]string{
				"a session":      fmt.Sprintf("%safter %d rcpt * 550 5.1.1 no such user\nrcpt p* 250 ok", pipelining, n+1),
				"from then on":   fmt.Sprintf("%sfirst %d rcpt p* 250 ok", pipelining, n+1),
				"the postmaster": fmt.Sprintf("%sfirst %d rcpt p* 250 ok\nrcpt postmaster* 250 ok", pipelining, n+1),
			} {
				t.Run(fmt.Sprintf("%s after %d %s", name, n+1, pipelining), func(t *testing.T) {
					bubble(t, func(t *testing.T, l *lab) {
						l.host("mx.acme.com", dialogue)
						addrs := append(people(40, "acme.com"), "gone1@acme.com", "gone2@acme.com")
						if n == 0 && strings.HasPrefix(dialogue, "first") || strings.HasPrefix(dialogue, pipelining+"after") && n < 2 {
							addrs = addrs[:40]
						}
						noGoodOneIsCalledDead(t, l, l.options(), addrs)
					})
				})
			}
		}
	}
}

// So it is where one host has many domains, each with too few to tell.
func TestHarvestOfDomains(t *testing.T) {
	for _, per := range []int{1, 2, 4, 6} {
		for name, dialogue := range map[string]string{
			"after four of a session": "after 4 rcpt * 550 5.1.1 no such user\nrcpt postmaster@* 250 ok\nrcpt p* 250 ok",
			"after seven for good":    "first 7 rcpt p* 250 ok",
		} {
			t.Run(fmt.Sprintf("%s, %d a domain", name, per), func(t *testing.T) {
				bubble(t, func(t *testing.T, l *lab) {
					l.host("mx.host.com", dialogue)
					var addrs []string
					for i := range 10 {
						domain := fmt.Sprintf("d%d.com", i)
						l.domains[domain] = []string{"mx.host.com"}
						addrs = append(addrs, people(per, domain)...)
					}
					noGoodOneIsCalledDead(t, l, l.options(), addrs)
					o := l.options()
					o.Manners.Default = probe.Limits{Connections: 1, Recipients: 20, Refusals: 15, PerMinute: -1, Pause: time.Second}
					noGoodOneIsCalledDead(t, l, o, addrs)
				})
			})
		}
	}
}

// A host that refuses all of its domains, and never took anybody, may not let us in.
func TestAHostThatTakesNobody(t *testing.T) {
	for _, tt := range []struct{ name, dialogue, want string }{
		{"the postmasters neither", "rcpt * 550 5.1.1 no such user", "all-refused "},
		{"but the postmasters", "rcpt postmaster@* 250 ok\nrcpt * 550 5.1.1 no such user", "recipient-unknown "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.host.com", tt.dialogue)
				var addrs []string
				for i := range 50 {
					domain := fmt.Sprintf("d%d.com", i)
					l.domains[domain] = []string{"mx.host.com"}
					addrs = append(addrs, people(2, domain)...)
				}
				found, _ := l.ask(l.options(), addrs...)
				require.Equal(t, strings.Repeat(tt.want, 100), codes(found))
			})
		})
	}
}

// A host that takes everybody, but for so many only, takes everybody.
func TestHarvestOfACatchAll(t *testing.T) {
	for n := 1; n < 9; n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", fmt.Sprintf("after %d rcpt * 550 5.1.1 no such user\nrcpt * 250 ok", n))
				found, _ := l.ask(l.options(), people(20, "acme.com")...)
				require.NotContains(t, codes(found), "ok ")
				require.NotContains(t, codes(found), "recipient-unknown")
			})
		})
	}
}

// What was refused before the host said that it refuses us may be for that.
func TestRefusedBesideABlock(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", "rcpt p1@* 550 5.7.606 Access denied, banned sending IP [192.0.2.1]\nrcpt * 550 5.1.1 no such user")
		found, _ := l.ask(l.options(), people(7, "acme.com")...)
		require.NotContains(t, codes(found), "recipient-unknown")
		require.NotContains(t, codes(found), "all-refused", "the postmaster was not asked")
	})
}
