package mx

import (
	"context"
	"time"
)

// shift is the work of one crew: it asks for the names of a feed, and leaves a draft
// of each on a tray. What a run knows it only reads.
type shift struct {
	run  *run
	ctx  context.Context
	crew *crew
	feed *feed
	tray *tray
	most int       // workers
	idle []*worker // who has no name; the driver's
}

// drafts is where it leaves them; nil of nil.
func (s *shift) drafts() *tray {
	if s == nil {
		return nil
	}
	return s.tray
}

// drive sees to the crew until all names are asked or ctx ends. Answers are seen to
// where they arrive, see [crew]; it comes in for what else happens.
func (s *shift) drive() {
	const look = 5 * time.Millisecond
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	defer s.tray.close()
	defer s.run.r.wire.leave()
	defer s.crew.disband()
	for s.ctx.Err() == nil && !s.round() {
		s.tray.show()
		s.crew.sleep(s.ctx, ticker.C)
	}
}

// round gives everybody turns, and something to do. It returns true once all is done.
func (s *shift) round() (done bool) {
	if !s.crew.take() {
		s.crew.miss()
		return false
	}
	for more := true; more; {
		s.crew.turns()
		if s.hire() {
			continue
		}
		done = len(s.crew.workers) == 0 && s.feed.close()
		more = !s.crew.leave()
	}
	return done
}

// hire gives one worker more something to do, if there is something. Further ones
// come whenever names wait and the servers bear further questions: for most of a
// worker's time may go by without one under way.
func (s *shift) hire() bool {
	if s.ctx.Err() != nil {
		return false // who is hired now ends at once
	}
	waiting, over := s.feed.state()
	waiting = waiting && !s.tray.full()
	workers := len(s.crew.workers)
	switch last := len(s.idle) - 1; {
	case last >= 0 && (waiting || over):
		s.idle[last].idle = false
		s.idle[last].stand()
		s.idle = s.idle[:last]
	case waiting && (workers == 0 || workers < s.most && s.run.r.gate.room()):
		s.crew.start(s.work)
	default:
		return false
	}
	return true
}

func (s *shift) work(w *worker) {
	ask := inquiry{r: s.run.r, worker: w, hosts: s.run.hosts, keep: s.run.rememberHost}
	d := new(draft)
	for s.ctx.Err() == nil {
		name, ok := "", false
		if !s.tray.full() {
			name, ask.again, ok = s.feed.next()
		}
		if ok {
			*d = draft{}
			s.run.r.draft(s.ctx, name, &ask, d)
			d.second = ask.again
			if s.ctx.Err() == nil { // a cancelled question is not an answer
				s.tray.put(d)
			}
			continue
		}
		if _, over := s.feed.state(); over {
			return
		}
		for w.idle, s.idle = true, append(s.idle, w); w.idle && s.ctx.Err() == nil; {
			w.pass(struct{}{})
		}
	}
}
