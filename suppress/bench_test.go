package suppress_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/bounce"
	"winnow/store"
	"winnow/suppress"
)

// ledger is one with n bounces of as many addresses.
func ledger(b *testing.B, n int, key []byte) *suppress.Ledger {
	s, err := store.Open(filepath.Join(b.TempDir(), "store.db"))
	require.NoError(b, err)
	b.Cleanup(func() { s.Close() })
	l, err := suppress.New(b.Context(), s, suppress.Options{Key: key})
	require.NoError(b, err)
	i := l.Import()
	for n := range n {
		require.NoError(b, i.Add(b.Context(), bouncing(n)))
	}
	_, err = i.End(b.Context())
	require.NoError(b, err)
	return l
}

var reply = bounce.Classify(bounce.Reply{Text: "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking", Host: "mx.acme.com"})

func bouncing(n int) bounce.Event {
	return bounce.Event{
		Recipient: fmt.Sprintf("person.%d@acme%d.com", n*7919%1000003, n%5000), Happened: bounce.WasFailed, Result: reply,
		At: daysAgo(float64(n % 5000 % 30)), Source: "bounces.mbox: mail 17", MessageID: fmt.Sprintf("%d.news@acme.com", n), Campaign: "autumn",
	}
}

func BenchmarkRecord(b *testing.B) {
	l := ledger(b, 0, nil)
	n := 0
	events := make([]bounce.Event, suppress.Batch)
	for b.Loop() {
		for i := range events {
			events[i] = bouncing(n)
			n++
		}
		_, err := l.Record(b.Context(), events)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}

// A hundred thousand addresses of a list, one in fifty of them known, at a ledger of
// 100,000.
func BenchmarkIndex(b *testing.B) {
	for name, key := range map[string][]byte{"clear": nil, "hashed": []byte("a key that is long enough")} {
		b.Run(name, func(b *testing.B) {
			const known, asked = 100_000, 100_000
			x, err := ledger(b, known, key).Load(b.Context())
			require.NoError(b, err)
			require.Equal(b, known, x.Len())
			customs := suppress.Customs("acme7.com")
			locals := make([]string, asked)
			for i := range locals {
				n := i*10_000_019 + 1<<40
				if i%50 == 0 {
					n = (i*5000 + 7) % known / 5000 * 5000 * 7919 % 1000003
				}
				locals[i] = fmt.Sprintf("person.%d", n)
			}
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				if i++; i == asked {
					i = 0
				}
				if _, err := x.Past(&customs, locals[i]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPast(b *testing.B) {
	l := ledger(b, 100_000, nil)
	customs := suppress.Customs("acme7.com")
	for b.Loop() {
		_, err := l.Past(&customs, "person.55433")
		require.NoError(b, err)
	}
}

func BenchmarkLoad(b *testing.B) {
	const events = 100_000
	l := ledger(b, events, nil)
	n := 0
	for b.Loop() {
		_, err := l.Load(b.Context())
		require.NoError(b, err)
		n += events
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkNote(b *testing.B) {
	s, err := store.Open(filepath.Join(b.TempDir(), "store.db"))
	require.NoError(b, err)
	defer s.Close()
	l, err := suppress.New(b.Context(), s, suppress.Options{})
	require.NoError(b, err)
	const n = 100_000
	notes := make([]suppress.Note, n)
	for i := range notes {
		notes[i] = suppress.Note{Addr: address.Address{Local: fmt.Sprintf("jane.%d", i), Domain: "acme.com"}, Value: make([]byte, 300), At: time.Now()}
	}
	require.NoError(b, l.KeepNotes(b.Context(), "smtp", notes))
	i := 0
	for b.Loop() {
		_, ok, err := l.Note(b.Context(), "smtp", notes[i%n].Addr)
		if err != nil || !ok {
			b.Fatal(ok, err)
		}
		i += 7919
	}
}
