package validate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/mx"
	"winnow/verdict"
)

func TestTypoCheck(t *testing.T) {
	check := typo(EmbeddedLists().typos)
	d := &Domain{ASCII: "hotmial.com"}
	require.Equal(t, verdict.SetOf(TypoDomain), check.Domain(d))
	require.Equal(t, "hotmail.com", d.Typo)
	require.Greater(t, d.TypoP, Sure)
	require.LessOrEqual(t, d.TypoP, 1.0)

	d = &Domain{ASCII: "example.com"}
	require.Zero(t, check.Domain(d))
	require.Empty(t, d.Typo)
	require.Zero(t, d.TypoP)
	require.Zero(t, d.typoProbability())
}

func TestTypoProbability(t *testing.T) {
	targets := EmbeddedLists().typos
	doubted := "gomail.com" // a slip rather than not, and no more
	hosts := func(names ...string) *mx.Answer {
		a := &mx.Answer{Outcome: mx.Hosts, Confirmed: true}
		for _, name := range names {
			a.Hosts = append(a.Hosts, mx.Host{Name: name})
		}
		return a
	}
	for _, tt := range []struct {
		name, domain string
		mx           *mx.Answer
		min, max     float64
	}{
		{"DNS not asked", doubted, nil, 0.5, 0.99},
		{"missing", doubted, &mx.Answer{Outcome: mx.Missing, Confirmed: true}, 0.93, 1},
		{"missing, not borne out", doubted, &mx.Answer{Outcome: mx.Missing}, 0.5, 0.99},
		{"null MX", doubted, &mx.Answer{Outcome: mx.Null, Confirmed: true}, 0.93, 1},
		{"no hosts", doubted, &mx.Answer{Outcome: mx.None, Confirmed: true}, 0.9, 1},
		{"hosts without an address", doubted, &mx.Answer{Outcome: mx.Unresolvable, Confirmed: true}, 0.9, 1},
		{"hosts that lead nowhere", doubted, &mx.Answer{Outcome: mx.Unroutable, Confirmed: true}, 0.9, 1},
		{"implicit", doubted, &mx.Answer{Outcome: mx.Implicit, Confirmed: true}, 0.85, 1},
		{"failure", doubted, &mx.Answer{Outcome: mx.ServFail}, 0.5, 0.99},
		{"some hosts", doubted, hosts("mx.parked.example"), 0.4, 0.9},
		{"a host of its own", doubted, hosts("mail." + doubted + "."), 0, 0.5},
		{"itself the host", doubted, hosts(doubted), 0, 0.5},
		{"a host that only ends like it", doubted, hosts("not" + doubted), 0.4, 0.9},
		{"an operator's host", doubted, hosts("aspmx.l.google.com."), 0, 0.5},
		{"a sure slip that is missing", "hotmial.com", &mx.Answer{Outcome: mx.Missing, Confirmed: true}, Sure, 1},
		{"a squat with hosts", "gmial.com", hosts("mx.gmial.com."), Sure, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := targets.nearest(tt.domain)
			d := &Domain{ASCII: tt.domain, Typo: g.domain, TypoP: g.probability(0), MX: tt.mx, slip: g}
			require.NotEmpty(t, d.Typo)
			p := d.typoProbability()
			require.GreaterOrEqual(t, p, tt.min)
			require.LessOrEqual(t, p, tt.max)
		})
	}
}

// Which one was meant is as open after DNS as before.
func TestDNSDoesNotTellTheTarget(t *testing.T) {
	g := guess{domain: "gmail.com", odds: 6, share: 0.6}
	d := &Domain{Typo: g.domain, slip: g, MX: &mx.Answer{Outcome: mx.Missing, Confirmed: true}}
	require.LessOrEqual(t, d.typoProbability(), 0.6)
}
