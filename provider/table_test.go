package provider

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The names in the tables are those of ids.go: none is missing, none is left
// over.
func TestNames(t *testing.T) {
	used := slices.Collect(func(yield func(string) bool) {
		fields(providerRows)(func(_, name, _ string) bool { return yield(name) })
		fields(hostRows)(func(_, _, name string) bool { return yield(name) })
	})
	slices.Sort(used)
	used = slices.Compact(used)

	known := slices.Concat(constants[1:], others[:])
	for id := 1; id <= len(known); id++ {
		require.Equal(t, ID(id), Named(ID(id).String()))
	}
	require.True(t, slices.IsSorted(others[:]))
	slices.Sort(known)
	require.Equal(t, used, known)
}

func TestFind(t *testing.T) {
	const rows = "a 1\na.b 2\nab 3 x\nb 4\n"
	for key, want := range map[string]string{"a": "1", "a.b": "2", "ab": "3 x", "b": "4"} {
		word, rest, ok := find(rows, key)
		require.True(t, ok, key)
		require.Equal(t, key, word)
		require.Equal(t, want, rest)
	}
	for _, key := range []string{"", "0", "a.", "aa", "b ", "c", "a 1", "\n"} {
		_, _, ok := find(rows, []byte(key))
		require.False(t, ok, "%q", key)
		_, _, ok = find("", key)
		require.False(t, ok)
	}
}

// All that a list of targets is made from is read once a run: this is its share
// of a cold start.
func BenchmarkTargets(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		for range Targets() {
		}
	}
}
