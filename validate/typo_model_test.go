package validate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/publicsuffix"

	"winnow/provider"
)

func TestLookalike(t *testing.T) {
	targets := EmbeddedLists().typos
	for text, want := range map[string]string{
		"gm\u0430il.com": "gmail.com", "\u0443\u0430h\u043e\u043e.com": "yahoo.com", "m\u0430il.ru": "mail.ru", "gmail.c\u043em": "gmail.com",
		"münchen.de": "", "пример.рф": "", "\u0430cme.com": "",
	} {
		m := Parse("jane@" + text)
		require.Nil(t, m.Fault, text)
		require.Equal(t, want, targets.nearest(m.Addr.Domain).domain, text)
	}
}

func TestNearest(t *testing.T) {
	targets := EmbeddedLists().typos
	for _, tt := range []struct{ name, domain, want string }{
		{"swapped", "gmial.com", "gmail.com"},
		{"a squat that the lists know", "gamil.com", "gmail.com"},
		{"dropped", "hotmal.com", "hotmail.com"},
		{"too many", "yahooo.com", "yahoo.com"},
		{"many too many", "yahooooo.com", "yahoo.com"},
		{"another key", "outlook.con", "outlook.com"},
		{"two slips", "ohtmial.com", "hotmail.com"},
		{"two slips, one in the suffix", "hotmqil.cim", "hotmail.com"},
		{"a letter moved by two", "outookl.com", "outlook.com"},
		{"dropped dot", "gmailcom", "gmail.com"},
		{"dot too late", "hotmailc.om", "hotmail.com"},
		{"dot too early", "yaho.ocom", "yahoo.com"},
		{"cut off", "hotmail.c", "hotmail.com"},
		{"dropped dot of a short name", "aolcom", "aol.com"},
		{"country put behind", "icloud.com.br", "icloud.com"},
		{"country put behind a slip", "icluod.com.br", "icloud.com"},
		{"ending said twice", "outlook.com.com", "outlook.com"},
		{"digits put behind", "gmail.com1984", "gmail.com"},
		{"not behind somebody's subdomain", "gmail.com.acme.de", ""},
		{"exclusive brand, real top-level domain", "gmail.co", "gmail.com"},
		{"exclusive brand, another suffix", "gmail.fr", "gmail.com"},
		{"exclusive brand, its own suffix for the country", "hotnail.fr", "hotmail.fr"},
		{"exclusive brand, second-level suffix", "yaoho.com.br", "yahoo.com.br"},
		{"web site", "www.hotmail.com", "hotmail.com"},
		{"web site of somebody", "www.acme.com", ""},
		{"a provider's company", "sbcglobal.com", ""},
		{"short name, no such top-level domain", "web.dee", "web.de"},
		{"short name, real top-level domain", "web.dk", ""},
		{"short name, another name", "wed.de", ""},
		{"four letters, another name", "give.com", ""},
		{"four letters, swapped", "vile.com", ""},
		{"the most popular of several", "hotmail.cm", "hotmail.com"},
		{"second-level suffix", "yahoo.co.ukk", "yahoo.co.uk"},
		{"somebody's own cloud", "skycloud.com", ""},
		{"somebody's own mail", "citymail.com", ""},
		{"somebody's fans", "hotmailfans.com", ""},
		{"the target itself", "gmail.com", ""},
		{"nothing like it", "example.com", ""},
		{"a subdomain of a real neighbour", "mx.arm.com", ""},
		{"somebody's mail host", "mail.acme.com", ""},
		{"university", "maill.edu", ""},
		{"government", "gmial.gov", ""},
		{"no domain", "gm", ""},
		{"dots", "...", ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, targets.nearest(tt.domain).domain, "%+v", targets.weigh(tt.domain))
		})
	}
}

// untouchable are real domains that stand close to a provider's, or are one.
var untouchable = strings.Fields(`email.com arm.com uol.com.br idu.edu.tr ahe.email urv.cat aol.com.br
	hotmail.lt gmx.cn ymail.com mail.com live.nl outlook.de ya.ru comcast.com outlook.co
	al.com bol.com cox.com me.com`)

func TestNearestLeavesRealDomains(t *testing.T) {
	targets := EmbeddedLists().typos
	for _, domain := range untouchable {
		require.Empty(t, targets.nearest(domain), domain)
	}
	for domain := range provider.Domains() {
		require.Empty(t, targets.nearest(domain), domain)
	}
	for _, s := range targets.real {
		for _, domain := range entriesOf(s.sorted) {
			require.Empty(t, targets.nearest(domain), domain)
		}
	}
}

func TestEverySquatIsATypo(t *testing.T) {
	targets := EmbeddedLists().typos
	for _, squat := range entriesOf(targets.squats.sorted) {
		g := targets.nearest(squat)
		require.NotEmpty(t, g.domain, squat)
		require.GreaterOrEqual(t, g.odds, float32(squatOdds), squat)
	}
}

func FuzzNearest(f *testing.F) {
	for _, domain := range []string{"gmial.com", "gmail.co", "", ".", "xn--gmil-1na.com", "gmailcom", "gmail.com.ar", "hotmail.\xff", strings.Repeat("gmail.", 9)} {
		f.Add(domain)
	}
	targets := EmbeddedLists().typos
	f.Fuzz(func(t *testing.T, domain string) {
		g := targets.nearest(domain)
		if g.domain == "" {
			require.Zero(t, g)
			return
		}
		require.NotZero(t, provider.OfDomain(g.domain))
		require.Zero(t, provider.OfDomain(domain))
		require.GreaterOrEqual(t, g.share, float32(leastSure))
		p := g.probability(0)
		require.True(t, 0 < p && p <= 1, p)
		require.Greater(t, g.probability(1), p-1e-9)
	})
}

func TestNearestAllocatesNothing(t *testing.T) {
	targets := EmbeddedLists().typos
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for _, domain := range []string{"gmial.com", "gmail.co", "hotnail.com.ar", "mail.gov", "yahoo.xx", "example-company.com"} {
			targets.nearest(domain)
		}
	}))
}

// What the suffixes of the model are good for: the domains of providers.
func TestPublicSuffix(t *testing.T) {
	tlds := EmbeddedLists().typos.tlds
	for domain := range provider.Domains() {
		want, icann := publicsuffix.PublicSuffix(domain)
		got, exists := publicSuffix(domain, tlds)
		require.Equal(t, icann, exists, domain)
		if want != "qc.ca" {
			require.Equal(t, want, got, domain)
		}
	}
	for _, tt := range []struct {
		domain, suffix string
		exists         bool
	}{
		{"gmail.con", "con", false},
		{"gmailcom", "gmailcom", false},
		{"com", "com", true},
		{"co.uk", "uk", true},
		{"gmail.com.ar", "com.ar", true},
		{"", "", false},
	} {
		suffix, exists := publicSuffix(tt.domain, tlds)
		require.Equal(t, tt.suffix, suffix, tt.domain)
		require.Equal(t, tt.exists, exists, tt.domain)
	}
}

func TestTopLevelDomainsExist(t *testing.T) {
	tlds := EmbeddedLists().typos.tlds
	for _, tld := range entriesOf(tlds.sorted) {
		_, icann := publicsuffix.PublicSuffix("x." + tld)
		require.True(t, icann, tld)
	}
	for a := 'a'; a <= 'z'; a++ {
		for b := 'a'; b <= 'z'; b++ {
			tld := string([]rune{a, b})
			if _, icann := publicsuffix.PublicSuffix("x." + tld); icann != tlds.has(tld) {
				require.Fail(t, "a country too many, or too few", tld)
			}
		}
	}
}

func TestTargetsFit(t *testing.T) {
	for target := range provider.Targets() {
		require.LessOrEqual(t, len(target.Domain), maxTarget, target.Domain)
	}
	for _, n := range newTypoNames().all {
		require.GreaterOrEqual(t, len(n.name), 2, "%s: near looks at two letters", n.name)
		for i, target := range n.targets {
			require.Equal(t, target.domain, target.name+target.suffix)
			require.True(t, i == 0 || target.prior <= n.targets[i-1].prior, "%s: the likeliest first", target.domain)
		}
	}
}

func BenchmarkNearest(b *testing.B) {
	targets := EmbeddedLists().typos
	for _, domain := range []string{
		"gmial.com", "hotmial.co.uk", "yahooo.con", "gmail.com",
		"acme.de", "example.com", "email.com", "stadtwerke-muenchen.de", "some-longer-company-name.co.uk",
	} {
		b.Run(domain, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				targets.nearest(domain)
			}
		})
	}
}

// The names are made once a process, if at all: this is their share of a cold start.
func BenchmarkNewTypoNames(b *testing.B) {
	for b.Loop() {
		newTypoNames()
	}
}

// The veto is for the few: of real domains that stand close to a provider's, the model
// by itself leaves nearly all alone.
func TestModelAloneLeavesNeighbours(t *testing.T) {
	bare := *EmbeddedLists().typos
	near := entriesOf(bare.real[1].sorted)
	bare.real, bare.listed, bare.squats = nil, domainSet{}, domainSet{}
	touched := 0
	for _, domain := range near {
		if g := bare.nearest(domain); g.domain != "" {
			touched++
			t.Logf("%s → %s, %.1f", domain, g.domain, g.odds)
		}
	}
	t.Logf("%d of %d touched", touched, len(near))
	require.LessOrEqual(t, 100*touched, 3*len(near))
}
