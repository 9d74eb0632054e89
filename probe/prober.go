package probe

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"winnow/bounce"
	"winnow/mx"
)

// Prober asks mail hosts. Safe for concurrent use: what it knows of the providers'
// limits and refusals holds over all of its runs.
type Prober struct {
	o       Options
	dial    dialer
	rules   rules
	tickets tls.ClientSessionCache
	putOff  atomic.Int64 // addresses

	mu       sync.Mutex
	groups   map[string]*group
	runs     map[*run]struct{}
	doors    map[netip.Addr]int // sessions by the address that they go to
	places   int                // of o.Connections, those that our machine has
	lively   int                // sessions, without those that are stuck
	all      int                // sessions
	numbered int
	caught   map[string]Catch // of domains, for later runs
	tally    tally            // of all groups
}

// New returns a Prober. It connects to nobody. The error says which option is
// impossible.
func New(o Options) (*Prober, error) {
	if _, err := customs(); err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	var err error
	if o.Helo, err = heloName(o.Helo); err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	if o.From, err = sender(o.From); err != nil {
		return nil, fmt.Errorf("probe: the address for MAIL FROM: %w", err)
	}
	o.CommandTimeout = cmp.Or(o.CommandTimeout, 60*time.Second)
	o.SessionTimeout = cmp.Or(o.SessionTimeout, 180*time.Second)
	o.Connections = cmp.Or(o.Connections, 512)
	o.Port = cmp.Or(o.Port, 25)
	for what, n := range map[string]int64{"command timeout": int64(o.CommandTimeout), "session timeout": int64(o.SessionTimeout),
		"patience": int64(o.Patience), "budget": int64(o.Budget), "number of connections": int64(o.Connections)} {
		if n < 0 {
			return nil, fmt.Errorf("probe: the %s is negative", what)
		}
	}
	if o.Port < 1 || o.Port > 65535 {
		return nil, errors.New("probe: there is no such port")
	}
	if o.Routable == nil {
		o.Routable = mx.Routable
	}
	o.Manners = o.Manners.whole()
	p := &Prober{
		o: o, rules: bounce.Classify, tickets: tls.NewLRUClientSessionCache(1024),
		groups: map[string]*group{}, caught: map[string]Catch{}, runs: map[*run]struct{}{}, doors: map[netip.Addr]int{}, places: o.Connections,
	}
	if o.Rules != nil {
		p.rules = o.Rules.Classify
	}
	if p.dial, err = dialerOf(&o); err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	return p, nil
}

// Probe asks for many addresses, and calls each once for every target, in no
// particular order, never concurrently and never after it has returned.
//
// The error is ctx's, wrapped; then some targets were not told. targets may still be
// waited in until it next yields.
func (p *Prober) Probe(ctx context.Context, targets iter.Seq[Target], each func(Evidence)) (Summary, error) {
	r := p.newRun(ctx, each)
	err := r.loop(targets)
	for _, l := range r.lines {
		if l.blocked != nil {
			l.blocked.Reading = read(p.rules, Evidence{Reply: l.blocked.Reply})
			r.sum.Blocked = append(r.sum.Blocked, *l.blocked)
		}
	}
	slices.SortFunc(r.sum.Blocked, func(a, b Blocked) int {
		return cmp.Or(cmp.Compare(b.NotAsked, a.NotAsked), cmp.Compare(a.Group, b.Group))
	})
	if err != nil {
		return r.sum, fmt.Errorf("probe: %w", err)
	}
	return r.sum, nil
}

// Address asks for one address, by ctx's deadline at the latest: what was not answered
// until then has the Failure Timeout or Deadline. The error is ctx's, if it was cancelled.
func (p *Prober) Address(ctx context.Context, t Target) (Evidence, error) {
	r := p.newRun(ctx, nil)
	var found Evidence
	r.each = func(e Evidence) { found = e }
	if end, ok := ctx.Deadline(); ok {
		// The session ends first, so that it can say what it waited for.
		left := time.Until(end)
		r.deadline = end.Add(-min(left/10, 200*time.Millisecond))
		r.alarms.set(r.deadline.Add(min(left/20, 100*time.Millisecond)), func() { r.stop(&ending{failure: Deadline}) })
	}
	err := r.loop(func(yield func(Target) bool) { yield(t) })
	switch {
	case err == nil || r.sum.Targets > 0 && r.open == 0:
		return found, nil
	case errors.Is(err, context.DeadlineExceeded):
		return Evidence{ID: t.ID, Domain: t.Addr.Domain, At: time.Now(), Failure: Deadline}, nil
	}
	return Evidence{}, fmt.Errorf("probe: %w", err)
}

// PutOff is how many addresses wait until their hosts want to be asked again (greylisting),
// of all runs that are under way.
func (p *Prober) PutOff() int { return int(p.putOff.Load()) }

// Read is [Read] by the rules of the Prober.
func (p *Prober) Read(e Evidence) Reading { return read(p.rules, e) }

const (
	maxCaught = 100_000        // domains of which is known what they said to a made-up recipient
	caughtFor = 24 * time.Hour // that counts
)

// catch notes what is known of a domain.
func (p *Prober) catch(domain string, c Catch) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.caught[domain]; known || len(p.caught) < maxCaught {
		p.caught[domain] = c
	}
}

// knownOf returns what an earlier run has learnt of a domain, of this Prober or of another one.
func (p *Prober) knownOf(domain string) (Catch, bool) {
	p.mu.Lock()
	c, ok := p.caught[domain]
	p.mu.Unlock()
	if ok = ok && time.Since(c.Reply.At) < caughtFor; !ok && p.o.Known != nil {
		return p.o.Known(domain)
	}
	return c, ok
}

// number returns the number of a new session.
func (p *Prober) number() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.numbered++
	return p.numbered
}

// source returns the address of ours from which a host is asked: always the same, in later
// runs too, for a greylist knows us by it. Of those of IPv4 and IPv6, each host gets one by what it has
// that may be connected to.
func (p *Prober) source(h mx.Host) netip.Addr {
	if len(p.o.Sources) == 0 {
		return netip.Addr{}
	}
	fitting := p.o.Sources
	if len(h.Addrs) > 0 {
		fitting = slices.DeleteFunc(slices.Clone(fitting), func(from netip.Addr) bool {
			return !slices.ContainsFunc(h.Addrs, func(to netip.Addr) bool { return to.Unmap().Is4() == from.Unmap().Is4() })
		})
		if len(fitting) == 0 {
			fitting = p.o.Sources
		}
	}
	hash := fnv.New32a()
	hash.Write([]byte(h.Name))
	return fitting[hash.Sum32()%uint32(len(fitting))]
}

// shorten heeds that our own machine has no more connections to give.
func (p *Prober) shorten() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.places = max(1, min(p.places, p.lively-1))
}

func (p *Prober) enlist(r *run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.runs[r] = struct{}{}
}

func (p *Prober) delist(r *run) {
	p.mu.Lock()
	delete(p.runs, r)
	p.mu.Unlock()
	p.wakeOthers(r)
}

// wakeOthers tells all other runs that a place was given back.
func (p *Prober) wakeOthers(r *run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for o := range p.runs {
		if o != r {
			select {
			case o.wake <- struct{}{}:
			default:
			}
		}
	}
}
