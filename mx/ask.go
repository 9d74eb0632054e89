package mx

import (
	"context"
	"math/bits"
	"time"
)

// anyServer leaves it to the standing whom to ask.
const anyServer = -1

// said is a reply with the server that gave it; of silence, the last one asked.
type said struct {
	reply
	server   int
	honest   bool // the server had passed its canaries
	strained bool // it was losing questions, or could not be reached: what it did not answer is worth asking again
	tries    int
}

// ask asks q of via, or of the servers by their standing and room; what came of it is in
// into, which began as nothing. Each try waits a while and then lets the next begin, at
// another server if there is one; the first answer counts, whichever try it is to. A
// failure is asked once more. If ctx ends the status is silence. The workers of a run are no more than may ask at once; who is
// none waits for a slot.
func (r *Resolver) ask(ctx context.Context, w *worker, q question, via int, into *said) {
	if w == nil {
		select {
		case r.slots <- struct{}{}:
			defer func() { <-r.slots }()
		case <-ctx.Done():
			return
		}
	}
	s := r.standing.Load()
	if !s.answers(via) {
		// Waiting would make a long list over a dead resolver last for hours.
		into.detail, into.server = "no resolver answers", max(via, 0)
		return
	}
	f := r.askings.Get().(*asking)
	f.q, f.worker = q, w
	if r.fly(ctx, f, s, via, into) {
		into.tries = len(f.tries)
	} else {
		*into = said{}
	}
	for i := range f.tries {
		r.yield(&f.tries[i])
	}
	f.land()
	r.askings.Put(f)
}

// rounds are the tries of one question, but for those that only leave EDNS out. Where
// one packet in a hundred is lost, four go amiss once in a hundred million questions.
const rounds = 4

// fly sends tries of f until one is answered, or there is no more to hope for. It returns
// false if ctx ends.
func (r *Resolver) fly(ctx context.Context, f *asking, s *standing, via int, heard *said) bool {
	var deadline time.Duration
	failures, only, plain := 0, via, false
	for round := 0; round < rounds; {
		at, ok := r.gate.enter(ctx, f, s.whom(f, only), len(f.tries) > 0)
		if !ok {
			return false
		}
		now := r.clock()
		if len(f.tries) == 0 {
			deadline = now + r.timeout(via)
		}
		latest := len(f.tries)
		how := r.servers[at].spelling(f)
		how.plain = plain
		patience, hold := r.patience(round, at)
		due := min(now+patience, deadline)
		r.servers[at].send(f, at, how, min(now+hold, due), due)
		for again := false; !again; {
			e, ok := f.next(ctx)
			if !ok {
				return false
			}
			t := &f.tries[e.try]
			if e.over {
				r.yield(t)
				continue
			}
			if e.cut {
				r.fetch(ctx, f, e, plain, deadline)
			}
			r.hear(f, s, e, heard)
			if heard.status.definite() {
				return true
			}
			if e.plain && !plain && e.try == latest {
				// RFC 6891 section 7: a server that knows no EDNS says FORMERR or NOTIMP.
				only, plain, again = t.server, true, true
				continue
			}
			if heard.status != silence {
				failures++
			}
			f.fail(heard)
			if failures > 1 {
				*heard = *f.failed
				return true
			}
			// After a failure another server is asked at once, the same one in a while. In
			// the last round there is time for all tries to be answered after all.
			if e.try == latest && (e.late || round < rounds-1 && !s.alone(via)) {
				if s.alone(via) && !f.pause(ctx, due-r.clock()) {
					return false
				}
				round++
				only, plain, again = via, false, true
			}
		}
		if r.clock() >= deadline {
			break
		}
	}
	if f.failed == nil {
		*heard = said{}
	} else {
		*heard = *f.failed
	}
	if heard.status == silence {
		r.misses.Add(1)
	}
	return true
}

// fail keeps what is to be said if nothing better comes.
func (f *asking) fail(heard *said) {
	strained := heard.strained || f.failed != nil && f.failed.strained
	if f.failed == nil || f.failed.status == silence {
		first := *heard
		f.failed = &first
	}
	f.failed.strained = strained
}

// fetch asks for an answer that did not fit into a packet, and puts it in its place.
func (r *Resolver) fetch(ctx context.Context, f *asking, e *event, plain bool, deadline time.Duration) {
	server, q, most := r.servers[f.tries[e.try].server], f.q, max(deadline-r.clock(), time.Second)
	f.worker.await(func() { e.reply = server.whole(ctx, q, plain, most) })
	e.late = !e.status.definite() // nothing else comes of this try
}

// timeout is how long a question may take. A second opinion that must come from one
// server is not worth as much time: without it a domain is not condemned.
func (r *Resolver) timeout(via int) time.Duration {
	if via != anyServer {
		return r.o.Timeout / 2
	}
	return r.o.Timeout
}

// patience is how long a try waits before the next begins, and how long it keeps
// its place; the last has what is left.
func (r *Resolver) patience(round, server int) (patience, hold time.Duration) {
	patience, hold = r.gate.patience(server)
	switch round {
	case 0:
		return min(patience, r.o.Timeout/6), hold
	case 1:
		return min(800*time.Millisecond, r.o.Timeout/6), hold
	case 2:
		return min(1200*time.Millisecond, r.o.Timeout/4), hold
	default:
		return r.o.Timeout, hold
	}
}

// yield gives back the place of a try.
func (r *Resolver) yield(t *try) {
	if t.held {
		t.held = false
		r.gate.release(t.server)
	}
}

// hear notes what came of a try, and says it.
func (r *Resolver) hear(f *asking, s *standing, e *event, heard *said) {
	t := &f.tries[e.try]
	now := r.clock()
	switch {
	case e.late:
		t.late, t.odd = true, e.odd
		if e.status != silence {
			t.said = e.status
		}
		if t.said == silence {
			r.gate.silent(t.server)
		}
		r.yield(t)
		if t.said == silence && e.odd {
			e.reply = reply{status: malformed, detail: "only packets that are no answer"}
		} else if t.said == silence {
			e.detail = orNoAnswer(e.detail)
		}
	case e.status.definite():
		r.gate.answered(t.server, now, now-t.sent, t.held)
		t.held = false
		r.servers[t.server].heard.Store(int64(now))
		if t.lane != nil {
			t.lane.took(now - t.sent)
		}
		r.misses.Store(0)
		for i := range f.tries {
			// What was asked again with success had been lost, or refused for a while.
			if other := &f.tries[i]; i < e.try && (other.late && other.said == silence || other.said == refused) {
				if pace := r.gate.lost(other.server, other.sent, now); pace > 0 {
					r.slowed(f.worker, other.server, pace)
				}
			}
		}
	case e.status != silence:
		t.said = e.status
		// A refusal may mean that it was too much: its place stays taken for a while.
		if e.status != refused {
			r.yield(t)
		}
	}
	*heard = said{reply: e.reply, server: t.server, honest: s.honest.has(t.server), strained: e.broken || r.gate.strained(t.server, now)}
	heard.detail = r.detail(t.server, e.detail)
}

// slowed tells people of it, which may take its time.
func (r *Resolver) slowed(w *worker, server int, pace float64) {
	w.await(func() { r.slower(server, pace) })
}

// detail is what server said, with its name.
func (r *Resolver) detail(server int, text string) string {
	for i, usual := range usualTexts {
		if text == usual {
			return r.usual[server][i]
		}
	}
	return r.servers[server].name + ": " + text
}

// answers reports whether there is anybody to ask.
func (s *standing) answers(via int) bool {
	if via != anyServer {
		return !s.dead.has(via)
	}
	return len(s.order) > 0
}

// whom returns the servers that the next try of f may go to: of those that were
// tried least the most trusted.
func (s *standing) whom(f *asking, via int) set {
	if via != anyServer {
		return one(via)
	}
	var tried [maxServers]uint8
	for i := range f.tries {
		tried[f.tries[i].server]++
	}
	least := uint8(maxTries)
	for _, i := range s.order {
		least = min(least, tried[i])
	}
	var honest, others set
	for _, i := range s.order {
		if tried[i] != least {
			continue
		}
		if s.honest.has(i) {
			honest.add(i)
		} else {
			others.add(i)
		}
	}
	if honest != 0 {
		return honest
	}
	return one(bits.TrailingZeros64(uint64(others)))
}

// alone reports whether there is only one server to go to.
func (s *standing) alone(via int) bool {
	return via != anyServer || len(s.order) == 1
}
