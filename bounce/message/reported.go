package message

import (
	"strings"

	"winnow/bounce"
)

// reported are events, one a recipient; of an alias two, if some of its members got the
// mail and others did not.
type reported struct {
	events []bounce.Event
	finals []string // of each, who its recipient became, or ""
	failed map[string]int
	taken  map[string]int // their places by recipient, in lower case; from 1 on
}

// add takes an event, unless the recipient has one that says as much. Of what failed
// for the members of an alias, that of one who lives speaks for it: the failure of a
// dead one would remove it.
func (r *reported) add(e bounce.Event, final string) {
	if r.failed == nil {
		r.failed, r.taken = map[string]int{}, map[string]int{}
	}
	places := r.failed
	if e.Happened == bounce.WasDelivered {
		places = r.taken
	}
	key := strings.ToLower(e.Recipient)
	if places[key] == 0 {
		r.events, r.finals = append(r.events, e), append(r.finals, final)
		places[key] = len(r.events)
		return
	}
	old, of := &r.events[places[key]-1], &r.finals[places[key]-1]
	better := old.Reason == bounce.Undetermined && e.Reason != bounce.Undetermined || old.Happened == bounce.WasDelayed && e.Happened == bounce.WasFailed
	if isMember(e, final) && !strings.EqualFold(final, *of) {
		better = old.Class == bounce.Hard && e.Class != bounce.Hard
	}
	if better {
		*old, *of = e, final
	}
}

// settle returns the events. Who got the mail lives: where another member of the alias
// did, the failure of one is told, and counts for nothing. Where nobody else is in it,
// what was told first is true.
func (r *reported) settle() (events []bounce.Event) {
	for i, e := range r.events {
		key := strings.ToLower(e.Recipient)
		if failed, taken := r.failed[key], r.taken[key]; failed > 0 && taken > 0 {
			member := isMember(r.events[failed-1], r.finals[failed-1])
			if !member && i+1 != min(failed, taken) {
				continue
			}
			if member && i+1 == failed && e.Class == bounce.Hard {
				doubt(&e)
			}
		}
		events = append(events, e)
	}
	return events
}

// isMember reports whether an event is about somebody else than was mailed to.
func isMember(e bounce.Event, final string) bool {
	return final != "" && !strings.EqualFold(final, e.Recipient)
}
