package probe

import (
	"context"
	"iter"
	"sync"
	"time"
)

// run is one call of Probe: a loop that owns all that is known of domains and routes, and
// sessions that ask.
//
//	targets ──▶ reader ──▶ loop ──▶ each
//	                      ▲    │ batches
//	               events │    ▼
//	                     sessions (one goroutine each)
//
// The loop never waits for a session, a session waits for the loop only.
type run struct {
	p        *Prober
	ctx      context.Context
	each     func(Evidence)
	deadline time.Time // zero: none
	patience time.Duration

	domains map[string]*domain
	routes  map[string]*route
	lines   map[*group]*line
	full    []*group // that wait for a place of those of all
	alarms  alarms
	events  chan event
	wake    chan struct{} // a place was given back by another run
	working sync.WaitGroup

	left     int // RCPT that may still be sent
	open     int // targets not told
	sessions int
	whole    bool    // all targets have come
	stopped  *ending // for everybody: the budget, the deadline
	sum      Summary
}

// line is the routes of a group that have something to ask, in the order of their turn.
type line struct {
	routes  []*route
	blocked *Blocked
	alarm   time.Time // when it looks again
	full    bool      // it stands in run.full
}

func (p *Prober) newRun(ctx context.Context, each func(Evidence)) *run {
	r := &run{
		p: p, ctx: ctx, each: each, patience: p.o.Patience,
		domains: map[string]*domain{}, routes: map[string]*route{}, lines: map[*group]*line{},
		events: make(chan event, 64), wake: make(chan struct{}, 1),
		left: p.o.Budget,
	}
	if r.left == 0 {
		r.left = unlimited
	}
	return r
}

// loop runs until all targets are told, or ctx ends.
func (r *run) loop(targets iter.Seq[Target]) error {
	ctx, stop := context.WithCancel(r.ctx)
	defer r.end(stop)
	r.ctx = ctx
	r.p.enlist(r)
	feed := make(chan Target, 256)
	go func() {
		defer close(feed)
		for t := range targets {
			select {
			case feed <- t:
			case <-ctx.Done():
				return
			}
		}
	}()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		now := time.Now()
		r.alarms.ring(now)
		if r.whole && r.open == 0 {
			return nil
		}
		if next, ok := r.alarms.next(); ok {
			timer.Reset(next.Sub(now))
		}
		select {
		case t, ok := <-feed:
			if !ok {
				feed = nil
				r.finishAll()
				continue
			}
			r.add(t)
			r.addMore(feed)
		case e := <-r.events:
			r.heedEvent(e)
		case <-timer.C:
		case <-r.wake:
			r.wakeAll()
		case <-r.ctx.Done():
			return context.Cause(r.ctx)
		}
	}
}

// addMore takes in what has come of the targets already, so that a session that greets finds them all.
func (r *run) addMore(feed <-chan Target) {
	for range 1000 {
		select {
		case t, ok := <-feed:
			if !ok {
				return // the loop sees it too
			}
			r.add(t)
		default:
			return
		}
	}
}

// end gives the sessions that are left up, those that say QUIT after a moment.
func (r *run) end(stop context.CancelFunc) {
	grace := time.NewTimer(maxGrace)
	defer grace.Stop()
	cancelled := r.ctx.Done()
	for r.sessions > 0 {
		select {
		case e := <-r.events:
			if e.kind == gone {
				r.sessions--
				r.p.exit(e.s)
			} else if e.kind == greeted || !e.batch.over && !e.batch.last {
				close(e.s.work)
			}
		case <-grace.C:
			stop()
		case <-cancelled:
			stop()
			cancelled = nil
		}
	}
	stop()
	r.working.Wait()
	r.p.delist(r)
}

// maxGrace is how long the answers to QUIT are waited for when all else is done.
const maxGrace = time.Second

// add takes in a target.
func (r *run) add(t Target) {
	r.sum.Targets++
	r.open++
	d := r.domains[t.Addr.Domain]
	if d == nil {
		d = r.domain(t)
	}
	_, sendable := recipient(t.Addr.Local, d.name)
	switch {
	case d.ended != nil:
		r.tell(d, &asking{id: t.ID, local: t.Addr.Local}, d.ended)
		return
	case d.made == madeYes:
		r.tell(d, &asking{id: t.ID, local: t.Addr.Local}, nil)
		return
	case !sendable:
		r.tell(d, &asking{id: t.ID}, &ending{failure: Garbled, detail: "the address can not be written in a command"})
		return
	}
	d.pending.push(t.ID, t.Addr.Local)
	r.touch(d)
}

// domain takes in a domain, and its hosts.
func (r *run) domain(t Target) *domain {
	d := &domain{name: t.Addr.Domain}
	r.domains[d.name] = d
	r.sum.Domains++
	if r.stopped != nil {
		d.ended = r.stopped
		return d
	}
	if len(t.MX.Hosts) == 0 {
		d.ended = &ending{failure: NoHost}
		return d
	}
	hosts, key := hostsOf(&t.MX)
	rt := r.routes[key]
	if rt == nil {
		rt = &route{hosts: shuffle(hosts)}
		r.routes[key] = rt
		rt.group = r.p.group(rt.hosts[0].Name)
		r.lineOf(rt.group)
	}
	d.route = rt
	rt.domains = append(rt.domains, d)
	if line := r.lines[rt.group]; line.blocked != nil {
		d.ended = &ending{failure: Breaker, reply: line.blocked.Reply}
		return d
	}
	if rt.lost {
		d.ended = rt.trouble
		return d
	}
	host := rt.hosts[rt.place].Name
	if nothingByYes(d.name, host) {
		d.made = needless
	} else if r.p.o.Known != nil {
		r.remember(d, host)
	}
	return d
}

// remember takes over what an earlier run has learnt of a domain, if it was learnt at
// the host that is asked now.
func (r *run) remember(d *domain, host string) {
	c, ok := r.p.o.Known(d.name)
	if !ok || c.Reply.Host != host {
		return
	}
	d.catching, d.made = &c.Reply, madeNo
	if c.All {
		d.made, d.alive = madeYes, true
		r.sum.CatchAll++
	}
}

// touch looks what of a domain can be asked now, and lines its route up.
func (r *run) touch(d *domain) {
	rt := d.route
	if d.ended != nil || rt == nil {
		return
	}
	n := d.offer(rt.hosts[rt.place].Name)
	rt.load += n - d.counted
	d.counted = n
	if n > 0 && !d.queued {
		d.queued = true
		rt.ready = append(rt.ready, d)
	}
	if n > 0 {
		r.lineUp(rt)
	}
}

func (r *run) lineOf(g *group) *line {
	l := r.lines[g]
	if l == nil {
		l = &line{}
		r.lines[g] = l
		r.p.forgive(g, time.Now())
		if reply, ok := r.p.refused(g); ok {
			r.block(g, reply)
		}
	}
	return l
}

// lineUp puts a route in the line of its group, and starts what may start.
func (r *run) lineUp(rt *route) {
	if !rt.lined {
		rt.lined = true
		l := r.lineOf(rt.group)
		l.routes = append(l.routes, rt)
	}
	r.dispatch(rt.group)
}

// dispatch starts sessions for the routes of a group, one after another in turn, as far as the
// group's manners allow.
func (r *run) dispatch(g *group) {
	l, now := r.lines[g], time.Now()
	size, _ := r.p.capacity(g, 0, 0)
	for len(l.routes) > 0 {
		rt := l.routes[0]
		if l.blocked != nil || !rt.wants(size, now) {
			l.routes = l.routes[1:]
			rt.lined = false
			if l.blocked == nil && rt.load > 0 && now.Before(rt.notBefore) && rt.alarm != rt.notBefore {
				rt.alarm = rt.notBefore
				r.alarms.set(rt.notBefore, func() { r.lineUp(rt) })
			}
			continue
		}
		ok, full, at := r.p.enter(g, now)
		switch {
		case ok:
			l.routes = append(l.routes[1:], rt)
			r.start(rt, g)
		case full:
			if !l.full {
				l.full = true
				r.full = append(r.full, g)
			}
			return
		default:
			if !at.IsZero() && (!l.alarm.After(now) || at.Before(l.alarm)) {
				l.alarm = at
				r.alarms.set(at, func() { r.dispatch(g) })
			}
			return
		}
	}
}

// freed looks who can use a place that was given back.
func (r *run) freed(g *group) {
	r.dispatch(g)
	for len(r.full) > 0 {
		g := r.full[0]
		r.full = r.full[1:]
		l := r.lines[g]
		l.full = false
		if r.dispatch(g); l.full {
			break // all are taken again
		}
	}
	r.p.wakeOthers(r)
}

// wakeAll looks at all groups: another run has given a place back.
func (r *run) wakeAll() {
	for g := range r.lines {
		r.dispatch(g)
	}
}

// start sends a session out.
func (r *run) start(rt *route, g *group) {
	h := rt.hosts[rt.place]
	s := &session{
		p: r.p, number: r.p.number(), route: rt, group: g, place: rt.place, host: h.Name, addrs: h.Addrs,
		from: r.p.source(h), plain: rt.plain, deadline: r.deadline, work: make(chan *batch, 1), counted: true,
	}
	rt.open++
	r.sessions++
	r.sum.Connections++
	r.working.Go(func() { s.run(r.ctx, r.events) })
	s.since = time.Now()
	r.watch(s, s.since.Add(stuckAfter))
}

// watch looks at a time whether a session waits for its host for too long.
func (r *run) watch(s *session, at time.Time) {
	r.alarms.set(at, func() {
		switch over := s.since.Add(stuckAfter); {
		case s.state == leaving:
		case time.Now().Before(over):
			r.watch(s, over)
		case s.stuck:
			r.watch(s, time.Now().Add(stuckAfter))
		default:
			r.p.lend(s)
			r.freed(s.group)
			r.watch(s, time.Now().Add(stuckAfter))
		}
	})
}

// stuckAfter is how long a host may take for an answer before the session's place is lent to
// others. Many make strangers wait for six seconds at the greeting.
const stuckAfter = 8 * time.Second
