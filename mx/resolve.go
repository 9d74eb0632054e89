package mx

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"time"
)

// Resolve asks for many domains, as Lookup does, and calls each with the answer
// to every name, in no particular order, never concurrently and never after it
// has returned. A name yielded twice is asked and answered twice; nothing is
// remembered from run to run.
//
// Negative answers are held back until the canaries have been asked after them,
// which they are every second; all others are given at once. If the resolver
// dies, what is left is answered Timeout without waiting.
//
// It returns nil; ErrDead, wrapped, if no resolver answered at the start (each
// was not called); ErrDead, ErrLying or ErrUnproven, wrapped, if that was seen at
// any time, after all answers were given; or ctx's error, wrapped, and then names
// may still be waited in until they next yield.
func (r *Resolver) Resolve(ctx context.Context, names iter.Seq[string], each func(Answer)) error {
	r.wire.enter()
	defer r.wire.leave()
	s, err := r.recent(ctx)
	if err != nil {
		return fmt.Errorf("mx: resolve: %w", err)
	}
	if errors.Is(s.err, ErrDead) {
		return s.err
	}
	run := run{r: r, each: each, hosts: newMemo[hostKey, located](maxHosts), zones: newWildcards(ctx, r), fault: s.err}
	defer run.hosts.running.Wait()
	defer run.zones.end()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // for each may panic
	return run.all(ctx, names)
}

// run is one Resolve. Its fields belong to the goroutine that called it.
//
//	names ─▶ feed ─▶ crew of workers ─▶ tray of drafts ─┬─▶ each
//	                                                    └─ negative ─▶ held ─▶ canaries, every second ─┬─ twice ─▶ each
//	                                                                    ▲                              │
//	                                                                    └───────── asked again ◀───────┘ once
type run struct {
	r      *Resolver
	each   func(Answer)
	hosts  *hostMemo // a host is asked once, as long as its TTL lasts
	zones  *wildcards
	held   []draft
	denied denied
	fault  error     // the first that the canaries complained of
	latest time.Time // what is held wants a check that starts no earlier
	known  []witness // the first names that had mail hosts
	liars  set       // who denied these once
	again  []string  // what had no answer because there was too much to ask
	slow   bool      // that is being asked now
}

// mostOpen is how many negatives are held back or asked for again at most, but for those
// that workers are asking for.
const mostOpen = 20_000

// open is how many there are.
func (run *run) open() int { return len(run.held) + run.denied.open() }

func (run *run) all(ctx context.Context, names iter.Seq[string]) error {
	pace := run.r.o.pace
	at := run.start(ctx, names, run.r.o.InFlight)
	checked := make(chan *standing, 1)
	checking, covered := false, 0
	check := func(t time.Time) {
		checking, covered = true, len(run.held)
		var known []witness
		if len(run.held) > 0 {
			known = run.known
		}
		go func() {
			// nil if ctx ended.
			s, _ := run.r.since(ctx, t)
			if s != nil && len(known) > 0 {
				s = run.r.recall(ctx, s, known)
			}
			checked <- s
		}()
	}
	ticker := time.NewTicker(pace.every)
	defer ticker.Stop()

	var some []draft
	for at != nil || run.open() > 0 || checking {
		select {
		case <-at.drafts().filled():
			var last bool
			some, last = at.drafts().take(some)
			for i := range some {
				if ctx.Err() == nil {
					run.denied.hear(&some[i])
					run.take(some[i])
				}
			}
			if last {
				at = nil
			}
		case <-ticker.C:
			if !checking && ctx.Err() == nil {
				check(time.Now())
			}
		case zone := <-run.zones.found:
			run.zones.learn(zone)
		case s := <-checked:
			checking = false
			if s != nil && ctx.Err() == nil {
				covered = run.settle(s, covered, at == nil)
			}
		}
		if ctx.Err() != nil {
			run.held, run.denied = nil, denied{}
			continue
		}
		if at == nil {
			at = run.restart(ctx)
		}
		at = run.askAgain(ctx, at)
		if at != nil {
			at.feed.pause(run.open() >= mostOpen)
		}
		if !checking && len(run.held) > 0 && (at == nil || len(run.held)-covered >= pace.held) {
			check(run.latest)
		}
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("mx: resolve: %w", err)
	}
	return run.fault
}

// start sets a crew going that asks for names, those to be asked for again first, and
// leaves its drafts on a tray: until all names are asked or, soon, ctx ends.
func (run *run) start(ctx context.Context, names iter.Seq[string], most int, again ...string) *shift {
	c := newCrew()
	s := &shift{run: run, ctx: ctx, crew: c, feed: newFeed(c), tray: newTray(c), most: most}
	s.feed.first = again
	go s.feed.fill(ctx, names)
	run.r.wire.enter()
	go s.drive()
	return s
}

// restart asks again, slowly, for what had no answer while a server was losing
// questions. It returns nil if there is nothing.
func (run *run) restart(ctx context.Context) *shift {
	const least = 16
	if len(run.again) == 0 || run.slow {
		return nil
	}
	run.slow = true
	return run.start(ctx, slices.Values(run.again), max(least, run.r.gate.size()/4))
}

// rememberHost keeps a host that failed only a little while, lest a lost packet
// decide for all its domains, or a dead one cost each of them the full time.
func (run *run) rememberHost(l located) time.Duration {
	switch {
	case l.failed != 0 && l.strain:
		return 0
	case l.failed != 0:
		return run.r.o.pace.failed
	case !run.r.reaches(l.addrs):
		return 0 // as Lookup has it
	}
	return memory(l.ttl)
}

// take gives an answer, or holds it back.
func (run *run) take(d draft) {
	if d.strain && d.Outcome.Temporary() && !run.slow {
		run.again = append(run.again, d.Name)
		return
	}
	if !d.Outcome.negative() {
		a := d.answer(run.r.epoch())
		if a.Confirmed && a.Outcome == Hosts {
			run.know(&a, d.servers)
		}
		if a.Confirmed && (a.Outcome == Hosts || a.Outcome == Implicit) {
			if noted := run.zones.note(a.Name); noted != "" {
				a.Detail = oneLine(a.Detail + "; " + noted)
			}
		}
		run.give(a)
		return
	}
	run.hold(d)
}

// hold keeps a negative until the canaries have been asked after it.
func (run *run) hold(d draft) {
	run.held = append(run.held, d)
	run.latest = time.Now()
}

// give hands an answer to whoever waits for it.
func (run *run) give(a Answer) {
	run.r.learn(a)
	run.each(a)
}

// know keeps a domain as a witness of the servers that found its mail host, if these want
// more.
func (run *run) know(a *Answer, servers set) {
	wanted := false
	for i := range run.r.servers {
		n := 0
		for _, w := range run.known {
			if w.servers.has(i) {
				n++
			}
		}
		wanted = wanted || servers.has(i) && n < maxWitnesses
	}
	i := slices.IndexFunc(a.Hosts, func(h Host) bool { return run.r.reaches(h.Addrs) })
	if !wanted || i < 0 {
		return
	}
	host := a.Hosts[i].Name
	if _, err := netip.ParseAddr(host); err != nil { // an address as a name is never asked for
		run.known = append(run.known, witness{a.Name, host, servers})
	}
}

// settle judges the first n drafts by a check that started after them. It returns how
// many of them are held back still.
func (run *run) settle(s *standing, n int, last bool) int {
	if run.fault == nil {
		run.fault = s.err
	}
	run.liars |= s.turned
	open := run.held[:0]
	for _, d := range run.held[:n] {
		a, ok := d.settle(s, run.liars)
		if !ok {
			d.checks++
		}
		switch {
		case ok && a.Confirmed && !d.again && d.rounds < mostRounds:
			run.denied.doubt(&d)
		case ok && a.Confirmed && !d.again:
			run.give(d.unsettled(fickle))
		case ok:
			run.give(a)
		case int(d.checks) >= run.r.o.pace.patience, last && errors.Is(s.err, ErrDead):
			run.give(d.unsettled(unasked))
		default:
			open = append(open, d)
		}
	}
	if len(open) > 0 {
		// The next check must be another one.
		run.latest = time.Now()
	}
	left := append(open, run.held[n:]...)
	clear(run.held[len(left):])
	run.held = left
	return len(open)
}
