package probe

import (
	"cmp"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"winnow/mx"
)

// route is a set of mail hosts, and the domains whose mail they take. All of these are
// asked at the first of the hosts that answers, in the same sessions.
type route struct {
	hosts   []mx.Host // by preference
	place   int       // of the one that is asked
	group   *group    // of that host
	domains []*domain
	ready   []*domain // with something to ask, in the order of their turn
	load    int       // how many recipients these have to ask

	open      int        // sessions that will ask (again)
	proven    bool       // the host has greeted
	plain     bool       // its STARTTLS does not work
	*house               // of the host that is asked
	narrow    bool       // a session has one recipient: nobody can be asked behind him
	wary      bool       // its last batch ended in noes
	doubted   int        // noes that came late, and are to be asked for again
	inStep    bool       // it has answered each command, and nothing else
	apart     bool       // each transaction is a batch of its own: it may have been behind by several replies
	cuts      int        // how often it cut a session short before that
	bore      int        // recipients that it answered then
	once      bool       // it takes EHLO at the beginning only
	barren    int        // sessions in a row in which nothing was answered
	shortages int        // how often our own machine had no connection to give
	rounds    int        // how often all hosts were tried in vain
	lined     bool       // it stands in the line of its group
	crowded   netip.Addr // the address at which it waits for a place: it stands in run.crowded

	notBefore time.Time
	alarm     time.Time // that was set for notBefore
	begun     time.Time // when its first host was tried
	lost      bool      // no host is tried any more
	trouble   *ending   // what the hosts that were tried did; nil: nothing
}

// house is what a machine has said, under whatever names it stands in MX records.
type house struct {
	taken   *domain // one of whose addresses was taken; nil: nobody
	refused int     // addresses that were refused for good, while nobody was
	heard   int     // answers for recipients
	unsure  bool    // somebody may have been taken: the answer was not believed
	strays  bool    // it has sent a reply that nobody asked for
	choosy  bool    // an earlier run has seen it take somebody, and refuse one who was made up

	routes []*route // that ask it
	out    int      // recipients of theirs in batches
	load   int      // that they have to ask
}

// enter has a route in the house of the host that it asks.
func (r *run) enter(rt *route) {
	if old := rt.house; old != nil {
		rt.leave()
		defer r.settle(old)
	}
	if rt.house = r.houses[rt.door()]; rt.house == nil {
		rt.house = &house{}
		if door := rt.door(); door.IsValid() {
			r.houses[door] = rt.house
		}
	}
	rt.house.routes = append(rt.house.routes, rt)
	for _, d := range rt.domains {
		rt.house.out += d.out
	}
	rt.house.load += rt.load
}

// leave takes a route out of its house, with all that it has there.
func (rt *route) leave() {
	rt.routes = slices.DeleteFunc(rt.routes, func(o *route) bool { return o == rt })
	for _, d := range rt.domains {
		rt.house.out -= d.out
	}
	rt.house.load -= rt.load
}

// loads notes how many recipients of a domain can be asked now.
func (rt *route) loads(d *domain, n int) {
	rt.load += n - d.counted
	rt.house.load += n - d.counted
	d.counted = n
}

// host is the name of the host that is asked.
func (rt *route) host() string { return rt.hosts[rt.place].Name }

// door is the address at which the sessions with the host are counted, so that a machine that many
// names lead to is not asked by each of them at once. A provider's are counted by its group.
func (rt *route) door() netip.Addr {
	if h := rt.hosts[rt.place]; len(h.Addrs) > 0 && !rt.group.known {
		return h.Addrs[0]
	}
	return netip.Addr{}
}

// next takes the domain out of the line whose turn it is: at first the one whose transaction is open in the
// session.
func (rt *route) next(mailing *domain, first bool) *domain {
	if first && mailing != nil && mailing.route == rt && mailing.counted > 0 {
		return mailing // it keeps its place, for another session
	}
	d := rt.ready[0]
	rt.ready = rt.ready[1:]
	d.queued = false
	return d
}

// follow asks in a batch, behind all others, for somebody who was taken before: a host that refuses
// everybody by then refuses him too.
func (rt *route) follow(b *batch) {
	last := b.mails[len(b.mails)-1]
	d := rt.taken
	for _, t := range b.mails {
		if t.domain.taken != "" {
			d = t.domain
		}
	}
	a := &asking{local: d.taken, role: control}
	if d == last.domain {
		last.rcpts = append(last.rcpts, a)
		d.out++
		d.route.out++
		return
	}
	t := &transaction{domain: d, rcpts: []*asking{a}}
	b.mails = append(b.mails, d.send(t))
}

// busy tells whether the answers of a machine are not all in, but for whom it wants to be
// asked for again later.
func (h *house) busy() bool { return h.out > 0 || h.load > 0 }

// ending is why something is not asked any more.
type ending struct {
	failure Failure
	detail  string
	reply   Reply // with which the host ended it; perhaps none
	tls     TLS
	blocked *Blocked // of a Breaker
}

// maxHosts is how many hosts of a domain are tried.
const maxHosts = 5

// hostsOf returns the hosts in the order in which they are to be tried, and a name
// for the set. Those of one preference are shuffled (RFC 5321 section 5.1).
func hostsOf(answer *mx.Answer) (hosts []mx.Host, key string) {
	hosts = slices.Clone(answer.Hosts)
	slices.SortStableFunc(hosts, func(a, b mx.Host) int {
		return cmp.Or(cmp.Compare(a.Preference, b.Preference), strings.Compare(a.Name, b.Name))
	})
	var b strings.Builder
	for i, h := range hosts {
		if i > 0 && h.Preference != hosts[i-1].Preference {
			b.WriteByte(';')
		}
		b.WriteString(h.Name)
		b.WriteByte(' ')
	}
	return hosts, b.String()
}

// shuffle mixes hosts of one preference, and cuts off those that are never tried.
func shuffle(hosts []mx.Host) []mx.Host {
	for i := 0; i < len(hosts); {
		j := i + 1
		for j < len(hosts) && hosts[j].Preference == hosts[i].Preference {
			j++
		}
		same := hosts[i:j]
		rand.Shuffle(len(same), func(a, b int) { same[a], same[b] = same[b], same[a] })
		i = j
	}
	return hosts[:min(len(hosts), maxHosts)]
}

// wants tells whether one more session is of use.
func (rt *route) wants(size int, now time.Time) bool {
	if rt.load == 0 || rt.lost || now.Before(rt.notBefore) {
		return false
	}
	if !rt.proven {
		return rt.open == 0
	}
	return rt.load > rt.open*max(1, size)
}
