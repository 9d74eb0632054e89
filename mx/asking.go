package mx

import (
	"context"
	"sync"
	"time"
)

// asking is one question under way: what was sent to whom, and what came of it.
// It belongs to who asks. Lanes and the gate bring something, wake who asks, and
// never wait.
type asking struct {
	sleeper
	q     question
	tries []try

	mu       sync.Mutex
	came     []event
	heard    int // of came
	admitted int // by the gate: 1 + the server

	// For who asks alone: large things are kept off the stacks of workers.
	now    event // that next returned last
	failed *said // the first failure; nil as long as there was none
}

// maxTries of one question: each may have to be repeated without EDNS.
const maxTries = 2 * rounds

// eventsATry: that the server can not be reached, a failure, an answer after all, and
// that it is over and late.
const eventsATry = 5

func newAsking() *asking {
	return &asking{sleeper: sleeper{woken: make(chan struct{}, 1)}}
}

// try is one packet of a asking.
type try struct {
	server int
	sent   time.Duration
	held   bool // its place at the gate was not given back yet
	late   bool
	said   status // silence: nothing yet
	odd    bool   // something came that is no answer to it
	lane   *lane
	id     uint16 // in the lane
	forget func() // of a way that is no lane
}

// event is what came of a try.
type event struct {
	try    int
	over   bool // it has kept its place at the gate for long enough
	broken bool // late, because the connection failed
	late   bool // its time is over, and nothing definite came
	odd    bool // late, but something came that is no answer
	cut    bool // the answer does not fit into a packet: TC
	same   bool // the question came back as it was spelt
	reply
}

// bring hands the asking an event, and wakes who asks as stir does. What is too much
// is dropped: it is no more than a repetition.
func (f *asking) bring(e event) *worker {
	f.mu.Lock()
	if len(f.came) < maxTries*eventsATry {
		f.came = append(f.came, e)
	}
	f.mu.Unlock()
	return f.stir()
}

// tell hands the asking an event, and wakes who asks.
func (f *asking) tell(e event) {
	if w := f.bring(e); w != nil {
		w.wake()
	}
}

// next waits for an event, which is good until it is called again. It returns false if ctx ends.
func (f *asking) next(ctx context.Context) (*event, bool) {
	for ok := false; !ok; {
		f.mu.Lock()
		// After a standstill a try may be late first, and then its answer there after all.
		for i := f.heard + 1; i < len(f.came) && f.came[f.heard].late; i++ {
			if f.came[i].status.definite() {
				f.came[i], f.came[f.heard] = f.came[f.heard], f.came[i]
				break
			}
		}
		if f.heard < len(f.came) {
			f.now, ok = f.came[f.heard], true
			f.came[f.heard] = event{}
			f.heard++
		}
		if f.heard == len(f.came) {
			f.came, f.heard = f.came[:0], 0
		}
		f.mu.Unlock()
		if !ok && !f.sleep(ctx) {
			return &f.now, false
		}
	}
	return &f.now, true
}

// admit lets the asking go to a server.
func (f *asking) admit(server int) {
	f.mu.Lock()
	f.admitted = 1 + server
	f.mu.Unlock()
	f.wake()
}

// admission takes what admit brought.
func (f *asking) admission() (server int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	server, f.admitted = f.admitted-1, 0
	return server, server >= 0
}

// land forgets all tries. Nothing is told to f after that.
func (f *asking) land() {
	for i := range f.tries {
		t := &f.tries[i]
		if t.lane != nil {
			t.lane.forget(f, t.id)
		}
		if t.forget != nil {
			t.forget()
		}
		f.tries[i] = try{}
	}
	f.tries = f.tries[:0]
	f.now, f.failed = event{}, nil
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.came)
	f.came, f.heard = f.came[:0], 0
}
