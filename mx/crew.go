package mx

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"
)

// crew are the workers of a run. They are coroutines: all take their turns on one
// goroutine, the driver, and one that has to wait for something passes the turn on.
// A question costs no switch of threads that way, and what many ask in one round
// of turns leaves with one system call.
//
//	lanes, gate, timers ── wake ──▶ ready ──driver──▶ worker ── sleep ──┐
//	                                  ▲                                 │
//	                                  └─────────────────────────────────┘
//
// Driver is whoever comes with something for them: mostly the goroutine that takes
// the answers from a lane, else that of [shift.drive]. A driver never waits: what could
// make it wait, a worker leaves to another goroutine, see [worker.await].
type crew struct {
	called  chan struct{} // for shift.drive, when it sleeps
	driving sync.Mutex    // held by the driver

	mu     sync.Mutex
	driven bool // there is a driver
	asleep bool // shift.drive is
	wanted bool // shift.drive is, since it slept last
	missed bool // shift.drive could not become the driver
	ready  []*worker

	// What follows belongs to the driver.
	spare   []*worker
	workers []*worker // all that have not ended
	lanes   []*lane   // that have packets to send
	full    *lane     // one of these that has as many as are sent at once
	flushed time.Time // when they last were
}

// worker is a coroutine of a crew. Its methods but wake are for itself.
type worker struct {
	crew  *crew
	place int // in crew.workers
	turn  func() (struct{}, bool)
	pass  func(struct{}) bool
	ended bool
	idle  bool // it has no name to ask for
	ready bool // it is in crew.ready; guarded by crew.mu
}

func newCrew() *crew { return &crew{called: make(chan struct{}, 1)} }

// start adds a worker that does its work from its first turn on. It is for the driver.
func (c *crew) start(work func(*worker)) *worker {
	w := &worker{crew: c, place: len(c.workers)}
	// Its turns end when work does, always: there is nothing to stop.
	w.turn, _ = iter.Pull(func(pass func(struct{}) bool) {
		w.pass = pass
		work(w)
	})
	c.workers = append(c.workers, w)
	w.wake()
	return w
}

// turns lets all who are ready have their turns, and sends what they want to send.
func (c *crew) turns() {
	for {
		c.mu.Lock()
		now := c.ready
		c.ready = c.spare[:0]
		for _, w := range now {
			w.ready = false
		}
		c.mu.Unlock()
		if len(now) == 0 {
			c.spare = now
			return
		}
		for i, w := range now {
			now[i] = nil
			if w.ended {
				continue
			}
			if _, goes := w.turn(); !goes {
				c.end(w)
			}
			if c.full != nil {
				c.full.flush()
				c.full = nil
			}
		}
		c.spare = now
		if time.Since(c.flushed) > flushEvery {
			c.flush()
		}
	}
}

// flushEvery is how long packets of a driver that drives on wait for each other.
const flushEvery = time.Millisecond

// flush sends what the workers want to send.
func (c *crew) flush() {
	c.flushed = time.Now()
	for i, l := range c.lanes {
		l.flush()
		c.lanes[i] = nil
	}
	c.lanes = c.lanes[:0]
}

func (c *crew) end(w *worker) {
	w.ended = true
	last := len(c.workers) - 1
	c.workers[w.place] = c.workers[last]
	c.workers[w.place].place = w.place
	c.workers[last] = nil
	c.workers = c.workers[:last]
	if last == 0 {
		c.mu.Lock()
		c.wanted = true
		c.mu.Unlock()
	}
}

// take makes the caller the driver. It returns false if there is one, who will see
// to all that is ready.
func (c *crew) take() bool {
	if !c.driving.TryLock() {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.driven = true
	return true
}

// leave ends that. It returns false if somebody is ready: the caller drives on.
func (c *crew) leave() bool {
	c.flush()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.ready) > 0 {
		return false
	}
	c.driven = false
	c.driving.Unlock()
	if c.wanted || c.missed {
		c.missed = false
		c.call()
	}
	return true
}

// miss has shift.drive have a look once the driver has done.
func (c *crew) miss() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.missed = true
}

// run drives as long as somebody is ready.
func (c *crew) run() {
	if !c.take() {
		return
	}
	for c.turns(); !c.leave(); c.turns() {
	}
}

// sleep waits until somebody calls shift.drive, tick comes, or ctx ends.
func (c *crew) sleep(ctx context.Context, tick <-chan time.Time) {
	c.mu.Lock()
	c.asleep = !c.wanted && (c.driven || len(c.ready) == 0)
	asleep := c.asleep
	c.wanted = false
	c.mu.Unlock()
	if !asleep {
		return
	}
	select {
	case <-c.called:
	case <-tick:
	case <-ctx.Done():
	}
	c.mu.Lock()
	c.asleep, c.wanted = false, false
	c.mu.Unlock()
}

// want has shift.drive have a look.
func (c *crew) want() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wanted = true
	if !c.driven {
		c.call()
	}
}

// call ends the sleep of shift.drive. The caller holds mu.
func (c *crew) call() {
	if c.asleep {
		c.asleep = false
		select {
		case c.called <- struct{}{}:
		default:
		}
	}
}

// disband ends the crew: the context of all that they wait for has ended, or none is
// left.
func (c *crew) disband() {
	for {
		c.driving.Lock()
		for _, w := range c.workers {
			w.stand()
		}
		c.turns()
		left := len(c.workers)
		c.flush()
		c.driving.Unlock()
		if left == 0 {
			return
		}
		// Who is left awaits a goroutine, which wakes it.
		c.sleep(context.Background(), nil)
	}
}

// stand has the worker get a turn at the next round.
func (w *worker) stand() {
	c := w.crew
	c.mu.Lock()
	defer c.mu.Unlock()
	if !w.ready {
		w.ready = true
		c.ready = append(c.ready, w)
	}
}

// wake has the worker get a turn, if need be of shift.drive.
func (w *worker) wake() {
	w.stand()
	c := w.crew
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.driven {
		c.call()
	}
}

// await does what may take its time, while others have their turns. Without a worker
// it just does it.
func (w *worker) await(do func()) {
	if w == nil {
		do()
		return
	}
	var done atomic.Bool
	go func() {
		do()
		done.Store(true)
		w.wake()
	}()
	for !done.Load() {
		w.pass(struct{}{})
	}
}

// sleeper is who waits for something that others bring: a worker, or a goroutine.
type sleeper struct {
	worker *worker       // nil: a goroutine
	woken  chan struct{} // for a goroutine; it may hold a token of some earlier wake
}

// sleep waits until it is woken, perhaps for nothing. It returns false if ctx has ended.
func (s *sleeper) sleep(ctx context.Context) bool {
	if s.worker != nil {
		if ctx.Err() == nil {
			s.worker.pass(struct{}{})
		}
		return ctx.Err() == nil
	}
	select {
	case <-s.woken:
		return true
	case <-ctx.Done():
		return false
	}
}

// stir wakes it. A worker, which is returned, has its turn only once its crew is run.
func (s *sleeper) stir() *worker {
	if s.worker != nil {
		s.worker.stand()
		return s.worker
	}
	select {
	case s.woken <- struct{}{}:
	default:
	}
	return nil
}

func (s *sleeper) wake() {
	if s.worker != nil {
		s.worker.wake()
	} else {
		s.stir()
	}
}

// pause waits, if there is anything to wait for. It returns false if ctx ends.
func (s *sleeper) pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	until := time.Now().Add(d)
	sleeps := *s // the alarm may still go off when s belongs to another question
	alarm := time.AfterFunc(d, sleeps.wake)
	defer alarm.Stop()
	for time.Now().Before(until) {
		if !s.sleep(ctx) {
			return false
		}
	}
	return true
}
