package mx

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// door is a gate whose clock the test turns, and whoever enters it.
type door struct {
	*gate
	at time.Duration
}

func newDoor(servers, limit int) *door {
	d := &door{}
	d.gate = newGate(servers, limit, func() time.Duration { return d.at })
	return d
}

// admission is how entering ended.
type admission struct {
	server  int
	entered bool
}

// enters goes to the gate; the channel has what came of it. Within synctest.
func (d *door) enters(ctx context.Context, among set, again bool) <-chan admission {
	done := make(chan admission, 1)
	go func() {
		server, entered := d.enter(ctx, newAsking(), among, again)
		done <- admission{server, entered}
	}()
	synctest.Wait()
	return done
}

func in(t *testing.T, done <-chan admission, server int) {
	t.Helper()
	synctest.Wait()
	select {
	case a := <-done:
		require.Equal(t, admission{server, true}, a)
	default:
		require.Fail(t, "it waits")
	}
}

func waits(t *testing.T, done <-chan admission) {
	t.Helper()
	synctest.Wait()
	require.Empty(t, done)
}

func TestGateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, both := newDoor(2, 3), one(0)|one(1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for range 3 {
			a := <-d.enters(ctx, both, false)
			require.True(t, a.entered)
		}
		require.False(t, d.room())
		fourth := d.enters(ctx, both, false)
		waits(t, fourth)
		d.release(0)
		in(t, fourth, 0)
		require.Equal(t, 3, d.under)
		require.Equal(t, 3, d.size())
	})
}

func TestGateGoesWhereThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, both := newDoor(2, 1000), one(0)|one(1)
		d.windows[0].size, d.windows[1].size = 10, 30
		for range 40 {
			<-d.enters(t.Context(), both, false)
		}
		require.Equal(t, 10, d.windows[0].underWay)
		require.Equal(t, 30, d.windows[1].underWay)
		d.release(1)
		in(t, d.enters(t.Context(), both, false), 1)
	})
}

func TestGateAvoidsTheSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, both := newDoor(2, 1000), one(0)|one(1)
		for range 16 {
			d.silent(0)
		}
		for range firstWindow {
			in(t, d.enters(t.Context(), both, false), 1)
		}
		in(t, d.enters(t.Context(), both, false), 0) // better than to wait
		d.release(1)
		d.awake(0)
		in(t, d.enters(t.Context(), both, false), 0)
	})
}

func TestGateOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, both := newDoor(2, 1000), one(0)|one(1)
		d.windows[0].size, d.windows[1].size = 1, 1
		<-d.enters(t.Context(), both, false)
		<-d.enters(t.Context(), both, false)
		fresh := d.enters(t.Context(), both, false)
		again := d.enters(t.Context(), both, true)
		only := d.enters(t.Context(), one(0), false)

		d.release(0)
		in(t, only, 0) // it has no choice
		waits(t, again)
		d.release(0)
		in(t, again, 0) // tried before: ahead of who came earlier
		waits(t, fresh)
		d.release(1)
		in(t, fresh, 1)
	})
}

// What time brings goes to who waits, and not to who comes just then.
func TestGateWhoComesLaterWaitsLonger(t *testing.T) {
	for _, tt := range []struct {
		name  string
		among set
		again bool
	}{
		{name: "tried before", among: one(0) | one(1), again: true},
		{name: "for one server only", among: one(0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDoor(2, 1000)
				d.windows[0].pace, d.windows[1].size = 10, 0
				waiting := d.enters(t.Context(), tt.among, tt.again)
				waits(t, waiting)
				d.at = 100 * time.Millisecond // one token
				later := d.enters(t.Context(), one(0)|one(1), false)
				in(t, waiting, 0)
				waits(t, later)
				d.tick(200 * time.Millisecond)
				in(t, later, 0)
			})
		})
	}
}

func TestGateCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(1, 1)
		in(t, d.enters(t.Context(), one(0), false), 0)
		ctx, cancel := context.WithCancel(t.Context())
		first, second := d.enters(ctx, one(0), false), d.enters(ctx, one(0), true)
		third := d.enters(t.Context(), one(0), false)
		cancel()
		require.Equal(t, admission{}, <-first)
		require.Equal(t, admission{}, <-second)
		d.release(0)
		in(t, third, 0)
		d.release(0)
		require.Zero(t, d.under)
		require.True(t, d.room())
	})
}

// However many come and go, no place is lost.
func TestGateKeepsCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor(3, 8)
		for i := range 500 {
			go func() {
				among := set(i%7 + 1)
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%50)*time.Millisecond)
				defer cancel()
				server, ok := d.enter(ctx, newAsking(), among, i%3 == 0)
				if !ok {
					return
				}
				if !among.has(server) {
					t.Errorf("%d is none of %b", server, among)
				}
				time.Sleep(time.Duration(i%5) * time.Millisecond)
				d.release(server)
			}()
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Zero(t, d.under)
		for _, w := range d.windows {
			require.Zero(t, w.underWay)
		}
		for _, q := range d.queues {
			require.True(t, q.again.empty() && q.fresh.empty())
		}
	})
}
