package probe_test

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/bounce"
	"winnow/mx"
	"winnow/probe"
)

// people are n addresses of a domain.
func people(n int, domain string) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("p%d@%s", i, domain))
	}
	return all
}

// ofPeople is RCPT for one of people; made-up names have no digits.
var ofPeople = regexp.MustCompile(`^RCPT TO:<p\d`)

const somebody = "rcpt p0@* 250 ok\nrcpt p1@* 250 ok\nrcpt p2@* 250 ok\nrcpt p3@* 250 ok"

func TestTheWayOfASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		h := l.host("mx.acme.com", "delay greeting 1ms\nehlo 250 mx\nrcpt p0@* 250 ok") // no PIPELINING: the order is what we make it
		l.ask(l.options(), "p0@acme.com", "p1@acme.com")
		got := h.server.Transcript()
		require.Len(t, got, 8)
		require.Equal(t, []string{"EHLO probe.example.net", "MAIL FROM:<>", "RCPT TO:<p0@acme.com>", "RCPT TO:<p1@acme.com>"}, got[:4])
		require.Regexp(t, `^RCPT TO:<[a-z.]{9,20}@acme\.com>$`, got[4], "the made-up one comes last")
		require.Equal(t, []string{"NOOP", "RSET", "QUIT"}, got[5:])
		l.close()
	})
}

func TestTheMadeUpOneIsAskedOnceADomain(t *testing.T) {
	for _, tt := range []struct{ name, dialogue string }{
		{"pipelining", somebody}, {"one by one", "ehlo 250 mx\n" + somebody},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				l.host("mx.acme.com", tt.dialogue)
				addrs := people(50, "acme.com")
				found, sum := l.ask(l.options(), addrs...)
				require.LessOrEqual(t, sum.Recipients, 60, "few are asked twice: see TestHarvest")
				require.LessOrEqual(t, sum.MadeUp, 1+sum.Sessions)
				require.Equal(t, 4, strings.Count(said(addrs, found), " ok"))
				others := slices.DeleteFunc(l.transcript("mx.acme.com"), func(c string) bool { return ofPeople.MatchString(c) })
				require.Len(t, others, 1, "the made-up one")
				require.LessOrEqual(t, sum.Connections, 7, "ten recipients a session, one of them behind the noes")

				require.Equal(t, sum.Connections, sum.Sessions)
				l.close()
			})
		})
	}
}

func TestNobodyIsMadeUpForTheDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.host("mx.acme.com", "ehlo 250 mx")
		_, sum := l.ask(l.options(), people(3, "acme.com")...)
		require.Zero(t, sum.MadeUp)
		l.close()
	})
}

func TestDomainsOfAHostShareSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		h := l.host("mx.host.com", "rcpt p0@* 250 ok")
		var addrs []string
		for i := range 10 {
			domain := fmt.Sprintf("d%d.com", i)
			l.domains[domain] = []string{"mx.host.com"}
			addrs = append(addrs, "p0@"+domain, "p1@"+domain)
		}
		o := l.options()
		o.Manners.Default = probe.Limits{Connections: 1, Recipients: 10, Refusals: 10, PerMinute: 60, Pause: time.Minute}
		found, sum := l.ask(o, addrs...)
		require.Equal(t, strings.Repeat("ok recipient-unknown ", 10), codes(found))
		require.LessOrEqual(t, sum.MadeUp, 10+sum.Sessions)
		require.LessOrEqual(t, sum.Connections, 5, "30 recipients, ten a session, and one more to begin with")
		domain := ""
		for _, c := range h.server.Transcript() { // one domain a transaction
			switch {
			case strings.HasPrefix(c, "MAIL"):
				domain = ""
			case strings.HasPrefix(c, "RCPT"):
				of := c[strings.LastIndexByte(c, '@'):]
				require.True(t, domain == "" || domain == of)
				domain = of
			}
		}
		l.close()
	})
}

func codes(found []probe.Evidence) string {
	var b strings.Builder
	for _, e := range found {
		code := probe.Read(e).Code
		if code == "" {
			code = "ok"
		}
		b.WriteString(code + " ")
	}
	return b.String()
}

func TestOutlooksMadeUpOneHasASessionOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		const host = "outlook-com.olc.protection.outlook.com"
		// Beside somebody who is known, everybody is.
		l.host(host, "first 2 rcpt p0@* 250 ok\nafter 1 rcpt * 250 ok\nrcpt p1@* 250 ok")
		l.domains["outlook.com"] = []string{host}
		found, sum := l.ask(l.options(), "p0@outlook.com", "p1@outlook.com")
		require.Equal(t, "ok ok ", codes(found))
		require.Equal(t, 2, sum.Connections)
		l.close()
	})
}

// learnt keeps what it is told.
type learnt struct{ all []probe.Learnt }

func (k *learnt) Hear(l probe.Learnt) { k.all = append(k.all, l) }

func (*learnt) Conclude(address.Address, probe.Evidence) {}

func TestTheSinkIsToldRawReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.host("mx.acme.com", "rcpt p0@* 250 2.1.5 ok\nrcpt p1@* 550-5.1.1 no such\\n550 5.1.1 user")
		l.host("mx.all.com", "rcpt * 250 ok")
		k := &learnt{}
		o := l.options()
		o.Evidence = k
		l.ask(o, "p0@acme.com", "p1@acme.com", "p0@all.com")
		require.Len(t, k.all, 5)
		catches := map[string]bool{}
		for _, x := range k.all {
			require.Equal(t, bounce.StageRcpt, x.Reply.Stage)
			require.False(t, x.Reply.At.IsZero())
			require.True(t, x.Reply.Addr.IsValid())
			if x.Catch != nil {
				require.True(t, x.MadeUp)
				catches[x.Addr.Domain] = x.Catch.All
			}
			if x.Addr.Local == "p1" {
				require.Equal(t, bounce.Reply{Stage: bounce.StageRcpt, Code: 550, Enhanced: "5.1.1", Text: "5.1.1 no such\n5.1.1 user", Host: "mx.acme.com"}, x.Reply.Reply)
			}
		}
		require.Equal(t, map[string]bool{"acme.com": false, "all.com": true}, catches)
		l.close()
	})
}

func TestTranscript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.host("mx.acme.com", "ehlo 250-mx\\n250 PIPELINING\nrcpt p0@* 250 ok")
		var mu sync.Mutex
		var said []string
		o := l.options()
		o.Transcript = func(line probe.Line) {
			mu.Lock()
			defer mu.Unlock()
			require.Equal(t, "mx.acme.com", line.Host)
			require.Equal(t, 1, line.Session)
			said = append(said, string(line.Who)+" "+line.Text)
		}
		l.ask(o, "p0@acme.com")
		require.Equal(t, []string{"* connected", "S 220 smtptest ESMTP", "C EHLO probe.example.net", "S 250-mx", "S 250 PIPELINING",
			"C MAIL FROM:<>", "C RCPT TO:<p0@acme.com>"}, said[:7])
		require.Equal(t, []string{"C RSET", "C QUIT", "S 250 2.1.0 ok", "S 250 ok", "S 550 5.1.1 no such user", "S 250 2.0.0 ok", "S 221 2.0.0 bye"}, said[8:])
		l.close()
	})
}

func TestCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.host("mx.acme.com", "delay rcpt * 20s\n"+somebody)
		p, err := probe.New(l.options())
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(5*time.Second, cancel)
		begin := time.Now()
		sum, err := p.Probe(ctx, func(yield func(probe.Target) bool) {
			yield(l.target(0, "p0@acme.com"))
			<-ctx.Done() // a list that goes on
		}, func(probe.Evidence) { t.Error("a cancelled question has no answer") })
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 5*time.Second, time.Since(begin))
		require.Equal(t, 1, sum.Targets)
		synctest.Wait()
		require.Zero(t, l.open["mx.acme.com"])
		l.close()
	})
}

func TestNothingToAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		_, sum := l.ask(l.options())
		require.Zero(t, sum)
	})
}

func TestTargetsThatComeSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		l.host("mx.acme.com", somebody)
		p, err := probe.New(l.options())
		require.NoError(t, err)
		told := 0
		sum, err := p.Probe(context.Background(), func(yield func(probe.Target) bool) {
			for i, a := range people(12, "acme.com") {
				yield(l.target(i, a))
				time.Sleep(time.Minute)
			}
		}, func(e probe.Evidence) {
			told++
			want := ""
			if e.ID > 3 {
				want = "recipient-unknown"
			}
			require.Equal(t, want, probe.Read(e).Code)
		})
		require.NoError(t, err)
		require.Equal(t, 12, told)
		require.Equal(t, 1, sum.MadeUp)
		l.close()
	})
}

func TestNew(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    probe.Options
		want string
	}{
		{"no HELO", probe.Options{}, "HELO"},
		{"a command in HELO", probe.Options{Helo: "x\r\nDATA"}, "no host name"},
		{"no literal", probe.Options{Helo: "[1.2.3]"}, "no address literal"},
		{"a literal", probe.Options{Helo: "[192.0.2.1]"}, ""},
		{"a literal of IPv6", probe.Options{Helo: "[IPv6:2001:db8::1]"}, ""},
		{"no sender", probe.Options{Helo: "x.example.net", From: "nobody"}, "MAIL FROM"},
		{"a sender", probe.Options{Helo: "x.example.net", From: "bounce@example.net"}, ""},
		{"a HELO of dots", probe.Options{Helo: ".."}, "no host name"},
		{"a HELO of a hyphen", probe.Options{Helo: "-"}, "no host name"},
		{"a HELO with an underscore", probe.Options{Helo: "a_b.example.net"}, "no host name"},
		{"a HELO that ends in a line", probe.Options{Helo: "x.example.net\r\n"}, "no host name"},
		{"a literal of IPv6 without its tag", probe.Options{Helo: "[2001:db8::1]"}, "no address literal"},
		{"a literal with a zone", probe.Options{Helo: "[IPv6:fe80::1%eth0]"}, "no address literal"},
		{"a literal without its end", probe.Options{Helo: "[192.0.2.1"}, "no address literal"},
		{"a sender and a command", probe.Options{Helo: "x.example.net", From: "a@example.net>\r\nDATA"}, "MAIL FROM"},
		{"a sender who wants SMTPUTF8", probe.Options{Helo: "x.example.net", From: "jürgen@example.net"}, "not ASCII"},
		{"a source and a proxy", probe.Options{Helo: "x.example.net", Sources: []netip.Addr{netip.MustParseAddr("192.0.2.1")},
			Proxy: &url.URL{Scheme: "socks5", Host: "127.0.0.1:1"}}, "no sources"},
		{"a negative budget", probe.Options{Helo: "x.example.net", Budget: -1}, "negative"},
		{"a port", probe.Options{Helo: "x.example.net", Port: 70000}, "no such port"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := probe.New(tt.o)
			if tt.want == "" {
				require.NoError(t, err)
				require.NotNil(t, p)
				return
			}
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// What is said on the wire is ASCII: no host has offered SMTPUTF8 when EHLO is said, and few do.
func TestNamesOfOursAreSaidInASCII(t *testing.T) {
	bubble(t, func(t *testing.T, l *lab) {
		h := l.host("mx.acme.com", somebody)
		o := l.options()
		o.Helo, o.From = "mail.bücher.example.", "a@bücher.example"
		found, _ := l.ask(o, "p0@acme.com")
		require.Equal(t, "ok ", codes(found))
		said := h.server.Transcript()
		require.Contains(t, said, "EHLO mail.xn--bcher-kva.example")
		require.Contains(t, said, "MAIL FROM:<a@xn--bcher-kva.example>")
	})
}

func TestHostsWithoutAddressesAreLookedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		h := l.host("mx2.acme.com", somebody)
		o := l.options()
		asked := []string{}
		var mu sync.Mutex
		o.Lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, host)
			if host == "mx2.acme.com" {
				return []netip.Addr{h.addr}, nil
			}
			return nil, nil
		}
		p, err := probe.New(o)
		require.NoError(t, err)
		target := l.target(0, "p0@acme.com")
		target.MX.Hosts = []mx.Host{{Name: "mx1.acme.com", Preference: 1}, {Name: "mx2.acme.com", Preference: 2}}
		e, err := p.Address(context.Background(), target)
		require.NoError(t, err)
		require.Equal(t, "ok ", codes([]probe.Evidence{e}))
		require.Equal(t, []string{"mx1.acme.com", "mx2.acme.com"}, asked)
		l.close()
	})
}

// all takes all that people returns, and nobody else.
const all = "rcpt p0* 250 ok\nrcpt p1* 250 ok\nrcpt p2* 250 ok\nrcpt p3* 250 ok\nrcpt p4* 250 ok\nrcpt p5* 250 ok\nrcpt p6* 250 ok\nrcpt p7* 250 ok\nrcpt p8* 250 ok\nrcpt p9* 250 ok"

// once has a host take EHLO at the beginning only.
const once = "after 1 ehlo 503 5.5.1 duplicate EHLO\n"

// Where EHLO is answered as before, nothing has to be waited for that does not come.
func TestEHLOTellsThatRepliesAreInStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(t)
		h := l.host("mx.acme.com", all)
		o := l.options()
		o.Manners.Default = probe.Limits{Connections: 1, Recipients: 1000, Refusals: 9, PerMinute: -1, Pause: time.Second}
		begun := time.Now()
		found, sum := l.ask(o, people(180, "acme.com")...)
		require.Equal(t, strings.Repeat("ok ", 180), codes(found))
		require.Equal(t, 1, sum.Connections)
		require.Less(t, time.Since(begun), 50*time.Millisecond, "on fake time")
		count := map[string]int{}
		for _, c := range h.server.Transcript() {
			verb, _, _ := strings.Cut(c, " ")
			count[verb]++
		}
		require.Greater(t, count["EHLO"], 2)
		require.Equal(t, count["EHLO"], count["MAIL"], "it ends the transaction")
		require.Zero(t, count["NOOP"])
		l.close()
	})
}

// A host that stalls once it has refused too much is left by QUIT, not asked for every line of
// the answer to EHLO.
func TestAHostThatStallsHearsQuit(t *testing.T) {
	for name, ehlo := range map[string]string{"": "", ", without PIPELINING": "ehlo 250 mx\n"} {
		t.Run("a host"+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				h := l.host("mx.acme.com", ehlo+all)
				o := l.options()
				o.Manners.Default = probe.Limits{Connections: 1, Recipients: 100, Refusals: 4, PerMinute: -1, Pause: time.Second}
				addrs := people(40, "acme.com")
				for i := range 5 {
					addrs = append(addrs, fmt.Sprintf("nobody%d@acme.com", i))
				}
				addrs = append(addrs, people(60, "acme.com")[40:]...)
				l.ask(o, addrs...)
				said := h.server.Transcript()
				refusals := 0
				for i, c := range said {
					switch verb, _, _ := strings.Cut(c, " "); {
					case verb == "RCPT" && !ofPeople.MatchString(c):
						refusals++
					case verb == "QUIT":
						refusals = 0
					case verb == "EHLO", verb == "NOOP":
						require.Less(t, refusals, 4, "%s", said[:i+1])
					}
				}
				l.close()
			})
		})
	}
}

func TestATransactionGoesOn(t *testing.T) {
	for _, tt := range []struct {
		name, dialogue string
		n, least, most int
	}{
		{"EHLO may be said once", once + all, 80, 2, 2},
		{"one by one", "ehlo 250 mx\n" + all, 80, 1, 1},
		{"a hundred recipients at most", once + all, 180, 2, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(t)
				h := l.host("mx.acme.com", tt.dialogue)
				o := l.options()
				o.Manners.Default = probe.Limits{Connections: 1, Recipients: 1000, Refusals: 9, PerMinute: -1, Pause: time.Second}
				found, sum := l.ask(o, people(tt.n, "acme.com")...)
				require.Equal(t, strings.Repeat("ok ", tt.n), codes(found))
				count := map[string]int{}
				for _, c := range h.server.Transcript() {
					verb, _, _ := strings.Cut(c, " ")
					count[verb]++
				}
				require.Equal(t, count["MAIL"], count["RSET"])
				require.GreaterOrEqual(t, count["MAIL"], tt.least)
				require.LessOrEqual(t, count["MAIL"], tt.most, "a batch that would be too much for one begins the next")
				delete(count, "MAIL")
				delete(count, "RSET")
				require.LessOrEqual(t, count["NOOP"], 5, "one behind each batch but the last")
				delete(count, "NOOP")
				require.LessOrEqual(t, count["EHLO"], 2, "it is not said again where it is refused")
				delete(count, "EHLO")
				require.Equal(t, map[string]int{"RCPT": tt.n + 1, "QUIT": 1}, count)
				require.Equal(t, 1, sum.Connections)
				l.close()
			})
		})
	}
}

func TestPutOff(t *testing.T) {
	for _, cancelled := range []bool{false, true} {
		bubble(t, func(t *testing.T, l *lab) {
			l.host("mx.acme.com", "first 3 rcpt * 451 4.7.1 greylisted\n"+somebody)
			p, err := probe.New(l.options())
			require.NoError(t, err)
			require.Zero(t, p.PutOff())
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			told, ended := 0, make(chan struct{})
			go func() {
				defer close(ended)
				_, err := p.Probe(ctx, func(yield func(probe.Target) bool) {
					_ = yield(l.target(0, "p0@acme.com")) && yield(l.target(1, "p1@acme.com"))
				}, func(probe.Evidence) { told++ })
				require.Equal(t, cancelled, err != nil)
			}()
			time.Sleep(time.Minute)
			require.Equal(t, 2, p.PutOff())
			if cancelled {
				cancel()
			}
			<-ended
			require.Zero(t, p.PutOff())
			require.Equal(t, cancelled, told == 0)
		})
	}
}
