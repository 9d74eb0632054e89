package sender_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/sender"
)

func TestBlocklists(t *testing.T) {
	const ours = "7.99.51.198."
	for _, test := range []struct {
		name, zone string
		without    string // a line of lists that is left out
		about      string // which result is looked at
		want       string
	}{
		{"none", "", "", "Spamhaus", "ok 198.51.99.7: not on Spamhaus ZEN, SpamCop, Barracuda, PSBL, Mailspike, UCEPROTECT level 1"},
		{"listed", ours + "zen.spamhaus.org A 127.0.0.3\n" + ours + "zen.spamhaus.org A 127.0.0.4", "", "Spamhaus", "fail 198.51.99.7: on Spamhaus ZEN: CSS: mail that looks like spam (127.0.0.3), XBL: the machine looks taken over (127.0.0.4)"},
		{"an address of end users", ours + "zen.spamhaus.org A 127.0.0.11", "", "Spamhaus", "fail 198.51.99.7: on Spamhaus ZEN: PBL: an address of end users, that should send through its provider (127.0.0.11)"},
		{"a list that few ask", ours + "dnsbl-1.uceprotect.net A 127.0.0.2", "", "UCEPROTECT", "warn 198.51.99.7: on UCEPROTECT level 1: 127.0.0.2"},
		{"a public resolver", "*.zen.spamhaus.org A 127.255.255.254", "2.0.0.127.zen", "Spamhaus", "unknown 198.51.99.7: Spamhaus ZEN refused: asked through a public resolver (127.255.255.254)"},
		{"a public resolver, told late", ours + "zen.spamhaus.org A 127.255.255.254", "", "Spamhaus", "unknown 198.51.99.7: Spamhaus ZEN refused: asked through a public resolver (127.255.255.254)"},
		{"too many questions", ours + "zen.spamhaus.org A 127.255.255.255", "", "Spamhaus", "unknown 198.51.99.7: Spamhaus ZEN refused: too many queries from this resolver (127.255.255.255)"},
		{"a code of refusals to come", ours + "psbl.surriel.com A 127.255.255.1", "", "PSBL", "unknown 198.51.99.7: PSBL refused (127.255.255.1)"},
		{"lists all", "1.0.0.127.psbl.surriel.com A 127.0.0.2\n" + ours + "psbl.surriel.com A 127.0.0.2", "", "PSBL", "unknown 198.51.99.7: PSBL lists everything: also 1.0.0.127, which no list may have"},
		{"lists nothing", "", "2.0.0.127.psbl", "PSBL", "unknown 198.51.99.7: PSBL says nothing: its test entry is not there (2.0.0.127.psbl.surriel.com)"},
		{"a parked zone", ours + "psbl.surriel.com A 203.0.112.1", "", "PSBL", "unknown 198.51.99.7: PSBL could not be asked: psbl.surriel.com answers 203.0.112.1, which no blocklist does: the zone is gone, or the resolver makes answers up"},
		{"refuses", "2.0.0.127.b.barracudacentral.org !refused", "", "Barracuda", "unknown 198.51.99.7: Barracuda could not be asked: DNS: REFUSED"},
		{"not found out", ours + "bl.spamcop.net !servfail", "", "SpamCop", "unknown 198.51.99.7: SpamCop could not be asked: DNS: SERVFAIL"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var zone strings.Builder
			for l := range strings.Lines(lists) {
				if test.without == "" || !strings.HasPrefix(l, test.without) {
					zone.WriteString(l)
				}
			}
			seen := newStreet(t, zone.String()+test.zone).examine(sender.Setup{Addrs: addrs("198.51.99.7")})["blocklist"]
			var about []string
			for _, l := range seen {
				if strings.Contains(l, test.about) {
					about = append(about, l)
				}
			}
			if !strings.HasPrefix(test.want, "ok") { // the others have nothing to say
				require.Len(t, seen, 2)
				require.Contains(t, seen[1], "ok 198.51.99.7: not on ")
			}
			require.Equal(t, []string{test.want}, about)
		})
	}
}

func TestBlocklistsOfIPv6(t *testing.T) {
	const nibbles = "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.f.0.a.2."
	seen := newStreet(t, lists+nibbles+"zen.spamhaus.org A 127.0.0.3").examine(sender.Setup{Addrs: addrs("2a0f:db8::7")})
	require.Equal(t, []string{"fail 2a0f:db8::7: on Spamhaus ZEN: CSS: mail that looks like spam (127.0.0.3)"}, seen["blocklist"])
}

func TestDomainBlocklists(t *testing.T) {
	for _, test := range []struct {
		name, zone string
		want       []string
	}{
		{"none", "", []string{"ok acme.com: not on Spamhaus DBL, SURBL, URIBL", "ok esp.com: not on Spamhaus DBL, SURBL, URIBL"}},
		{"listed", "acme.com.dbl.spamhaus.org A 127.0.1.102\nacme.com.multi.uribl.com A 127.0.0.4",
			[]string{"fail acme.com: on Spamhaus DBL: a good domain that is abused (127.0.1.102)", "warn acme.com: on URIBL: grey: bulk mail that not everybody asked for (127.0.0.4)",
				"ok acme.com: not on SURBL", "ok esp.com: not on Spamhaus DBL, SURBL, URIBL"}},
		{"several in one", "acme.com.multi.surbl.org A 127.0.0.80\nesp.com.multi.uribl.com A 127.0.0.14",
			[]string{"fail acme.com: on SURBL: malware; links to it are in spam (127.0.0.80)", "ok acme.com: not on Spamhaus DBL, URIBL",
				"warn esp.com: on URIBL: black: links to it are in spam; grey: bulk mail that not everybody asked for; red: young, under observation (127.0.0.14)", "ok esp.com: not on Spamhaus DBL, SURBL"}},
		{"refused", "acme.com.multi.uribl.com A 127.0.0.1\nesp.com.multi.surbl.org A 127.0.0.1\nacme.com.dbl.spamhaus.org A 127.0.1.255",
			[]string{"unknown acme.com: Spamhaus DBL refused: the question was not understood (127.0.1.255)", "unknown acme.com: URIBL refused (127.0.0.1)", "ok acme.com: not on SURBL",
				"unknown esp.com: SURBL refused (127.0.0.1)", "ok esp.com: not on Spamhaus DBL, URIBL"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			seen := newStreet(t, lists+test.zone).examine(sender.Setup{Domain: "news.acme.com", From: "bounce.esp.com"})
			require.Equal(t, test.want, seen["blocklist-domain"])
		})
	}
	require.Equal(t, []string{"skipped acme.test: no domain that the world knows"}, newStreet(t, lists).examine(sender.Setup{Domain: "acme.test"})["blocklist-domain"])
}
