package validate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const whyHeader = "# date: 2026-01-02\n# origin: alpha 1.2, beta 3, gamma 4\n# sources: a=alpha/fresh b=beta/beta c=gamma/gamma e=delta\n"

func smallLists() *Lists {
	return newLists(map[string]string{
		"disposable": "# disposable: x\n" + whyHeader + "bin.com a\ntwo.com bc\nunder.bin.net b\n",
		"free":       "# free: x\n# origin: delta 5\n# sources: e=delta w=" + OwnTableName + "\ngmail.com ew\nmail.org e\n",
		"relay":      "# relay: x\nduck.com\n",
		"role":       "# role: x\nabuse system\ninfo function\nteam weak\n",
		"real":       "# real: x\ncorp.com\n",
		"squats":     "# squats: x\ngmial.com\n",
	}, func() (string, error) {
		return "# uncounted: x\n" + whyHeader + "# reason A: too few\n# reason F: a relay's\n# reason L: disposable elsewhere\n" +
			"bin.com eL\nbin.net cA\nduck.com bcF\ngmial.com aA\nlone.com bA eL\n", nil
	})
}

func TestWhy(t *testing.T) {
	alpha := Saying{Source: "alpha", Version: "1.2", Family: "fresh", Says: "disposable"}
	beta := Saying{Source: "beta", Version: "3", Family: "beta", Says: "disposable"}
	gamma := Saying{Source: "gamma", Version: "4", Family: "gamma", Says: "disposable"}
	delta := Saying{Source: "delta", Says: "free"}
	of := func(s Saying, entry, why string) Saying {
		s.Entry, s.Why = entry, why
		return s
	}
	for _, tt := range []struct {
		name, domain string
		want         Account
	}{
		{"fresh", "bin.com", Account{
			Lists: []Standing{{"disposable", "bin.com", Fresh}},
			Said:  []Saying{of(alpha, "bin.com", ""), of(delta, "bin.com", "disposable elsewhere")},
		}},
		{"by its parent", "a.bin.com", Account{
			Lists: []Standing{{"disposable", "bin.com", Fresh}},
			Said:  []Saying{of(alpha, "bin.com", ""), of(delta, "bin.com", "disposable elsewhere")},
		}},
		{"two families", "two.com", Account{
			Lists: []Standing{{"disposable", "two.com", Families}},
			Said:  []Saying{of(beta, "two.com", ""), of(gamma, "two.com", "")},
		}},
		{"the parent has the other vote", "under.bin.net", Account{
			Lists: []Standing{{"disposable", "under.bin.net", Families}},
			Said:  []Saying{of(beta, "under.bin.net", ""), of(gamma, "bin.net", "too few")},
		}},
		{"not counted, twice", "lone.com", Account{
			Said: []Saying{of(beta, "lone.com", "too few"), of(delta, "lone.com", "disposable elsewhere")},
		}},
		{"relay", "jane.duck.com", Account{
			Lists: []Standing{{"relay", "duck.com", NoRule}},
			Said:  []Saying{of(beta, "duck.com", "a relay's"), of(gamma, "duck.com", "a relay's")},
		}},
		{"squat", "gmial.com", Account{
			Lists: []Standing{{"squats", "gmial.com", NoRule}}, Typo: "gmail.com",
			Said: []Saying{of(alpha, "gmial.com", "too few")},
		}},
		{"provider", "gmail.com", Account{
			Lists: []Standing{{"free", "gmail.com", NoRule}}, Provider: "gmail",
			Said: []Saying{{Source: "delta", Version: "5", Says: "free", Entry: "gmail.com"}, {Source: OwnTableName, Says: "free", Entry: "gmail.com"}},
		}},
		{"below a free one", "shop.mail.org", Account{}},
		{"real", "www.corp.com", Account{Lists: []Standing{{"real", "corp.com", NoRule}}}},
		{"institution", "mit.edu", Account{Institution: true}},
		{"public suffix", "co.uk", Account{PublicSuffix: true}},
		{"nothing", "example.com", Account{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Domain = tt.domain
			a, err := smallLists().Why(tt.domain)
			require.NoError(t, err)
			require.Equal(t, tt.want, a)
		})
	}
}

func TestRoleTierByName(t *testing.T) {
	for local, want := range map[string]string{"abuse": "system", "INFO+x": "function", "te-am": "weak", "jane": ""} {
		require.Equal(t, want, smallLists().RoleTier(local), local)
	}
}

// Whatever stands on a list can be said why: each letter names a source of the
// header, and each domain that is not counted has its reason.
func TestEveryEntryIsAccountedFor(t *testing.T) {
	l := EmbeddedLists()
	for _, text := range []string{l.disposable.header, l.free.header} {
		require.NotEmpty(t, sourcesOf(text))
	}
	for name, s := range map[string]domainSet{"disposable": l.disposable, "free": l.free} {
		sources := sourcesOf(s.header)
		for _, line := range entriesOf(s.sorted) {
			domain, letters, _ := strings.Cut(line, " ")
			for i := range len(letters) {
				if sources[letters[i]].Source == "" {
					require.Fail(t, "nobody named it", "%s: %s", name, domain)
				}
			}
			if letters == "" {
				require.Fail(t, "nobody named it", "%s: %s", name, domain)
			}
		}
	}
	left := newDomainSet(uncountedText)
	sources, reasons := sourcesOf(left.header), reasonsOf(left.header)
	for _, line := range entriesOf(left.sorted) {
		domain, said, _ := strings.Cut(line, " ")
		for word := range strings.FieldsSeq(said) {
			last := len(word) - 1
			if last < 1 || sources[word[0]].Source == "" || sources[word[last-1]].Source == "" || reasons[word[last]] == "" {
				require.Fail(t, "without a source or a reason", "%s %s", domain, said)
			}
		}
	}
	a, err := l.Why("yopmail.com")
	require.NoError(t, err)
	require.Equal(t, "disposable", a.Lists[0].List)
	require.NotEmpty(t, a.Said[0].Version)
}
