package probe_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/probe"
)

// strays are the ways in which a host sends one reply too many.
var strays = []struct{ name, dialogue string }{
	{"behind EHLO", `raw ehlo "250-mx\r\n250 PIPELINING\r\n250 stray\r\n"`},
	{"behind EHLO, without PIPELINING", `raw ehlo "250 mx\r\n250 stray\r\n"`},
	{"MAIL is answered twice", `raw mail "250 ok\r\n250 ok\r\n"`},
	{"MAIL is answered twice, without PIPELINING", "ehlo 250 mx\n" + `raw mail "250 ok\r\n250 ok\r\n"`},
	{"MAIL is answered twice, slowly", "delay rcpt * 3s\n" + `raw mail "250 ok\r\n250 ok\r\n"`},
	{"MAIL is answered twice, byte by byte", "drip rcpt * 100ms\ndrip rset 100ms\ndrip quit 100ms\n" + `raw mail "250 ok\r\n250 ok\r\n"`},
	{"a recipient is answered twice", `raw rcpt nobody@acme.com "550 5.1.1 no such user\r\n550 5.1.1 no such user\r\n"`},
	{"a recipient is answered twice, without PIPELINING", "ehlo 250 mx\n" + `raw rcpt nobody@acme.com "550 5.1.1 no such user\r\n550 5.1.1 no such user\r\n"`},
	{"behind the greeting", `raw greeting "220 mx\r\n250 stray\r\n"`},
	{"two greetings", `raw greeting "220 mx\r\n220 mx again\r\n"`},
	{"RSET is answered twice", `raw rset "250 ok\r\n250 ok\r\n"`},
	{"MAIL is not answered", `raw mail "250-"`},
}

// A host that sends one reply too many gives everybody the answer of his neighbour.
func TestRepliesOutOfStep(t *testing.T) {
	for _, tt := range strays {
		for name, everybody := range map[string]string{"": "", ", and everybody is taken": "\nrcpt nobody* 550 no such user\nrcpt * 250 ok"} {
			t.Run(tt.name+name, func(t *testing.T) {
				bubble(t, func(t *testing.T, l *lab) {
					l.host("mx.acme.com", tt.dialogue+"\nrcpt p* 250 ok"+everybody)
					addrs := []string{"nobody@acme.com", "p1@acme.com", "p2@acme.com", "nobody2@acme.com", "p4@acme.com"}
					found, _ := l.ask(l.options(), addrs...)
					for i, e := range found {
						code := probe.Read(e).Code
						if addrs[i][0] == 'p' {
							require.NotEqual(t, "recipient-unknown", code, addrs[i])
						} else {
							require.NotEmpty(t, code, "%s is called valid", addrs[i])
						}
					}
				})
			})
		}
	}
}

// What is not believed of one host is asked at the next.
func TestTheNextHostIsInStep(t *testing.T) {
	for _, tt := range strays[:6] {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx1.acme.com", tt.dialogue+"\n"+somebody)
				l.host("mx2.acme.com", somebody)
				l.domains["acme.com"] = []string{"mx1.acme.com", "mx2.acme.com"}
				found, _ := l.ask(l.options(), "nobody@acme.com", "p1@acme.com", "p2@acme.com")
				require.Equal(t, "recipient-unknown ok ok ", codes(found), "%q", details(found))
			})
		})
	}
}

// No check tells where the connection is cut, but words may.
func TestRepliesOutOfStepThatAreCut(t *testing.T) {
	for _, tt := range []struct{ name, dialogue string }{
		{"that of MAIL", `raw mail "250 2.1.0 sender ok\r\n250 2.1.0 sender ok\r\n"` + "\nrcpt p1* 250 2.1.5 ok"},
		{"that of another", `raw mail "250 ok\r\n250 ok\r\n"` + "\nrcpt nobody@* 550 5.1.1 <Nobody@acme.com>: no such user\nrcpt p1* 250 2.1.5 ok"},
	} {
		for _, cut := range []string{"close after rcpt 2", "after 2 rcpt * 421 4.7.0 too much"} {
			t.Run(tt.name+", "+cut, func(t *testing.T) {
				bubble(t, func(t *testing.T, l *lab) {
					l.host("mx.acme.com", cut+"\n"+tt.dialogue)
					found, _ := l.ask(l.options(), "nobody@acme.com", "p1@acme.com", "u1@acme.com", "u2@acme.com")
					require.NotEqual(t, "recipient-unknown", probe.Read(found[1]).Code)
				})
			})
		}
	}
}

// An answer counts though QUIT, or the RSET before it, is not answered.
func TestAnAnswerCountsThoughQuitFails(t *testing.T) {
	for _, tt := range []struct{ name, dialogue string }{
		{"the host hangs up", "close before quit 1"},
		{"the host hangs up at RSET", "close before rset 1"},
		{"421", "quit 421 4.4.2 bye"},
		{"421 at RSET", "rset 421 4.4.2 bye"},
		{"silence", "delay quit 1h"},
	} {
		for name, ehlo := range map[string]string{"": "", ", without PIPELINING": "ehlo 250 mx\n"} {
			t.Run(tt.name+name, func(t *testing.T) {
				bubble(t, func(t *testing.T, l *lab) {
					l.host("mx.acme.com", ehlo+tt.dialogue+"\n"+somebody)
					found, sum := l.ask(l.options(), "p0@acme.com", "nobody@acme.com")
					require.Equal(t, "ok recipient-unknown ", codes(found))
					require.LessOrEqual(t, sum.Connections, 2, "once more, with another check than QUIT")
				})
			})
		}
	}
}

// A cut leaves no word that tells, and the host is asked again.
func TestCutBeforeTheCheck(t *testing.T) {
	for _, cut := range []string{"close after rcpt 3", "close after rcpt 2", "after 3 rcpt * 421 4.7.0 too much", "after 2 rcpt * 421 4.7.0 too much"} {
		for _, ehlo := range []string{"", "ehlo 250 mx\n"} {
			t.Run(cut+ehlo, func(t *testing.T) {
				bubble(t, func(t *testing.T, l *lab) {
					l.host("mx.acme.com", ehlo+cut+"\n"+`raw mail "250 ok\r\n250 ok\r\n"`+"\n"+all)
					noGoodOneIsCalledDead(t, l, l.options(), []string{"nobody@acme.com", "p1@acme.com", "u1@acme.com", "p2@acme.com", "u3@acme.com"})
				})
			})
		}
	}
}

// The answer to EHLO tells, also where it takes longer than all others.
func TestASlowEHLO(t *testing.T) {
	for _, by := range []string{"200ms", "300ms", "1s"} {
		for _, ehlo := range []string{"", "ehlo 250-mx\\n250 SIZE 1\n"} {
			t.Run(by+ehlo, func(t *testing.T) {
				bubble(t, func(t *testing.T, l *lab) {
					l.host("mx.acme.com", ehlo+"delay ehlo "+by+"\n"+`raw mail "250 ok\r\n250 ok\r\n"`+"\n"+all)
					o := l.options()
					o.Manners.Default = probe.Limits{Connections: 1, Recipients: 100, Refusals: 9, PerMinute: -1, Pause: time.Second}
					var addrs []string
					for i := range 12 {
						addrs = append(addrs, fmt.Sprintf("x%d@acme.com", i), fmt.Sprintf("p%d@acme.com", i))
					}
					noGoodOneIsCalledDead(t, l, o, addrs)
				})
			})
		}
	}
}

// EHLO may be answered otherwise each time: that is no fault of the host.
func TestAnotherEHLO(t *testing.T) {
	for name, dialogue := range map[string]string{
		"in another order": "after 1 ehlo 250-mx\\n250-SIZE 1\\n250 PIPELINING\nehlo 250-mx\\n250-PIPELINING\\n250 SIZE 1",
		"with one more":    "after 1 ehlo 250-mx\\n250-PIPELINING\\n250-SIZE 1\\n250 LIMITS RCPTMAX=91\nehlo 250-mx\\n250-PIPELINING\\n250 SIZE 1",
		"with others":      "after 1 ehlo 250-mx\\n250-A\\n250-B\\n250 C",
		"not now":          "after 1 ehlo 451 4.5.0 not again",
		"only once":        "after 1 ehlo 503 5.5.1 duplicate",
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", dialogue+"\n"+all)
				o := l.options()
				o.Manners.Default = probe.Limits{Connections: 1, Recipients: 100, Refusals: 9, PerMinute: -1, Pause: time.Second}
				found, _ := l.ask(o, people(40, "acme.com")...)
				require.Equal(t, strings.Repeat("ok ", 40), codes(found))
			})
		})
	}
}

// A host that was in step merges the replies to two commands from then on, once for each transaction: it is behind by
// several where a batch has several.
func TestSeveralRepliesTooFew(t *testing.T) {
	for n := range 6 {
		for range 5 {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.h.net", fmt.Sprintf("first %d mail 250 ok\nraw mail \"250-ok\\r\\n\"\n", 1+n)+all)
				var addrs []string
				for d := range 6 {
					domain := fmt.Sprintf("d%d.com", d)
					l.domains[domain] = []string{"mx.h.net"}
					for i := range 4 {
						addrs = append(addrs, people(4, domain)[i], gone(4, domain)[i])
					}
				}
				o := l.options()
				o.Manners.Default = probe.Limits{Connections: 1, Recipients: 20, Refusals: 50, PerMinute: -1, Pause: time.Second}
				noGoodOneIsCalledDead(t, l, o, addrs)
			})
		}
	}
}

// Recipients whose replies name each other were mistaken, though each command has its reply.
func TestRepliesNameEachOther(t *testing.T) {
	for _, tt := range []struct{ name, dialogue string }{
		{"two", `raw rcpt p1@acme.com "550 5.1.1 <gone0@acme.com>: User unknown\r\n"
raw rcpt gone0@acme.com "250 <p1@acme.com> ok\r\n"`},
		{"three", `raw rcpt p1@acme.com "550 5.1.1 <gone0@acme.com>: User unknown\r\n"
raw rcpt p2@acme.com "250 <p1@acme.com> ok\r\n"
raw rcpt gone0@acme.com "250 <p2@acme.com> ok\r\n"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, l *lab) {
				l.host("mx.acme.com", tt.dialogue+"\n"+all)
				noGoodOneIsCalledDead(t, l, l.options(), []string{"p1@acme.com", "gone0@acme.com", "p2@acme.com"})
			})
		})
	}
}

// What is behind the last reply that was asked for may be a recipient's, in the place of EHLO's: that is no host that hears EHLO
// but once.
func TestARecipientsRefusalIsNotEHLOs(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		const twice = `@* "250 ok\r\n550 5.1.1 no such user\r\n"` + "\n"
		l.host("mx.acme.com", "close after rcpt 7\nraw rcpt p3"+twice+"raw rcpt p4"+twice+"raw rcpt p5"+twice+all)
		o := l.options()
		o.Manners.Default = probe.Limits{Connections: 1, Recipients: 20, Refusals: 9, PerMinute: -1, Pause: time.Second}
		noGoodOneIsCalledDead(t, l, o, people(20, "acme.com"))
	})
}
