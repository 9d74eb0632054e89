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
	shrunk   time.Duration // when it shrank last
	strained time.Duration // until then, what had no answer may have been too much

	load Load
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
	began     time.Duration
	got, lost int
	full      bool // somebody had to wait
	mixed     bool // it holds answers to questions of before the last step
}

const (
	firstWindow = 100
	leastWindow = 8

	roundAnswers  = 64 // at least, unless
	longestRound  = time.Second
	shortestRound = 20 * time.Millisecond

	tooMuchLoss = 0.05 // of a round: shrink
	someLoss    = 0.02 // of a round: what had no answer is asked again, slowly
	shrinking   = 0.7
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

// lost counts a question that was lost, or refused though it can be answered.
func (w *window) lost(now time.Duration) {
	w.load.Lost++
	w.round.lost++
	w.judge(now)
}

// judge ends the round if it has seen enough, and sizes the window by it.
func (w *window) judge(now time.Duration) {
	r := w.round
	lasted := now - r.began
	if lasted < max(shortestRound, w.rtt) || r.got+r.lost < roundAnswers && lasted < longestRound {
		return
	}
	w.round = round{began: now}
	if r.began == 0 {
		// The first answers tell when the asking began, not how fast it goes.
		return
	}
	if r.mixed {
		return
	}
	rate := float64(r.got) / lasted.Seconds()
	w.load.Rate = max(w.load.Rate, rate)
	loss := float64(r.lost) / float64(r.got+r.lost)
	if loss > someLoss {
		w.strained = now + strainLasts
	}
	before := w.best * (1 - (1-fading)*lasted.Seconds())
	w.best = max(before, rate)
	switch {
	case loss > tooMuchLoss:
		w.shrink(now)
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

// shrink answers a round of many losses. What is lost after that was asked before
// it, until tries of that time are over.
func (w *window) shrink(now time.Duration) {
	w.from, w.settled, w.rest = 0, true, now+stepRest
	if now-w.shrunk < 2*w.patience() && w.shrunk > 0 {
		return
	}
	w.size = max(w.size*shrinking, leastWindow)
	w.shrunk = now
	w.load.BackedOff++
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
