package address_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/address"
)

func TestWithoutName(t *testing.T) {
	for _, tt := range []struct{ name, local, text, want string }{
		{"a word", "jane.doe", "550 5.7.1 mailbox jane.doe: client host blocked", "550 5.7.1 mailbox …: client host blocked"},
		{"the whole", "jane.doe", "jane.doe", "…"},
		{"in any case", "jane.doe", "no JANE.Doe here", "no … here"},
		{"one behind the other", "jane", "jane jane,jane", "… …,…"},
		{"in an address", "jane", "<jane@acme.com> jane%40acme.com jane=acme.com", "<…@acme.com> …%40acme.com …=acme.com"},
		{"within another word", "jane", "janette jane2 mary-jane", "janette jane2 mary-…"},
		{"its tag", "jane+news", "jane+news is jane, not jane+new", "… is …, not …+new"},
		{"quoted", `"jane doe"`, `"jane doe" is jane doe`, `… is …`},
		{"quoted, with a backslash", `"ja\"ne\\"`, `who is ja"ne\?`, `who is …?`},
		{"quoted, with a tag", `"jane doe+x"`, `jane doe+x is Jane Doe`, `… is …`},
		{"what is a pattern elsewhere", "a.b*c", "aXb*c a.bbc a.b*c", "aXb*c a.bbc …"},
		{"not ASCII", "jürgen", "JÜRGEN kennt jürgens nicht", "… kennt jürgens nicht"},
		{"beside what is no UTF-8", "jane", "\xffjane\xff", "\xff…\xff"},
		{"so short that it stands everywhere", "no", "no such user", "no such user"},
		{"a short name with a tag", "a+news", "a user a+news", "a user …"},
		{"none", "", "550 no", "550 no"},
		{"the sign itself", "name", "no name", "no …"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, address.Address{Local: tt.local, Domain: "acme.com"}.WithoutName(tt.text, "…"))
		})
	}
	require.Equal(t, "no <name>", address.Address{Local: "name"}.WithoutName("no name", "<name>"))
	require.Equal(t, "no $1", address.Address{Local: "jane+x"}.WithoutName("no jane", "$1"))
}

func FuzzWithoutName(f *testing.F) {
	f.Add("jane.doe", "mailbox jane.doe unknown")
	f.Add(`"jane \"doe+x"`, `Jane "doe`)
	f.Add("ſs.a", "SS.A ſS.a")
	f.Fuzz(func(t *testing.T, local, text string) {
		if len(local) > 64 || len(text) > 4096 {
			return
		}
		a := address.Address{Local: local}
		got := a.WithoutName(text, "")
		require.LessOrEqual(t, len(got), len(text))
		if !strings.Contains(strings.ToLower(text), strings.ToLower(local)) && !strings.ContainsAny(local, `"+`) {
			require.Equal(t, text, got)
		}
		if len(local) > 2 {
			require.NotContains(t, strings.Fields(a.WithoutName("x "+local+" y", "…")), local)
		}
	})
}
