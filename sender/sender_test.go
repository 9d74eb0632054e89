package sender_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/internal/smtptest"
	"winnow/sender"
)

// street is a world of servers: a zone, and what listens at which address and port.
type street struct {
	t      testing.TB
	dns    *dnstest.Server
	houses map[string]string // "198.20.2.1:25" is really at …
}

func newStreet(t testing.TB, zone string) *street {
	t.Helper()
	z, err := dnstest.ParseZone(zone)
	require.NoError(t, err)
	server, err := dnstest.NewServer(z)
	require.NoError(t, err)
	t.Cleanup(server.Close)
	return &street{t: t, dns: server, houses: map[string]string{}}
}

// smtp has a mail host at an address.
func (s *street) smtp(addr, dialogue string) *smtptest.Server {
	s.t.Helper()
	d, err := smtptest.ParseDialogue(dialogue)
	require.NoError(s.t, err)
	server, err := smtptest.NewServer(d)
	require.NoError(s.t, err)
	s.t.Cleanup(server.Close)
	s.houses[addr+":25"] = server.Addr()
	return server
}

func (s *street) options() sender.Options {
	return sender.Options{
		DNS:     sender.NewClient(sender.ClientOptions{Servers: []string{s.dns.Addr()}, Timeout: 2 * time.Second}),
		Timeout: 5 * time.Second,
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			at, is := s.houses[address]
			if !is {
				return nil, fmt.Errorf("dial %s: connection refused", address)
			}
			var d net.Dialer
			return d.DialContext(ctx, network, at)
		},
	}
}

// examine returns what was found, by check, each as "status about: found".
func (s *street) examine(setup sender.Setup) map[string][]string {
	s.t.Helper()
	return s.examineWith(setup, s.options())
}

func (s *street) examineWith(setup sender.Setup, o sender.Options) map[string][]string {
	s.t.Helper()
	r, err := sender.Examine(s.t.Context(), setup, o)
	require.NoError(s.t, err)
	seen := map[string][]string{}
	for _, f := range r.Results {
		seen[f.Check] = append(seen[f.Check], strings.ReplaceAll(line(f), s.dns.Addr(), "DNS"))
		if f.Status == sender.Warn || f.Status == sender.Fail {
			require.NotEmpty(s.t, f.Todo, "%+v", f)
		}
		require.NotEmpty(s.t, f.Found, "%+v", f)
	}
	for _, c := range sender.Checks() {
		require.NotEmpty(s.t, seen[c.Check], "%s says nothing", c.Check)
	}
	return seen
}

func line(r sender.Result) string {
	if r.About == "" {
		return r.Status.String() + ": " + r.Found
	}
	return r.Status.String() + " " + r.About + ": " + r.Found
}

func addrs(texts ...string) []netip.Addr {
	var all []netip.Addr
	for _, t := range texts {
		all = append(all, netip.MustParseAddr(t))
	}
	return all
}

// lists are the blocklists with their test entries, and nothing else.
const lists = `
2.0.0.127.zen.spamhaus.org        A 127.0.0.2
2.0.0.127.bl.spamcop.net          A 127.0.0.2
2.0.0.127.b.barracudacentral.org  A 127.0.0.2
2.0.0.127.psbl.surriel.com        A 127.0.0.2
2.0.0.127.bl.mailspike.net        A 127.0.0.2
2.0.0.127.dnsbl-1.uceprotect.net  A 127.0.0.2
dbltest.com.dbl.spamhaus.org      A 127.0.1.2
surbl-org-permanent-test-point.com.multi.surbl.org A 127.0.0.254
2.0.0.127.multi.uribl.com         A 127.0.0.14
`

// acme is a set-up in order, that sends from 198.51.99.7 and 2a0f:db8::7.
const acme = dnstest.Canaries + lists + `
gmx.net                        MX 10 mx00.gmx.net
mx00.gmx.net                   A 198.20.2.9
mail.acme.com                  A 198.51.99.7
mail.acme.com                  AAAA 2a0f:db8::7
mail.acme.com                  TXT "v=spf1 a -all"
7.99.51.198.in-addr.arpa       PTR mail.acme.com
7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.f.0.a.2.ip6.arpa PTR mail.acme.com
acme.com                       MX 10 mx.acme.com
mx.acme.com                    A 198.51.99.8
acme.com                       TXT "v=spf1 a:mail.acme.com -all"
acme.com                       TXT "some-verification=abc"
_dmarc.acme.com                TXT "v=DMARC1; p=reject; rua=mailto:dmarc@acme.com"
`

var sound = sender.Setup{HELO: "mail.acme.com", From: "acme.com", Addrs: addrs("198.51.99.7", "2a0f:db8::7"),
	Selectors: []sender.Selector{{Name: "s1"}}}

func TestEverythingInOrder(t *testing.T) {
	s := newStreet(t, acme+"s1._domainkey.acme.com TXT "+keyRecord(t, "rsa", 2048, "")+"\n")
	gmail := s.smtp("198.20.2.1", "greeting 220 mx.google.com ESMTP\nehlo 250-mx.google.com at your service, [198.51.99.7]\\n250 PIPELINING")
	s.smtp("198.20.2.4", "greeting 220 AM1.mail.protection.outlook.com Microsoft ESMTP MAIL Service ready")
	s.smtp("198.20.2.6", "greeting 220 mtaproxy1.free.mail.ne1.yahoo.com ESMTP ready")
	s.smtp("198.20.2.7", "greeting 220 mtaproxy1.free.mail.ne1.yahoo.com ESMTP ready")
	s.smtp("198.20.2.9", "greeting 220 gmx.net (mxgmx017) Nemesis ESMTP Service ready")
	seen := s.examine(sound)
	for check, lines := range seen {
		for _, l := range lines {
			require.True(t, strings.HasPrefix(l, "ok"), "%s: %s", check, l)
		}
	}
	require.Equal(t, []string{"ok: greeted by gmail-smtp-in.l.google.com (198.20.2.1), outlook-com.olc.protection.outlook.com (198.20.2.4), " +
		"mta5.am0.yahoodns.net (198.20.2.6), mx00.gmx.net (198.20.2.9)"}, seen["port25"])
	require.Equal(t, []string{"ok 198.51.99.7: mail.acme.com, and it leads back", "ok 2a0f:db8::7: mail.acme.com, and it leads back"}, seen["ptr"])
	require.Equal(t, []string{"ok mail.acme.com: leads to 198.51.99.7, 2a0f:db8::7"}, seen["helo"])
	require.Equal(t, []string{"ok acme.com: v=spf1 a:mail.acme.com -all (1 of 10 lookups)", "ok acme.com from 198.51.99.7: pass", "ok acme.com from 2a0f:db8::7: pass"}, seen["spf"])
	require.Equal(t, []string{"ok acme.com: p=reject"}, seen["dmarc"])
	require.Equal(t, []string{"ok acme.com: SPF passes as acme.com; DKIM can pass as acme.com (s1)"}, seen["alignment"])
	require.Equal(t, []string{"ok 198.51.99.7: not on Spamhaus ZEN, SpamCop, Barracuda, PSBL, Mailspike, UCEPROTECT level 1", "ok 2a0f:db8::7: not on Spamhaus ZEN"}, seen["blocklist"])
	require.Equal(t, []string{"ok acme.com: not on Spamhaus DBL, SURBL, URIBL"}, seen["blocklist-domain"])
	// No mail is begun.
	require.Equal(t, []string{"EHLO mail.acme.com", "QUIT"}, gmail.Transcript())
}

// What is not named is not looked at, and says by which flag it would be.
func TestNothingGiven(t *testing.T) {
	s := newStreet(t, acme)
	s.smtp("198.20.2.1", "greeting 220 mx.google.com ESMTP") // hides what it sees
	seen := s.examine(sender.Setup{})
	require.Contains(t, seen["port25"][0], "ok: greeted by gmail-smtp-in.l.google.com (198.20.2.1); no greeting by outlook-com.")
	require.Equal(t, []string{"unknown: connections leave from 127.0.0.1, which is not what the world sees, and no mail host says what it sees"}, seen["address"])
	for _, c := range sender.Checks()[2:] {
		require.Len(t, seen[c.Check], 1, c.Check)
		require.Regexp(t, `^skipped: .*--(ip|helo|from|selector)\b`, seen[c.Check][0], c.Check)
	}
}

func TestNullSender(t *testing.T) {
	s := newStreet(t, acme)
	seen := s.examine(sender.Setup{HELO: "mail.acme.com", Null: true, Domain: "acme.com", Addrs: addrs("198.51.99.7")})
	require.Contains(t, seen["spf"][0], "skipped: the sender is <>")
	require.Equal(t, []string{"ok mail.acme.com: v=spf1 a -all (1 of 10 lookups)", "ok mail.acme.com from 198.51.99.7: pass"}, seen["spf-helo"])
	require.Equal(t, []string{"ok acme.com: SPF passes as mail.acme.com; DKIM is not looked at without --selector"}, seen["alignment"])
}

// A resolver that does not answer makes nothing fail.
func TestNothingFoundOut(t *testing.T) {
	for _, fault := range []string{"!drop", "!servfail", "!refused"} {
		t.Run(fault, func(t *testing.T) {
			s := newStreet(t, "@ "+fault)
			o := s.options()
			o.DNS = sender.NewClient(sender.ClientOptions{Servers: []string{s.dns.Addr()}, Timeout: 200 * time.Millisecond})
			for check, lines := range s.examineWith(sound, o) {
				for _, l := range lines {
					if check != "address" { // was given
						require.True(t, strings.HasPrefix(l, "unknown"), "%s: %s", check, l)
					}
				}
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	s := newStreet(t, "@ !drop")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := sender.Examine(ctx, sound, s.options())
	require.ErrorIs(t, err, context.Canceled)
}

// Some checks only: nobody is connected to in vain.
func TestOnly(t *testing.T) {
	s := newStreet(t, acme)
	o := s.options()
	o.Only = []string{"ptr", "helo-ptr"}
	o.Dial = func(context.Context, string, string) (net.Conn, error) {
		t.Error("a connection was made")
		return nil, net.ErrClosed
	}
	r, err := sender.Examine(t.Context(), sound, o)
	require.NoError(t, err)
	var seen []string
	for _, f := range r.Results {
		seen = append(seen, f.Check+" "+line(f))
	}
	require.Equal(t, []string{"ptr ok 198.51.99.7: mail.acme.com, and it leads back", "ptr ok 2a0f:db8::7: mail.acme.com, and it leads back",
		"helo-ptr ok 198.51.99.7: is mail.acme.com", "helo-ptr ok 2a0f:db8::7: is mail.acme.com"}, seen)
	require.Zero(t, s.dns.Queries()["gmail.com MX"])
}

// What is said to be ours and leads nowhere is told by default.
func TestAddressesThatLeadNowhere(t *testing.T) {
	s := newStreet(t, acme)
	o := s.options()
	o.Only, o.Routable = []string{"address"}, nil
	for _, a := range []string{"10.0.0.1", "100.64.0.1", "240.0.0.1", "0.1.2.3", "198.18.0.1", "192.0.2.1", "64:ff9b::127.0.0.1", "2002:7f00:1::1", "fec0::1", "::127.0.0.1", "2001:db8::1"} {
		r, err := sender.Examine(t.Context(), sender.Setup{Addrs: addrs(a)}, o)
		require.NoError(t, err)
		require.Len(t, r.Results, 1)
		require.Equal(t, sender.Fail, r.Results[0].Status, a)
		require.Contains(t, r.Results[0].Found, addrs(a)[0].String()+" leads nowhere outside")
	}
}

func TestChecksAreUnique(t *testing.T) {
	var ids []string
	for _, c := range sender.Checks() {
		require.NotEmpty(t, c.Title)
		require.NotContains(t, ids, c.Check)
		ids = append(ids, c.Check)
	}
	require.True(t, slices.Contains(ids, "spf"))
}
