package validate

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The sets of names have room for all, and every name has the two letters that it is
// looked up by.
func TestTypoNamesFit(t *testing.T) {
	names := EmbeddedLists().typos.names
	require.NotEmpty(t, names)
	require.LessOrEqual(t, len(names), maxNames)
	for _, n := range names {
		require.GreaterOrEqual(t, len(n.name), 2)
		found := false
		for other := range EmbeddedLists().typos.beginning(n.name) {
			found = found || other.name == n.name
		}
		require.True(t, found, n.name)
	}
}
