package validate

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// priceOf is the price of a typed text by the definition of the distance: the
// cheapest way to its end, by every way there is.
func priceOf(typed, meant string) float32 {
	a := alignment{typed: typed, mistakes: mistakes()}
	seen := make(map[[2]int]float32)
	var price func(i, j int) float32
	price = func(i, j int) float32 {
		switch {
		case i < 0 || j < 0 || i-j > maxDrift || j-i > maxDrift:
			return never
		case i == 0 && j == 0:
			return 0
		}
		if p, ok := seen[[2]int{i, j}]; ok {
			return p
		}
		best := float32(never)
		if j > 0 {
			drop := float32(priceDrop)
			if j > 1 && meant[j-2] == meant[j-1] || j < len(meant) && meant[j] == meant[j-1] {
				drop = priceDropTwin
			}
			best = min(best, price(i, j-1)+drop)
		}
		if i > 0 && j == 0 {
			best = min(best, price(i-1, 0)+priceExtra)
		}
		if i > 0 && j > 0 {
			best = min(best, price(i-1, j)+a.extra(i, meant, j), price(i-1, j-1)+a.mistake(typed[i-1], meant[j-1]))
		}
		if i > 1 && j > 1 && typed[i-1] == meant[j-2] && typed[i-2] == meant[j-1] && typed[i-1] != typed[i-2] {
			best = min(best, price(i-2, j-2)+priceSwap)
		}
		seen[[2]int{i, j}] = best
		return best
	}
	return price(len(typed), len(meant))
}

func TestAlignmentIsTheDistance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[aol.kz0]{0,8}`)
		typed, meant := word.Draw(t, "typed"), word.Draw(t, "meant")
		want := priceOf(typed, meant)
		limit := rapid.SampledFrom([]float32{0, 5, 10, 20, never - 1}).Draw(t, "limit")
		parted := rapid.IntRange(0, len(meant)).Draw(t, "parted")
		var a alignment
		a.start(typed)
		got := float32(never)
		if parted == 0 || a.steps(meant, 0, parted, limit) < never {
			if parted == len(meant) || a.steps(meant, parted, len(meant), limit) < never {
				got = a.at(len(typed), len(meant))
			}
		}
		switch {
		case len(meant) == 0: // no step was made that could have been given up
			require.Equal(t, want, got)
		case want <= limit:
			require.InDelta(t, want, got, 1e-3)
		default:
			require.Equal(t, float32(never), got)
		}
	})
}

func TestPrices(t *testing.T) {
	for _, tt := range []struct {
		name, typed, meant string
		want               float32
	}{
		{"nothing wrong", "gmail.com", "gmail.com", 0},
		{"swapped", "gmial.com", "gmail.com", priceSwap},
		{"swapped over the dot", "gmailc.om", "gmail.com", priceSwap},
		{"two pairs swapped", "mgial.com", "gmail.com", 2 * priceSwap},
		{"dropped", "gmal.com", "gmail.com", priceDrop},
		{"one of two dropped", "yaho.com", "yahoo.com", priceDropTwin},
		{"doubled", "gmaill.com", "gmail.com", priceTwin},
		{"held", "gmailll.com", "gmail.com", priceTwin + priceHeld},
		{"the key beside it", "gnail.com", "gmail.com", priceNearKey},
		{"the key above it", "tmail.com", "gmail.com", priceNearKey},
		{"looks alike", "gmall.com", "gmail.com", priceLookalike},
		{"another vowel", "gmeil.com", "gmail.com", priceVowel},
		{"two keys at once", "gmsail.com", "gmail.com", priceExtraNear},
		{"too early", "gamail.com", "gmail.com", priceEcho},
		{"moved by two", "gmila.com", "gmail.com", priceEcho + priceDrop},
		{"a vowel between", "gemail.com", "gmail.com", priceExtraFill},
		{"a letter from nowhere", "gmaxil.com", "gmail.com", priceExtra},
		{"another letter", "gmapl.com", "gmail.com", priceOther},
		{"put before", "xgmail.com", "gmail.com", priceExtra},
		{"too far off", "gmail.comabcd", "gmail.com", never},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.InDelta(t, tt.want, priceOf(tt.typed, tt.meant), 1e-3)
		})
	}
}

func TestKeyboardIsSymmetric(t *testing.T) {
	m := mistakes()
	for i := range m {
		for j := range m {
			require.Equal(t, m[i][j], m[j][i])
		}
	}
	for _, pair := range []string{"gf", "gh", "gt", "gy", "gv", "gb", "qa", "pl", "0p", "mk"} {
		require.True(t, m.near(pair[0], pair[1]), pair)
	}
	for _, pair := range []string{"gm", "qz", "ap", "gu", "gr"} {
		require.False(t, m.near(pair[0], pair[1]), pair)
	}
}
