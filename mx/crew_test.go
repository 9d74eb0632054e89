package mx

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// drives runs c as a shift does, until the test's context ends.
func drives(ctx context.Context, c *crew) (ended chan struct{}) {
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		defer c.disband()
		for ctx.Err() == nil {
			c.run()
			c.sleep(ctx, nil)
		}
	}()
	return ended
}

func TestCrewWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := newCrew()
		var turns atomic.Int32
		w := c.start(func(w *worker) {
			for s := (sleeper{worker: w}); s.sleep(ctx); {
				turns.Add(1)
			}
		})
		ended := drives(ctx, c)
		synctest.Wait()
		for want := range int32(3) {
			require.Equal(t, want, turns.Load())
			w.wake()
			synctest.Wait()
		}
		cancel()
		<-ended
		require.Equal(t, int32(3), turns.Load(), "a worker whose context has ended has not been woken")
		require.Empty(t, c.workers)
		w.wake() // late, for nobody
		c.run()
	})
}

func TestCrewAwaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := newCrew()
		var said []string
		slow := c.start(func(w *worker) {
			w.await(func() { time.Sleep(time.Second) })
			said = append(said, "slow")
		})
		c.start(func(*worker) { said = append(said, "quick") })
		ended := drives(ctx, c)
		slow.wake() // for nothing
		time.Sleep(time.Millisecond)
		cancel() // what a worker awaits is waited for all the same
		<-ended
		require.Equal(t, []string{"quick", "slow"}, said)
	})
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		c := newCrew()
		var of []time.Duration
		began := time.Now()
		pauses := func(s *sleeper) {
			require.True(t, s.pause(ctx, 0))
			require.True(t, s.pause(ctx, time.Second))
			of = append(of, time.Since(began))
		}
		w := c.start(func(w *worker) { pauses(&sleeper{worker: w}) })
		ended := drives(ctx, c)
		time.Sleep(time.Millisecond)
		w.wake() // for nothing
		time.Sleep(time.Second)
		cancel()
		<-ended
		alone := sleeper{woken: make(chan struct{}, 1)}
		require.False(t, alone.pause(ctx, time.Second))
		require.Equal(t, []time.Duration{time.Second}, of)
	})
}

// Whoever wakes whom from where: nobody is forgotten.
func TestCrewForgetsNobody(t *testing.T) {
	const workers, rounds = 50, 200
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := newCrew()
	type wanted struct {
		f   *asking
		try int
	}
	asks := make(chan wanted, workers)
	var working sync.WaitGroup
	c.driving.Lock()
	for range workers {
		working.Add(1)
		c.start(func(w *worker) {
			defer working.Done()
			f := newAsking()
			f.worker = w
			for i := range rounds {
				asks <- wanted{f, i}
				if e, ok := f.next(ctx); !ok || e.try != i {
					t.Errorf("%d, %t in place of %d", e.try, ok, i)
					return
				}
			}
		})
	}
	c.driving.Unlock()
	ended := drives(ctx, c)
	// Some bring and drive, like a lane, some bring and wake.
	for i := range 4 {
		go func() {
			rng := rand.New(rand.NewPCG(uint64(i), 1))
			for a := range asks {
				if w := a.f.bring(event{try: a.try}); rng.IntN(2) == 0 {
					w.crew.run()
				} else {
					w.wake()
				}
			}
		}()
	}
	working.Wait()
	close(asks)
	cancel()
	<-ended
}

func TestFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		f := newFeed(newCrew())
		var named atomic.Int32
		go f.fill(ctx, func(yield func(string) bool) {
			for i := range 1000 {
				named.Add(1)
				if !yield(fmt.Sprint(i)) {
					return
				}
			}
		})
		synctest.Wait()
		require.LessOrEqual(t, named.Load(), int32(ahead+1), "no more than are wanted soon")
		var got []string
		for range 1000 {
			synctest.Wait()
			name, _, ok := f.next()
			require.True(t, ok)
			got = append(got, name)
		}
		require.Equal(t, "0", got[0])
		require.Equal(t, "999", got[999])
		synctest.Wait()
		_, _, ok := f.next()
		require.False(t, ok)
		waiting, over := f.state()
		require.False(t, waiting)
		require.True(t, over)
	})
}

func TestFeedGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		f := newFeed(newCrew())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			f.fill(ctx, func(yield func(string) bool) {
				for yield("acme.com") {
				}
			})
		}()
		synctest.Wait()
		cancel()
		<-ended
	})
}

func TestTray(t *testing.T) {
	require.Nil(t, (*tray)(nil).filled())
	tray := newTray(newCrew())
	tray.put(&draft{})
	require.Empty(t, tray.filled(), "one is not worth a wake")
	tray.show()
	<-tray.filled()
	some, last := tray.take(nil)
	require.Len(t, some, 1)
	require.False(t, last)
	for range heaped {
		require.False(t, tray.full())
		tray.put(&draft{})
	}
	require.True(t, tray.full())
	<-tray.filled()
	tray.close()
	<-tray.filled()
	some, last = tray.take(some)
	require.Len(t, some, heaped)
	require.True(t, last)
	require.False(t, tray.full())
}

// After a standstill a try is late before its answer is read: the answer counts.
func TestAnswerBeforeLate(t *testing.T) {
	f := newAsking()
	f.tell(event{over: true})
	f.tell(event{late: true})
	f.tell(event{try: 1, late: true})
	f.tell(event{reply: reply{status: positive}})
	require.True(t, came(t, f).over)
	require.Equal(t, positive, came(t, f).status)
	require.True(t, came(t, f).late)
	require.True(t, came(t, f).late)
}
