package validate

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLetterModelIsWhole(t *testing.T) {
	m := newLetterModel(lettersText)
	require.Len(t, m, letterKinds*letterKinds*letterLine)
	kinds := "$-0abcdefghijklmnopqrstuvwxyz"
	require.Len(t, kinds, letterKinds)
	for i, line := range entriesOf(string(m)) {
		require.Equal(t, string([]byte{kinds[i/letterKinds], kinds[i%letterKinds], ' '}), line[:3])
		require.Len(t, line, letterLine-1)
		sum := 0.0
		for c := range letterKinds {
			sum += math.Exp(-float64(m.after(i/letterKinds, i%letterKinds, c)))
		}
		require.InDelta(t, 1, sum, 0.15, line) // quarters of a nat, and no more than 63 of them
	}
}

func TestSurprise(t *testing.T) {
	m := newLetterModel(lettersText)
	for _, tt := range []struct{ name, less, more string }{
		{"word and no word", "market", "mkraet"},
		{"name and key mash", "hotels", "htsloe"},
		{"short and long", "market", "marketing"},
		{"letter and digit", "acmea", "acme7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Less(t, m.surprise(tt.less), m.surprise(tt.more))
		})
	}
	require.Positive(t, m.surprise(""))
	require.Positive(t, m.surprise("_\xff"))
}
