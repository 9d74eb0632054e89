package mx

import (
	"context"
	"iter"
)

// denied are domains that a check has borne out to be denied, and that are asked for
// once more: what lies between two checks, a blink of the uplink or one wrong answer,
// must not condemn. It belongs to its run.
type denied struct {
	waiting []draft
	asked   map[string][]draft // under way, by name
	tray    *tray              // where the crew that asks leaves what it is told; nil: there is none
}

const (
	deniedAtOnce = 256 // are asked for at once at most
	mostRounds   = 2   // of a domain that is denied in another way each time
)

// doubt has d asked for once more.
func (run *run) doubt(d draft) { run.denied.waiting = append(run.denied.waiting, d) }

// askAgain asks for who waits, unless some are being asked for.
func (run *run) askAgain(ctx context.Context) {
	n := &run.denied
	if n.tray != nil || len(n.waiting) == 0 {
		return
	}
	n.asked = make(map[string][]draft, len(n.waiting))
	for _, d := range n.waiting {
		n.asked[d.Name] = append(n.asked[d.Name], d)
	}
	n.tray = run.start(ctx, names(n.waiting), deniedAtOnce)
	n.waiting = nil
}

func names(drafts []draft) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range drafts {
			if !yield(drafts[i].Name) {
				return
			}
		}
	}
}

// takeAgain takes what was said the second time: it counts, and if that is a denial too,
// it is held back for another check.
func (run *run) takeAgain(d draft) {
	before := run.denied.asked[d.Name]
	first := before[len(before)-1]
	if before = before[:len(before)-1]; len(before) > 0 {
		run.denied.asked[d.Name] = before
	} else {
		delete(run.denied.asked, d.Name)
	}
	d.again, d.rounds = d.Outcome == first.Outcome, first.rounds+1
	run.take(d)
}

// unsettled is how many negatives are held back, or asked for again.
func (run *run) unsettled() int {
	return len(run.held) + len(run.denied.waiting) + len(run.denied.asked)
}
