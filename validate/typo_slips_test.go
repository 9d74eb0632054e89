package validate

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/provider"
)

// slipper makes slips of the finger, by shares that are not the model's prices.
type slipper struct{ *rand.Rand }

func (r slipper) slip(s string) string {
	i := r.IntN(len(s))
	switch k := r.IntN(100); {
	case k < 25:
		return s[:i] + s[i+1:]
	case k < 50:
		j := min(i+1, len(s)-1)
		return s[:i] + s[j:j+1] + s[i:i+1] + s[j+1:]
	case k < 62:
		return s[:i] + s[i:i+1] + s[i:]
	case k < 80:
		return s[:i] + r.beside(s[i]) + s[i+1:]
	case k < 88:
		return s[:i] + r.beside(s[i]) + s[i:]
	case k < 94:
		return s[:i] + string(rune('a'+r.IntN(26))) + s[i+1:]
	}
	return s[:i] + string(rune('a'+r.IntN(26))) + s[i:]
}

// beside returns a key to the left or right of a letter, or the letter itself.
func (r slipper) beside(c byte) string {
	for _, row := range keyboard {
		if i := strings.IndexByte(row, c); i >= 0 {
			i = max(0, min(len(row)-1, i+2*r.IntN(2)-1))
			return row[i : i+1]
		}
	}
	return string(c)
}

// Of made-up slips, by how many people are at each provider: what is as sure as it
// may be corrected unseen is wrong in less than one of a hundred, and the less
// sure is so by as much as it says.
func TestProbabilityIsCalibrated(t *testing.T) {
	targets := EmbeddedLists().typos
	r := slipper{rand.New(rand.NewPCG(1, 2))}
	var domains []string
	var upTo []float64
	total := 0.0
	for p := range provider.Targets() {
		total += math.Exp(float64(priors[p.Popularity]))
		domains, upTo = append(domains, p.Domain), append(upTo, total)
	}
	pick := func() string {
		x := r.Float64() * total
		i := 0
		for upTo[i] < x {
			i++
		}
		return domains[i]
	}
	type bin struct {
		said       float64
		right, all int
	}
	var bins [4]bin // below 0.9, 0.9, from 0.99 on; and all
	slips, silent := 0, 0
	for k := range 40_000 {
		meant := pick()
		typed := r.slip(meant)
		if k%4 == 0 {
			typed = r.slip(typed)
		}
		if typed == meant || provider.OfDomain(typed) != provider.Unknown || strings.Contains(typed, "..") {
			continue
		}
		slips++
		g := targets.nearest(typed)
		if g.domain == "" {
			silent++
			continue
		}
		p := g.probability(0)
		b := 0
		switch {
		case p >= Sure:
			b = 2
		case p >= 0.9:
			b = 1
		}
		for _, b := range []*bin{&bins[b], &bins[3]} {
			b.all++
			b.said += p
			if g.domain == meant {
				b.right++
			}
		}
	}
	for i, name := range []string{"below 0.9", "0.9 to 0.99", "0.99 and more", "all"} {
		b := bins[i]
		t.Logf("%-14s said %.4f, true %.4f, of %d", name, b.said/float64(b.all), float64(b.right)/float64(b.all), b.all)
		require.InDelta(t, b.said/float64(b.all), float64(b.right)/float64(b.all), 0.12, name)
	}
	t.Logf("%d slips, of %d nothing was said: most of them of short names, whose neighbours are somebody's", slips, silent)
	sure := bins[2]
	require.GreaterOrEqual(t, float64(sure.right)/float64(sure.all), Sure)
	require.GreaterOrEqual(t, 2*sure.all, slips, "half of all slips are sure")
}

// The names that most people have, and that are nobody else's.
func TestSlipsOfExclusiveNamesAreFound(t *testing.T) {
	targets := EmbeddedLists().typos
	r := slipper{rand.New(rand.NewPCG(3, 4))}
	for _, meant := range strings.Fields("gmail.com hotmail.com yahoo.com outlook.com icloud.com googlemail.com comcast.net verizon.net sbcglobal.net protonmail.com bellsouth.net rocketmail.com btinternet.com") {
		found, slips := 0, 0
		for range 1000 {
			typed := r.slip(meant)
			if typed == meant || strings.Contains(typed, "..") || typed[0] == '.' || provider.OfDomain(typed) != 0 || targets.known(typed) {
				continue
			}
			slips++
			if targets.nearest(typed).domain == meant {
				found++
			}
		}
		t.Logf("%-15s %d of %d", meant, found, slips)
		require.GreaterOrEqual(t, float64(found)/float64(slips), 0.9, meant)
	}
}
