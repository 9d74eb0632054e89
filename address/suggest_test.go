package address_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/address"
)

// The third column tells whether a suggestion may be taken unseen.
func TestSuggest(t *testing.T) {
	for _, row := range table(t, "suggest.tsv", 3) {
		text, want, sure := row[0], row[1], row[2]
		got, p := address.Suggest(text)
		if want == "-" {
			require.Zero(t, p, "%+q: %q", text, got)
			require.Empty(t, got)
			continue
		}
		require.Equal(t, want, got, "%+q", text)
		require.Equal(t, sure == "sure", p >= .99, "%+q: %v", text, p)
		_, err := address.Parse(got)
		require.NoError(t, err)
	}
}

func TestStray(t *testing.T) {
	for _, row := range table(t, "stray.tsv", 3) {
		text, want, sure := row[0], row[1], row[2]
		a, err := address.Parse(text)
		require.NoError(t, err, "%+q", text)
		got, p := address.Stray(a)
		if want == "-" {
			require.Zero(t, p, "%+q: %q", text, got)
			require.Empty(t, got)
			continue
		}
		require.Equal(t, want, got, "%+q", text)
		require.Equal(t, sure == "sure", p >= .99, "%+q: %v", text, p)
	}
}

// An enormous cell costs no more than its length.
func TestSuggestOfMuch(t *testing.T) {
	got, p := address.Suggest(strings.Repeat("somebody; ", 100_000) + "jane@acme.com.")
	require.NotZero(t, p)
	require.Equal(t, "jane@acme.com", got)

	_, p = address.Suggest(strings.Repeat("(", 1_000_000) + "@" + strings.Repeat(")", 1_000_000))
	require.Zero(t, p)
	_, p = address.Suggest(strings.Repeat(" at ", 1_000_000))
	require.Zero(t, p)
}

func TestHolds(t *testing.T) {
	for text, want := range map[string]bool{
		"jane doe@acme.com":      true,
		"jane@acme.com@acme.com": true,
		"jane:doe@acme.com":      true,
		"jos\ufffd@acme.com":     true,
		"jane@m\ufffdnchen.de":   true,
		"jos\x81@acme.com":       true,
		"jos\ufffd":              false,
		"@jos\xe9":               false,
		"@jos\ufffd":             false,
		"jane":                   false,
		"jane@acme":              false,
		"@acme.com":              false,
		"jane@acme.nosuchtld,":   false,
		"":                       false,
	} {
		require.Equal(t, want, address.Holds(text), "%+q", text)
	}
}

// What is sure is right: whatever is put around an address, the address comes out of
// it again, or another one that is not called sure.
func TestSureIsRight(t *testing.T) {
	addresses := []string{
		"jane@acme.com", "o'brien@acme.co.uk", "jane_@acme.com", "_jane@acme.com", "*jane*@acme.com", "a`b`@acme.com", "{jane}@acme.com",
		"jane+news@acme.com", "jane/doe@acme.com", "jane=doe@acme.com", "j%n@acme.com", "jane'@acme.com", "mailto@acme.com", "email@acme.com", "#1@acme.com",
		`"jane doe"@acme.com`, `"jane, doe"@acme.com`, `"a>b"@acme.com`, `"jane@doe"@acme.com`, `"mailto:"@acme.com`, "jane@[192.0.2.1]", "jane@[IPv6:2001:db8::1]",
		"josé@münchen.de", "jane@xn--mnchen-3ya.de", "ｊane@acme.com", "नमस्ते@acme.com",
	}
	around := []string{
		"%s.", "%s,", "%s;", "%s:", "%s>", "%s)", "%s]", "%s'", `%s"`, "%s. ", "%s,,", "%s;\r\n", ";%s", ",%s",
		" %s", "%s\u00a0", "\t%s\r\n", "\ufeff%s", "%s\u200b", "\u200e%s\u200e", "\u2068%s\u2069",
		"<%s>", "<%s>,", "Jane Doe <%s>", `"Doe, Jane" <%s>`, "Doe, Jane <%s>;", "Jane (work) <%s>", "%[1]s <%[1]s>",
		"mailto:%s", "MAILTO:%s?subject=Hi", "<mailto:%s>", "E-Mail: %s", "smtp:%s",
		`"%s"`, `="%s"`, "'%s'", "`%s`", "(%s)", "[%s]", "{%s}", "“%s”", "„%s“", "‘%s’", "«%s»", "* %s", "*%s*", "_%s_", "**%s**", "__%s__",
		"%[1]s; %[1]s", "%[1]s, %[1]s", "%[1]s %[1]s",
	}
	sure, right := 0, 0
	for _, a := range addresses {
		meant, err := address.Parse(a)
		require.NoError(t, err, a)
		if clean, p := address.Stray(meant); p > 0 {
			meant, err = address.Parse(clean)
			require.NoError(t, err, a)
		}
		for _, w := range around {
			text := strings.ReplaceAll(strings.ReplaceAll(w, "%[1]s", a), "%s", a)
			got, p := address.Suggest(text)
			if p < .99 {
				continue
			}
			sure++
			b, err := address.Parse(got)
			require.NoError(t, err)
			if b == meant {
				right++
			} else {
				t.Logf("%+q: %+q", text, got)
			}
		}
	}
	t.Logf("%d of %d sure suggestions are right", right, sure)
	require.Equal(t, sure, right)
	require.Greater(t, sure, len(addresses)*len(around)/2)
}
