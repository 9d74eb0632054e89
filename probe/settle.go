package probe

import (
	"fmt"
	"strings"
	"time"

	"winnow/address"
)

// heed heeds what came of one recipient.
func (r *run) heed(s *session, d *domain, a *asking, b *batch, now time.Time) {
	switch a.role {
	case witness:
		d.made = r.heedOther(s, d, a, now, func() { d.made = unasked })
		if d.made == madeNo && a.late {
			d.made, a.reply = undecided, Reply{} // it shows nothing
			if a.tried++; a.tried == 1 {         // once more, with somebody behind it
				d.made = unasked
				s.route.wary = true
			}
		}
		if d.made == madeNo || d.made == madeYes || d.made == undecided {
			d.catching = kept(a.reply)
		}
		if d.made == madeYes {
			d.alive = true
			r.sum.CatchAll++
		}
	case postmaster:
		d.post = r.heedOther(s, d, a, now, func() { d.post = unasked })
		d.postReply = kept(a.reply)
		if d.post == madeYes {
			d.alive = true
		}
	case control:
	default:
		r.heedReal(s, d, a, b, now)
	}
}

// takes notes that somebody of the domain was taken.
func (d *domain) takes(local string) {
	d.alive = true
	if d.taken == "" && isASCII(local) && !strings.EqualFold(local, "postmaster") {
		d.taken = local
	}
	if d.taken != "" {
		d.route.house.takes(d)
	}
}

// kept keeps a reply, if there is one.
func kept(r Reply) *Reply {
	if !r.Said() {
		return nil
	}
	return &r
}

// heedReal heeds what came of an address.
func (r *run) heedReal(s *session, d *domain, a *asking, b *batch, now time.Time) {
	if a.first.IsZero() {
		a.first = now
	}
	switch a.word {
	case silent:
		if a.failed >= 2 {
			r.tell(d, a, &ending{failure: b.failure, detail: b.detail})
			return
		}
		r.redo(d, a)
	case yes:
		d.takes(a.local)
		d.held = append(d.held, a)
	case no:
		if !d.alive && a.tried == 0 {
			d.refused++
			d.route.refused++
		}
		d.held = append(d.held, a)
	case tooMany:
		if s.answered == 0 {
			r.again(d, a, now) // the very first is one too many
			return
		}
		r.redo(d, a)
	case hangup:
		if a.failed++; a.failed >= maxHangups || r.late(r.p.paused(s.group)) {
			r.tell(d, a, &ending{failure: HungUp})
			return
		}
		r.redo(d, a)
	case later, slower:
		r.again(d, a, now)
	default:
		r.tell(d, a, nil)
	}
}

// maxHangups is how often an address may be answered 421, which is no answer.
const maxHangups = 3

// redo asks an address again in the next session: it was not looked at.
func (r *run) redo(d *domain, a *asking) {
	if d.ended != nil {
		r.tell(d, a, d.ended)
		return
	}
	d.askAgain(a)
}

// again asks an address again when the host wants it, or tells what there is if that is too
// late.
func (r *run) again(d *domain, a *asking, now time.Time) {
	due, ok := r.due(a, now)
	switch {
	case d.ended != nil:
		r.tell(d, a, d.ended)
	case !ok:
		r.tell(d, a, &ending{failure: Patience})
	default:
		d.again = append(d.again, a)
		r.p.putOff.Add(1)
		r.alarms.set(due, func() {
			if i := index(d.again, a); i >= 0 {
				d.again[i] = d.again[len(d.again)-1]
				d.again = d.again[:len(d.again)-1]
				r.p.putOff.Add(-1)
				d.askAgain(a)
				r.touch(d)
			}
		})
	}
}

// heedOther heeds what came of a recipient that is no target: what is known from it.
// retry is called when it may be asked again.
func (r *run) heedOther(s *session, d *domain, a *asking, now time.Time, retry func()) madeState {
	if a.first.IsZero() {
		a.first = now
	}
	switch a.word {
	case silent, tooMany, hangup:
		if a.word != silent {
			a.failed++
		}
		if a.failed >= maxHangups || d.ended != nil {
			return undecided
		}
		return unasked
	case yes:
		return madeYes
	case no:
		return madeNo
	case later, slower:
		due, ok := r.due(a, now)
		if !ok || d.ended != nil {
			return undecided
		}
		r.alarms.set(due, func() {
			if d.ended == nil {
				retry()
				r.decide(d)
			}
		})
		return waiting
	}
	return undecided
}

// decide looks what the answers of a domain are worth now, and what is left to be asked.
func (r *run) decide(d *domain) {
	r.free(d)
	switch {
	case d.ended != nil:
		r.settle(d.route.house)
		return
	case d.made == madeYes:
		r.drain(d, nil)
	case !d.alive && d.refused >= maxRefused && (d.post == madeNo || d.post == undecided):
		r.abandon(d, &ending{detail: "nobody else of the domain was asked"})
		r.settle(d.route.house)
		return
	}
	r.touch(d)
	if !r.whole {
		return
	}
	r.finish(d)
	r.settle(d.route.house)
}

// settle looks at all domains of a machine once all that was asked there is answered, under whatever names: what
// they waited for may be known now, or be to be asked.
func (r *run) settle(h *house) {
	if !r.whole || h.busy() {
		return
	}
	for _, rt := range h.routes {
		for _, d := range rt.domains {
			r.finish(d)
		}
	}
}

// free tells what is held of a domain whose worth is known.
func (r *run) free(d *domain) {
	for _, a := range d.release() {
		r.tell(d, a, nil)
	}
}

// finish tells what is held of a domain of which no more will come, if nothing can decide
// on it any more.
func (r *run) finish(d *domain) {
	if d.route == nil {
		return
	}
	r.free(d) // the machine may have taken somebody of another domain since
	r.touch(d)
	if d.offer(d.route.host()) > 0 || !d.idle() || d.post == waiting || d.made == waiting && d.holdsYes() {
		return
	}
	if d.route.taken == nil && d.route.busy() {
		return // whether the host takes anybody is not known yet
	}
	for _, a := range d.finished() {
		r.tell(d, a, nil)
	}
	r.touch(d)
}

// finishAll heeds that all targets have come.
func (r *run) finishAll() {
	r.whole = true
	for _, d := range r.domains {
		r.finish(d)
	}
}

// drain tells all that is still to be asked of a domain.
func (r *run) drain(d *domain, end *ending) {
	r.p.putOff.Add(-int64(len(d.again)))
	for _, a := range d.redo {
		if a.late {
			d.route.doubted--
		}
	}
	waiting := append(d.redo, d.again...)
	d.redo, d.again = nil, nil
	for _, a := range waiting {
		switch {
		case end == nil && a.late:
			d.askAgain(a) // a no stands in such a domain, if it is one
			continue
		case end == nil:
			a.reply, a.word = Reply{}, silent // whatever the host wanted: it takes everybody
		}
		r.tell(d, a, end)
	}
	for {
		id, local, ok := d.pending.pop()
		if !ok {
			return
		}
		r.tell(d, &asking{id: id, local: local}, end)
	}
}

// abandon ends the asking for a domain.
func (r *run) abandon(d *domain, end *ending) {
	if d.ended != nil {
		return
	}
	d.ended = end
	for _, state := range []*madeState{&d.made, &d.post} {
		if *state == unasked || *state == waiting {
			*state = undecided
		}
	}
	r.drain(d, end)
	r.free(d)
	if d.route != nil {
		d.route.loads(d, 0)
	}
}

// lose ends the asking for all domains of a route.
func (r *run) lose(rt *route, end *ending) {
	rt.lost, rt.trouble = true, end
	for _, d := range rt.domains {
		r.abandon(d, end)
	}
	r.settle(rt.house) // others may have waited for what these would be told
}

// stop ends the asking for everybody.
func (r *run) stop(end *ending) {
	if r.stopped != nil {
		return
	}
	r.stopped = end
	for _, d := range r.domains {
		r.abandon(d, end)
	}
}

// ending is why nobody else is asked there.
func (b *Blocked) ending() *ending { return &ending{failure: Breaker, reply: b.Reply, blocked: b} }

// block ends the asking of a provider that has refused us.
func (r *run) block(g *group, reply Reply) {
	l := r.lines[g]
	if l.blocked != nil {
		return
	}
	l.blocked = &Blocked{Group: g.name, Reply: reply}
	end := l.blocked.ending()
	for _, rt := range r.routes {
		if rt.group == g {
			r.lose(rt, end) // a session that is on its way there leads to no other host
		}
	}
	if r.p.o.Notice != nil {
		r.p.o.Notice(fmt.Sprintf("%s refuses us (%s): it is not asked any more", g.name, reply.line()))
	}
}

// tell tells the caller of a target, and why it was not asked for, or not again, if so.
func (r *run) tell(d *domain, a *asking, end *ending) {
	e := d.evidence(a)
	if end != nil {
		e.Failure, e.Detail = end.failure, end.detail
		if end.reply.Said() && (!e.Reply.Said() || end.failure == Breaker) {
			e.Reply, e.TLS = end.reply, end.tls
		}
		if end.failure == Breaker {
			end.blocked.NotAsked++
		}
	}
	if e.At = e.Reply.At; e.At.IsZero() && end == nil {
		e.At = e.MadeUp.At // it decides alone
	}
	if e.At.IsZero() {
		e.At = time.Now()
	}
	if a.asked == 0 && end != nil {
		r.sum.NotAsked++
		if end.failure == OverBudget {
			r.sum.OverBudget++
		}
	}
	r.open--
	if r.p.o.Evidence != nil {
		r.p.o.Evidence.Conclude(address.Address{Local: a.local, Domain: d.name}, e)
	}
	r.each(e)
}

func index(list []*asking, a *asking) int {
	for i, b := range list {
		if a == b {
			return i
		}
	}
	return -1
}
