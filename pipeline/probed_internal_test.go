package pipeline

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/validate"
)

func TestProbed(t *testing.T) {
	var p probed
	jane, joe := address.Address{Local: "jane", Domain: "acme.com"}, address.Address{Local: "joe", Domain: "acme.com"}
	require.Nil(t, p.of(jane), "nobody was asked")
	p.begin()
	require.Nil(t, p.of(jane))
	for i, a := range []address.Address{jane, joe, {Local: "janea", Domain: "cme.com"}, {Local: "Jane", Domain: "acme.com"}} {
		id, isNew := p.add(a)
		require.Equal(t, i, id)
		require.True(t, isNew)
	}
	id, isNew := p.add(joe)
	require.Equal(t, 1, id)
	require.False(t, isNew)
	require.Nil(t, p.of(joe), "not told yet")
	p.hear(1, &validate.RCPT{Kind: validate.SMTP("recipient-unknown"), Answered: true, Detail: "550 no", Reply: "550 no", At: time.Unix(1, 0)})
	p.hear(0, &validate.RCPT{Kind: validate.SMTP("recipient-unknown"), Answered: true, Detail: "550 no", At: time.Unix(2, 0)})
	p.hear(2, &validate.RCPT{Kind: validate.SMTP("recipient-unknown"), Detail: "550 no"})
	require.Equal(t, &validate.RCPT{Kind: validate.SMTP("recipient-unknown"), Answered: true, Detail: "550 no"}, p.of(joe))
	require.Same(t, p.of(jane), p.of(joe), "what is said of many is kept once")
	require.False(t, p.of(address.Address{Local: "janea", Domain: "cme.com"}).Answered)
	require.Nil(t, p.of(address.Address{Local: "Jane", Domain: "acme.com"}))
	require.EqualValues(t, 4, p.total())
}

// What is said once only is forgotten of the words, and of nobody.
func TestProbedHearsManyWords(t *testing.T) {
	var p probed
	p.begin()
	const n = 2*maxWords + 10
	at := func(i int) address.Address { return address.Address{Local: fmt.Sprint(i), Domain: "acme.com"} }
	for i := range n {
		id, _ := p.add(at(i))
		p.hear(id, &validate.RCPT{Detail: fmt.Sprint("queued as ", i)})
		require.LessOrEqual(t, len(p.words), maxWords)
	}
	for i := range n {
		require.Equal(t, fmt.Sprint("queued as ", i), p.of(at(i)).Detail)
	}
}

// BenchmarkProbedMemory tells how much is kept of an address.
func BenchmarkProbedMemory(b *testing.B) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	const n = 1_000_000
	for b.Loop() {
		before := heap()
		var p probed
		p.begin()
		for i := range n {
			id, _ := p.add(address.Address{Local: fmt.Sprintf("jane.doe%d", i), Domain: "acme.com"})
			p.hear(id, &validate.RCPT{Kind: validate.SMTP("recipient-unknown"), Detail: "rcpt at mx: 550 5.1.1 no such user", At: time.Now()})
		}
		b.ReportMetric(float64(heap()-before)/n, "B/address")
		runtime.KeepAlive(&p)
	}
}
