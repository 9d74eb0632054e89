//go:build !race

package mx_test

import (
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/mx"
)

// A worker has a stack, and there are thousands: 4 KB must do for nearly all. With the
// race detector frames are larger.
func TestStacksOfWorkers(t *testing.T) {
	const many, most = 1000, 4700 // workers; octets of stack for each
	c := newCrowd(20_000)
	s := serve(t, c.zone+"@ !delay 150ms")
	workers, stacks, answers := 0, 0, 0
	err := mx.New(mx.Options{Servers: []string{s.Addr()}}).Resolve(t.Context(), slices.Values(c.names), func(mx.Answer) {
		if answers++; answers%500 == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			workers, stacks = max(workers, runtime.NumGoroutine()), max(stacks, int(m.StackInuse))
		}
	})
	require.NoError(t, err)
	require.Greater(t, workers, many)
	require.Less(t, stacks/workers, most)
	t.Logf("%d octets of stack for each of %d workers", stacks/workers, workers)
}
