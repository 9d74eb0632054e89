package mx

import (
	"container/heap"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// resolverModel answers what a window lets through, on a clock of its own: after
// rtt, or later if it works at rate already; and drops what exceeds limit.
type resolverModel struct {
	rtt   time.Duration
	rate  float64 // answers a second that it can make; more wait in its line
	limit float64 // answers a second that it gives; more are dropped
	loss  float64
}

type arrival struct {
	at, sent time.Duration
	lost     bool
}

type arrivals []arrival

func (a arrivals) Len() int           { return len(a) }
func (a arrivals) Less(i, j int) bool { return a[i].at < a[j].at }
func (a arrivals) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *arrivals) Push(x any)        { *a = append(*a, x.(arrival)) }
func (a *arrivals) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// play lets w ask as much as it will for so long, and returns the answers of the last second.
func (m resolverModel) play(w *window, lasts time.Duration) (answers int) {
	const patience = 400 * time.Millisecond
	rng := rand.New(rand.NewPCG(1, 2))
	var under arrivals
	idle, tokens, minted := time.Duration(0), 10.0, time.Duration(0)
	for now := time.Millisecond; now < lasts; now += time.Millisecond {
		for len(under) > 0 && under[0].at <= now {
			a := heap.Pop(&under).(arrival)
			w.underWay--
			if a.lost {
				// It was asked again, and answered.
				w.lost(a.sent, now)
				continue
			}
			w.answered(now, now-a.sent)
			if now >= lasts-time.Second {
				answers++
			}
		}
		if m.limit > 0 {
			tokens = min(tokens+m.limit*(now-minted).Seconds(), max(10, m.limit/50))
			minted = now
		}
		for w.mint(now); !w.full(); {
			w.asked(now)
			a := arrival{at: now + m.rtt, sent: now}
			if m.rate > 0 {
				idle = max(idle, now) + time.Duration(float64(time.Second)/m.rate)
				a.at = idle + m.rtt
			}
			if m.limit > 0 {
				if a.lost = tokens < 1; !a.lost {
					tokens--
				}
			}
			if a.lost = a.lost || rng.Float64() < m.loss; a.lost {
				a.at = now + patience
			}
			heap.Push(&under, a)
		}
	}
	return answers
}

func TestWindow(t *testing.T) {
	const most = 4096
	for _, tt := range []struct {
		name       string
		model      resolverModel
		atLeast    int // answers in the last of 20 seconds
		from, upTo float64
		paced      bool
	}{
		{name: "grows while it pays", model: resolverModel{rtt: 50 * time.Millisecond, rate: 30_000},
			atLeast: 25_000, from: 1_000, upTo: 8_000},
		{name: "stops when it does not", model: resolverModel{rtt: 10 * time.Millisecond, rate: 2_000},
			atLeast: 1_900, from: firstWindow, upTo: 800},
		{name: "loss on the way does not shrink it", model: resolverModel{rtt: 30 * time.Millisecond, rate: 20_000, loss: 0.01},
			atLeast: 15_000, from: 500, upTo: 8_000},
		// 95 % of what the resolver allows, at least.
		{name: "finds the pace of a limit", model: resolverModel{rtt: 10 * time.Millisecond, limit: 5_000},
			atLeast: 4_750, from: firstWindow, upTo: 8_000, paced: true},
		{name: "finds a slow pace", model: resolverModel{rtt: 10 * time.Millisecond, limit: 300},
			atLeast: 285, from: firstWindow, upTo: 8_000, paced: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWindow(most)
			got := tt.model.play(&w, 20*time.Second)
			t.Logf("size %.0f, pace %.0f, answers %d, %+v", w.size, w.pace, got, w.load)
			require.GreaterOrEqual(t, got, tt.atLeast)
			require.GreaterOrEqual(t, w.size, tt.from)
			require.LessOrEqual(t, w.size, tt.upTo)
			require.Equal(t, tt.paced, w.pace > 0)
			require.Equal(t, tt.paced, w.load.BackedOff > 0)
		})
	}
}

func TestWindowPace(t *testing.T) {
	w := newWindow(4096)
	for range 100 {
		w.asked(time.Millisecond)
	}
	for range 4 {
		w.lost(time.Millisecond, 300*time.Millisecond)
	}
	require.Zero(t, w.pace, "4 % are not too much")
	require.Greater(t, w.strained, 300*time.Millisecond, "yet a strain")
	for range 50 {
		w.answered(2*time.Millisecond, time.Millisecond)
	}
	w.lost(time.Millisecond, 300*time.Millisecond)
	w.lost(time.Millisecond, 300*time.Millisecond)
	require.Equal(t, 200.0, w.pace, "what was answered in the quarter of a second")
	w.lost(time.Millisecond, 301*time.Millisecond)
	require.Equal(t, 200.0, w.pace, "what was asked before tells nothing of the pace")

	w.underWay = 0
	w.mint(300 * time.Millisecond)
	require.True(t, w.full(), "no token yet")
	w.mint(310 * time.Millisecond)
	require.False(t, w.full())
	w.mint(10 * time.Second)
	require.InDelta(t, 2, w.tokens, 0.01, "10 ms of the pace at most")

	w.hasten(310 * time.Millisecond)
	require.Equal(t, 200.0, w.pace, "it is too early")
	w.hasten(10 * time.Second)
	require.Greater(t, w.pace, 200.0)
}

func TestWindowTooFewToJudge(t *testing.T) {
	w := newWindow(4096)
	for range cohortMembers - 1 {
		w.asked(time.Millisecond)
		w.lost(time.Millisecond, 300*time.Millisecond)
	}
	require.Zero(t, w.pace)
	require.Zero(t, w.load.BackedOff)
}

func TestWindowPatience(t *testing.T) {
	for _, tt := range []struct {
		name           string
		took           time.Duration // of every answer; 0: there was none
		patience, hold time.Duration
	}{
		{name: "nothing known", patience: 400 * time.Millisecond, hold: 400 * time.Millisecond},
		{name: "near", took: time.Millisecond, patience: 400 * time.Millisecond, hold: 20 * time.Millisecond},
		{name: "far", took: 200 * time.Millisecond, patience: 400 * time.Millisecond, hold: 200 * time.Millisecond},
		{name: "very far", took: 800 * time.Millisecond, patience: 800 * time.Millisecond, hold: 800 * time.Millisecond},
		{name: "hopeless", took: 3 * time.Second, patience: 1500 * time.Millisecond, hold: 1500 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWindow(4096)
			for i := range 100 {
				if tt.took > 0 {
					w.answered(time.Duration(i)*time.Second, tt.took)
				}
			}
			require.InDelta(t, tt.patience, w.patience(), float64(5*time.Millisecond))
			require.InDelta(t, tt.hold, w.hold(), float64(5*time.Millisecond))
		})
	}
}
