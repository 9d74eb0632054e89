package mx

import (
	"context"
	"fmt"
	"time"
)

type answerKey struct {
	name  string
	epoch int
}

// The bounds of what is remembered, whatever its TTL says.
const (
	shortestMemory = 5 * time.Second
	longestMemory  = time.Hour
)

// Lookup asks for one domain, an A-label name in lower case without a trailing
// dot. Equal questions under way are shared, and confirmed answers remembered for
// their TTL (5 s at least, an hour at most). A negative answer waits for the
// canaries to be asked once more. Where no resolver answers, that is a Timeout.
// The error is ctx's.
func (r *Resolver) Lookup(ctx context.Context, name string) (Answer, error) {
	a, err := r.answers.do(ctx, answerKey{name, r.epoch()}, func(ctx context.Context) (Answer, time.Duration) {
		a := r.lookup(ctx, name, inquiry{r: r, hosts: r.hosts, keep: r.rememberHost})
		if ctx.Err() == nil {
			r.learn(a)
		}
		if !a.Confirmed {
			return a, 0
		}
		return a, memory(a.TTL)
	})
	if err != nil {
		return Answer{}, fmt.Errorf("mx: look up %s: %w", name, err)
	}
	return a, nil
}

// lookup asks for name. If ctx ends the answer is worth nothing.
func (r *Resolver) lookup(ctx context.Context, name string, ask inquiry) Answer {
	r.wire.enter()
	defer r.wire.leave()
	if _, err := r.recent(ctx); err != nil {
		return Answer{}
	}
	var d draft
	r.draft(ctx, name, &ask, &d)
	if !d.Outcome.negative() {
		return d.answer(r.epoch())
	}
	s, err := r.since(ctx, time.Now()) // behind the second opinion too
	if err != nil {
		return Answer{}
	}
	a, ok := d.settle(s, 0)
	switch {
	case !ok:
		return d.unsettled(unasked)
	case !a.Confirmed:
		return a
	}
	// As in a run, what lies between two checks must not condemn.
	var again draft
	ask.again = true
	r.draft(ctx, name, &ask, &again)
	switch {
	case !again.Outcome.negative():
		return again.answer(r.epoch())
	case again.Outcome != d.Outcome:
		return again.unsettled(fickle)
	}
	if s, err = r.since(ctx, time.Now()); err != nil {
		return Answer{}
	}
	if a, ok = again.settle(s, 0); !ok {
		return again.unsettled(unasked)
	}
	return a
}

// rememberHost says how long Lookup may remember the addresses of a host. One that has
// none condemns its domains: each asks anew, lest one wrong reply condemn them all.
func (r *Resolver) rememberHost(l located) time.Duration {
	if l.failed != 0 || l.doubted || !r.reaches(l.addrs) {
		return 0
	}
	return memory(l.ttl)
}

func memory(ttl time.Duration) time.Duration {
	return min(max(ttl, shortestMemory), longestMemory)
}
