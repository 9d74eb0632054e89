package probe

import (
	"context"
	"iter"
	"net/netip"
	"slices"
	"sync"
	"time"

	"winnow/mx"
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
	houses  map[netip.Addr]*house
	lines   map[*group]*line
	full    []*group                // that wait for a place of those of all
	crowded map[netip.Addr][]*route // that wait for one at an address
	alarms  alarms
	events  chan event
	wake    chan struct{} // a place was given back by another run
	working sync.WaitGroup

	left     int // RCPT that may still be sent
	asking   int // of those that may not, in batches: what was not sent is given back
	open     int // targets not told
	sessions int
	whole    bool    // all targets have come
	stopped  *ending // for everybody: the budget, the deadline
	sum      Summary
}

func (p *Prober) newRun(ctx context.Context, each func(Evidence)) *run {
	r := &run{
		p: p, ctx: ctx, each: each, patience: p.o.Patience,
		domains: map[string]*domain{}, routes: map[string]*route{}, houses: map[netip.Addr]*house{}, lines: map[*group]*line{},
		crowded: map[netip.Addr][]*route{},
		events:  make(chan event, 64), wake: make(chan struct{}, 1),
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
	for _, d := range r.domains {
		r.p.putOff.Add(-int64(len(d.again)))
	}
	r.p.delist(r)
}

// maxGrace is how long the answers to QUIT are waited for when all else is done.
const maxGrace = time.Second

// add takes in a target.
func (r *run) add(t Target) {
	r.sum.Targets++
	if r.p.o.Answered != nil {
		// What a host said that the domain no longer names is worth nothing.
		if e, ok := r.p.o.Answered(t.Addr); ok && slices.ContainsFunc(t.MX.Hosts, func(h mx.Host) bool { return h.Name == e.Reply.Host }) {
			r.sum.Remembered++
			e.ID, e.Domain = t.ID, t.Addr.Domain
			if e.Reply.Code/100 == 2 {
				r.takenBefore(t, e.Reply.Host)
			}
			r.each(e)
			return
		}
	}
	r.open++
	d := r.domain(t)
	if !d.wanted {
		d.wanted = true
		r.sum.Domains++
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

// takenBefore heeds that an earlier run has heard a yes for a target. A host that has taken somebody is doubted
// once it takes nobody, and he can be asked behind others.
func (r *run) takenBefore(t Target, host string) {
	if d := r.domain(t); d.ended == nil && d.route.host() == host {
		d.takes(t.Addr.Local)
	}
}

// domain is that of a target, and takes it in with its hosts if it is new.
func (r *run) domain(t Target) *domain {
	d := r.domains[t.Addr.Domain]
	if d != nil {
		return d
	}
	d = &domain{name: t.Addr.Domain}
	r.domains[d.name] = d
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
		r.enter(rt)
	}
	d.route = rt
	rt.domains = append(rt.domains, d)
	if line := r.lines[rt.group]; line.blocked != nil {
		d.ended = line.blocked.ending()
		return d
	}
	if rt.lost {
		d.ended = rt.trouble
		return d
	}
	host := rt.hosts[rt.place].Name
	if nothingByYes(d.name, host) {
		d.made = needless
	} else {
		r.remember(d, host)
	}
	return d
}

// remember takes over what an earlier run has learnt of a domain, if it was learnt at
// the host that is asked now.
func (r *run) remember(d *domain, host string) {
	c, ok := r.p.knownOf(d.name)
	switch {
	case !ok || c.Reply.Host != host:
	case c.All:
		d.catching, d.made, d.alive = &c.Reply, madeYes, true
		r.sum.CatchAll++
	default:
		d.route.choosy = true
		if time.Since(c.Reply.At) < refusedFor {
			d.catching, d.made = &c.Reply, madeNo
		}
	}
}

// refusedFor is how long it counts that a made-up recipient was refused: no longer than what was said of others, for a
// false "valid" would come of it. Whoever takes everybody is not believed for longer.
const refusedFor = 24 * time.Hour

// touch looks what of a domain can be asked now, and lines its route up.
func (r *run) touch(d *domain) {
	rt := d.route
	if d.ended != nil || rt == nil {
		return
	}
	n := d.offer(rt.hosts[rt.place].Name)
	rt.loads(d, n)
	if n > 0 && !d.queued {
		d.queued = true
		rt.ready = append(rt.ready, d)
	}
	if n > 0 {
		r.lineUp(rt)
	}
}
