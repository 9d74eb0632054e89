package provider_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"winnow/address"
	"winnow/provider"
)

func TestCanonical(t *testing.T) {
	for _, tt := range []struct{ name, address, canonical, likely string }{
		{"unknown domain", "jane.doe@example.com", "jane.doe@example.com", ""},
		{"case", "Jane.DOE@example.com", "jane.doe@example.com", ""},
		{"a plus elsewhere", "jane+news@example.com", "jane+news@example.com", "jane@example.com"},
		{"a hyphen elsewhere", "jane-news@example.com", "jane-news@example.com", ""},
		{"gmail", "j.ane.Doe+news@gmail.com", "janedoe@gmail.com", ""},
		{"gmail by its other name", "Jane.Doe@googlemail.com", "janedoe@gmail.com", ""},
		{"gmail, two tags", "jane+a+b@gmail.com", "jane@gmail.com", ""},
		{"gmail, a dot before the tag", "jane.+a@gmail.com", "jane@gmail.com", ""},
		{"gmail, a tag and nothing else", "+tag@gmail.com", "+tag@gmail.com", ""},
		{"gmail, a hyphen", "jane-doe@gmail.com", "jane-doe@gmail.com", ""},
		{"outlook", "jane.doe+x@outlook.com", "jane.doe@outlook.com", ""},
		{"hotmail is another's", "jane.doe+x@hotmail.co.uk", "jane.doe@hotmail.co.uk", ""},
		{"icloud", "jane+x@me.com", "jane@icloud.com", ""},
		{"mac.com", "jane.doe@mac.com", "jane.doe@icloud.com", ""},
		{"proton", "jane+x@pm.me", "jane@proton.me", ""},
		{"protonmail", "jane@protonmail.com", "jane@proton.me", ""},
		{"proton, dots", "jane.d-o_e@protonmail.ch", "jane.d-o_e@proton.me", "janedoe@proton.me"},
		{"fastmail", "jane.doe+x@fastmail.fm", "jane.doe@fastmail.fm", ""},
		{"zoho", "jane.doe+x@zohomail.eu", "jane.doe@zohomail.eu", ""},
		{"yahoo", "jane.doe@yahoo.com", "jane.doe@yahoo.com", ""},
		{"yahoo, disposable", "base-shop@yahoo.com", "base-@yahoo.com", "base@yahoo.com"},
		{"yahoo, another keyword", "Base-News@yahoo.com", "base-@yahoo.com", "base@yahoo.com"},
		{"yahoo, a keyword and nothing else", "-x@yahoo.com", "-x@yahoo.com", ""},
		{"yahoo by another domain is another", "jane@ymail.com", "jane@ymail.com", ""},
		{"names that came to yahoo from elsewhere", "anna-maria@ybb.ne.jp", "anna-maria@ybb.ne.jp", ""},
		{"yahoo, a plus", "jane+x@yahoo.com", "jane+x@yahoo.com", "jane@yahoo.com"},
		{"yandex", "ivan-petrov+x@ya.ru", "ivan.petrov@yandex.ru", ""},
		{"yandex, dots", "Ivan.Petrov@yandex.com", "ivan.petrov@yandex.ru", ""},
		{"yandex, hyphens where no dot can stand", "-ivan--petrov-@yandex.by", "-ivan--petrov-@yandex.ru", ""},
		{"aol", "jane+x@aol.com", "jane+x@aol.com", "jane@aol.com"},
		{"a dot before a tag that is none", "jane.+x@outlook.com", "jane.+x@outlook.com", ""},
		{"quotes without need", `"Jane.Doe"@example.com`, "jane.doe@example.com", ""},
		{"quotes without need, escapes", `"j\a\n\e"@example.com`, "jane@example.com", ""},
		{"quotes without need, with a tag", `"jane.d+x"@gmail.com`, "janed@gmail.com", ""},
		{"quotes that are needed", `"Jane Doe+x"@gmail.com`, `"jane doe+x"@gmail.com`, ""},
		{"escapes without need", `"a\ \b"@example.com`, `"a b"@example.com`, ""},
		{"escapes that are needed", `"a\"\\b"@example.com`, `"a\"\\b"@example.com`, ""},
		{"dots that need quotes", `"a..b"@gmail.com`, `"a..b"@gmail.com`, ""},
		{"an at sign", `"a@b"@example.com`, `"a@b"@example.com`, ""},
		{"nothing in quotes", `""@example.com`, `""@example.com`, ""},
		{"UTF-8", "JÜRGEN+x@example.com", "jürgen+x@example.com", "jürgen@example.com"},
		{"UTF-8 in quotes", `"JÜRGEN"@gmail.com`, "jürgen@gmail.com", ""},
		{"UTF-8 that is ASCII in lower case", "\u212aATE.+x@gmail.com", "kate@gmail.com", ""},
		{"address literal", "Jane@[192.0.2.1]", "jane@[192.0.2.1]", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			local, domain := split(tt.address)
			require.Equal(t, tt.canonical, provider.Canonical(local, domain))
			likely, differs := provider.AppendLikely([]byte("before "), local, domain)
			require.Equal(t, tt.likely != "", differs)
			if !differs {
				tt.likely = tt.canonical
			}
			require.Equal(t, "before "+tt.likely, string(likely))
		})
	}
}

func TestAlias(t *testing.T) {
	for _, tt := range []struct {
		name, address string
		want          bool
	}{
		{"tag", "jane+x@gmail.com", true},
		{"dots", "jane.doe@gmail.com", false},
		{"other domain", "jane@googlemail.com", false},
		{"keyword", "base-shop@yahoo.com", true},
		{"plus at outlook", "jane+x@outlook.com", true},
		{"hyphen at yandex", "ivan-petrov@yandex.ru", false},
		{"quotes", `"jane+x"@gmail.com`, false},
		{"an empty tag", "jane+@gmail.com", false},
		{"none", "jane@gmail.com", false},
		{"case", "Jane@gmail.com", false},
		{"case, UTF-8", "JÜRGEN@gmail.com", false},
		{"dots that count", "jane.doe@outlook.com", false},
		{"dots at yandex", "ivan.petrov@yandex.ru", false},
		{"likely is not sure", "jane+x@example.com", false},
		{"only a tag", "+x@gmail.com", false},
		{"quotes that are needed", `"jane doe"@example.com`, false},
		{"escapes that are needed", `"jane\"doe"@gmail.com`, false},
		{"longer than any", strings.Repeat("a", 300) + "@gmail.com", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			local, domain := split(tt.address)
			c := provider.CustomsOf(domain)
			require.Equal(t, tt.want, c.Alias(local))
		})
	}
}

// split parts an address at its last @.
func split(address string) (local, domain string) {
	at := strings.LastIndexByte(address, '@')
	return address[:at], address[at+1:]
}

// What must hold of every address that parses.
func checkCanonical(t require.TestingT, local, domain string) {
	canonical := provider.Canonical(local, domain)
	name, under := split(canonical)
	require.NotEmpty(t, name)
	require.Equal(t, canonical, provider.Canonical(name, under), "idempotent")
	_, err := address.Parse(canonical)
	require.NoError(t, err, "%q stays an address: %q", local+"@"+domain, canonical)

	likely, differs := provider.AppendLikely(nil, local, domain)
	require.Equal(t, differs, string(likely) != canonical)
	ofCanonical, _ := provider.AppendLikely(nil, name, under)
	require.Equal(t, string(likely), string(ofCanonical), "the same mailbox is likely the same")
	_, err = address.Parse(string(likely))
	require.NoError(t, err, "%q stays an address: %q", local+"@"+domain, likely)

	require.Equal(t, canonical, provider.Canonical(upperASCII(local), domain), "case")
	c := provider.CustomsOf(under)
	require.False(t, c.Alias(name), "the canonical form is no alias: %q", canonical)
	c = provider.CustomsOf(domain)
	if c.Alias(local) {
		require.NotEqual(t, strings.ToLower(local)+"@"+domain, canonical)
	}
	if provider.OfDomain(domain) == provider.Unknown && !strings.HasPrefix(local, `"`) {
		require.Equal(t, strings.ToLower(local)+"@"+domain, canonical)
	}
}

// Domains with customs of each kind, and without.
var customDomains = []string{
	"gmail.com", "googlemail.com", "outlook.com", "yahoo.com", "yandex.ru", "ya.ru", "me.com", "pm.me", "proton.me",
	"fastmail.com", "zoho.com", "aol.com", "mail.ru", "example.com",
}

func TestCanonicalHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		local := rapid.OneOf(
			rapid.StringMatching(`[a-cA-C+._-]{1,12}`),
			rapid.StringMatching(`"([ab+. @-]|\\[ab."\\ ]){0,10}"`),
			rapid.StringMatching(`[aÄßİΣ+.-]{1,6}`),
		).Draw(t, "local")
		domain := rapid.SampledFrom(customDomains).Draw(t, "domain")
		a, err := address.Parse(local + "@" + domain)
		if err != nil {
			t.Skip("no address")
		}
		checkCanonical(t, a.Local, a.Domain)
	})
}

func FuzzCanonical(f *testing.F) {
	f.Add("Jane.Doe+x@googlemail.com")
	f.Add(`"a\"b c"@yahoo.com`)
	f.Add("base-kw@yahoo.com")
	f.Add("i-v-a.n+x@ya.ru")
	f.Add("\u212ate@proton.me")
	f.Fuzz(func(t *testing.T, text string) {
		local, domain, _ := strings.Cut(text, "@")
		provider.AppendLikely(nil, local, domain) // no panic
		a, err := address.Parse(text)
		if err != nil {
			return
		}
		checkCanonical(t, a.Local, a.Domain)
	})
}

func TestCanonicalDoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 400)
	gmail, other := provider.CustomsOf("googlemail.com"), provider.CustomsOf("example.com")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		gmail.AppendCanonical(buf, "Jane.Doe+news")
		gmail.AppendLikely(buf, `"Jane Doe"`)
		gmail.Alias("Jane.Doe")
		other.Alias(`"Jane Doe"`)
		provider.AppendCanonical(buf, "Jane.Doe+news", "gmail.com")
	}))
}

func BenchmarkAppendCanonical(b *testing.B) {
	for _, tt := range []struct{ name, local, domain string }{
		{"gmail", "jane.doe.1984", "gmail.com"},
		{"gmail tag", "Jane.Doe+news", "gmail.com"},
		{"company", "jane.doe", "example.com"},
		{"quoted", `"jane doe"`, "example.com"},
	} {
		b.Run(tt.name, func(b *testing.B) {
			b.ReportAllocs()
			c, buf := provider.CustomsOf(tt.domain), make([]byte, 0, 400)
			for b.Loop() {
				c.AppendCanonical(buf, tt.local)
			}
		})
	}
}

func BenchmarkAppendLikely(b *testing.B) {
	b.ReportAllocs()
	c, buf := provider.CustomsOf("gmail.com"), make([]byte, 0, 400)
	for b.Loop() {
		c.AppendLikely(buf, "jane.doe.1984")
	}
}

func BenchmarkAlias(b *testing.B) {
	b.ReportAllocs()
	c := provider.CustomsOf("gmail.com")
	for b.Loop() {
		c.Alias("janedoe1984")
	}
}

func BenchmarkCustomsOf(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		provider.CustomsOf("gmail.com")
	}
}
