package mx

import (
	"context"
)

// denied are domains that a check has borne out to be denied, and that are asked for
// once more: what lies between two checks, a blink of the uplink or one wrong answer,
// must not condemn. It belongs to its run.
type denied struct {
	waiting []denial
	asked   map[string]denial // under way
}

// denial is what was said of a domain.
type denial struct {
	name    string
	outcome Outcome
	rounds  uint8 // how often it was asked for before
	times   int   // how often it is being asked for
}

// mostRounds is how often a domain is asked for once more that is denied in another
// way each time.
const mostRounds = 2

// doubt has d asked for once more.
func (n *denied) doubt(d *draft) {
	n.waiting = append(n.waiting, denial{name: d.Name, outcome: d.Outcome, rounds: d.rounds, times: 1})
}

// names are those of who waits.
func (n *denied) names() []string {
	var names []string
	for _, d := range n.waiting {
		names = append(names, d.name)
	}
	return names
}

// ask moves who waits to those under way.
func (n *denied) ask() {
	if n.asked == nil {
		n.asked = map[string]denial{}
	}
	for _, d := range n.waiting {
		d.times += n.asked[d.name].times
		n.asked[d.name] = d
	}
	n.waiting = n.waiting[:0]
}

// hear notes in d what was said of it before, if it was asked for once more.
func (n *denied) hear(d *draft) {
	if !d.second {
		return
	}
	before := n.asked[d.Name]
	if before.times--; before.times > 0 {
		n.asked[d.Name] = before
	} else {
		delete(n.asked, d.Name)
	}
	d.again, d.rounds = d.Outcome == before.outcome, before.rounds+1
}

// open is how many there are.
func (n *denied) open() int { return len(n.waiting) + len(n.asked) }

// askAgain asks for the denied who wait: by s, or if there is nobody by a new shift,
// which it returns. If s is about to end, it is for the next one.
func (run *run) askAgain(ctx context.Context, s *shift) *shift {
	if len(run.denied.waiting) == 0 {
		return s
	}
	names := run.denied.names()
	if s == nil {
		s = run.start(ctx, func(func(string) bool) {}, run.r.o.InFlight, names...)
	} else if !s.feed.again(names) {
		return s
	}
	run.denied.ask()
	return s
}
