package mx

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Resolver asks for mail exchangers. Safe for concurrent use.
type Resolver struct {
	o       Options // with defaults
	servers []*server
	usual   [][len(usualTexts)]string // by server: its name, and what it mostly says
	wire    *wire
	gate    *gate
	slots   chan struct{} // questions under way, with all their tries
	helpers chan struct{} // hosts that are looked up beside others of their domain
	askings sync.Pool     // of *asking
	born    time.Time

	standing   atomic.Pointer[standing] // nil before the first check
	checks     *memo[struct{}, *standing]
	publishing sync.Mutex // one check at a time says what it found
	noticed    map[string]bool
	misses     atomic.Int64 // questions without an answer since the last that had one

	answers *memo[answerKey, Answer] // of Lookup
	hosts   *hostMemo                // of Lookup; Resolve has one a run
}

const (
	maxAnswers = 100_000 // that Lookup remembers
	maxHosts   = 100_000 // that Lookup, or a run, remembers
)

// usualTexts are details of nearly all answers.
var usualTexts = [...]string{"NOERROR", "NXDOMAIN", noRecords}

// New returns a Resolver. It opens no socket and asks nothing.
func New(o Options) *Resolver {
	o = o.withDefaults()
	r := &Resolver{
		o:       o,
		slots:   make(chan struct{}, o.InFlight),
		helpers: make(chan struct{}, o.InFlight),
		askings: sync.Pool{New: func() any { return newAsking() }},
		born:    time.Now(),
		checks:  newMemo[struct{}, *standing](1),
		noticed: map[string]bool{},
		answers: newMemo[answerKey, Answer](maxAnswers),
		hosts:   newMemo[hostKey, located](maxHosts),
	}
	r.gate = newGate(len(o.Servers), o.InFlight, r.clock)
	for _, name := range o.Servers {
		s := newServer(name, o, r.clock)
		r.servers = append(r.servers, s)
		var usual [len(usualTexts)]string
		for i, text := range usualTexts {
			usual[i] = s.name + ": " + text
		}
		r.usual = append(r.usual, usual)
	}
	r.wire = &wire{servers: r.servers, gate: r.gate, clock: r.clock}
	return r
}

// Servers returns the resolvers that are asked, as they were named, with their ports.
func (r *Resolver) Servers() []string {
	var names []string
	for _, s := range r.servers {
		names = append(names, s.name)
	}
	return names
}

// clock is the time since the resolver was made.
func (r *Resolver) clock() time.Duration { return time.Since(r.born) }

// at is when t was, by clock.
func (r *Resolver) at(t time.Time) time.Duration { return t.Sub(r.born) }

// learn hands an answer to who keeps evidence.
func (r *Resolver) learn(a Answer) {
	if r.o.Evidence != nil && !a.Outcome.Temporary() {
		r.o.Evidence.Learn(a)
	}
}

// epoch tells apart what was learnt before and after a server's lie.
func (r *Resolver) epoch() int {
	if s := r.standing.Load(); s != nil {
		return s.epoch
	}
	return 0
}

// slower says once of a server that it is asked more slowly.
func (r *Resolver) slower(server int, pace float64) {
	r.publishing.Lock()
	defer r.publishing.Unlock()
	r.notice(server, "loses or refuses questions", fmt.Sprintf("asked more slowly, for now %.0f a second", pace))
}

// notice says once of a server what it does. The caller holds publishing.
func (r *Resolver) notice(server int, verb, detail string) {
	key := r.servers[server].name + " " + verb
	if !r.noticed[key] {
		r.noticed[key] = true
		r.o.Notice("resolver " + key + ": " + detail)
	}
}
