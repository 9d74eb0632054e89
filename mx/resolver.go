package mx

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Resolver asks for mail exchangers. Safe for concurrent use.
type Resolver struct {
	o       Options // with defaults
	servers []string
	wire    *wire
	slots   chan struct{} // questions under way
	born    time.Time

	standing   atomic.Pointer[standing] // nil before the first check
	checks     *memo[struct{}, *standing]
	publishing sync.Mutex // one check at a time says what it found
	noticed    map[string]bool
	heard      []atomic.Int64 // by server: when it last gave a definite answer, by clock
	misses     atomic.Int64   // questions without an answer since the last that had one

	answers *memo[answerKey, Answer] // of Lookup
	hosts   *hostMemo                // of Lookup; Resolve has one a run
}

const (
	maxAnswers = 100_000 // that Lookup remembers
	maxHosts   = 100_000 // that Lookup, or a run, remembers
)

// New returns a Resolver. It opens no socket and asks nothing.
func New(o Options) *Resolver {
	o = o.withDefaults()
	return &Resolver{
		o:       o,
		servers: o.Servers,
		wire:    newWire(),
		slots:   make(chan struct{}, o.Workers),
		born:    time.Now(),
		checks:  newMemo[struct{}, *standing](1),
		noticed: map[string]bool{},
		heard:   make([]atomic.Int64, len(o.Servers)),
		answers: newMemo[answerKey, Answer](maxAnswers),
		hosts:   newMemo[hostKey, located](maxHosts),
	}
}

// Servers returns the resolvers that are asked, host:port, preferred first.
func (r *Resolver) Servers() []string { return slices.Clone(r.servers) }

// clock is t as nanoseconds of the resolver's life.
func (r *Resolver) clock(t time.Time) int64 { return int64(t.Sub(r.born)) }

// epoch tells apart what was learnt before and after a server's lie.
func (r *Resolver) epoch() int {
	if s := r.standing.Load(); s != nil {
		return s.epoch
	}
	return 0
}

// notice says once of a server that it is dead, or that it lies. The caller holds publishing.
func (r *Resolver) notice(server int, verb, detail string) {
	key := r.servers[server] + " " + verb
	if !r.noticed[key] {
		r.noticed[key] = true
		r.o.Notice("resolver " + key + ": " + detail)
	}
}
