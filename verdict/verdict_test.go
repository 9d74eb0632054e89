package verdict_test

import (
	"slices"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"winnow/verdict"
)

// A Set behaves as a map of kinds does.
func TestSetIsASet(t *testing.T) {
	kind := rapid.Custom(func(t *rapid.T) verdict.Kind {
		return verdict.Kind(rapid.IntRange(1, verdict.MaxKinds-1).Draw(t, "kind"))
	})
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.SliceOf(kind).Draw(t, "a")
		b := rapid.SliceOf(kind).Draw(t, "b")
		s, u := verdict.SetOf(a...), verdict.SetOf(b...)

		want := slices.Clone(a)
		slices.Sort(want)
		want = slices.Compact(want)
		require.Equal(t, append([]verdict.Kind{}, want...), append([]verdict.Kind{}, slices.Collect(s.All())...))
		require.Equal(t, len(want) == 0, s.Empty())
		if len(want) > 0 {
			require.Equal(t, want[0], s.First())
		}
		for k := verdict.Kind(1); k < verdict.MaxKinds; k++ {
			inA, inB := slices.Contains(a, k), slices.Contains(b, k)
			require.Equal(t, inA, s.Has(k))
			require.Equal(t, inA || inB, s.Union(u).Has(k))
			require.Equal(t, inA && !inB, s.Minus(u).Has(k))
			require.Equal(t, inA && inB, s.And(u).Has(k))
		}
		require.Equal(t, slices.ContainsFunc(a, u.Has), s.Intersects(u))
	})
}

func TestZeroKindIsNoKind(t *testing.T) {
	require.True(t, verdict.SetOf(0).Empty())
}

func TestGradesAreOrdered(t *testing.T) {
	require.Less(t, verdict.Valid, verdict.Risky)
	require.Less(t, verdict.Risky, verdict.Unknown)
	require.Less(t, verdict.Unknown, verdict.Invalid)
}

func TestGradeWords(t *testing.T) {
	for g := verdict.Valid; g <= verdict.Invalid; g++ {
		back, ok := verdict.ParseGrade(g.String())
		require.True(t, ok)
		require.Equal(t, g, back)
	}
	_, ok := verdict.ParseGrade("bad")
	require.False(t, ok)
	require.Equal(t, "?", verdict.Grade(9).String())
}

// A verdict of every address of a list is copied about: it stays small.
func TestVerdictIsSmall(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(verdict.Verdict{}), uintptr(24))
}
