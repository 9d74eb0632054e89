package mx

import (
	"time"
)

// asking is one question under way: what was sent to whom, and what came of it.
// It belongs to the goroutine that asks. Lanes and the gate put something into
// its channels, and never wait.
type asking struct {
	q        question
	came     chan event
	admitted chan int // by the gate: the server
	tries    []try
}

// maxTries of one question: each may have to be repeated without EDNS.
const maxTries = 2 * rounds

// eventsATry: a failure, an answer after all, and that it is over and late.
const eventsATry = 4

func newAsking() *asking {
	return &asking{
		came:     make(chan event, maxTries*eventsATry),
		admitted: make(chan int, 1),
		tries:    make([]try, 0, maxTries),
	}
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

// tell hands the asking an event. What is too much is dropped: it is no more than
// a repetition.
func (f *asking) tell(e event) {
	select {
	case f.came <- e:
	default:
	}
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
	for {
		select {
		case <-f.came:
		default:
			return
		}
	}
}
