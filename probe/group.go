package probe

import (
	"math"
	"net/netip"
	"slices"
	"time"

	"winnow/bounce"
	"winnow/provider"
)

// group is what is known of the mail hosts of one provider: how much they bear, and
// whether they have refused us. All runs of a Prober share it; Prober.mu guards it.
type group struct {
	name  string
	known bool // a provider's; else its hosts are one operator's
	most  Limits

	active int // sessions, without those that are stuck
	conns  int // at once, as far as is known to be borne; most.Connections at most
	rcpts  int // in a session, the same
	clean  int // sessions in a row that were answered without a hang-up

	began []time.Time // the sessions of the last minute, in their order
	until time.Time   // nothing begins before: a pause

	tally tally

	streak int // refusals in a row that may be because of us
	hangs  int // sessions in a row in which nothing was answered but that we are too fast

	refusal *Reply // that opened the breaker; nil while it is closed
	opened  time.Time
}

// breakerHolds is how long a breaker holds in later runs of the same Prober.
const breakerHolds = time.Hour

// suspicious is how many refusals in a row, each perhaps for another cause, are believed to
// be because of us.
const suspicious = 3

// recovery is how many sessions must end well before one more connection, or recipient, is
// tried.
const recovery = 10

// tally counts recipients.
type tally struct{ answered, refused int }

func (t *tally) count(word said) {
	t.answered++
	if word == no || word == unlike || word == theirs {
		t.refused++
	}
}

// group returns the group of a host. A breaker that an earlier run has opened long ago is closed.
func (p *Prober) group(host string) *group {
	name := Group(host)
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.groups[name]
	if g == nil {
		most := p.o.Manners.limitsOf(name)
		g = &group{name: name, known: provider.OfHost(host).ID != provider.Unknown, most: most, conns: most.Connections, rcpts: most.Recipients}
		p.groups[name] = g
	}
	return g
}

// entry is whether a session may begin, or what it must wait for.
type entry uint8

const (
	entered entry = iota
	notYet        // until a time, or until another session of the group has ended
	crowded       // until another session at the same address has ended
	full          // until any other session has ended
)

// perAddress is how many sessions there may be at once at one address, under whatever
// names its owner's customers know it.
const perAddress = 10

// enter takes a place for a session at the given address of a host: one of the group's, of the address's
// and of all. If there is none, at says when there may be; zero: when another session has ended.
func (p *Prober) enter(g *group, door netip.Addr, now time.Time) (e entry, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case now.Before(g.until):
		return notYet, g.until
	case g.active >= g.conns:
		return notYet, time.Time{}
	case door.IsValid() && p.doors[door] >= max(perAddress, g.most.Connections):
		return crowded, time.Time{}
	case p.lively >= p.places || p.all >= stuckFactor*p.o.Connections:
		return full, time.Time{}
	}
	if at, ok := g.begin(now); !ok {
		return notYet, at
	}
	g.active++
	p.lively++
	p.all++
	if door.IsValid() {
		p.doors[door]++
	}
	return entered, time.Time{}
}

// begin notes that a session begins, or says when the next one may: no minute has more than so many. They
// are not spread evenly over it, for hosts count by the minute, and most lists want fewer of a host.
func (g *group) begin(now time.Time) (at time.Time, ok bool) {
	if g.most.PerMinute == unlimited {
		return time.Time{}, true
	}
	old := 0
	for old < len(g.began) && now.Sub(g.began[old]) >= time.Minute {
		old++
	}
	g.began = slices.Delete(g.began, 0, old)
	if len(g.began) >= g.most.PerMinute {
		return g.began[0].Add(time.Minute), false
	}
	g.began = append(g.began, now)
	return time.Time{}, true
}

// stuckFactor is how many more connections than Options.Connections there may be, for
// those that wait for a host that says nothing.
const stuckFactor = 4

// exit gives a session's places back.
func (p *Prober) exit(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all--
	if !s.stuck {
		p.lively--
	}
	if !s.lent {
		s.group.active--
	}
	if p.doors[s.door]--; p.doors[s.door] <= 0 {
		delete(p.doors, s.door)
	}
}

// lend gives the place of a session to others while its host says nothing. That of its group
// goes only to other hosts of it: of a host that has ever greeted, never more is asked at once for
// its being slow.
func (p *Prober) lend(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.stuck, s.lent = true, !s.route.proven
	p.lively--
	if s.lent {
		s.group.active--
	}
}

// take takes the place of a session again.
func (p *Prober) take(s *session) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.stuck {
		p.lively++
	}
	if s.lent {
		s.group.active++
	}
	s.stuck, s.lent = false, false
}

// paused is until when no session of a group begins.
func (p *Prober) paused(g *group) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return g.until
}

// capacity is how many more recipients a session may have, how many at once, and how many more refusals
// its host bears: so many at once as are likely not to be more, by what the group has refused so far, and all others.
func (p *Prober) capacity(g *group, asked, refused int) (most, now, left int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	most, left = g.rcpts-asked, g.most.Refusals-refused
	const weight = 10 // of what is known of all, in recipients of the group's own; half are refused until more is known
	share := (float64(g.tally.refused) + weight*float64(p.tally.refused+weight/2)/float64(p.tally.answered+weight)) / float64(g.tally.answered+weight)
	// So many that the refusals to be expected, and three times their deviation (Poisson's), are no more
	// than may be: beyond them a host stalls for seconds, which costs more than some ways there and back.
	root := (math.Sqrt(9+4*float64(max(0, left))) - 3) / 2
	likely := int(root * root / share)
	return most, min(most, max(left, likely), maxBatch), left
}

// refused returns the reply with which a group has refused us.
func (p *Prober) refused(g *group) (Reply, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g.refusal == nil {
		return Reply{}, false
	}
	return *g.refusal, true
}

// forgive closes a breaker that was opened long ago.
func (p *Prober) forgive(g *group, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if g.refusal != nil && now.Sub(g.opened) > breakerHolds {
		g.refusal, g.streak, g.hangs = nil, 0, 0
	}
}

// learn takes a reply into account, and tells whether it opens the breaker.
func (p *Prober) learn(g *group, r Reply, word said) (opens bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.Stage == bounce.StageRcpt {
		g.tally.count(word)
		p.tally.count(word)
	}
	switch word {
	case yes, no, later:
		g.streak = 0
		if r.Stage == bounce.StageRcpt {
			g.hangs = 0
		}
	case blocked:
		opens = r.Stage != bounce.StageConnect || unmistakable(r, p.rules)
		g.streak++
	case unlike:
		g.streak++
	}
	if g.streak >= suspicious {
		opens = true
	}
	return opens && g.open(r)
}

// condemn opens the breaker of a group whose hosts have all refused us at the greeting, if
// it is one operator's.
func (p *Prober) condemn(g *group, r Reply) (opens bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !g.known && g.open(r)
}

// unmistakable tells whether a greeting refuses us by name. That a host takes no mail at
// all (554, RFC 5321 section 3.1) says nothing of the others.
func unmistakable(r Reply, rules rules) bool {
	res, _ := hear(rules, r)
	return res.Reason != bounce.Policy
}

// open opens the breaker; false if it was open.
func (g *group) open(r Reply) bool {
	if g.refusal != nil {
		return false
	}
	g.refusal, g.opened = &r, time.Now()
	return true
}

// pause slows a group down: it hung up, or said that we are too fast. answered are
// the recipients that it had answered in the session. That we are too fast opens the breaker
// when it was said in several sessions in which nothing else was; again says that this session was
// counted already.
func (p *Prober) pause(g *group, r Reply, word said, answered int, again bool, wait time.Duration, now time.Time) (opens bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := now.Add(max(g.most.Pause, wait)); until.After(g.until) {
		g.until = until
	}
	if again {
		return false
	}
	g.conns = max(1, g.conns/2)
	g.clean = 0
	if answered > 0 {
		g.rcpts, g.hangs = max(1, g.rcpts/2, min(g.rcpts, answered)), 0 // it may have had another reason
		return false
	}
	if word != slower {
		return false
	}
	g.hangs++
	return g.hangs >= suspicious && g.open(r)
}

// fewer heeds that a session may have no more than n recipients.
func (p *Prober) fewer(g *group, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g.rcpts, g.clean = max(1, min(g.rcpts, n)), 0
}

// bears heeds that a group's hosts do answer for so many in a session.
func (p *Prober) bears(g *group, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g.rcpts = min(max(g.rcpts, n), g.most.Recipients)
}

// recover heeds that a session ended well.
func (p *Prober) recover(g *group) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.places = min(p.places+1, p.o.Connections)
	if g.clean++; g.clean >= recovery {
		g.clean = 0
		g.conns = min(g.conns+1, g.most.Connections)
		g.rcpts = min(g.rcpts+1, g.most.Recipients)
	}
}
