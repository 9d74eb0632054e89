package probe

// maxCuts is how often a host may do so before whom it answers is told that it was dropped.
const maxCuts = 3

const (
	// lateFrom is how many answers a session has had before a no in it is late: who refuses
	// everybody after so many asks for less than any honest list has at a domain.
	lateFrom = 3
	// manyNoes in a row are late wherever they stand, once the host has taken somebody.
	manyNoes = 3
)

// cut tells whether the connection ended before all who were asked for were answered: then nothing shows
// whether those who were had their own answers.
func (b *batch) cut() bool {
	for _, t := range b.mails {
		for _, a := range t.rcpts {
			if a.sent && t.word == yes && (a.word == silent || a.word == hangup) {
				return !b.checked && !b.astray
			}
		}
	}
	return false
}

// behind tells whether a host of which it is not expected may have given fewer replies than commands, or others: one
// that merges the replies to two is behind by as many as it was given transactions, so that none is left for the check.
func (b *batch) behind() bool {
	return b.failure == Garbled || b.failure == Timeout && len(b.mails) > 1
}

// spoken is how many recipients have an answer.
func (b *batch) spoken() (n int) {
	for _, t := range b.mails {
		for _, a := range t.rcpts {
			if a.word != silent {
				n++
			}
		}
	}
	return n
}

// taken tells whether anybody was.
func (b *batch) taken() bool {
	for _, t := range b.mails {
		for _, a := range t.rcpts {
			if a.word == yes {
				return true
			}
		}
	}
	return false
}

// disbelieve takes back what a host has answered that was never seen in step, and returns how many that
// were. last says that it counts as having failed.
func (b *batch) disbelieve(last bool) (n int) {
	for _, t := range b.mails {
		for _, a := range t.rcpts {
			switch a.word {
			case yes, no, later, unclear:
				a.reply, a.word, a.tls = Reply{}, silent, TLS{}
				if n++; last {
					a.failed++
				}
			}
		}
	}
	return n
}

// doubt marks the noes of a batch that nobody who was taken came behind, and that are not to be
// believed for that: they came late in their session, or there are many, or the session has taken
// nobody at all though the host did, or the host has said behind them that it refuses us; and all noes of one
// that was cut before it had shown that it is in step.
func (b *batch) doubt(s *session) {
	type aNo struct {
		a     *asking
		place int
	}
	var behind []aNo
	answered, reals := s.answered, 0
	refused, vain := false, false // us, and somebody who was taken before
	s.route.wary = false
	cut := !s.inStep && !b.proved && b.cut() // the session may have been out of step: no yes tells
	for _, t := range b.mails {
		refused = refused || t.word == blocked
		for _, a := range t.rcpts {
			if !a.sent || a.word == silent {
				continue
			}
			switch {
			case a.word == no && (a.role == real || a.role == witness):
				a.late, a.alone = false, false
				if behind = append(behind, aNo{a, answered}); a.role == real {
					reals++
				}
			case a.word == no && a.role == control:
				vain = true
			case a.word == yes && a.role != witness && a.role != postmaster:
				if s.taken, vain = true, false; !cut {
					behind, reals = nil, 0
				}
			}
			refused = refused || a.word == blocked
			if a.role == real {
				s.route.wary = a.word == no
			}
			answered++
		}
	}
	rt := s.route
	somebody := s.taken || rt.taken != nil
	before := rt.heard + rt.out - b.size() - s.answered // what the machine has been asked, beside this session
	for _, n := range behind {
		switch a := n.a; {
		case n.place >= lateFrom, vain, refused,
			// The host was asked for some before, or there are many noes.
			(somebody || rt.choosy) && (before+n.place >= lateFrom || reals >= manyNoes),
			(a.role == real || !alone(s.host) && !rt.narrow) && somebody && !s.taken,
			!somebody && rt.unsure, cut:
			a.late = true
		}
		n.a.vain, n.a.alone = vain, !s.taken
	}
	rt.heard += answered - s.answered
}

// takes notes that a machine takes somebody of a domain. What a session said before that took nobody is
// to be borne out.
func (h *house) takes(d *domain) {
	if h.taken != nil {
		return
	}
	h.taken = d
	for _, rt := range h.routes {
		for _, d := range rt.domains {
			d.doubtAlone()
		}
	}
}

// doubtAlone doubts what was refused in sessions that took nobody.
func (d *domain) doubtAlone() {
	for _, a := range d.held {
		a.late = a.late || a.word == no && a.alone
	}
	if d.made == madeNo && d.madeUp != nil && d.madeUp.alone {
		d.made, d.catching = unasked, nil
	}
}
