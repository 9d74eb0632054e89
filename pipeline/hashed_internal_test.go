package pipeline

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"winnow/validate"
)

// A hashed behaves as a map does, however its hashes cluster.
func TestHashedIsAMap(t *testing.T) {
	hash := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 40), rapid.Uint64Min(1<<64-40))
	rapid.Check(t, func(t *rapid.T) {
		h, want := newHashed[int64](0), map[uint64]int64{}
		for i, k := range rapid.SliceOfN(hash, 0, 300).Draw(t, "hashes") {
			require.Equal(t, want[k], h.find(k).value)
			h.put(k, int64(i+1))
			want[k] = int64(i + 1)
		}
		for k, v := range want {
			require.Equal(t, slot[int64]{k, v}, *h.find(k))
		}
		require.Equal(t, len(want), h.used)
	})
}

// Names with one hash are different domains all the same.
func TestTableTellsNamesOfOneHashApart(t *testing.T) {
	v := validate.New(validate.Options{Offline: true})
	table := newTable(v, v.Asks)
	names := []string{"one.example", "two.example", "three.example"}
	for range 2 {
		for _, name := range names {
			d, _ := table.internHashed(name, 42)
			require.Equal(t, name, d.ASCII)
		}
	}
	require.EqualValues(t, len(names), table.len())
	var all []string
	for d := range table.all {
		all = append(all, d.ASCII)
	}
	require.ElementsMatch(t, names, all)
	require.Nil(t, table.likely(43))
}
