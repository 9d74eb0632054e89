package validate

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"winnow/mx"
	"winnow/verdict"
)

func TestWithTLD(t *testing.T) {
	targets := EmbeddedLists().typos
	for domain, want := range map[string]string{
		"acme.con": "acme.com", "acme.cmo": "acme.com", "acme.ocm": "acme.com", "acme.comm": "acme.com", "eu.acme.vom": "eu.acme.com",
		"firma.nett": "firma.net", "acme.ogr": "acme.org", "firma.dee": "firma.de", "firma.dde": "firma.de",
		"acme.couk": "acme.co.uk", "acme.combr": "acme.com.br", "acme.con.br": "acme.com.br", "acme.cmo.au": "acme.com.au",
		// What exists, or is nothing near, is left alone.
		"acme.com": "", "acme.co": "", "acme.cm": "", "acme.om": "", "acme.cc": "", "acme.dev": "", "acme.co.uk": "", "con.br": "",
		"acme.con.de": "", "acme.notatld": "", "acme.corp": "", "acme.lan": "", "acme.xn--p1ai": "", "acme": "", "con": "", "": "", ".": "", "acme.": "",
	} {
		require.Equal(t, want, targets.withTLD(domain), domain)
	}
	for _, tld := range entriesOf(targets.tlds.sorted) {
		require.Empty(t, targets.withTLD("acme."+tld), tld)
	}
}

func TestOneSlipIsOneEdit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[com]{0,5}`)
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		require.Equal(t, edits(a, b) == 1, oneSlip(a, b), "%s %s", a, b)
	})
}

// A slip for an ending is mended by a person, and never removed; what takes mail after
// all, under a top-level domain that is newer than the list, is none.
func TestTypoTLD(t *testing.T) {
	v := New(Options{})
	m := Parse("jane@acme-corp.con")
	for _, outcome := range []mx.Outcome{mx.Missing, mx.Timeout} {
		d := asked(v, "acme-corp.con", outcome)
		vd := v.Judge(d, &m)
		require.Equal(t, verdict.Fix, vd.Action)
		require.True(t, vd.Kinds.Has(TypoTLD))
		suggestion, p := v.Suggestion(d, &m, vd.Kinds)
		require.Equal(t, "jane@acme-corp.com", suggestion)
		require.Less(t, p, Sure)
	}
	d := asked(v, "acme-corp.con", mx.Hosts, "mx.acme-corp.con")
	require.Equal(t, verdict.Send, v.Judge(d, &m).Action)
}
