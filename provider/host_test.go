package provider_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/publicsuffix"

	"winnow/provider"
)

func TestOfHost(t *testing.T) {
	for _, tt := range []struct {
		name, host string
		id         string
		class      provider.Class
	}{
		{"workspace", "aspmx.l.google.com", "google-workspace", provider.Mailbox},
		{"workspace, the second", "ALT1.ASPMX.L.GOOGLE.COM.", "google-workspace", provider.Mailbox},
		{"workspace, old name", "aspmx2.googlemail.com", "google-workspace", provider.Mailbox},
		{"workspace, new name", "smtp.google.com", "google-workspace", provider.Mailbox},
		{"gmail itself", "gmail-smtp-in.l.google.com", "gmail", provider.Mailbox},
		{"gmail itself, the second", "alt2.gmail-smtp-in.l.google.com", "gmail", provider.Mailbox},
		{"microsoft 365", "example-com.mail.protection.outlook.com", "microsoft365", provider.Mailbox},
		{"microsoft 365 with DNSSEC", "example-com.a-v1.mx.microsoft", "microsoft365", provider.Mailbox},
		{"outlook itself, a longer suffix", "outlook-com.olc.protection.outlook.com", "outlook", provider.Mailbox},
		{"yahoo", "mta7.am0.yahoodns.net", "yahoo", provider.Mailbox},
		{"aol, on yahoo's hosts", "mx-aol.mail.gm0.yahoodns.net", "aol", provider.Mailbox},
		{"icloud", "mx01.mail.icloud.com", "icloud", provider.Mailbox},
		{"zoho", "mx2.zoho.eu", "zoho", provider.Mailbox},
		{"proton", "mailsec.protonmail.ch", "proton", provider.Mailbox},
		{"proton's aliases are not mailboxes", "mx1.alias.proton.me", "simplelogin", provider.Relay},
		{"fastmail", "in1-smtp.messagingengine.com", "fastmail", provider.Mailbox},
		{"yandex", "mx.yandex.net", "yandex", provider.Mailbox},
		{"mail.ru", "mxs.mail.ru", "mail.ru", provider.Mailbox},
		{"gmx", "mx00.emig.gmx.net", "gmx", provider.Mailbox},
		{"web.de", "mx-ha02.web.de", "web.de", provider.Mailbox},
		{"ovh", "mx1.mail.ovh.net", "ovh", provider.Mailbox},
		{"a server rented of ovh", "vps-1234.vps.ovh.net", "", provider.Unclassed},
		{"proofpoint", "mx0a-00000000.pphosted.com", "proofpoint", provider.Gateway},
		{"mimecast", "eu-smtp-inbound-1.mimecast.com", "mimecast", provider.Gateway},
		{"barracuda", "d123456a.ess.barracudanetworks.com", "barracuda", provider.Gateway},
		{"cisco", "mx1.hc000-00.eu.iphmx.com", "cisco", provider.Gateway},
		{"trend micro", "example.in.tmes.trendmicro.eu", "trendmicro", provider.Gateway},
		{"cloudflare routes to others", "route1.mx.cloudflare.net", "cloudflare", provider.Relay},
		{"simplelogin", "mx1.simplelogin.co", "simplelogin", provider.Relay},
		{"a registrar's forwarding", "eforward3.registrar-servers.com", "namecheap", provider.Relay},
		{"yopmail", "smtp.yopmail.com", "yopmail", provider.Disposable},
		{"mail.tm", "in.mail.tm", "mail.tm", provider.Disposable},
		{"emailfake, the host is the suffix", "generator.email", "emailfake", provider.Disposable},
		{"mailhostbox is anybody's", "us2.mx1.mailhostbox.com", "mailhostbox", provider.Shared},
		{"so is what reads mail by program", "inbound-smtp.us-east-1.amazonaws.com", "amazon-ses", provider.Shared},
		{"parked", "park-mx.above.com", "above.com", provider.Parking},

		{"a neighbour of a suffix", "notpphosted.com", "", provider.Unclassed},
		{"a name that goes on", "pphosted.com.example.org", "", provider.Unclassed},
		{"before the first line", "0.example", "", provider.Unclassed},
		{"behind the last line", "zzz.example", "", provider.Unclassed},
		{"a company's own", "mail.example.com", "", provider.Unclassed},
		{"a top-level domain", "com", "", provider.Unclassed},
		{"null MX", ".", "", provider.Unclassed},
		{"nothing", "", "", provider.Unclassed},
		{"two final dots are none", "mx.yandex.net..", "", provider.Unclassed},
		{"too long", strings.Repeat("a.", 200) + "yopmail.com", "", provider.Unclassed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := provider.OfHost(tt.host)
			require.Equal(t, tt.id, h.ID.String())
			require.Equal(t, tt.class, h.Class)
			require.Equal(t, h.Class == provider.Unclassed, h == provider.Host{})
			require.True(t, strings.HasSuffix(strings.ToLower(strings.TrimSuffix(tt.host, ".")), h.Suffix))
		})
	}
}

func TestClassString(t *testing.T) {
	require.Equal(t, "disposable", provider.Disposable.String())
	require.Empty(t, provider.Unclassed.String())
	require.Empty(t, provider.Class(200).String())
}

// The form of data/hosts.txt, and that no line can judge a provider.
func TestHosts(t *testing.T) {
	text, err := os.ReadFile("data/hosts.txt")
	require.NoError(t, err)
	var suffixes, disposable []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, " ")
		require.Len(t, fields, 3, line)
		suffix, class, id := fields[0], fields[1], fields[2]

		require.Regexp(t, `^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z]$`, suffix, "A-labels in lower case")
		public, icann := publicsuffix.PublicSuffix(suffix)
		require.NotEqual(t, public, suffix, "a public suffix is nobody's host")
		require.True(t, icann || strings.Contains(public, "."), "%s: no such top-level domain", suffix)
		require.Regexp(t, `^[a-z0-9][a-z0-9.-]*$`, id, line)

		h := provider.OfHost(suffix)
		require.Equal(t, provider.Host{ID: h.ID, Class: h.Class, Suffix: suffix}, h)
		require.Equal(t, class, h.Class.String(), line)
		require.Equal(t, id, h.ID.String(), line)
		require.Equal(t, h, provider.OfHost("mx1."+strings.ToUpper(suffix)+"."))

		suffixes = append(suffixes, suffix)
		if h.Class == provider.Disposable {
			disposable = append(disposable, suffix)
		}
	}
	require.True(t, slices.IsSorted(suffixes))
	require.Len(t, slices.Compact(slices.Clone(suffixes)), len(suffixes))
	require.GreaterOrEqual(t, len(suffixes), 300)
	require.GreaterOrEqual(t, len(disposable), 40)

	for _, d := range disposable {
		for domain := range provider.Domains() {
			require.False(t, domain == d || strings.HasSuffix(domain, "."+d), "%s: above the provider %s", d, domain)
		}
		for _, s := range suffixes {
			require.False(t, strings.HasSuffix(s, "."+d) && provider.OfHost(s).Class != provider.Disposable, "%s: above %s", d, s)
		}
	}
}

func FuzzOfHost(f *testing.F) {
	f.Add("aspmx.l.google.com")
	f.Add("MX.Yandex.NET.")
	f.Add("..")
	f.Fuzz(func(t *testing.T, host string) {
		h := provider.OfHost(host)
		require.Equal(t, h, provider.OfHost(upperASCII(host)))
		if h.Class == provider.Unclassed {
			require.Zero(t, h)
			return
		}
		name, suffix := upperASCII(strings.TrimSuffix(host, ".")), upperASCII(h.Suffix)
		require.True(t, name == suffix || strings.HasSuffix(name, "."+suffix))
	})
}

func TestOfHostDoesNotAllocate(t *testing.T) {
	require.Zero(t, testing.AllocsPerRun(100, func() {
		provider.OfHost("Example-Com.Mail.Protection.Outlook.Com.")
		provider.OfHost("mail.example.com")
	}))
}

func BenchmarkOfHost(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		provider.OfHost("example-com.mail.protection.outlook.com.")
	}
}

func upperASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}
