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

// seen does what a map does, however wrong the estimate.
func TestSeenIsAMap(t *testing.T) {
	for _, estimate := range []int64{0, 10, 100_000} {
		s, model := newSeen(estimate), map[string]int64{}
		r := rand.New(rand.NewPCG(1, 2))
		for row := int64(2); row < 60_000; row++ {
			mailbox := fmt.Sprintf("jane%d@acme.com", r.IntN(30_000))
			want, known := model[mailbox]
			if !known {
				want = row
				model[mailbox] = row
			}
			require.Equal(t, want, s.first(s.key([]byte(mailbox)), row))
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
