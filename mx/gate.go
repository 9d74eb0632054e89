package mx

import (
	"context"
	"slices"
	"sync"
	"time"
)

// gate lets as many questions through as the servers bear. Safe for concurrent use.
type gate struct {
	clock func() time.Duration

	mu      sync.Mutex
	now     time.Duration
	limit   int // questions under way at once, all servers together
	under   int
	windows []window // by server
	queues  []*queue // few: one a set of servers that is waited for
}

// queue are the questions that wait for one of the same servers.
type queue struct {
	among set
	again waiters // tried before: they go first
	fresh waiters
}

func (q *queue) empty() bool { return q.again.empty() && q.fresh.empty() }

// waiters is a first-in-first-out queue.
type waiters struct {
	askings []*asking
	taken   int
}

func newGate(servers, limit int, clock func() time.Duration) *gate {
	g := &gate{clock: clock, limit: limit, windows: make([]window, servers)}
	for i := range g.windows {
		g.windows[i] = newWindow(limit)
	}
	return g
}

// enter waits until one of the servers has room, and takes it. It returns false if
// ctx ends.
func (g *gate) enter(ctx context.Context, f *asking, among set, again bool) (int, bool) {
	now := g.clock()
	g.mu.Lock()
	g.now = max(g.now, now)
	// What time has brought goes first to those who wait already.
	g.admit()
	q := g.queue(among)
	if q.empty() {
		if server := g.pick(among); server >= 0 {
			g.take(server)
			g.mu.Unlock()
			return server, true
		}
	}
	line := &q.fresh
	if again {
		line = &q.again
	}
	line.put(f)
	g.mu.Unlock()
	for {
		if server, ok := f.admission(); ok {
			return server, true
		}
		if !f.sleep(ctx) {
			break
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if server, ok := f.admission(); ok {
		g.free(server)
	} else {
		line.remove(f)
	}
	return 0, false
}

// size is how many questions the servers bear at once, as far as is known.
func (g *gate) size() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	size := 0
	for i := range g.windows {
		size += int(g.windows[i].size)
	}
	return min(size, g.limit)
}

// room reports whether some server bears another question, and nobody waits for it.
func (g *gate) room() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, q := range g.queues {
		if !q.empty() {
			return false
		}
	}
	if g.under >= g.limit {
		return false
	}
	for i := range g.windows {
		if !g.windows[i].full() {
			return true
		}
	}
	return false
}

func (g *gate) queue(among set) *queue {
	for _, q := range g.queues {
		if q.among == among {
			return q
		}
	}
	g.queues = slices.DeleteFunc(g.queues, (*queue).empty)
	q := &queue{among: among}
	if among.several() {
		g.queues = append(g.queues, q)
	} else {
		// Who can go to one server only goes first: the others have a choice.
		g.queues = slices.Insert(g.queues, 0, q)
	}
	return q
}

// pick returns the server with the most room, of those that answer if any does; -1
// if there is none.
func (g *gate) pick(among set) int {
	const silent = 16
	best, share := -1, 0.0
	for i := range g.windows {
		w := &g.windows[i]
		if !among.has(i) {
			continue
		}
		w.mint(g.now)
		if w.full() || g.under >= g.limit {
			continue
		}
		used := float64(w.underWay) / w.size
		if w.silent >= silent {
			used++
		}
		if best < 0 || used < share {
			best, share = i, used
		}
	}
	return best
}

func (g *gate) take(server int) {
	g.windows[server].asked(g.now)
	g.under++
}

// free gives a place back, and lets in who waits for it.
func (g *gate) free(server int) {
	g.windows[server].underWay--
	g.under--
	g.admit()
}

func (g *gate) admit() {
	for _, q := range g.queues {
		for !q.empty() {
			server := g.pick(q.among)
			if server < 0 {
				break
			}
			line := &q.again
			if line.empty() {
				line = &q.fresh
			}
			g.take(server)
			line.next().admit(server)
		}
	}
}

// tick lets in who had to wait for time to pass.
func (g *gate) tick(now time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now = max(g.now, now)
	g.admit()
}

// release gives back the place of a try that has no answer.
func (g *gate) release(server int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.free(server)
}

// silent counts a try that had no answer in its time.
func (g *gate) silent(server int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.windows[server].silent++
}

// answered counts an answer; held says that its place was not given back yet.
func (g *gate) answered(server int, now, took time.Duration, held bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.windows[server].answered(now, took)
	if held {
		g.free(server)
	}
}

// lost counts a try that was lost. It returns the pace if that made it slower, else 0.
func (g *gate) lost(server int, sent, now time.Duration) (slower float64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	w := &g.windows[server]
	before := w.load.BackedOff
	w.lost(sent, now)
	if w.load.BackedOff == before {
		return 0
	}
	return w.pace
}

// patience is how long a first try at the server waits for its answer, and how long
// any keeps its place without one.
func (g *gate) patience(server int) (patience, hold time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.windows[server].patience(), g.windows[server].hold()
}

// strained reports whether the server lost questions of late.
func (g *gate) strained(server int, now time.Duration) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return now < g.windows[server].strained
}

// awake forgets that a server was silent.
func (g *gate) awake(server int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.windows[server].silent = 0
}

func (w *waiters) empty() bool { return w.taken == len(w.askings) }

func (w *waiters) put(f *asking) {
	if w.taken > len(w.askings)/2 {
		n := copy(w.askings, w.askings[w.taken:])
		clear(w.askings[n:])
		w.askings, w.taken = w.askings[:n], 0
	}
	w.askings = append(w.askings, f)
}

func (w *waiters) next() *asking {
	f := w.askings[w.taken]
	w.askings[w.taken] = nil
	w.taken++
	return f
}

func (w *waiters) remove(f *asking) {
	for i := w.taken; i < len(w.askings); i++ {
		if w.askings[i] == f {
			w.askings = append(w.askings[:i], w.askings[i+1:]...)
			return
		}
	}
}
