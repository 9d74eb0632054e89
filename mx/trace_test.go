package mx_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/mx"
)

// trace returns the answer and its exchanges, each in a line.
func trace(t *testing.T, r *mx.Resolver, name string) (mx.Answer, []string) {
	t.Helper()
	a, asked, err := r.Trace(t.Context(), name)
	require.NoError(t, err)
	require.Equal(t, name, a.Name)
	require.NotContains(t, a.Detail, "\n")
	lines := make([]string, 0, len(asked))
	for _, e := range asked {
		require.Positive(t, e.Took)
		question := e.Question
		if e.MadeUp {
			question = regexp.MustCompile(`^[a-z]{16}\.`).ReplaceAllString(question, "MADEUP.")
		}
		line := fmt.Sprintf("%s: %s", question, e.Answer)
		if e.Records != nil {
			line += ": " + strings.Join(e.Records, ", ")
		}
		lines = append(lines, line)
	}
	return a, lines
}

func TestTrace(t *testing.T) {
	t.Parallel()
	s := serve(t, zone+`
six.com   MX 20 mx1.acme.com
*.ws      A 203.0.112.2
shop.ws   MX 10 mx1.acme.com
many.com  MX 10 nowhere.many.com
many.com  MX 20 also.many.com
many.com  MX 30 mx.six.com
many.com  MX 30 mx1.acme.com
`)
	r := mx.New(options(s))
	for _, tt := range []struct {
		name      string
		outcome   mx.Outcome
		confirmed bool
		detail    string
		asked     []string
	}{
		{name: "acme.com", outcome: mx.Hosts, confirmed: true, asked: []string{
			"acme.com MX: NOERROR: 10 mx1.acme.com., 20 mx2.acme.com.",
			"mx1.acme.com A: NOERROR: 198.51.99.7", "mx1.acme.com AAAA: no records",
			"mx2.acme.com A: NOERROR: 198.51.99.8", "mx2.acme.com AAAA: no records",
			"MADEUP.com MX: NXDOMAIN"}},
		{name: "many.com", outcome: mx.Hosts, confirmed: true, asked: []string{
			"many.com MX: NOERROR: 10 nowhere.many.com., 20 also.many.com., 30 mx.six.com., 30 mx1.acme.com.",
			"nowhere.many.com A: NXDOMAIN", "also.many.com A: NXDOMAIN",
			"mx.six.com A: no records", "mx.six.com AAAA: NOERROR: 2a0f:db8::7",
			"mx1.acme.com A: NOERROR: 198.51.99.7", "mx1.acme.com AAAA: no records",
			"MADEUP.com MX: NXDOMAIN"}},
		{name: "literal.com", outcome: mx.Hosts, confirmed: true, asked: []string{
			"literal.com MX: NOERROR: 10 198.51.99.9.", "MADEUP.com MX: NXDOMAIN"}},
		{name: "implicit.com", outcome: mx.Implicit, confirmed: true, asked: []string{
			"implicit.com MX: no records", "implicit.com A: NOERROR: 198.51.99.10", "implicit.com AAAA: no records",
			"MADEUP.com MX: NXDOMAIN"}},
		{name: "nomail.com", outcome: mx.Null, confirmed: true, asked: []string{
			"nomail.com MX: NOERROR: 0 .", "nomail.com MX: NOERROR: 0 .", "MADEUP.com MX: NXDOMAIN"}},
		{name: "missing.com", outcome: mx.Missing, confirmed: true, asked: []string{
			"missing.com MX: NXDOMAIN", "missing.com MX: NXDOMAIN", "MADEUP.com MX: NXDOMAIN"}},
		{name: "shop.ws", outcome: mx.Hosts, confirmed: true, detail: "; ws answers every name: implicit", asked: []string{
			"shop.ws MX: NOERROR: 10 mx1.acme.com.",
			"mx1.acme.com A: NOERROR: 198.51.99.7", "mx1.acme.com AAAA: no records",
			"MADEUP.ws MX: no records", "MADEUP.ws A: NOERROR: 203.0.112.2"}},
		{name: "mxalias.com", outcome: mx.Hosts, confirmed: true, asked: []string{
			"mxalias.com MX: NOERROR: 10 www.acme.com.",
			"www.acme.com A: NOERROR: CNAME mx1.acme.com., 198.51.99.7", "www.acme.com AAAA: no records: CNAME mx1.acme.com.",
			"MADEUP.com MX: NXDOMAIN"}},
		{name: "circle.com", outcome: mx.Loop, detail: "a loop of aliases", asked: []string{
			"circle.com MX: NOERROR, a loop of aliases: CNAME round.circle.com., CNAME circle.com."}},
		{name: "bad.com", outcome: mx.ServFail, detail: "SERVFAIL", asked: []string{"bad.com MX: SERVFAIL"}},
		{name: "dead.com", outcome: mx.Timeout, detail: "no answer", asked: []string{"dead.com MX: no answer"}},
		{name: "saved.com", outcome: mx.Hosts, confirmed: true, asked: []string{
			"saved.com MX: NOERROR: 10 bad.com., 20 mx1.acme.com.",
			"bad.com A: SERVFAIL", "bad.com AAAA: SERVFAIL",
			"mx1.acme.com A: NOERROR: 198.51.99.7", "mx1.acme.com AAAA: no records",
			"MADEUP.com MX: NXDOMAIN"}},
		{name: "blocked.com", outcome: mx.Missing, detail: "not confirmed: the resolver filters", asked: []string{
			"blocked.com MX: NXDOMAIN, extended error 15 Blocked: by dnstest"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a, asked := trace(t, r, tt.name)
			require.Equal(t, tt.outcome.String(), a.Outcome.String(), a.Detail)
			require.Equal(t, tt.confirmed, a.Confirmed, a.Detail)
			require.Contains(t, a.Detail, tt.detail)
			require.Equal(t, tt.asked, asked)
		})
	}
}

func TestTraceExchange(t *testing.T) {
	t.Parallel()
	s := serve(t, zone)
	a, asked, err := mx.New(options(s)).Trace(t.Context(), "flaky.com")
	require.NoError(t, err)
	first := asked[0]
	require.Equal(t, "flaky.com MX", first.Question)
	require.Equal(t, s.Addr(), first.Server)
	require.Equal(t, 3, first.Tries, "two were dropped")
	require.Equal(t, "300s", fmt.Sprintf("%.0fs", first.TTL.Seconds()))
	require.False(t, first.MadeUp)
	require.True(t, asked[len(asked)-1].MadeUp)

	// Lookup is done with one good address; a diagnosis wants them all.
	a, _, err = mx.New(options(s)).Trace(t.Context(), "acme.com")
	require.NoError(t, err)
	require.Len(t, a.Hosts[1].Addrs, 1)
}

// What differs between two resolvers is what a diagnosis is for.
func TestTraceSecondOpinion(t *testing.T) {
	t.Parallel()
	one, two := serve(t, zone), serve(t, zone+"gone.com MX 10 mx1.acme.com\nodd.com TXT x\n")
	r := mx.New(options(one, two))
	servers := func(name string) (mx.Answer, []string) {
		a, asked, err := r.Trace(t.Context(), name)
		require.NoError(t, err)
		var servers []string
		for _, e := range asked {
			if e.Question == name+" MX" {
				servers = append(servers, e.Server+": "+e.Answer)
			}
		}
		return a, servers
	}
	a, said := servers("missing.com")
	require.True(t, a.Confirmed)
	denied := []string{one.Addr() + ": NXDOMAIN", two.Addr() + ": NXDOMAIN"}
	require.ElementsMatch(t, append(denied, denied...), said, "both were asked, and again")

	a, said = servers("odd.com")
	require.False(t, a.Confirmed)
	require.Contains(t, a.Detail, "another resolver differs")
	require.ElementsMatch(t, []string{one.Addr() + ": NXDOMAIN", two.Addr() + ": no records"}, said)
}

func TestTraceDead(t *testing.T) {
	t.Parallel()
	r := mx.New(options(serve(t, "* !drop")))
	a, asked, err := r.Trace(t.Context(), "acme.com")
	require.NoError(t, err)
	require.Equal(t, mx.Timeout, a.Outcome)
	require.ErrorIs(t, r.Err(), mx.ErrDead)
	require.Len(t, asked, 1)
	require.Equal(t, "no resolver answers", asked[0].Answer)
	require.Empty(t, asked[0].Server)
	require.Zero(t, asked[0].Tries)
}

func TestTraceRemembersNothing(t *testing.T) {
	t.Parallel()
	s := serve(t, zone)
	r := mx.New(options(s))
	lookup(t, r, "acme.com")
	for n := range 2 {
		trace(t, r, "acme.com")
		require.Equal(t, n+2, s.Queries()["acme.com MX"])
		require.Equal(t, n+2, s.Queries()["mx1.acme.com A"])
	}
	lookup(t, r, "acme.com")
	require.Equal(t, 3, s.Queries()["acme.com MX"], "Lookup keeps its own")
}

// A domain of a hundred mail hosts, none of which exists, has an end.
func TestTraceBounded(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString(dnstest.Canaries)
	for i := range 100 {
		fmt.Fprintf(&text, "x.com MX %d h%d.x.com\n", i, i)
	}
	a, asked, err := mx.New(options(serve(t, text.String()))).Trace(t.Context(), "x.com")
	require.NoError(t, err)
	require.Len(t, a.Hosts, 100)
	require.Len(t, asked, 65)
}

func TestTraceCancelled(t *testing.T) {
	t.Parallel()
	s := serve(t, zone)
	r := mx.New(options(s))
	require.NoError(t, r.Check(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, asked, err := r.Trace(ctx, "dead.com")
		if asked != nil {
			t.Errorf("a cancelled question is no exchange: %v", asked)
		}
		ended <- err
	}()
	received(t, s, "dead.com MX")
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
}
