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
