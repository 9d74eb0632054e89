package validate

import (
	"time"

	"winnow/bounce"
	"winnow/probe"
	"winnow/suppress"
	"winnow/verdict"
)

// history says what became of earlier mail. That somebody allowed an address does
// not clear it: it is what happened, not what was thought beforehand.
func history() Check {
	delivered := verdict.SetOf(HistoryDelivered)
	return Check{
		Kinds: []verdict.Kind{HistoryComplaint, HistoryHard, HistorySoft, HistoryDelivered},
		Mailbox: func(_ *Domain, m *Mailbox) verdict.Set {
			set := saidOfPast(m.Past)
			if m.Past.Delivered() {
				set = set.Union(delivered)
			}
			return set
		},
	}
}

// saidOfPast is what a standing says.
func saidOfPast(h suppress.History) (set verdict.Set) {
	switch h.Standing {
	case suppress.Soft:
		return set.With(HistorySoft)
	case suppress.Hard:
		return set.With(HistoryHard)
	case suppress.Complained:
		return set.With(HistoryComplaint)
	}
	return set
}

var fromHistory = verdict.SetOf(HistoryComplaint, HistoryHard, HistorySoft)

// OfHistory tells whether a kind is about what became of earlier mail.
func OfHistory(k verdict.Kind) bool { return fromHistory.Has(k) }

// clearedByDelivery are the risks that are only thought of beforehand: mail that was
// taken lately proves them wrong. It proves nothing against wrong syntax, a domain
// that is gone by now, or a complaint.
var clearedByDelivery = func() (set verdict.Set) {
	for k := range clearedByAllowed.All() {
		if kinds[k].Grade != verdict.Valid {
			set = set.With(k)
		}
	}
	return set.With(SMTP(probe.CatchAll))
}()

// pastOf says when, why, and until when.
func pastOf(p suppress.History) string {
	text := p.Reason.Text()
	switch {
	case p.ByHand():
		text = "an entry made by hand"
	case p.Waits():
		text += ", on a day on which its mail host refused far more than usual"
	case p.Reason == bounce.Undetermined:
		text = "its mail host did not say why"
	}
	text += ", " + p.Since().Format(time.DateOnly)
	if until := p.Until(); !until.IsZero() {
		text += "; to be tried again from " + until.Format(time.DateOnly)
	}
	return text
}
