package bounce_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

// What nobody vouches for counts for nothing, also where it was kept as undetermined.
func TestAgainDoubtful(t *testing.T) {
	rules, err := bounce.Embedded()
	require.NoError(t, err)
	e := bounce.Event{Recipient: "jane@acme.com", Happened: bounce.WasFailed}
	e.Result = bounce.Conclude(bounce.Undetermined, bounce.Reply{Text: "550 5.1.1 user unknown"}, bounce.Doubtful)
	require.Equal(t, bounce.Undecided, e.Class)
	again, changed := rules.Again(e)
	require.True(t, changed)
	require.Equal(t, bounce.None, again.Class)
	require.Equal(t, bounce.Nothing, again.Action)
	_, changed = rules.Again(again)
	require.False(t, changed)
}
