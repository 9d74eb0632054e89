package policy_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/policy"
	"winnow/validate"
	"winnow/verdict"
)

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "winnow.toml")
	require.NoError(t, os.WriteFile(path, []byte(`
[grades]
"role.function" = "risky"
"mx.unresolvable" = "unknown"

[clean]
keep        = ["role", "unknown"]
duplicates  = "only-flag"
max-removed = "5%"
fail-on     = ["invalid>2%", "domain.missing>10"]

[dns]
resolvers = ["192.0.2.53:53", "[2001:db8::53]:53"]
timeout   = "3s"
`), 0o600))
	p, err := policy.Load(path)
	require.NoError(t, err)
	require.Equal(t, map[verdict.Kind]verdict.Grade{validate.RoleFunction: verdict.Risky, validate.MXUnresolvable: verdict.Unknown}, p.Grades)
	require.Equal(t, policy.DuplicatesFlag, p.Duplicates)
	require.Equal(t, "5%", p.MaxRemoved.String())
	require.Len(t, p.FailOn, 2)
	require.Equal(t, []string{"192.0.2.53:53", "[2001:db8::53]:53"}, p.MX().Servers)
	require.Equal(t, 3*time.Second, p.MX().Timeout)
	opt, err := p.Validate()
	require.NoError(t, err)
	require.Equal(t, p.Grades, opt.Grades)

	kept := p.Kept()
	require.True(t, kept.Has(validate.RoleSystem))
	require.True(t, kept.Has(validate.DNSTimeout))
	require.True(t, kept.Has(validate.MXUnresolvable), "it is unknown under this policy")
	require.False(t, kept.Has(validate.ListDisposable))
	require.False(t, kept.Has(validate.RowShifted), "what is wrong with the row is not the address's")
}

// The files that a policy names stand beside it, and are read when they are wanted.
func TestLoadOwnLists(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("winnow.toml", "[lists]\nallow = [\"good.txt\"]\ndeny = [\"bad.txt\", \"worse.txt\"]\n")
	write("good.txt", "acme.com\n")
	write("bad.txt", "bob@acme.com\n")
	write("worse.txt", "*.acme.com\n")
	p, err := policy.Load(filepath.Join(dir, "winnow.toml"))
	require.NoError(t, err)
	opt, err := p.Validate()
	require.NoError(t, err)
	require.Equal(t, 1, opt.Allow.Len())
	require.Equal(t, 2, opt.Deny.Len())

	write("worse.txt", "acme.org\nnot a domain\n")
	_, err = p.Validate()
	require.ErrorContains(t, err, "worse.txt: line 2: it is neither a domain")
	require.NoError(t, os.Remove(filepath.Join(dir, "bad.txt")))
	_, err = p.Validate()
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestLoadNoSuchFile(t *testing.T) {
	_, err := policy.Load(filepath.Join(t.TempDir(), "none.toml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// Every mistake is told with its line.
func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"unknown key", "\n[clean]\nkeeep = []\n", "line 3: there is no setting clean.keeep"},
		{"unknown table", "\n[cleen]\nkeep = []\n", "line 2: there is no setting cleen"},
		{"not TOML", "[clean]\nkeep = [\n", "line 2:"},
		{"wrong type", "[clean]\nkeep = 3\n", "line 2"},
		{"unknown code", "[grades]\n\"role.system\" = \"valid\"\n\"role.sytem\" = \"risky\"\n", "line 3: grade: there is no code \"role.sytem\""},
		{"unknown grade", "[grades]\n\"role.system\" = \"bad\"\n", "line 2: grade: \"bad\" is none of valid, risky, unknown, invalid"},
		{"about us", "[grades]\n\"dns.timeout\" = \"invalid\"\n", "line 2: grade: dns.timeout says nothing final"},
		{"unknown group", "[clean]\n\nkeep = [\"rolls\"]\n", "line 3: keep: there is no group or code \"rolls\""},
		{"duplicates", "[clean]\nduplicates = \"last\"\n", "line 2: duplicates: \"last\" is none of"},
		{"share", "[clean]\nmax-removed = \"120%\"\n", "line 2: max-removed: \"120%\" is no share"},
		{"gate", "[clean]\nfail-on = [\"invalid>x\"]\n", "line 2: fail-on:"},
		{"days", "[suppress]\nsoft-age = \"soon\"\n", "line 2: soft-age: \"soon\" is no time such as 30d"},
		{"no days", "[suppress]\n\nsoft-for = \"0d\"\n", "line 3: soft-for: \"0d\" is no time"},
		{"events", "[suppress]\nsoft-events = 0\n", "line 2: soft-events: it is 1 or more"},
		{"times", "[suppress]\nbad-day-times = 0.5\n", "line 2: bad-day-times: it is 1 or more"},
		{"from", "[suppress]\nfrom-domain = \"a b\"\n", "line 2: from-domain: \"a b\" is no domain"},
		{"suppress, another key", "[suppress]\nsoft = 3\n", "line 2: there is no setting suppress.soft"},
		{"timeout", "[dns]\ntimeout = \"soon\"\n", "line 2: timeout: \"soon\" is no duration"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := policy.Parse(tt.text)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestKeep(t *testing.T) {
	for _, name := range []string{"valid", "invalid", "row.no-address", ""} {
		p := policy.Default()
		require.Error(t, p.AddKeep(name), name)
	}
	for _, name := range []string{"role", "disposable", "typo", "implicit", "private", "dns", "catch-all", "literal", "risky", "unknown", "role.system"} {
		p := policy.Default()
		require.NoError(t, p.AddKeep(name), name)
		require.NotPanics(t, func() { p.Kept() })
	}
}

func TestParseShare(t *testing.T) {
	for text, want := range map[string]policy.Share{"20%": .2, "20": .2, " 0.5% ": .005, "0": 0, "100%": policy.NoBrake} {
		s, err := policy.ParseShare(text)
		require.NoError(t, err)
		require.InDelta(t, float64(want), float64(s), 1e-9)
	}
	for _, text := range []string{"", "x", "-1", "101%", "NaN", "20%%"} {
		_, err := policy.ParseShare(text)
		require.Error(t, err, text)
	}
}

func TestGates(t *testing.T) {
	for _, tt := range []struct {
		text        string
		rows, total int64
		met         bool
	}{
		{"invalid", 0, 100, false},
		{"invalid", 1, 100, true},
		{"invalid>5", 5, 100, false},
		{"invalid > 5", 6, 100, true},
		{"unknown>5%", 5, 100, false},
		{"unknown>5%", 6, 100, true},
		{"domain.missing>0%", 1, 100, true},
		{"domain.missing>0%", 0, 0, false},
	} {
		g, err := policy.ParseGate(tt.text)
		require.NoError(t, err)
		require.Equal(t, tt.met, g.Met(tt.rows, tt.total), "%s: %d of %d", tt.text, tt.rows, tt.total)
	}
	for _, text := range []string{"", "bad", "invalid>", "invalid>-1", "invalid>200%", "nothing.here"} {
		_, err := policy.ParseGate(text)
		require.Error(t, err, text)
	}
}

func TestSetResolvers(t *testing.T) {
	for _, tt := range []struct{ name, server, want string }{
		{name: "address", server: "192.0.2.53"},
		{name: "name and port", server: "dns.example:5353"},
		{name: "TLS", server: "tls://192.0.2.53#dns.example"},
		{name: "HTTPS", server: "https://dns.example/dns-query"},
		{name: "a blank behind the comma", server: " 192.0.2.53"},
		{name: "nothing", server: "", want: "write it like 192.0.2.53"},
		{name: "no port", server: "192.0.2.53:x", want: `"192.0.2.53:x": "x" is no port`},
		{name: "another scheme", server: "ftp://dns.example", want: "ftp:// is not known"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := policy.Default()
			err := p.SetResolvers([]string{"198.51.100.53:53", tt.server})
			if tt.want != "" {
				require.ErrorContains(t, err, tt.want)
				require.Empty(t, p.Resolvers)
				return
			}
			require.NoError(t, err)
			require.Equal(t, []string{"198.51.100.53:53", strings.TrimSpace(tt.server)}, p.MX().Servers)
		})
	}
}

func TestSuppress(t *testing.T) {
	p, err := policy.Parse("[suppress]\nsoft-events = 2\nsoft-for = \"1y\"\nsoft-apart = \"36h\"\nfrom-domain = \"News.Acme.com\"\nstore = \"none\"\n")
	require.NoError(t, err)
	require.Equal(t, 2, p.Suppress.SoftEvents)
	require.Equal(t, 365*24*time.Hour, p.Suppress.SoftFor)
	require.Equal(t, 36*time.Hour, p.Suppress.SoftApart)
	require.Zero(t, p.Suppress.FullAge, "its default")
	require.Equal(t, "news.acme.com", p.Suppress.From)
	require.Equal(t, policy.NoStore, p.Store)
}
