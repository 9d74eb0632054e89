package bounce

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLint(t *testing.T) {
	rs, err := Embedded()
	require.NoError(t, err)
	for _, problem := range rs.Lint() {
		t.Error(problem)
	}
}
