package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"winnow/validate"
)

func TestTurnstileKeepsTheOrder(t *testing.T) {
	turn := newTurnstile(t.Context())
	const blocks = 500
	seqs := make(chan int, blocks)
	for _, i := range rand.Perm(blocks) {
		seqs <- i
	}
	close(seqs)
	var passed []int // guarded by the turnstile itself: -race would tell
	var wg sync.WaitGroup
	for seq := range seqs { // one goroutine each: none waits for a worker
		wg.Go(func() {
			err := turn.pass(seq, func() error { passed = append(passed, seq); return nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.Len(t, passed, blocks)
	require.IsIncreasing(t, passed)
}

func TestTurnstileEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		turn := newTurnstile(ctx)
		waits := make(chan error, 1)
		go func() { waits <- turn.pass(1, func() error { panic("block 0 has not passed") }) }()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-waits, context.Canceled)
	})
}

func TestTurnstileStopsAtAnError(t *testing.T) {
	turn := newTurnstile(t.Context())
	full := errors.New("the disk is full")
	require.ErrorIs(t, turn.pass(0, func() error { return full }), full)
}

// seen does what two maps do, however wrong the estimate: one of the mailboxes, one of
// what is likely one.
func TestSeenIsAMap(t *testing.T) {
	type first struct {
		row  int
		text uint64
		rank rank
	}
	for _, estimate := range []int64{0, 10, 100_000} {
		s, same, likely := newSeen(estimate), map[string]first{}, map[string]int{}
		r := rand.New(rand.NewPCG(1, 2))
		for row := 2; row < 60_000; row++ {
			base := fmt.Sprintf("jane%d@acme.com", r.IntN(20_000))
			canonical, text := base, r.Uint64N(2)
			k := keys{text: text, rank: rank(r.IntN(3))}
			if r.IntN(3) == 0 {
				canonical = fmt.Sprintf("tag%d+%s", r.IntN(3), base)
				k.likely = s.key([]byte(base))
			}
			k.canonical = s.key([]byte(canonical))

			var want validate.Earlier
			f, known := same[canonical]
			better := known && k.rank > f.rank
			switch {
			case better:
			case known && f.text == text:
				want = validate.Earlier{Row: f.row, How: validate.SameText}
			case known:
				want = validate.Earlier{Row: f.row, How: validate.SameMailbox}
			case likely[base] != 0:
				want = validate.Earlier{Row: likely[base], How: validate.LikelySame}
			}
			if !known || better {
				same[canonical] = first{row, text, k.rank}
			}
			if !known || better && canonical == base {
				if likely[base] == 0 || canonical == base {
					likely[base] = row // the mailbox itself goes before what is only likely it
				}
			}
			require.Equal(t, want, s.earlier(k, int64(row)), "row %d, %s", row, canonical)
		}
	}
}

func TestQueueYieldsEverythingOnce(t *testing.T) {
	q := newQueue()
	const names = 2000
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range names / 4 {
				q.put(fmt.Sprintf("%d.com", w*names/4+i))
			}
		})
	}
	go func() { wg.Wait(); q.close() }()
	got := map[string]int{}
	for name := range q.all(t.Context()) {
		got[name]++
	}
	require.Len(t, got, names)
	for name, n := range got {
		require.Equal(t, 1, n, name)
	}
	require.EqualValues(t, names, q.total())
}

func TestQueueEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		q := newQueue()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for range q.all(ctx) {
			}
		}()
		synctest.Wait()
		cancel()
		<-ended
	})
}
