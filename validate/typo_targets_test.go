package validate

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The sets of names have room for all, and every name has the two letters that it is
// looked up by.
func TestTypoNamesFit(t *testing.T) {
	names := newTypoNames()
	require.NotEmpty(t, names.all)
	require.LessOrEqual(t, len(names.all), maxNames)
	targets := 0
	for _, n := range names.all {
		targets += len(n.targets)
		require.GreaterOrEqual(t, len(n.name), 2)
		found := false
		for other := range names.beginning(n.name) {
			found = found || other.name == n.name
		}
		require.True(t, found, n.name)
	}
	require.LessOrEqual(t, targets, maxTargets)
	t.Logf("%d names, %d targets", len(names.all), targets)
}
