package mx

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// ErrDead: no resolver answers, or none can resolve anything. ErrLying: the
// resolvers deny the big providers, or resolve made-up names. ErrUnproven: they
// answer, but have not passed their canaries, and nothing that they say is
// confirmed.
var (
	ErrDead     = errors.New("mx: no resolver answers")
	ErrLying    = errors.New("mx: the resolver lies")
	ErrUnproven = errors.New("mx: the resolver did not pass its canaries")
)

// providers must have mail hosts, and those addresses: at least two of three, as far
// as they can be asked.
var providers = [...]string{"gmail.com.", "outlook.com.", "yahoo.com."}

// set is a set of servers by index.
type set uint64

const maxServers = 64

func one(server int) set          { return 1 << server }
func (s set) has(server int) bool { return s&one(server) != 0 }
func (s set) within(all set) bool { return s&^all == 0 }
func (s set) several() bool       { return s&(s-1) != 0 }
func (s *set) add(server int)     { *s |= one(server) }

// members returns those below limit, in order.
func (s set) members(limit int) []int {
	var members []int
	for i := range limit {
		if s.has(i) {
			members = append(members, i)
		}
	}
	return members
}

// standing is what the canaries said of every server. It never changes.
type standing struct {
	start  time.Time
	waited time.Time // the start of the last check that waited for all, the dead too
	passed set       // in this very check
	honest set       // passed in this one, or in the last that could tell
	lying  set
	turned set // of these, who spares the canaries: only recall finds them
	dead   set
	order  []int // whom to ask, best first; empty if all are dead
	epoch  int   // how often a server began or ceased to lie: what was learnt across that is not believed
	err    error // unless somebody is honest: wraps ErrDead, ErrLying or ErrUnproven
}

// Check asks the canaries now. It returns nil if at least one resolver passes,
// else an error that wraps ErrDead, ErrLying or ErrUnproven and says what was
// seen, or ctx's; within 4 s at most.
func (r *Resolver) Check(ctx context.Context) error {
	s := r.check(ctx)
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("mx: check resolvers: %w", err)
	}
	return s.err
}

// Err returns what Check returned last, or the check that Lookup and Resolve made
// for themselves; ErrUnproven if none has ended yet. It asks nobody.
func (r *Resolver) Err() error {
	if s := r.standing.Load(); s != nil {
		return s.err
	}
	return ErrUnproven
}

// recent returns what a check that is not too old said.
func (r *Resolver) recent(ctx context.Context) (*standing, error) {
	const suspicious = 3
	age := r.o.pace.trusted
	if s := r.standing.Load(); s != nil && s.err != nil || r.misses.Load() >= suspicious {
		age = r.o.pace.doubted
	}
	return r.since(ctx, time.Now().Add(-age))
}

// since returns what a check that started at or after t said; checks are shared.
// The error is ctx's.
func (r *Resolver) since(ctx context.Context, t time.Time) (*standing, error) {
	for {
		if s := r.standing.Load(); s != nil && !s.start.Before(t) {
			return s, nil
		}
		s, err := r.checks.do(ctx, struct{}{}, func(ctx context.Context) (*standing, time.Duration) {
			return r.check(ctx), 0
		})
		if err != nil {
			return nil, err
		}
		if !s.start.Before(t) {
			return s, nil
		}
	}
}

const (
	deadRest      = 10 * time.Second      // for so long a server that was found dead is not waited for
	betweenChecks = 20 * time.Millisecond // from start to start, at least
)

// check asks the canaries of all servers and, unless ctx ends, publishes what they say.
func (r *Resolver) check(ctx context.Context) *standing {
	// Who waits for a shared check may leave before it has ended.
	r.wire.enter()
	defer r.wire.leave()
	last := r.standing.Load()
	if last != nil {
		// Many who want one, one after the other, share it.
		select {
		case <-time.After(time.Until(last.start.Add(betweenChecks))):
		case <-ctx.Done():
		}
	}
	s := &standing{start: time.Now()}
	within, cancel := context.WithTimeout(ctx, r.o.pace.check)
	defer cancel()
	sightings := make([]sighting, len(r.servers))
	done := make(chan int, len(r.servers))
	for i := range r.servers {
		go func() {
			sightings[i] = r.inspect(within, r.servers[i])
			done <- i
		}()
	}
	// The living need not wait for the dead: some grace, and for those that were dead
	// before only now and then.
	s.waited = s.start
	var dead set
	if last != nil && s.start.Sub(last.waited) < deadRest {
		s.waited, dead = last.waited, last.dead
	}
	passed, left := false, set(1)<<len(r.servers)-1
	for range r.servers {
		i := <-done
		left &^= one(i)
		if sightings[i].passed() {
			passed = true
			defer time.AfterFunc(r.o.pace.grace, cancel).Stop()
		}
		if passed && left.within(dead) {
			cancel()
		}
	}
	if ctx.Err() == nil {
		r.publish(s, sightings)
	}
	return s
}

func (r *Resolver) publish(s *standing, sightings []sighting) {
	r.publishing.Lock()
	defer r.publishing.Unlock()
	last := r.standing.Load()
	if last == nil {
		last = &standing{}
	}
	for i, seen := range sightings {
		switch {
		case seen.passed():
			s.passed.add(i)
			s.honest.add(i)
			r.gate.awake(i)
		case seen.lied():
			s.lying.add(i)
			r.notice(i, "lies", seen.detail)
		case seen.resolved+seen.denied == 0 && time.Duration(r.servers[i].heard.Load()) <= r.at(s.start):
			s.dead.add(i)
			r.notice(i, "does not answer", seen.detail)
		case last.honest.has(i):
			// A check that could not tell takes nothing back.
			s.honest.add(i)
		}
	}
	s.epoch = last.epoch
	if s.lying != last.lying {
		s.epoch++
	}
	s.rank(len(sightings))
	s.err = r.complaint(s, sightings)
	if !s.start.Before(last.start) {
		r.standing.Store(s)
	}
}

// rank sets the order: honest servers, then the doubtful, and liars only where
// there is nobody else.
func (s *standing) rank(servers int) {
	doubtful := ^(s.honest | s.lying | s.dead)
	s.order = append(s.honest.members(servers), doubtful.members(servers)...)
	if len(s.order) == 0 {
		s.order = s.lying.members(servers)
	}
}

func (r *Resolver) complaint(s *standing, sightings []sighting) error {
	if s.honest != 0 {
		return nil
	}
	everybody := set(1)<<len(sightings) - 1
	kind, concerned := ErrUnproven, everybody&^(s.lying|s.dead)
	switch {
	case concerned != 0:
	case s.lying != 0:
		kind, concerned = ErrLying, s.lying
	default:
		kind, concerned = ErrDead, s.dead
	}
	var details []string
	for _, i := range concerned.members(len(sightings)) {
		details = append(details, r.servers[i].name+": "+sightings[i].detail)
	}
	return fmt.Errorf("%w: %s", kind, strings.Join(details, "; "))
}

// sighting is what the canaries say of one server.
type sighting struct {
	resolved, denied int // providers
	absent, invented int // made-up names
	detail           string
}

func (s sighting) lied() bool { return s.invented > 0 || s.denied >= 2 }
func (s sighting) passed() bool {
	return !s.lied() && s.resolved >= 2 && s.absent == 2
}

// settled reports whether no further canary could change what s says.
func (s sighting) settled() bool { return s.lied() || s.passed() }

// A witness is a domain that had mail hosts in this run, one of them that had an
// address, and the servers that said so: others may never have known it.
type witness struct {
	name, host string
	servers    set
}

const (
	maxWitnesses  = 8                      // of a server
	fewWitnesses  = 3                      // of less, the silence says nothing
	enoughWitness = 300 * time.Millisecond // what the others still get once half are there
)

// recall asks the honest servers again for names that had mail hosts in this run.
// To a server that denies two of them what s says is taken back: it began to lie,
// and spares the canaries. One that says nothing of half of them has not passed.
func (r *Resolver) recall(ctx context.Context, s *standing, witnesses []witness) *standing {
	now := *s
	honest := s.honest.members(len(r.servers))
	heard := make([]testimony, len(honest))
	var hearing sync.WaitGroup
	for at, i := range honest {
		own := slices.DeleteFunc(slices.Clone(witnesses), func(w witness) bool { return !w.servers.has(i) })
		hearing.Go(func() { heard[at] = r.hearWitnesses(ctx, r.servers[i], own) })
	}
	hearing.Wait()
	for at, i := range honest {
		said := heard[at]
		if said.lies < 2 {
			// A denial is more than silence.
			if (said.asked >= fewWitnesses || said.lies > 0) && 2*said.found < said.asked {
				now.passed &^= one(i)
			}
			continue
		}
		detail := fmt.Sprintf("%d of %d domains that had mail hosts a moment ago are denied: %s", said.lies, said.asked, said.detail)
		now.lying.add(i)
		now.turned.add(i)
		now.honest &^= one(i)
		now.passed &^= one(i)
		now.epoch = s.epoch + 1 // nothing negative that was learnt before is believed
		now.err = fmt.Errorf("%w: %s: %s", ErrLying, r.servers[i].name, detail)
		r.publishing.Lock()
		r.notice(i, "lies", detail)
		r.publishing.Unlock()
	}
	return &now
}

// testimony is what a server said of the witnesses.
type testimony struct {
	asked, found, lies int
	detail             string // of a lie
}

// hearWitnesses asks a server for the witnesses, until those left could not change what
// follows, or for as long as that may take.
func (r *Resolver) hearWitnesses(ctx context.Context, server *server, witnesses []witness) (t testimony) {
	const longest = 1500 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	ask := func(q question) (reply, bool) { return r.insist(ctx, server, q) }
	t.asked = len(witnesses)
	type word struct {
		reply
		of string // domain or host
	}
	words := make(chan word, len(witnesses))
	for _, w := range witnesses {
		go func() {
			if said, _, atHost := r.mailHost(w.name+".", w.host, ask); atHost {
				words <- word{said, w.host}
			} else {
				words <- word{said, w.name}
			}
		}()
	}
	denied := map[string]bool{} // a host that is gone is one lie, however many name it
	for i := range witnesses {
		switch said := <-words; {
		case said.namesHost():
			t.found++
		case said.status.definite():
			denied[said.of] = true
			t.lies, t.detail = len(denied), said.detail
		}
		if 2*t.found < t.asked {
			continue
		}
		if left := t.asked - i - 1; t.lies+left < 2 {
			cancel()
		} else {
			defer time.AfterFunc(enoughWitness, cancel).Stop()
		}
	}
	return t
}

// mailHost asks for the mail exchangers of a domain, and for the addresses of host, or
// where that is "" of the first of them. What it returns is positive if both are there,
// else it is of the domain, or, atHost, of that host; same says that the questions came
// back as they were spelt.
func (r *Resolver) mailHost(name, host string, ask func(question) (reply, bool)) (said reply, same, atHost bool) {
	said, same = ask(question{name, dns.TypeMX})
	if !said.namesHost() {
		return said, same, false
	}
	if host == "" {
		host = said.hosts[0].Name
	}
	none := reply{status: nodata}
	for _, qtype := range []uint16{dns.TypeA, dns.TypeAAAA} {
		address, alike := ask(question{dns.Fqdn(host), qtype})
		same = same && (alike || !address.status.definite())
		switch {
		case r.reaches(address.addrs):
			return said, same, false
		case !address.status.definite():
			return reply{status: address.status, detail: host + ": " + address.detail}, same, true
		}
		none.detail = "its mail host " + host + " has no address to reach: " + address.detail
		if address.status == nxdomain {
			break
		}
	}
	return none, same, true
}

// namesHost reports whether r is of a domain that has a mail host.
func (r *reply) namesHost() bool {
	return r.status == positive && len(r.hosts) > 0 && r.hosts[0].Name != ""
}

// inspect asks one server its canaries.
func (r *Resolver) inspect(ctx context.Context, server *server) sighting {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type sight struct {
		name   string
		madeUp bool
		same   bool
		reply
	}
	sights := make(chan sight)
	insist := func(q question) (reply, bool) { return r.insist(ctx, server, q) }
	for _, name := range providers {
		go func() {
			said, same, _ := r.mailHost(name, "", insist)
			sights <- sight{name, false, same, said}
		}()
	}
	// Portals invent addresses, some of them mail exchangers too.
	for _, q := range []question{{madeUp() + ".com.", dns.TypeA}, {madeUp() + ".net.", dns.TypeMX}} {
		go func() {
			said, same := insist(q)
			sights <- sight{q.name, true, same, said}
		}()
	}

	var seen sighting
	same := true
	for range len(providers) + 2 {
		next := <-sights
		if seen.settled() {
			// What was given up since says nothing.
			continue
		}
		seen.take(next.name, next.madeUp, next.reply)
		same = same && (next.same || !next.status.definite())
		if seen.settled() {
			cancel()
		}
	}
	server.exact.Store(same && seen.passed())
	return seen
}

// take counts one canary, and keeps as detail what speaks against the server.
func (s *sighting) take(name string, madeUp bool, r reply) {
	name = relative(name)
	switch {
	case !r.status.definite():
		if madeUp {
			name = "a made-up name"
		}
		if s.detail == "" {
			s.detail = name + ": " + r.detail
		}
	case madeUp && r.status == nxdomain:
		s.absent++
	case madeUp:
		s.invented++
		s.detail = name + ", a made-up name, is said to exist: " + r.detail
	case r.namesHost():
		s.resolved++
	default:
		s.denied++
		s.detail = name + " is denied: " + r.detail
	}
}

// insist asks until there is a definite answer or ctx ends. same says that the
// question came back as it was spelt.
func (r *Resolver) insist(ctx context.Context, server *server, q question) (last reply, same bool) {
	const longest = 2 * time.Second
	pause, try := 50*time.Millisecond, 500*time.Millisecond
	for {
		said, same := server.exchange(ctx, q, r.clock()+try)
		if said.status.definite() {
			return said, same
		}
		if last.detail == "" || said.status != silence {
			last = said
		}
		select {
		case <-ctx.Done():
			return last, false
		case <-time.After(pause):
		}
		pause, try = min(2*pause, longest), min(2*try, longest)
	}
}

// madeUp returns a label that nobody has registered.
func madeUp() string {
	label := make([]byte, 16)
	for i := range label {
		label[i] = 'a' + byte(rand.IntN(26))
	}
	return string(label)
}
