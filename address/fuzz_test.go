package address_test

import (
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"winnow/address"
)

func seed(f *testing.F) {
	for _, file := range []struct {
		name            string
		column, columns int
	}{{"valid.tsv", 1, 4}, {"invalid.tsv", 1, 3}, {"suggest.tsv", 0, 3}, {"stray.tsv", 0, 3}} {
		for _, row := range table(f, file.name, file.columns) {
			f.Add(row[file.column])
		}
	}
}

// What parses, parses again from its own form to the same address; and an error
// names a rule and a place.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		a, err := address.Parse(s)
		if err != nil {
			var e *address.Error
			require.True(t, errors.As(err, &e))
			require.NotEmpty(t, e.Rule.String())
			require.True(t, 0 <= e.Offset && e.Offset <= len(s), "offset %d of %d", e.Offset, len(s))
			require.True(t, utf8.ValidString(e.Hint(s)))
			require.True(t, !utf8.ValidString(s) || e.Offset == len(s) || utf8.RuneStart(s[e.Offset]))
			return
		}
		require.True(t, utf8.ValidString(a.String()))
		require.LessOrEqual(t, len(a.String()), 254)
		again, err := address.Parse(a.String())
		require.NoError(t, err)
		require.Equal(t, a, again)

		if meant, p := address.Stray(a); p > 0 {
			b, err := address.Parse(meant)
			require.NoError(t, err)
			require.Equal(t, a.Domain, b.Domain)
			_, p = address.Stray(b)
			require.Zero(t, p)
		}

		domain, err := address.ParseDomain(a.Domain)
		require.NoError(t, err)
		require.Equal(t, a.Domain, domain)
	})
}

// What is suggested parses and is not suggested another for, and nothing is
// suggested for an address.
func FuzzSuggest(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, s string) {
		got, p := address.Suggest(s)
		if p == 0 {
			require.Empty(t, got)
			return
		}
		require.True(t, 0 < p && p < 1)
		_, err := address.Parse(s)
		require.Error(t, err)
		a, err := address.Parse(got)
		require.NoError(t, err)
		again, p := address.Suggest(got)
		require.Zero(t, p)
		require.Empty(t, again)
		_, p = address.Stray(a)
		require.Zero(t, p, "%+q", got)
	})
}
