package probe_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/probe"
)

// gone are n addresses of a domain that nobody has.
func gone(n int, domain string) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("gone%d@%s", i, domain))
	}
	return all
}

// What many hosts do at once, or in turn, makes no good address a dead one. Those with p are there.
func TestNoGoodOneIsCalledDead(t *testing.T) {
	const twice = `raw mail "250 ok\r\n250 ok\r\n"` + "\n"
	mixed := append(append(people(2, "acme.com"), "gone@acme.com"), people(7, "acme.com")[3:]...)
	for _, tt := range []struct {
		name, dialogue string
		addrs          []string
	}{
		{"the second asking is not answered", "first 4 rcpt p* 250 ok\nfirst 3 rcpt p* 550 5.1.1 no such user\nraw rcpt p* \"junk\\r\\n\"", people(7, "acme.com")},
		{"the postmaster is exempt", "rcpt postmaster@* 250 ok\nafter 4 rcpt * 550 5.1.1 no such user\n" + all, append(gone(10, "acme.com"), people(30, "acme.com")...)},
		{"MAIL is put off, then all is cut", "close after rcpt 5\nfirst 1 mail 421 4.3.2 not now\n" + twice + all, mixed},
		{"behind by one, and cut where that many are asked", "close after rcpt 5\n" + twice + all, mixed},
		{"behind by one, and cut later", "close after rcpt 7\n" + twice + all, mixed},
		{"behind by one, and cut at RSET", "close before rset 1\n" + twice + all, mixed},
		{"the next MAIL says that we are blocked", "after 1 mail 550 5.7.1 blocked using zen.spamhaus.org\nrcpt * 550 5.1.1 no such user", []string{"p1@d1.com", "p1@d2.com"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", tt.dialogue)
				l.domains["d1.com"], l.domains["d2.com"] = []string{"mx.acme.com"}, []string{"mx.acme.com"}
				noGoodOneIsCalledDead(t, l, l.options(), tt.addrs)
			})
		})
	}
}

// A ban may come at any time, also at the first places of the last session. One that comes right after the very first
// answer cannot be told from a host that has one mailbox.
func TestABanAtAnyTime(t *testing.T) {
	for m := 3; m < 24; m++ {
		for n := 2; n < m; n++ {
			t.Run(fmt.Sprintf("%d of %d", n, m), func(t *testing.T) {
				bubble(t, func(t *testing.T, l *lab) {
					l.host("mx.acme.com", fmt.Sprintf("first %d rcpt p* 250 ok", n))
					noGoodOneIsCalledDead(t, l, l.options(), people(m, "acme.com"))
				})
			})
		}
	}
}

// One machine may take the mail of many domains under as many names.
func TestABanOverManyNames(t *testing.T) {
	for _, per := range []int{1, 2, 4} {
		t.Run(fmt.Sprint(per), func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				h := l.host("mail.d0.com", "first 7 rcpt p* 250 ok")
				var addrs []string
				for i := range 10 {
					domain := fmt.Sprintf("d%d.com", i)
					l.hosts["mail."+domain] = h
					l.domains[domain] = []string{"mail." + domain}
					addrs = append(addrs, people(per, domain)...)
				}
				noGoodOneIsCalledDead(t, l, l.options(), addrs)
			})
		})
	}
}

// A domain that waits for what its host says of others is told once they are given up.
func TestADomainWaitsForNobodyThatIsGivenUp(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.host.com", "rcpt * 550 5.1.1 no such user")
		l.domains["d1.com"], l.domains["d2.com"] = []string{"mx.host.com"}, []string{"mx.host.com"}
		found, _ := l.ask(l.options(), append(gone(1, "d1.com"), gone(40, "d2.com")...)...)
		require.Equal(t, strings.Repeat("all-refused ", 41), codes(found))
	})
}

// Where a session holds one recipient, nobody can be asked behind him, and to ask him again is of no use.
func TestOneRecipientASession(t *testing.T) {
	for _, dialogue := range []string{"after 1 rcpt * 452 4.5.3 too many recipients", "after 1 rcpt * 421 4.7.0 enough"} {
		t.Run(dialogue, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", dialogue+"\n"+all)
				o := l.options()
				o.Manners = probe.Unmannered()
				sum := noGoodOneIsCalledDead(t, l, o, append(people(1, "acme.com"), gone(40, "acme.com")...))
				require.Less(t, sum.Sessions, 120)
			})
		})
	}
}
