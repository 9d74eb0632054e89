package validate

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLater(t *testing.T) {
	var l later[int]
	made := 0
	count := func() *int { made++; return &made }
	for range many {
		require.Nil(t, l.after(count))
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { require.Same(t, &made, l.after(count)) })
	}
	all.Wait()
	require.Equal(t, 1, made, "made once")
}
