package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// handwritten makes a folder with the lists that are written by hand.
func handwritten(t *testing.T) fixed {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"relay":  "# relay\nduck.com\nprivaterelay.appleid.com\n",
		"real":   "# real\ncraigslist.org\nmail.de\n",
		"squats": "# squats\ngmial.com\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".txt"), []byte(text), 0o600))
	}
	f, err := readFixed(dir)
	require.NoError(t, err)
	return f
}

func packagesOf(entries map[string]string) map[string]content {
	packages := make(map[string]content)
	for name, text := range entries {
		packages[name] = content{entries: strings.Fields(text)}
	}
	return packages
}

func entriesOf(t *testing.T, made []list, name string) []string {
	t.Helper()
	for _, l := range made {
		if l.name == name {
			return l.entries
		}
	}
	require.Fail(t, "no such list", name)
	return nil
}

func TestMakeLists(t *testing.T) {
	f := handwritten(t)
	made, err := makeLists(packagesOf(map[string]string{
		"disposable-email-domains-js": "fresh.test.example.com FRESH.com münchen-wegwerf.de gmial.com gmail.com nus.edu.sg co.uk bad..com nodot",
		"mailchecker":                 "fresh.com two.com one.com a.copied.com sub.under.com duck.com appleid.com sale.craigslist.org both-free.com",
		"disposable-domains":          "two.com copies.com copied.com under.com duck.com appleid.com craigslist.org both-free.com",
		"burner-email-providers":      "copies.com sub.two.com sub.under.com",
		"free-email-domains":          "gmail.com good.com fresh.com one.com both-free.com gmaill.com mail.de duck.com co.uk harvard.edu gmial.com",
		"role-based-email-addresses":  "abuse no-reply info classroom 2015 7 x alexa Class.Room",
	}), f, io.Discard)
	require.NoError(t, err)

	require.Equal(t, []string{
		"a.copied.com",              // its parent has the other vote
		"fresh.com",                 // the fresh list's word is enough
		"fresh.test.example.com",    //
		"sub.under.com",             // one vote itself, the parent has no two
		"two.com",                   // two families; the subdomain adds nothing
		"xn--mnchen-wegwerf-gsb.de", // as an A-label
	}, entriesOf(t, made, "disposable"))

	free := entriesOf(t, made, "free")
	for _, domain := range []string{"gmail.com", "good.com", "mail.de", "yahoo.co.jp"} {
		require.Contains(t, free, domain)
	}
	for _, domain := range []string{"fresh.com", "one.com", "both-free.com", "gmaill.com", "gmial.com", "duck.com", "co.uk", "harvard.edu"} {
		require.NotContains(t, free, domain)
	}

	roles := entriesOf(t, made, "role")
	require.Subset(t, roles, []string{"abuse system", "noreply system", "info function", "classroom weak"})
	for _, entry := range roles {
		name, tier, _ := strings.Cut(entry, " ")
		require.NotContains(t, []string{"2015", "7", "x", "alexa"}, name)
		require.Contains(t, []string{"system", "function", "weak"}, tier)
	}
}

func TestGuardNamesTheEntry(t *testing.T) {
	f := handwritten(t)
	for _, tt := range []struct{ name, list, entry, why string }{
		{"public suffix", "disposable", "co.uk", "public suffix"},
		{"private public suffix", "disposable", "dynu.net", "public suffix"},
		{"provider", "disposable", "gmail.com", "provider"},
		{"below a provider", "disposable", "x.gmail.com", "provider"},
		{"relay", "disposable", "duck.com", "relay"},
		{"alias below a relay", "disposable", "jane.duck.com", "relay"},
		{"above a relay", "disposable", "appleid.com", "above"},
		{"well known", "disposable", "craigslist.org", "well known"},
		{"university", "disposable", "nus.edu.sg", "education"},
		{"squat", "disposable", "gmial.com", "squat"},
		{"upper case", "disposable", "Example.com", "A-labels"},
		{"no such top-level domain", "disposable", "example.invalidtld", "A-labels"},
		{"relay called free", "free", "duck.com", "relay"},
		{"public suffix called free", "free", "co.uk", "public suffix"},
		{"squat called free", "free", "gmial.com", "squat"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := guard([]list{{name: tt.list, entries: []string{tt.entry}}}, f)
			require.ErrorContains(t, err, tt.entry)
			require.ErrorContains(t, err, tt.why)
		})
	}
	require.NoError(t, guard([]list{{name: "disposable", entries: []string{"a.com", "b.com"}}}, f))
	require.ErrorContains(t, guard([]list{{name: "free", entries: []string{"b.com", "a.com"}}}, f), "order")
	require.ErrorContains(t, guard([]list{{name: "free", entries: []string{"a.com", "a.com"}}}, f), "order")
	require.ErrorContains(t, guard([]list{{name: "disposable"}}, f), "empty")
}

func TestHandwrittenListWithPublicSuffix(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"relay", "real", "squats"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".txt"), []byte("co.uk\n"), 0o600))
	}
	_, err := readFixed(dir)
	require.ErrorContains(t, err, "co.uk")
}

// What the package's lists say of themselves must follow from the lock alone.
func TestText(t *testing.T) {
	lock := make([]pin, len(sources))
	for i, s := range sources {
		lock[i] = pin{Package: s.name, Version: "1.0.0", Date: "2026-01-02", Licence: "MIT"}
	}
	lock[0].Date, lock[0].Licence = "2026-09-21", "CC0-1.0"
	l := list{name: "disposable", title: "to throw away", entries: []string{"a.com", "b.com"}}
	require.Equal(t, `# disposable: to throw away
# origin: disposable-email-domains-js 1.0.0, mailchecker 1.0.0, burner-email-providers 1.0.0
# missing: disposable-domains 1.0.0
# date: 2026-09-21
# licence: CC0-1.0, MIT
# count: 2
a.com
b.com
`, string(l.text(lock, []string{"disposable-domains"})))
}

func TestWriteReports(t *testing.T) {
	dir := t.TempDir()
	lock := make([]pin, len(sources))
	var report strings.Builder
	for _, entries := range [][]string{{"a.com", "b.com", "c.com"}, {"b.com", "d.com"}} {
		l := list{name: "disposable", entries: entries}
		require.NoError(t, l.write(dir, lock, nil, &report))
	}
	require.Equal(t, "disposable: 3 entries, 3 new, 0 gone\ndisposable: 2 entries, 1 new, 2 gone\n", report.String())
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, left, 1)
}

func TestSlips(t *testing.T) {
	s := slips()
	for _, domain := range []string{"gmial.com", "gmal.com", "gmaill.com", "gmsil.com", "mail.com", "xgmail.com", "gmail.comx", "gmail.cmo"} {
		require.True(t, s[domain], domain)
	}
	for _, domain := range []string{"example.com", "gmilaa.com", "ggmaill.com"} {
		require.False(t, s[domain], domain)
	}
}
