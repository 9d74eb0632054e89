package probe

import (
	"time"

	"winnow/bounce"
)

// waits are how long to wait before an address is asked again, where the host does not say: most
// greylists want some minutes, and forget within hours.
var waits = [...]time.Duration{5 * time.Minute, 15 * time.Minute, 30 * time.Minute}

// slack is added to a time that a host names, so as not to come a moment too early.
const slack = time.Second

// due says when an asking that was put off may be asked again; ok is false if that is beyond
// our patience.
func (r *run) due(a *asking, now time.Time) (due time.Time, ok bool) {
	wait, named := bounce.AskedToWait(a.reply.Text)
	if named {
		// Who names a second each time is not asked each second.
		wait = max(wait+slack, 2*a.wait)
		due = now.Add(wait)
	} else {
		wait = waits[min(a.put, len(waits)-1)]
		due = a.first // so that what the asking took does not add up
		for i := range a.put + 1 {
			due = due.Add(waits[min(i, len(waits)-1)])
		}
		if soonest := now.Add(waits[0]); due.Before(soonest) {
			due = soonest
		}
	}
	a.put++
	a.wait = wait
	return due, due.Sub(a.first) <= r.patience && !r.late(due)
}

// late tells whether a time is behind the deadline of the run.
func (r *run) late(t time.Time) bool { return !r.deadline.IsZero() && !t.Before(r.deadline) }
