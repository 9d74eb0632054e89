package address_test

import (
	"bufio"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/address"
)

// table reads the tab-separated columns of a file in testdata, whose cells may
// be Go string literals. Lines that begin with # are comments.
func table(t testing.TB, name string, columns int) [][]string {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	require.NoError(t, err)
	defer f.Close()
	var rows [][]string
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if lines.Text() == "" || strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		cells := strings.Split(lines.Text(), "\t")
		require.Len(t, cells, columns, "%s:%d", name, n)
		for i, c := range cells {
			if strings.HasPrefix(c, "`") || !strings.HasPrefix(c, `"`) {
				continue
			}
			cells[i], err = strconv.Unquote(c)
			require.NoError(t, err, "%s:%d", name, n)
		}
		rows = append(rows, cells)
	}
	require.NoError(t, lines.Err())
	return rows
}

// Valid addresses and their parts; the first column names the rules that they
// come close to breaking.
func TestValid(t *testing.T) {
	for _, row := range table(t, "valid.tsv", 4) {
		name, text, local, domain := row[0], row[1], row[2], row[3]
		a, err := address.Parse(text)
		require.NoError(t, err, "%s: %+q", name, text)
		require.Equal(t, address.Address{Local: local, Domain: domain}, a, name)
		require.Equal(t, local+"@"+domain, a.String(), name)

		again, err := address.Parse(a.String())
		require.NoError(t, err, name)
		require.Equal(t, a, again, name)
	}
}

func TestInvalid(t *testing.T) {
	for _, row := range table(t, "invalid.tsv", 3) {
		name, text := row[0], row[1]
		offset, err := strconv.Atoi(row[2])
		require.NoError(t, err, "%+q", text)

		a, err := address.Parse(text)
		require.Zero(t, a, "%+q", text)
		var e *address.Error
		require.ErrorAs(t, err, &e, "%s: %+q", name, text)
		require.Equal(t, name, e.Rule.String(), "%+q", text)
		require.Equal(t, offset, e.Offset, "%s: %+q", name, text)
		require.Contains(t, e.Error(), name)
		if len(text) > 3 {
			require.NotContains(t, e.Error(), text, "an error must not quote an address")
		}
	}
}

// Each rule has a text that breaks it and one that comes close and does not.
func TestEveryRuleHasCases(t *testing.T) {
	breaks, keeps := map[string]bool{}, map[string]bool{}
	for _, row := range table(t, "invalid.tsv", 3) {
		breaks[row[0]] = true
	}
	for _, row := range table(t, "valid.tsv", 4) {
		for _, name := range strings.Fields(row[0]) {
			keeps[name] = true
		}
	}
	names := map[string]bool{}
	for r := address.Rule(1); r < address.NumRules; r++ {
		name := r.String()
		require.NotEmpty(t, name)
		require.False(t, names[name], "%s twice", name)
		require.True(t, breaks[name], "%s: no text that breaks it", name)
		require.True(t, keeps[name], "%s: no text that keeps it", name)
		names[name] = true
	}
	require.Len(t, keeps, len(names), "a name in valid.tsv is no rule's")
	require.Empty(t, address.Rule(0).String())
	require.Empty(t, address.NumRules.String())
}

func TestKinds(t *testing.T) {
	tests := []struct {
		name, text            string
		literal, quoted, utf8 bool
	}{
		{name: "plain", text: "jane@acme.com"},
		{name: "literal", text: "jane@[192.0.2.1]", literal: true},
		{name: "quoted", text: `"jane doe"@acme.com`, quoted: true},
		{name: "utf8", text: "josé@acme.com", utf8: true},
		{name: "quoted utf8", text: `"josé m"@acme.com`, quoted: true, utf8: true},
		{name: "domain only", text: "jose@münchen.example"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, err := address.Parse(tt.text)
			require.NoError(t, err)
			require.Equal(t, tt.literal, a.IsLiteral())
			require.Equal(t, tt.quoted, a.IsQuoted())
			require.Equal(t, tt.utf8, a.IsUTF8())
		})
	}
	require.Empty(t, address.Address{}.String())
}

// What breaks only the rules beyond RFC 5321 is grammatical; a text that breaks
// both kinds is not.
func TestGrammatical(t *testing.T) {
	tests := []struct {
		name, text string
		want       bool
	}{
		{"single label", "bob@company", true},
		{"numeric top-level domain", "bob@host.123", true},
		{"address without brackets", "bob@192.0.2.1", true},
		{"too long besides", strings.Repeat("b", 65) + "@company", false},
		{"bad label besides", "bob@-x.123", false},
		{"no domain", "bob@", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := address.Parse(tt.text)
			var e *address.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, tt.want, e.Grammatical(), e.Rule.String())
		})
	}
}

func TestParseDomain(t *testing.T) {
	tests := []struct {
		name, text, want string
		rule             address.Rule
		offset           int
	}{
		{name: "plain", text: "acme.com", want: "acme.com"},
		{name: "upper case", text: "ACME.com", want: "acme.com"},
		{name: "IDN", text: "münchen.de", want: "xn--mnchen-3ya.de"},
		{name: "literal", text: "[IPv6:2001:DB8:0:0::1]", want: "[IPv6:2001:db8::1]"},
		{name: "takes mail", text: "ua", want: "ua"},
		{name: "empty", text: "", rule: address.DomainEmpty},
		{name: "no dot", text: "company", rule: address.DomainNoDot, offset: 7},
		{name: "an address", text: "jane@acme.com", rule: address.SeveralAt, offset: 4},
		{name: "not UTF-8", text: "m\xfcnchen.de", rule: address.NotUTF8, offset: 1},
		{name: "two dots", text: "a..com", rule: address.DomainLabelEmpty, offset: 2},
		{name: "longest", text: strings.Repeat("a.", 125) + "com", want: strings.Repeat("a.", 125) + "com"},
		{name: "too long", text: strings.Repeat("a.", 125) + "info", rule: address.DomainTooLong},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := address.ParseDomain(tt.text)
			require.Equal(t, tt.want, got)
			if tt.rule == 0 {
				require.NoError(t, err)
				return
			}
			var e *address.Error
			require.True(t, errors.As(err, &e))
			require.Equal(t, &address.Error{Rule: tt.rule, Offset: tt.offset}, e)
		})
	}
}

func TestSpecial(t *testing.T) {
	for domain, want := range map[string]string{
		"test": "test", "a.test": "test", "contest": "", "a.example": "example", "x.invalid": "invalid",
		"localhost": "localhost", "printer.local": "local", "abc.onion": "onion", "db.internal": "internal",
		"wallet.alt": "alt", "home.arpa": "home.arpa", "nas.home.arpa": "home.arpa", "uri.arpa": "",
		"example.com": "example.com", "mail.example.net": "example.net", "example.org": "example.org",
		"myexample.com": "", "example.co.uk": "", "acme.com": "", "privaterelay.appleid.com": "", "": "", "[127.0.0.1]": "",
	} {
		name, ok := address.Special(domain)
		require.Equal(t, want, name, domain)
		require.Equal(t, want != "", ok, domain)
	}
}

func TestPlainDoesNotAllocate(t *testing.T) {
	for _, s := range []string{"jane.doe+news@mail.acme.co.uk", "j@acme.com"} {
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if _, err := address.Parse(s); err != nil {
				t.Fatal(err)
			}
		}), s)
	}
	require.EqualValues(t, 1, testing.AllocsPerRun(100, func() { _, _ = address.Parse("Jane@Acme.com") }))
}

func BenchmarkParse(b *testing.B) {
	for _, bb := range []struct{ name, text string }{
		{"plain", "jane.doe@mail.acme.com"},
		{"upper", "Jane.Doe@Mail.Acme.com"},
		{"quoted", `"jane doe"@mail.acme.com`},
		{"utf8", "josé.núñez@mail.acme.com"},
		{"idn", "jane.doe@münchen.de"},
		{"literal", "jane.doe@[192.0.2.1]"},
		{"wrong", "jane doe@mail.acme.com"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = address.Parse(bb.text)
			}
		})
	}
}
