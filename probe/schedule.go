package probe

import (
	"maps"
	"net/netip"
	"slices"
	"time"
)

// line is the routes of a group that have something to ask, in the order of their turn.
type line struct {
	routes  []*route
	blocked *Blocked
	alarm   time.Time // when it looks again
	full    bool      // it stands in run.full
}

// lineOf returns the line of a group. If an earlier run has opened its breaker, it is open here too.
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

// shut tells whether a group has refused us, this run or another one under way.
func (r *run) shut(g *group) bool {
	if reply, ok := r.p.refused(g); ok {
		r.block(g, reply)
	}
	return r.lines[g].blocked != nil
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
	size, _, _ := r.p.capacity(g, 0, 0)
	shut := r.shut(g)
	for len(l.routes) > 0 && (r.left > 0 || r.stopped != nil) {
		rt := l.routes[0]
		if shut || !rt.wants(size, now) {
			l.routes = l.routes[1:]
			rt.lined = false
			if !shut && rt.load > 0 && now.Before(rt.notBefore) && rt.alarm != rt.notBefore {
				rt.alarm = rt.notBefore
				r.alarms.set(rt.notBefore, func() { r.lineUp(rt) })
			}
			continue
		}
		door := rt.door()
		e, at := r.p.enter(g, door, now)
		switch e {
		case entered:
			l.routes = append(l.routes[1:], rt)
			r.start(rt, g, door)
		case full:
			if !l.full {
				l.full = true
				r.full = append(r.full, g)
			}
			return
		case crowded:
			l.routes = l.routes[1:] // the group's other hosts need not wait for it
			rt.lined = false
			if rt.crowded != door {
				rt.crowded = door
				r.crowded[door] = append(r.crowded[door], rt)
			}
		default:
			if !at.IsZero() && (!l.alarm.After(now) || at.Before(l.alarm)) {
				l.alarm = at
				r.alarms.set(at, func() { r.dispatch(g) })
			}
			return
		}
	}
}

// freed looks who can use the places that a session gave back.
func (r *run) freed(s *session) {
	r.dispatch(s.group)
	r.uncrowd(s.door)
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

// uncrowd looks who can use the places at an address.
func (r *run) uncrowd(door netip.Addr) {
	waiting := r.crowded[door]
	delete(r.crowded, door)
	for i, rt := range waiting {
		if rt.crowded != door {
			continue // it has gone on to another host
		}
		rt.crowded = netip.Addr{}
		if r.lineUp(rt); rt.crowded == door { // taken again: the others stay before it
			r.crowded[door] = append(waiting[i+1:], r.crowded[door]...)
			return
		}
	}
}

// wakeAll looks at all groups: another run has given a place back.
func (r *run) wakeAll() {
	for _, door := range slices.Collect(maps.Keys(r.crowded)) {
		r.uncrowd(door)
	}
	for g := range r.lines {
		r.dispatch(g)
	}
}

// start sends a session out.
func (r *run) start(rt *route, g *group, door netip.Addr) {
	h := rt.hosts[rt.place]
	s := &session{
		p: r.p, number: r.p.number(), route: rt, group: g, door: door, place: rt.place, host: h.Name, addrs: h.Addrs,
		plain: rt.plain, once: rt.once, deadline: r.deadline, work: make(chan *batch, 1), counted: true,
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
			r.freed(s)
			r.watch(s, time.Now().Add(stuckAfter))
		}
	})
}

// stuckAfter is how long a host may take for an answer before the session's place is lent to
// others. Many make strangers wait for six seconds at the greeting.
const stuckAfter = 8 * time.Second
