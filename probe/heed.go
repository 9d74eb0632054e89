package probe

import (
	"time"

	"winnow/address"
	"winnow/bounce"
	"winnow/provider"
)

// heedEvent heeds what a session tells.
func (r *run) heedEvent(e event) {
	s := e.s
	switch e.kind {
	case greeted:
		r.sum.Sessions++
		r.p.take(s)
		s.state = idle
		s.route.proven = true
		s.route.plain = s.route.plain || s.tlsFailed
		r.instruct(s)
	case answered:
		s.state = idle
		r.p.take(s)
		r.heedBatch(s, e.batch)
		if e.batch.over || e.batch.last {
			r.leave(s)
			return
		}
		r.instruct(s)
	case gone:
		r.sessions--
		r.p.exit(s)
		r.heedEnd(s)
		r.freed(s)
	}
}

// instruct gives a session its next batch, or sends it home.
func (r *run) instruct(s *session) {
	b := r.fill(s)
	if rt := s.route; b == nil {
		s.idled = s.idled || s.rcpts == 0 && rt.load > 0 && rt.place == s.place && r.stopped == nil && r.left > 0 && !r.pausing(s.group)
		r.leave(s)
		close(s.work)
		return
	}
	s.state, s.since, s.idled = busy, time.Now(), true // should nothing of it be answered
	last := b.last                                     // the batch is the session's from here on
	s.work <- b
	if last {
		r.uncount(s)
		r.lineUp(s.route) // what is left is for another
	}
}

// leave heeds that a session will ask no more.
func (r *run) leave(s *session) {
	s.state = leaving
	r.uncount(s)
}

func (r *run) uncount(s *session) {
	if s.counted {
		s.counted = false
		s.route.open--
	}
}

// fill makes a batch of what the route of a session has to ask, domain by domain; nil if there is
// nothing, or nothing more may be asked.
func (r *run) fill(s *session) *batch {
	rt := s.route
	if rt.place != s.place || r.shut(s.group) || rt.lost || s.aged() || r.pausing(s.group) {
		return nil
	}
	most, room, left := r.p.capacity(s.group, s.rcpts, s.refused)
	if s.rcpts == 0 {
		rt.narrow = min(most, room) < 2
	}
	if s.rcpts > 0 && room < fewest && room < rt.load {
		return nil // a way there and back for so few is better spent on a session
	}
	b := &batch{left: left}
	// A place is kept for somebody who was taken before, where he is to be asked behind the others.
	followed := rt.taken != nil && (rt.wary || rt.doubted > 0) && room > 1 && r.left > 1
	if followed {
		room--
		most--
		r.left--
	}
	for turns := len(rt.ready); turns > 0 && room > 0 && r.left > 0 && most > 0 && !(rt.apart && len(b.mails) > 0); turns-- {
		d := rt.next(s.mailing, len(b.mails) == 0)
		rt.loads(d, 0)
		t := d.take(s, min(room, r.left), s.rcpts == 0, followed)
		taken := d.out
		if t != nil && !s.offers.utf8 {
			t = r.without8(d, t)
		}
		if t != nil {
			b.mails = append(b.mails, t)
			room -= len(t.rcpts)
			most -= len(t.rcpts)
			s.rcpts += len(t.rcpts)
			r.left -= len(t.rcpts)
			r.asking += len(t.rcpts)
			if t.rcpts[0].role == witness && alone(s.host) {
				most = -1 // a session of its own
			}
		}
		if d.out < taken || t == nil {
			r.decide(d) // somebody was told, or what was wanted is wanted no more: it may have been the last
		} else {
			r.touch(d)
		}
	}
	if followed {
		r.left++
	}
	if len(b.mails) == 0 {
		return nil
	}
	if followed && most >= 0 { // none goes along where the made-up one is alone
		rt.follow(b)
		s.rcpts++
		r.left--
		r.asking++
	}
	b.last = most < fewest || s.offers.pipelining && rt.load == 0 && b.settles()
	if rt.cuts > 0 && !rt.inStep {
		b.last = false
	}
	return b
}

// pausing tells whether a group is left alone for now.
func (r *run) pausing(g *group) bool { return time.Now().Before(r.p.paused(g)) }

// fewest is the size of the smallest batch for which a session is prolonged while there is more to
// ask.
const fewest = 3

// settles tells whether the answers to a batch will leave nothing to be asked of its domains, as
// far as one can tell beforehand: then QUIT may go along with it.
func (b *batch) settles() bool {
	for _, t := range b.mails {
		if d := t.domain; d.made == unasked || d.pending.n > 0 || len(d.redo) > 0 {
			return false
		}
	}
	return true
}

// without8 takes the addresses out of a transaction that a host without SMTPUTF8 can not
// be told; nil if nobody is left.
func (r *run) without8(d *domain, t *transaction) *transaction {
	kept := t.rcpts[:0]
	reals := 0
	for _, a := range t.rcpts {
		if !isASCII(a.local) {
			d.back(1)
			r.tell(d, a, &ending{failure: NoUTF8, detail: "the host " + d.route.host() + " does not offer SMTPUTF8"})
			continue
		}
		kept = append(kept, a)
		if a.role != witness {
			reals++
		}
	}
	if len(kept) == 1 && reals == 0 && reals < len(t.rcpts) && !d.holdsYes() {
		d.back(1) // nobody is left for whom the made-up one would be asked
		d.made = unasked
		return nil
	}
	if len(kept) == 0 {
		return nil
	}
	t.rcpts = kept
	return t
}

// heedBatch heeds the answers to a batch.
func (r *run) heedBatch(s *session, b *batch) {
	spent := r.left <= 0
	now := time.Now()
	before := s.answered
	blame := b.failure != NotFailed && !b.astray // whoever was not answered first
	rt := s.route
	switch {
	case b.astray:
		rt.unsure = rt.unsure || b.taken()
		rt.heard += b.spoken()
		rt.strays = rt.strays || !b.once
	case !b.proved && (!rt.inStep || rt.strays && !s.inStep || b.behind()):
		cut := b.cut()
		rt.unsure = rt.unsure || b.taken()
		rt.apart = rt.apart || rt.inStep
		n := b.disbelieve(rt.cuts >= maxCuts)
		rt.heard += n
		if n > 0 {
			rt.cuts++ // from now on another command than QUIT is to tell
			blame = false
			if cut { // by then: one who is behind has answered one fewer than it seems
				rt.bore = max(rt.bore, n)
				r.p.fewer(s.group, n-2)
			}
		}
	}
	if !b.astray {
		b.doubt(s)
	}
	for _, t := range b.mails {
		d := t.domain
		if b.astray {
			t.disown()
			s.astray = s.astray || !b.once // that EHLO was answered otherwise may be all of it
		}
		d.back(len(t.rcpts))
		r.asking -= len(t.rcpts)
		if t.mail.Said() && t.word != yes {
			r.heedMail(s, t, now)
			continue
		}
		for _, a := range t.rcpts {
			switch {
			case !a.sent:
				r.left++
				s.rcpts--
			case a.word == silent && blame && t.word == yes:
				a.failed++
				blame = false
			}
			if a.sent {
				r.count(a)
			}
			if a.word != silent {
				r.keep(d, a)
				r.teach(s, a.reply.about(a), r.weigh(s.group, d, a), now)
				s.heard(a.word)
			}
			r.heed(s, d, a, b, now)
		}
		r.decide(d)
	}
	switch {
	case r.left <= 0 && r.asking == 0:
		r.stop(&ending{failure: OverBudget})
	case r.left > 0 && spent:
		r.wakeAll()
	}
	rt.once = rt.once || b.once
	if s.answered > before {
		rt.barren = 0
	}
	s.inStep = s.inStep || b.proved && !b.astray
	if b.proved && !b.astray && rt.place == s.place && !rt.inStep {
		rt.inStep = true
		r.p.bears(s.group, rt.bore)
	}
	if b.failure != NotFailed {
		s.failure, s.detail = b.failure, b.detail
	}
}

// heard counts an answer for a recipient.
func (s *session) heard(word said) {
	switch word {
	case hangup, tooMany, slower, blocked:
		return // nobody was looked at
	}
	if word.refuses() {
		s.refused++
	}
	s.answered++
}

// count counts a RCPT that was sent.
func (r *run) count(a *asking) {
	switch a.role {
	case witness, postmaster:
		r.sum.MadeUp++
		return
	}
	if r.sum.Recipients++; a.asked > 1 || a.role == control {
		r.sum.Again++
	}
}

// keep keeps what a reply shows of its domain, and hands it to the sink.
func (r *run) keep(d *domain, a *asking) {
	l := Learnt{Addr: address.Address{Local: a.local, Domain: d.name}, MadeUp: a.role == witness, Reply: a.reply}
	switch a.role {
	case witness:
		if a.word == yes || !a.late && d.takenAt(a.reply.Host) { // a host that refuses everybody shows nothing by it
			l.Catch = catchOf(a.reply, a.word)
		}
	case postmaster:
		l.Addr.Local = "postmaster"
	}
	if l.Catch != nil {
		r.p.catch(d.name, *l.Catch)
	}
	if r.p.o.Evidence != nil {
		r.p.o.Evidence.Hear(l)
	}
}

// heedMail heeds that MAIL was refused: nobody was looked at, and what was said is said
// to all of them.
func (r *run) heedMail(s *session, t *transaction, now time.Time) {
	d := t.domain
	r.teach(s, t.mail, t.word, now)
	s.heard(t.word)
	s.refusal = t.mail
	for _, a := range t.rcpts {
		if a.sent {
			r.count(a) // it was on its way already
		} else {
			r.left++ // the session's share is not given back: hosts count a MAIL that they refuse, too
		}
		a.word, a.reply, a.tls = t.word, t.mail, s.tls
		r.heed(s, d, a, &batch{}, now)
	}
	r.decide(d)
}

// weigh says what the answer for a recipient means for the whole group. At a provider, each domain of its customers
// has a policy of its own, which says nothing of what the others let in.
func (r *run) weigh(g *group, d *domain, a *asking) said {
	if a.word != unlike || !g.known || provider.OfDomain(d.name) != provider.Unknown {
		return a.word
	}
	switch res, _ := hear(r.p.rules, a.reply); res.Reason {
	case bounce.Policy, bounce.AuthRequired, bounce.TLSRequired:
		return theirs
	}
	return a.word
}

// teach takes what a reply says of us into account for the whole group.
func (r *run) teach(s *session, reply Reply, word said, now time.Time) {
	opens := false
	switch word {
	case hangup, slower:
		s.refusal = reply
		wait, _ := bounce.AskedToWait(reply.Text)
		opens = r.p.pause(s.group, reply, word, s.answered, s.paused, min(wait, maxPause), now)
		s.paused = true
	case tooMany:
		s.refusal = reply
		if s.answered > 0 {
			r.p.fewer(s.group, s.answered)
		}
	default:
		opens = r.p.learn(s.group, reply, word)
	}
	if opens {
		r.block(s.group, reply)
	}
}

// maxPause is the longest that a whole group waits because one reply names a time.
const maxPause = 10 * time.Minute
