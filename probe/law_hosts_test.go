package probe_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The first host takes some, and then lets nobody in; the second one knows nobody, but perhaps the postmaster.
func TestTheNextHostKnowsNobody(t *testing.T) {
	for _, first := range []string{"after 4 rcpt * 421 4.7.0 enough\n", ""} {
		for _, second := range []string{"rcpt postmaster@* 250 ok\n", ""} {
			for _, n := range []int{3, 4, 5, 6, 8, 11, 12, 20} {
				t.Run(fmt.Sprintf("%d, %s%s", n, first, second), func(t *testing.T) {
					bubble(t, func(t *testing.T, l *lab) {
						l.host("mx1.acme.com", "first 1 greeting 220 mx\ngreeting 421 4.3.2 busy\n"+first+all)
						l.host("mx2.acme.com", second)
						l.domains["acme.com"] = []string{"mx1.acme.com", "mx2.acme.com"}
						noGoodOneIsCalledDead(t, l, l.options(), people(n, "acme.com"))
					})
				})
			}
		}
	}
}

// The next host knows who is there as well as the first.
func TestTheNextHostKnowsEverybody(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx1.acme.com", "first 1 greeting 220 mx\ngreeting 421 4.3.2 busy\nafter 4 rcpt * 421 4.7.0 enough\n"+all)
		l.host("mx2.acme.com", all)
		l.domains["acme.com"] = []string{"mx1.acme.com", "mx2.acme.com"}
		found, _ := l.ask(l.options(), append(people(20, "acme.com"), gone(20, "acme.com")...)...)
		require.Equal(t, strings.Repeat("ok ", 20)+strings.Repeat("recipient-unknown ", 20), codes(found))
	})
}

// Some are refused before anybody is taken, in a session of their own: that is no word of them once others are.
func TestSomeAreRefusedBeforeAnybodyIsTaken(t *testing.T) {
	for _, tt := range []struct {
		name, dialogue string
		addrs          []string
	}{
		{"the others were put off, and are taken later", "first 9 rcpt * 451 4.7.1 Greylisted for 60 seconds\nfirst 4 rcpt * 550 5.1.1 no such user\nrcpt postmaster@* 250 ok\n" + all, people(12, "acme.com")},
		{"more of them", "first 9 rcpt * 451 4.7.1 Greylisted for 60 seconds\nfirst 8 rcpt * 550 5.1.1 no such user\nrcpt postmaster@* 250 ok\n" + all, people(16, "acme.com")},
		{"a domain that is asked first", "first 3 rcpt *@acme.com 550 5.1.1 no such user\n" + all, append(people(2, "acme.com"), people(9, "d1.com")...)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				h := l.host("mx.acme.com", tt.dialogue)
				l.hosts["mx.d1.com"] = h
				noGoodOneIsCalledDead(t, l, l.options(), tt.addrs)
			})
		})
	}
}

// A host that bans us still does so hours or days later, when those whom it took are not asked again, or are with all others.
func TestABanOverRuns(t *testing.T) {
	for _, later := range []time.Duration{time.Hour, 28 * time.Hour} {
		t.Run(later.String(), func(t *testing.T) {
			m := memory(t)
			m.Shelve(shelf{}, 24*time.Hour, nil)
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", "rcpt postmaster@* 250 ok\nfirst 9 rcpt p* 250 ok")
				o := l.options()
				o.Evidence, o.Known, o.Answered = m, m.Known, m.Answered
				for range 3 {
					noGoodOneIsCalledDead(t, l, o, people(12, "acme.com"))
					require.NoError(t, m.Save(t.Context()))
					time.Sleep(later)
				}
			})
		})
	}
}

// Whom the host took an hour ago is asked behind those who are new.
func TestAControlOfAnEarlierRun(t *testing.T) {
	m := memory(t)
	m.Shelve(shelf{}, 24*time.Hour, nil)
	bubble(t, func(t *testing.T, l *lab) {
		l.host("mx.acme.com", all)
		o := l.options()
		o.Evidence, o.Known, o.Answered = m, m.Known, m.Answered
		l.ask(o, people(2, "acme.com")...)
		require.NoError(t, m.Save(t.Context()))
		time.Sleep(time.Hour)
		found, sum := l.ask(o, slices.Concat(people(2, "acme.com"), gone(12, "acme.com"))...)
		require.Equal(t, "ok ok "+strings.Repeat("recipient-unknown ", 12), codes(found))
		require.Equal(t, 2, sum.Remembered)
	})
}

// The made-up one is asked alone when he was put off: that he is refused then shows something only where somebody is taken behind.
func TestTheMadeUpOneIsAskedAlone(t *testing.T) {
	for _, tt := range []struct{ name, dialogue, want string }{
		{"the host refuses everybody by then", "first 1 rcpt p0* 250 ok\nfirst 1 rcpt * 450 4.2.1 busy", "unverified-yes "},
		{"the host does not", "rcpt p0* 250 ok\nfirst 1 rcpt * 450 4.2.1 busy", "ok "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", tt.dialogue)
				found, _ := l.ask(l.options(), people(1, "acme.com")...)
				require.Equal(t, tt.want, codes(found))
			})
		})
	}
}
