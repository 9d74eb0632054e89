package provider_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/publicsuffix"

	"winnow/provider"
)

func TestOfDomain(t *testing.T) {
	for _, tt := range []struct{ name, domain, want string }{
		{"gmail", "gmail.com", "gmail"},
		{"gmail's other name", "googlemail.com", "gmail"},
		{"hotmail is outlook", "hotmail.com", "outlook"},
		{"regional hotmail", "hotmail.lt", "outlook"},
		{"live", "live.nl", "outlook"},
		{"msn", "msn.com", "outlook"},
		{"regional yahoo", "yahoo.de", "yahoo"},
		{"a company of its own", "yahoo.co.jp", "yahoo-japan"},
		{"ymail", "ymail.com", "yahoo"},
		{"rocketmail", "rocketmail.com", "yahoo"},
		{"me is icloud", "me.com", "icloud"},
		{"proton", "pm.me", "proton"},
		{"yandex", "ya.ru", "yandex"},
		{"mail.ru", "bk.ru", "mail.ru"},
		{"mail.ru, by its international name", "my.com", "mail.ru"},
		{"fastmail, one of many", "sent.com", "fastmail"},
		{"gmx", "gmx.cn", "gmx"},
		{"aol", "aol.com.br", "aol"},
		{"uol", "uol.com.br", "uol"},
		{"first line's neighbour", "zoho.com", "zoho"},
		{"a company", "example.com", ""},
		{"a provider's subdomain", "mail.gmail.com", ""},
		{"a relay is no mailbox provider", "duck.com", ""},
		{"a squat", "gmial.com", ""},
		{"upper case is not the form asked for", "GMAIL.COM", ""},
		{"nothing", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, provider.OfDomain(tt.domain).String())
		})
	}
}

func TestConstantsAreInTheTable(t *testing.T) {
	for domain, want := range map[string]provider.ID{
		"aol.com": provider.AOL, "fastmail.com": provider.Fastmail, "gmail.com": provider.Gmail,
		"icloud.com": provider.ICloud, "mail.ru": provider.MailRu, "outlook.com": provider.Outlook,
		"proton.me": provider.Proton, "yahoo.com": provider.Yahoo, "yandex.ru": provider.Yandex,
		"zoho.com": provider.Zoho, "example.com": provider.Unknown,
	} {
		require.Equal(t, want, provider.OfDomain(domain), domain)
	}
}

func TestStringOfNoProvider(t *testing.T) {
	require.Empty(t, provider.Unknown.String())
	require.Empty(t, provider.ID(65535).String())
}

func TestDomains(t *testing.T) {
	var domains []string
	providers := map[string]bool{}
	for domain, id := range provider.Domains() {
		require.NotEqual(t, provider.Unknown, id, domain)
		require.NotEmpty(t, id.String(), domain)
		require.Equal(t, id, provider.OfDomain(domain))
		suffix, icann := publicsuffix.PublicSuffix(domain)
		require.NotEqual(t, suffix, domain, "a public suffix is nobody's mail domain")
		require.True(t, icann, "%s: no such top-level domain", domain)
		domains = append(domains, domain)
		providers[id.String()] = true
	}
	require.True(t, slices.IsSorted(domains))
	require.Len(t, slices.Compact(domains), len(domains))
	require.GreaterOrEqual(t, len(domains), 250)
	require.GreaterOrEqual(t, len(providers), 60)
}

func TestTargets(t *testing.T) {
	targets := map[string]provider.Target{}
	for target := range provider.Targets() {
		require.NotEqual(t, provider.Unknown, provider.OfDomain(target.Domain), target.Domain)
		require.True(t, 1 <= target.Popularity && target.Popularity <= 9, target.Domain)
		targets[target.Domain] = target
	}
	require.GreaterOrEqual(t, len(targets), 150)
	require.Equal(t, provider.Target{Domain: "gmail.com", Popularity: 9, Exclusive: true}, targets["gmail.com"])
	require.Equal(t, provider.Target{Domain: "web.de", Popularity: 6}, targets["web.de"])
	require.NotContains(t, targets, "pm.me")
}

// Every line of the table that is not a comment must be of the form that is read:
// nothing tells of one that is not.
func TestEveryLineIsUnderstood(t *testing.T) {
	f, err := os.Open("data/providers.txt")
	require.NoError(t, err)
	defer f.Close()
	known := map[string]provider.ID{}
	for domain, id := range provider.Domains() {
		known[domain] = id
	}
	lines := 0
	for in := bufio.NewScanner(f); in.Scan(); {
		if strings.HasPrefix(in.Text(), "#") {
			continue
		}
		lines++
		fields := strings.Split(in.Text(), " ")
		require.Len(t, fields, 3, in.Text())
		require.Regexp(t, `^(-|[1-9]!?)$`, fields[2], in.Text())
		require.Contains(t, known, fields[0])
		require.Equal(t, fields[1], known[fields[0]].String())
	}
	require.Len(t, known, lines)
}

func BenchmarkOfDomain(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		provider.OfDomain("hotmail.co.uk")
		provider.OfDomain("example.com")
	}
}
