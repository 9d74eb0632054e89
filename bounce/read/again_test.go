package read_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/bounce/read"
)

// What was read is what it means when it is read again from what is kept of it.
func TestAgain(t *testing.T) {
	rules, err := bounce.Embedded()
	require.NoError(t, err)
	events := 0
	_, err = read.Files(t.Context(), []string{filepath.Join("..", "message", "testdata")}, read.Options{}, func(e bounce.Event) error {
		events++
		again, changed := rules.Again(e)
		require.False(t, changed, "%s: %s %s by %q is %s %s by %q: %q", e.Source, e.Reason, e.Class, e.Rule, again.Reason, again.Class, again.Rule, e.Text)
		return nil
	}, func(string, error) {})
	require.NoError(t, err)
	require.Greater(t, events, 40)
}
