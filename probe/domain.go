package probe

import "slices"

// domain is what is known of one domain, and what is still to be asked of it.
//
// An answer may have to wait for what decides what it is worth: a yes for the made-up
// recipient, the noes of a domain in which nobody was taken yet for somebody who is.
type domain struct {
	name  string
	route *route

	pending queue     // not asked yet
	redo    []*asking // to be asked now, not for the first time
	again   []*asking // to be asked when they are due
	out     int       // in batches
	held    []*asking // answered

	made     madeState
	madeUp   *asking // kept over its retries: a greylist knows it by its name
	catching *Reply  // to the made-up recipient; nil: none

	post      madeState
	postAsk   *asking
	postReply *Reply

	alive   bool   // somebody was taken
	taken   string // who was; "" if nobody
	refused int    // for good, while it was not
	ended   *ending

	wanted  bool // it has targets that no earlier run has heard of
	counted int  // of the route's load
	queued  bool
}

// madeState is how far the asking for a made-up recipient, or for the postmaster, has
// come.
type madeState uint8

const (
	unasked madeState = iota
	madeOut
	waiting // it is asked again when it is due
	madeNo  // for good
	madeYes
	undecided // it could not be found out
	needless
)

// maxUnsettled is for how many recipients sessions begin before it is known what a yes of the
// domain is worth: one session at a time asks for it.
const maxUnsettled = 8

const (
	maxHeld    = 200 // yeses that wait for the made-up recipient
	maxRefused = 25  // noes, and none taken, and the postmaster refused: nobody else is asked
)

// settled tells whether it is known what a yes of the host is worth, so that many may be
// asked at once.
func (d *domain) settled(host string) bool {
	switch d.made {
	case madeNo:
		return d.catching != nil && d.catching.Host == host
	case madeYes, undecided, needless:
		return true
	}
	return false
}

// wantsMadeUp tells whether the made-up recipient is to be asked although nobody else is: a yes
// waits for it.
func (d *domain) wantsMadeUp() bool { return d.made == unasked && d.holdsYes() }

func (d *domain) holdsYes() bool {
	return slices.ContainsFunc(d.held, func(a *asking) bool { return a.word == yes })
}

// takenAt tells whether a host has taken an address that waits for the made-up one.
func (d *domain) takenAt(host string) bool {
	return slices.ContainsFunc(d.held, func(a *asking) bool { return a.word == yes && a.reply.Host == host })
}

// wantsPostmaster tells whether nobody of several was taken, and none of them is still to be
// asked again.
func (d *domain) wantsPostmaster() bool {
	return d.post == unasked && d.refusals() >= enough && len(d.again) == 0 && len(d.redo) == 0 && d.out == 0
}

// refusals is how many addresses were refused while none was taken: of the domain or, where its host has taken
// nobody at all, of all domains there. 0 if there was none of the domain.
func (d *domain) refusals() int {
	switch {
	case d.alive || d.refused == 0:
		return 0
	case d.route.taken == nil:
		return max(d.refused, d.route.refused)
	}
	return d.refused
}

// offer is how many recipients of the domain can be asked now at a host.
func (d *domain) offer(host string) int {
	if d.ended != nil {
		return 0
	}
	n := d.pending.n + len(d.redo)
	if !d.settled(host) {
		if d.out > 0 {
			return 0
		}
		if n = min(n, maxUnsettled); len(d.held) >= maxHeld {
			n = 0
		}
	}
	if d.wantsMadeUp() {
		n++
	}
	if d.wantsPostmaster() {
		n++
	}
	return n
}

// idle tells whether nothing is left to be asked but what Run.finish may ask.
func (d *domain) idle() bool {
	return d.pending.n == 0 && len(d.redo) == 0 && len(d.again) == 0 && d.out == 0
}

// take makes a transaction of at most room recipients for a session; nil if there is nothing that
// this session can ask. first says that the session has asked nobody yet, followed that somebody who was
// taken is asked behind it.
func (d *domain) take(s *session, room int, first, followed bool) *transaction {
	if d.made == madeNo && !d.settled(s.host) && d.out == 0 {
		d.made, d.madeUp = unasked, nil // what another host said counts nothing here
	}
	t := &transaction{domain: d}
	single := alone(s.host)
	if single && d.wantsMadeUp() {
		if !first {
			return nil
		}
		t.rcpts = append(t.rcpts, d.witness())
		return d.send(t)
	}

	// Room is kept for the made-up one where it goes along.
	along := !single && !d.settled(s.host) && d.made == unasked && room > 1
	only := !single && d.wantsMadeUp() && room == 1
	if only {
		t.rcpts = append(t.rcpts, d.witness())
		return d.send(t)
	}
	reals := room
	if along {
		reals--
	}
	if d.wantsPostmaster() {
		d.post = madeOut
		if d.postAsk == nil {
			d.postAsk = &asking{role: postmaster}
		}
		t.rcpts = append(t.rcpts, d.postAsk)
		reals--
	}
	for i := 0; reals > 0 && i < len(d.redo); {
		a := d.redo[i]
		if a.late && !followed && !(first && len(t.rcpts) < lateFrom-1) { // the first of a session need nobody behind them
			i++
			continue
		}
		t.rcpts = append(t.rcpts, a)
		d.redo = slices.Delete(d.redo, i, i+1)
		if a.late {
			d.route.doubted--
		}
		reals--
	}
	if d.settled(s.host) || len(d.held) < maxHeld {
		for ; reals > 0; reals-- {
			id, local, ok := d.pending.pop()
			if !ok {
				break
			}
			t.rcpts = append(t.rcpts, &asking{id: id, local: local})
		}
	}
	if along && (len(t.rcpts) > 0 || d.wantsMadeUp()) {
		// Behind two real ones, for those who ask for nobody else are looked at closely, and before the
		// rest: his no counts where somebody is taken behind it, see batch.doubt.
		t.rcpts = slices.Insert(t.rcpts, min(len(t.rcpts), 2), d.witness())
	}
	if len(t.rcpts) == 0 {
		return nil
	}
	return d.send(t)
}

// askAgain has an address asked for again, as soon as may be.
func (d *domain) askAgain(a *asking) {
	d.redo = append(d.redo, a)
	if a.late {
		d.route.doubted++
	}
}

// send notes that a transaction is on its way.
func (d *domain) send(t *transaction) *transaction {
	d.out += len(t.rcpts)
	d.route.out += len(t.rcpts)
	for _, a := range t.rcpts {
		a.sent, a.word = false, silent
	}
	return t
}

// back notes that n recipients are on their way no more.
func (d *domain) back(n int) {
	d.out -= n
	d.route.out -= n
}

// witness is the made-up recipient, on its way.
func (d *domain) witness() *asking {
	if d.madeUp == nil {
		d.madeUp = &asking{local: madeUp(), role: witness}
	}
	d.made = madeOut
	d.madeUp.sure = d.holdsYes()
	return d.madeUp
}

// release hands back those of the held whose worth is known now. A no that came late
// is asked again first.
func (d *domain) release() (free []*asking) {
	var kept []*asking
	for _, a := range d.held {
		switch {
		case d.ended == nil && d.doubts(a) && d.route.taken != nil:
			a.tried++
			d.askAgain(a)
		case d.ended != nil && (a.word != yes || d.made != madeOut),
			a.word == yes && d.settled(a.reply.Host),
			a.word == no && d.alive && !d.doubts(a):
			free = append(free, a)
		default:
			kept = append(kept, a)
		}
	}
	d.held = kept
	return free
}

// doubts tells whether a no came late in its session, and may still be borne out.
func (d *domain) doubts(a *asking) bool {
	const most = 3 // times that nobody is taken behind it for other reasons
	return a.word == no && a.late && !a.vain && a.tried < most && !(d.route.narrow && d.route.taken != nil)
}

// finished is release for a domain of which no more will come: the noes are too few to tell of the
// domain, or their number is told with them. Where the host has taken nobody who could be asked behind one
// that came late, that one is asked once more, as the first of a session.
func (d *domain) finished() (free []*asking) {
	held := d.held
	d.held = nil
	for _, a := range held {
		if d.doubts(a) && a.tried == 0 && d.refusals() < enough {
			a.tried++
			d.askAgain(a)
		} else {
			free = append(free, a)
		}
	}
	return free
}

// evidence is what came of an asking.
func (d *domain) evidence(a *asking) Evidence {
	e := Evidence{
		ID: a.id, Domain: d.name, At: a.reply.At, Reply: a.reply, Asked: a.asked, TLS: a.tls, UTF8: !isASCII(a.local),
	}
	e.Late = a.late && a.reply.Code/100 == 5
	if d.catching != nil && (!a.reply.Said() || d.catching.Host == a.reply.Host) {
		e.MadeUp = *d.catching
	}
	if n := d.refusals(); n >= enough && (a.word == no || a.word == silent) {
		if e.Refused = n; d.postReply != nil {
			e.Postmaster = *d.postReply
		}
	}
	return e
}

// catchOf is what is known of the domain from the reply to the made-up recipient on.
func catchOf(r Reply, word said) *Catch {
	if word != yes && word != no {
		return nil
	}
	return &Catch{All: word == yes, Reply: r}
}
