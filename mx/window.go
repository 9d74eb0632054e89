package mx

import (
	"time"
)

// window is how many questions one server bears at once, as far as is known. It
// grows as long as that pays, and shrinks when questions are lost. It belongs to
// its gate.
//
// A question that stays without an answer is no sign of too many: the name may be
// slow. One that is answered when it is asked again was lost.
type window struct {
	size     float64
	underWay int
	rtt, dev time.Duration // mean and deviation: RFC 6298; 0 before the first answer
	silent   int           // tries without an answer since the last that had one

	round    round
	settled  bool          // the first loss or step that did not pay ended the fast start
	from     float64       // size before the last step; 0 if none is on trial
	bar      float64       // answers a second that the step has to beat
	best     float64       // answers a second, fading
	rest     time.Duration // no step before

	cohorts  [16]cohort
	shrunk   time.Duration // when it shrank last
	strained time.Duration // until then, what had no answer may have been too much

	load Load
}

// cohort are the questions of a quarter of a second. What was lost is known only
// later, and is held against those that were asked with it.
type cohort struct {
	began       time.Duration
	asked, lost int
}

// Load is what one resolver was asked, and how it bore that.
type Load struct {
	Server    string
	Asked     int64   // packets, or requests
	Answered  int64   // definitely: records, or that there are none
	Lost      int64   // without an answer, or refused, and answered when asked again
	Rate      float64 // the most answers a second, over 20 ms or more
	BackedOff int64   // how often it was asked more slowly from then on
}

// round is what came of a window's questions since the last time it was judged.
type round struct {
	began time.Duration
	got   int
	full  bool // there was no room for more
	mixed bool // it holds answers to questions of before the last step
}

const (
	firstWindow = 100
	leastWindow = 8

	roundAnswers  = 64 // at least, unless
	longestRound  = time.Second
	shortestRound = 20 * time.Millisecond

	cohortLasts   = 250 * time.Millisecond
	cohortMembers = 50   // at least, to be judged
	tooMuchLoss   = 0.05 // of a cohort: shrink
	someLoss      = 0.02 // of a cohort: what has no answer is asked again, slowly
	shrinking     = 0.7

	fastStep    = 1.5
	slowStep    = 1.25
	pays        = 0.25 // of what a step would bring if the server were idle
	fading      = 0.95 // of the best rate, a second
	stepRest    = time.Second
	strainLasts = 5 * time.Second
)

func newWindow(limit int) window {
	return window{size: min(firstWindow, float64(limit))}
}

// patience is how long a first try waits for its answer: RFC 6298 section 2.
func (w *window) patience() time.Duration {
	const least, most = 400 * time.Millisecond, 1500 * time.Millisecond
	return min(max(w.rtt+4*w.dev, least), most)
}

func (w *window) full() bool { return w.underWay >= int(w.size) }

// answered counts an answer that came after took.
func (w *window) answered(now, took time.Duration) {
	w.load.Answered++
	w.round.got++
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
	w.round.full = w.round.full || w.full()
	w.cohort(now).asked++
}

// cohort returns that of the questions asked at a time; a new one if there is none.
func (w *window) cohort(asked time.Duration) *cohort {
	began := asked.Truncate(cohortLasts)
	c := &w.cohorts[int(asked/cohortLasts)%len(w.cohorts)]
	if c.began != began {
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
		w.strained = now + strainLasts
	}
	if loss > tooMuchLoss && c.began >= w.shrunk {
		// Those that were asked since are no further sign: they came by the same window.
		w.shrunk, w.rest = now, now+stepRest
		w.from, w.settled = 0, true
		w.size = max(w.size*shrinking, leastWindow)
		w.load.BackedOff++
	}
}

// judge ends the round if it has seen enough, and sizes the window by it.
func (w *window) judge(now time.Duration) {
	r := w.round
	lasted := now - r.began
	if lasted < max(shortestRound, w.rtt) || r.got < roundAnswers && lasted < longestRound {
		return
	}
	w.round = round{began: now}
	if r.began == 0 || r.mixed {
		// The first answers tell when the asking began, not how fast it goes.
		return
	}
	rate := float64(r.got) / lasted.Seconds()
	w.load.Rate = max(w.load.Rate, rate)
	w.best = max(w.best*(1-(1-fading)*lasted.Seconds()), rate)
	switch {
	case w.from > 0 && rate < w.bar:
		// More at once brought no more: they only wait there.
		w.size, w.from = w.from, 0
		w.settled, w.rest = true, now+stepRest
	case r.full && now >= w.rest:
		w.step()
	default:
		w.from = 0
	}
}

// step lets more through, on trial.
func (w *window) step() {
	by := fastStep
	if w.settled {
		by = slowStep
	}
	w.from = w.size
	w.bar = w.best * (1 + (by-1)*pays)
	w.size *= by
	w.round.mixed = true
}
