package provider_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/provider"
)

func TestUnlikely(t *testing.T) {
	letters := strings.Repeat("a", 64)
	for _, tt := range []struct {
		name   string
		id     provider.ID
		likely []string
		not    map[string]string // a part of the sentence
	}{
		{"gmail", provider.Gmail, []string{
			"abcdef", letters[:30], "a.b.c.d.e.f", "Jane.Doe", "abcdef+x", "jane.doe+a+b", "123456", "janedoe+",
			"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z.1.2.3.4",
		}, map[string]string{
			"abcde": "6 to 30", letters[:31]: "6 to 30", "a.b.c.d.e": "6 to 30", "+abcdef": "6 to 30", "abcde+fgh": "6 to 30",
			"jane_doe": "letters, digits and dots", "jane-doe": "letters", `"jane doe"`: "letters", "jäne.doe": "letters",
			"jane.doe+ä": "letters", "jane..doe": "two dots", ".janedoe": "two dots", "janedoe.": "ends", "janedoe.+x": "ends",
			"": "6 to 30",
		}},
		{"workspace", provider.GoogleWorkspace, []string{"a", letters, "o'neill", "jane_doe-x.y", "jane+x"}, map[string]string{
			letters + "a": "1 to 64", "jane=doe": "only letters", `"jane"`: "only letters", "jürgen": "only letters", "+x": "1 to 64",
		}},
		{"yahoo", provider.Yahoo, []string{
			"jane", letters[:32], "jane.doe_1", "jane-shop", "Jane.Doe-Shop2", "abc-x",
		}, map[string]string{
			"abc": "4 to 32", letters[:33]: "4 to 32", "1jane": "begin with a letter", "_jane": "begin", "j.a.ne": "one dot",
			"jane+x": "only letters", "jane-a-b": "only letters", "jane-": "4 to 32", "-jane": "only letters", "jäne": "only",
		}},
		{"outlook", provider.Outlook, []string{
			"a", letters, "jane.doe_x-y", "jane+x", "1jane", "JANE",
		}, map[string]string{
			letters + "a": "1 to 64", "jane+x+y": "one plus", "jane'doe": "only letters", `"jane doe"`: "only letters", "jané": "only letters",
		}},
		{"icloud", provider.ICloud, []string{
			"abc", letters[:20], "jane.doe_1", "jane+x", "jane+averyveryverylongtag",
			"dapper_cactus.0r", "tightrope_snippets.0k", "62.tinsels-anchor", "snares-gurney-0z",
		}, map[string]string{
			"ab": "3 to 20", letters[:21]: "3 to 20", "1jane": "begin with a letter", "jane-doe": "only letters", `"jane"`: "only",
		}},
		{"aol", provider.AOL, []string{"abc", letters[:32], "jane.doe_1", "71234.567", "104567.1234"}, map[string]string{
			"ab": "3 to 32", letters[:33]: "3 to 32", "1jane": "begin with a letter", "jane-doe": "only letters", "jane+x": "only letters",
			"12345": "begin with a letter", "1234567.1": "begin", "71234.": "begin",
		}},
		{"mail.ru", provider.MailRu, []string{"ivan", letters[:31], "i.v_a-n", "1234", "ivan+x"}, map[string]string{
			"iva": "4 to 31", letters[:32]: "4 to 31", "iv..an": "together", "iv._an": "together", "-ivan": "ends", "ivan_": "ends",
			"ivan_+x": "ends", "иван": "only letters",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, local := range tt.likely {
				require.Empty(t, tt.id.Unlikely(local), local)
			}
			for local, part := range tt.not {
				require.Contains(t, tt.id.Unlikely(local), part, "%q", local)
			}
		})
	}
}

// Of most providers nothing is known.
func TestNothingIsUnlikelyElsewhere(t *testing.T) {
	for _, id := range []provider.ID{
		provider.Unknown, provider.Proton, provider.Fastmail, provider.Zoho, provider.Yandex, provider.Microsoft365,
		provider.OfDomain("orange.fr"), provider.OfDomain("att.net"), 65535,
	} {
		for _, local := range []string{"", "a", "..", `"a b"`, "1", strings.Repeat("a", 64), "jürgen"} {
			require.Empty(t, id.Unlikely(local), "%s: %s", id, local)
		}
	}
}

// Every sentence names whose rule it is: people read it beside the address.
func FuzzUnlikely(f *testing.F) {
	f.Add("jane.doe+x")
	f.Add("base-kw")
	f.Add(`"a b"`)
	f.Fuzz(func(t *testing.T, local string) {
		for id, name := range map[provider.ID]string{
			provider.AOL: "AOL", provider.Gmail: "Gmail", provider.GoogleWorkspace: "Google Workspace", provider.ICloud: "iCloud",
			provider.MailRu: "Mail.ru", provider.Outlook: "Outlook", provider.Yahoo: "Yahoo",
		} {
			why := id.Unlikely(local)
			require.True(t, why == "" || strings.HasPrefix(why, name+" "), why)
			require.Equal(t, why, id.Unlikely(upperASCII(local)), "case")
		}
	})
}

func BenchmarkUnlikely(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		provider.Gmail.Unlikely("jane.doe.1984")
	}
}
