package mx

import (
	"time"
)

// window is how many questions one server bears at once, and how many a second, as
// far as is known. The one grows as long as that pays. The other is unbounded until
// questions are lost, then what was answered, and a little more as long as nothing
// is. It belongs to its gate.
//
// A question that stays without an answer is no sign of too many: the name may be
// slow. One that is answered when it is asked again was lost.
type window struct {
	size     float64
	underWay int
	rtt, dev time.Duration // mean and deviation: RFC 6298; 0 before the first answer
	silent   int           // tries without an answer since the last that had one

	round   round
	settled bool          // the first step that did not pay ended the fast start
	from    float64       // size before the last step; 0 if none is on trial
	bar     float64       // answers a second that the step has to beat
	rate    float64       // answers a second, smoothed
	rest    time.Duration // no step before

	pace     float64       // questions a second; 0: unbounded
	tokens   float64       // questions that may be asked now, if there is a pace
	minted   time.Duration // when the tokens were counted last
	tooFast  float64       // questions a second at which too many were lost
	slowed   time.Duration // when the pace was lowered last
	hastened time.Duration // when it was changed last
	calm     int           // times it was quickened since too many were lost
	strained time.Duration // until then, what had no answer may have been too much
	cohorts  [16]cohort

	load Load
}

// cohort is a quarter of a second: what was asked in it, of that lost, and what was
// answered in it. What was lost is known only later.
type cohort struct {
	began            time.Duration
	asked, lost, got int
}

// round is what came of a window's questions since the last time it was judged.
type round struct {
	began time.Duration
	got   int
	full  bool // there was no room for more
	mixed bool // it holds answers to questions of before the last step: it is not judged
}

const (
	firstWindow = 100

	roundAnswers  = 256 // at least, unless
	longestRound  = 250 * time.Millisecond
	shortestRound = 20 * time.Millisecond
	roundTrips    = 3 // at least: answers come in bursts
	fastStep      = 2
	slowStep      = 1.25
	pays          = 0.3 // of what a step would bring if the server were idle
	stepRest      = time.Second

	cohortLasts   = 250 * time.Millisecond
	cohortMembers = 50   // at least, to be judged
	tooMuchLoss   = 0.05 // of a cohort: ask more slowly
	someLoss      = 0.02 // of a cohort: not faster, and what has no answer is asked again
	slowestPace   = 20.0
	faster        = 1.02 // a cohort
	muchFaster    = 1.25 // a cohort, far below what was too much, or after calmFor cohorts
	calmFor       = 6
	burst         = 10 * time.Millisecond
	strainLasts   = 5 * time.Second
)

func newWindow(limit int) window {
	return window{size: min(firstWindow, float64(limit))}
}

// patience is how long a first try waits for its answer: RFC 6298 section 2.
func (w *window) patience() time.Duration {
	const least, most = 400 * time.Millisecond, 1500 * time.Millisecond
	return min(max(w.rtt+4*w.dev, least), most)
}

// hold is how long a try without an answer keeps its place: it may yet be slow,
// but what the server has lost is no burden to it.
func (w *window) hold() time.Duration {
	const least = 20 * time.Millisecond
	if w.rtt == 0 {
		return w.patience()
	}
	return min(max(w.rtt+4*w.dev, least), w.patience())
}

func (w *window) full() bool { return w.underWay >= int(w.size) || w.pace > 0 && w.tokens < 1 }

// mint counts the tokens that time has brought.
func (w *window) mint(now time.Duration) {
	if w.pace > 0 {
		w.tokens = min(w.tokens+w.pace*(now-w.minted).Seconds(), max(w.pace*burst.Seconds(), 1))
		w.minted = now
	}
}

// answered counts an answer that came after took.
func (w *window) answered(now, took time.Duration) {
	w.load.Answered++
	w.round.got++
	w.cohort(now).got++
	w.silent = 0
	if w.rtt == 0 {
		w.rtt, w.dev = took, took/2
	} else {
		w.dev += ((w.rtt - took).Abs() - w.dev) / 4
		w.rtt += (took - w.rtt) / 8
	}
	w.judge(now)
}

// asked counts a question.
func (w *window) asked(now time.Duration) {
	w.underWay++
	w.load.Asked++
	w.round.full = w.round.full || w.underWay >= int(w.size)
	w.cohort(now).asked++
	if w.pace > 0 {
		w.tokens--
		w.hasten(now)
	}
}

// cohort returns that of a time; a new one if there is none.
func (w *window) cohort(at time.Duration) *cohort {
	c := &w.cohorts[int(at/cohortLasts)%len(w.cohorts)]
	if began := at.Truncate(cohortLasts); c.began != began {
		*c = cohort{began: began}
	}
	return c
}

// lost counts a question that was lost, or refused though it can be answered.
func (w *window) lost(asked, now time.Duration) {
	w.load.Lost++
	if now-asked > cohortLasts*time.Duration(len(w.cohorts)-1) {
		return
	}
	c := w.cohort(asked)
	c.lost++
	if c.asked < cohortMembers {
		return
	}
	loss := float64(c.lost) / float64(c.asked)
	if loss > someLoss {
		w.strained, w.calm = now+strainLasts, 0
	}
	if loss <= tooMuchLoss || c.began < w.slowed {
		// Or it was asked before the pace was set, and is no further sign.
		return
	}
	// Of too much, what the server bears is answered.
	const whole = float64(time.Second / cohortLasts)
	borne := float64(w.cohort(asked).got) * whole
	if before := asked.Truncate(cohortLasts) + cohortLasts; before+cohortLasts <= now {
		borne = max(borne, float64(w.cohort(before).got)*whole)
	}
	if w.pace == 0 || borne < w.pace {
		w.pace = max(borne, slowestPace)
	} else {
		w.pace *= 1 - tooMuchLoss
	}
	w.tooFast = float64(c.asked) * whole
	w.slowed, w.hastened, w.minted, w.tokens = now, now, now, 0
	w.load.BackedOff++
}

// hasten quickens the pace once a cohort, if little is lost.
func (w *window) hasten(now time.Duration) {
	if now < w.hastened+cohortLasts || now < w.strained-strainLasts+2*cohortLasts {
		return
	}
	w.calm++
	if w.pace < w.tooFast/2 || w.calm > calmFor {
		w.pace *= muchFaster
	} else {
		w.pace *= faster
	}
	w.hastened = now
}

// judge ends the round if it has seen enough, and sizes the window by it.
func (w *window) judge(now time.Duration) {
	r := w.round
	lasted := now - r.began
	if r.mixed {
		if lasted >= w.rtt+w.dev {
			w.round = round{began: now}
		}
		return
	}
	if lasted < max(shortestRound, roundTrips*w.rtt) || r.got < roundAnswers && lasted < longestRound {
		return
	}
	w.round = round{began: now}
	if r.began == 0 {
		// The first answers tell when the asking began, not how fast it goes.
		return
	}
	rate := float64(r.got) / lasted.Seconds()
	w.load.Rate = max(w.load.Rate, rate)
	switch {
	case w.from > 0 && rate < w.bar:
		// More at once brought no more: they only wait there.
		w.size, w.from = w.from, 0
		w.settled, w.rest = true, now+stepRest
		w.round.mixed = true
		return
	case w.from > 0 || w.rate == 0:
		w.rate = rate
	default:
		w.rate += (rate - w.rate) / 2
	}
	w.from = 0
	if r.full && now >= w.rest {
		w.step()
	}
}

// step lets more through, on trial.
func (w *window) step() {
	by := float64(fastStep)
	if w.settled {
		by = slowStep
	}
	w.from = w.size
	w.bar = w.rate * (1 + (by-1)*pays)
	w.size *= by
	w.round.mixed = true
}
