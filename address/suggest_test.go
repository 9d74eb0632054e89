package address_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/address"
)

func TestSuggest(t *testing.T) {
	for _, row := range table(t, "suggest.tsv", 2) {
		text, want := row[0], row[1]
		got, ok := address.Suggest(text)
		if want == "-" {
			require.False(t, ok, "%+q: %q", text, got)
			require.Empty(t, got)
			continue
		}
		require.True(t, ok, "%+q", text)
		require.Equal(t, want, got, "%+q", text)
		_, err := address.Parse(got)
		require.NoError(t, err)
	}
}

// An enormous cell costs no more than its length.
func TestSuggestOfMuch(t *testing.T) {
	got, ok := address.Suggest(strings.Repeat("somebody; ", 100_000) + "jane@acme.com.")
	require.True(t, ok)
	require.Equal(t, "jane@acme.com", got)

	_, ok = address.Suggest(strings.Repeat("(", 1_000_000) + "@" + strings.Repeat(")", 1_000_000))
	require.False(t, ok)
	_, ok = address.Suggest(strings.Repeat(" at ", 1_000_000))
	require.False(t, ok)
}
