package mx

import (
	"context"
	"time"
)

// anyServer leaves it to the standing whom to ask.
const anyServer = -1

// said is a reply with the server that gave it; of silence, the last one asked.
type said struct {
	reply
	server int
	honest bool // the server had passed its canaries
}

// tries are how long one try may take at most, and as a share of the timeout;
// the last has what is left.
var tries = [...]struct {
	most    time.Duration
	percent time.Duration
}{{800 * time.Millisecond, 16}, {1500 * time.Millisecond, 30}, {1<<63 - 1, 100}}

// ask asks q of via, or of the servers in their order: each try goes to the next
// one. A failure is asked once more elsewhere, silence as long as there is time.
// If ctx ends the status is silence.
func (r *Resolver) ask(ctx context.Context, q question, via int) said {
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		return said{}
	}
	s := r.standing.Load()
	order := s.order
	if via != anyServer {
		order = []int{via}
	}
	if len(order) == 0 || s.dead.has(order[0]) {
		// Waiting would make a long list over a dead resolver last for hours.
		return said{reply: reply{detail: "no resolver answers"}, server: max(via, 0)}
	}

	deadline := time.Now().Add(r.o.Timeout)
	var failed said
	for i, try := range tries {
		server := order[i%len(order)]
		until := time.Now().Add(min(try.most, r.o.Timeout*try.percent/100))
		if until.After(deadline) {
			until = deadline
		}
		now := said{r.wire.ask(ctx, r.servers[server], q, until), server, s.honest.has(server)}
		now.detail = r.servers[server] + ": " + now.detail
		if now.status.definite() {
			r.heard[server].Store(r.clock(time.Now()))
			r.misses.Store(0)
			return now
		}
		again := failed.status != silence && now.status != silence
		if failed.status == silence {
			failed = now
		}
		if again || ctx.Err() != nil {
			break
		}
		if now.status == silence && len(order) == 1 && time.Now().Before(until) {
			r.breathe(ctx)
		}
	}
	if failed.status == silence {
		r.misses.Add(1)
	}
	return failed
}

// breathe waits a little before a server whose port was closed is tried again.
func (r *Resolver) breathe(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(100 * time.Millisecond):
	}
}
