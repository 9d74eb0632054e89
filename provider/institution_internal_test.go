package provider

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/publicsuffix"
)

func TestReserved(t *testing.T) {
	require.True(t, slices.IsSorted(reserved))
	require.Len(t, slices.Compact(slices.Clone(reserved)), len(reserved))
	for _, suffix := range reserved {
		require.True(t, Institutional("office."+suffix), suffix)
		public, icann := publicsuffix.PublicSuffix(suffix)
		require.True(t, icann || strings.Contains(public, "."), "%s: no such top-level domain", suffix)
		require.Equal(t, Unknown, OfDomain(suffix), "a provider's domain is no institution's")
	}
}
