package probe

import (
	"slices"
	"time"
)

// maxBarren is how many sessions in a row may bring no answer before the next host is
// tried.
const maxBarren = 3

// heedEnd heeds that a session is over.
func (r *run) heedEnd(s *session) {
	never := s.state == opening
	r.uncount(s)
	s.state = leaving
	rt := s.route
	switch {
	case r.ctx.Err() != nil || rt.lost || rt.place != s.place:
	case never:
		r.heedNoGreeting(s)
	case s.failure == NotFailed && s.answered > 0:
		r.p.recover(s.group)
	case s.answered == 0 && (s.rcpts > 0 || s.idled || s.astray):
		if s.astray && !rt.inStep {
			rt.barren = maxBarren // it is no better the next time
		}
		r.barren(rt, ending{failure: s.failure, detail: s.detail, reply: s.refusal, tls: s.tls})
	}
	r.lineUp(rt)
}

// heedNoGreeting heeds that a host was not reached, or let us in no further than the
// greeting.
func (r *run) heedNoGreeting(s *session) {
	rt, now := s.route, time.Now()
	end := ending{failure: s.failure, detail: s.detail, reply: s.refusal, tls: s.tls}
	if s.shortage && rt.shortages < maxShortages {
		rt.shortages++
		rt.notBefore = now.Add(time.Second)
		r.p.shorten()
		return
	}
	word := silent
	if s.refusal.Said() {
		_, word = hear(r.p.rules, s.refusal)
		r.teach(s, s.refusal, word, now)
		if r.lines[s.group].blocked != nil {
			return
		}
	}
	if rt.proven && (word == silent || word == hangup || word == slower || word == later) {
		r.barren(rt, end) // it was there a moment ago
		return
	}
	r.advance(rt, end)
}

// maxShortages is how often a route waits for our own machine to have a connection to spare.
const maxShortages = 10

// barren heeds a session that brought nothing: the host is left alone for a while, and at last
// given up.
func (r *run) barren(rt *route, end ending) {
	if end.failure == NotFailed && !end.reply.Said() {
		end.failure = Dropped
	}
	if rt.barren++; rt.barren >= maxBarren {
		r.advance(rt, end)
		return
	}
	rt.notBefore = time.Now().Add(time.Second << rt.barren)
	if r.late(rt.notBefore) {
		r.advance(rt, end)
	}
}

// advance goes on to the next host, and after the last one waits, or gives the route up.
func (r *run) advance(rt *route, end ending) {
	if rt.trouble == nil || end.reply.Said() || rt.trouble.definite() {
		rt.trouble = &end // what was said tells more than that nothing was, and what may pass more than what does not
	}
	rt.proven, rt.plain, rt.inStep, rt.barren = false, false, false, 0
	rt.once, rt.wary, rt.apart, rt.cuts, rt.bore = false, false, false, 0, 0
	if rt.place++; rt.place < len(rt.hosts) {
		r.move(rt)
		return
	}
	rt.place = 0
	now := time.Now()
	if rt.begun.IsZero() {
		rt.begun = now
	}
	wait := waits[min(rt.rounds, len(waits)-1)]
	rt.rounds++
	due := now.Add(wait)
	passing := rt.trouble.reply.Code/100 == 4 || rt.rounds == 1 && !rt.trouble.reply.Said()
	if passing && !rt.trouble.definite() && due.Sub(rt.begun) <= r.patience && !r.late(due) {
		rt.notBefore = due
		r.move(rt)
		return
	}
	rt.lost = true
	if _, word := hear(r.p.rules, rt.trouble.reply); word == blocked {
		g := r.p.group(rt.trouble.reply.Host)
		if r.lineOf(g); r.p.condemn(g, rt.trouble.reply) {
			r.block(g, rt.trouble.reply)
		}
	}
	r.lose(rt, rt.trouble)
}

// definite tells whether to try again is of no use.
func (e *ending) definite() bool { return e.failure == NoHost || e.failure == Private }

// move puts a route in the line of the group of its new host.
func (r *run) move(rt *route) {
	g := r.p.group(rt.host())
	if g != rt.group {
		if rt.lined {
			l := r.lines[rt.group]
			l.routes = slices.DeleteFunc(l.routes, func(o *route) bool { return o == rt })
			rt.lined = false
		}
		rt.group = g
		if l := r.lineOf(g); l.blocked != nil {
			r.lose(rt, l.blocked.ending())
			return
		}
	}
	unsure := rt.unsure
	r.enter(rt)
	rt.unsure = rt.unsure || unsure
	for _, d := range rt.domains {
		if d.taken != "" {
			rt.house.takes(d) // whom the host before took, this one should take
		}
		r.touch(d)
	}
}
