package mx_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/mx"
)

// A zone in which every name exists is named, once many domains of it were seen.
func TestWildcardZone(t *testing.T) {
	var zone strings.Builder
	zone.WriteString(dnstest.Canaries + "*.ws A 198.20.2.9\nmx1.acme.com A 198.20.2.7\n")
	var names []string
	for i := range 400 {
		names = append(names, fmt.Sprintf("d%d.ws", i), fmt.Sprintf("d%d.com", i))
		fmt.Fprintf(&zone, "d%d.ws MX 10 mx1.acme.com\nd%d.com MX 10 mx1.acme.com\n", i, i)
	}
	zone.WriteString("@ !delay 5ms\n")
	s := serve(t, zone.String())
	o := options(s)
	o.InFlight = 20
	told, untold := 0, 0
	err := mx.New(o).Resolve(t.Context(), slices.Values(names), func(a mx.Answer) {
		require.Equal(t, mx.Hosts, a.Outcome)
		tells := strings.Contains(a.Detail, "ws answers every name")
		switch {
		case tells:
			require.True(t, strings.HasSuffix(a.Name, ".ws"), a.Name)
			told++
		case strings.HasSuffix(a.Name, ".ws"):
			untold++
		}
	})
	require.NoError(t, err)
	require.GreaterOrEqual(t, untold, 19, "a zone with few domains is not asked about")
	require.Greater(t, told, 200)
	madeUp := 0
	for question, n := range s.Queries() {
		if name, ok := strings.CutSuffix(question, ".ws A"); ok && !slices.Contains(names, name+".ws") {
			madeUp += n
		}
	}
	require.Equal(t, 1, madeUp, "it is asked once")
}

type memory struct {
	mu   sync.Mutex
	seen map[string][]mx.Answer
}

func (m *memory) Learn(a mx.Answer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen[a.Name] = append(m.seen[a.Name], a)
}

// What was learnt goes to the sink as it was answered, and what could not be found out does not.
func TestEvidence(t *testing.T) {
	kept := &memory{seen: map[string][]mx.Answer{}}
	o := options(serve(t, zone))
	o.Evidence = kept
	r := mx.New(o)
	given := map[string][]mx.Answer{}
	err := r.Resolve(t.Context(), slices.Values([]string{"acme.com", "implicit.com", "nomail.com", "missing.com", "bad.com", "no.com"}), func(a mx.Answer) {
		if !a.Outcome.Temporary() {
			given[a.Name] = []mx.Answer{a}
		}
	})
	require.NoError(t, err)
	require.Len(t, given, 4)
	require.Equal(t, given, kept.seen)

	a := lookup(t, r, "six.com")
	lookup(t, r, "six.com")
	require.Equal(t, []mx.Answer{a}, kept.seen["six.com"], "from memory it is nothing new")
	require.NotZero(t, a.At)
	require.NotZero(t, a.TTL)
}
