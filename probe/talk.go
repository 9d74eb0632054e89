package probe

import (
	"strings"
	"time"

	"winnow/bounce"
)

// batch is what a session asks in one go: at most maxBatch recipients.
type batch struct {
	mails []*transaction
	last  bool // nothing follows in this session
	left  int  // refusals that the host bears before it stalls

	// What came of it.
	astray  bool // the replies are not those of the commands: none counts
	checked bool // whether they are
	proved  bool // by a reply; else the host hung up at the check, or said nothing
	once    bool // the host takes EHLO at the beginning only
	unreset bool // the RSET before QUIT was refused
	over    bool // the connection is at its end
	failure Failure
	detail  string
}

// maxBatch keeps what is written ahead of the replies far below what the buffers of both
// sides hold: RFC 2920 section 3.1 warns of the deadlock.
const maxBatch = 100

// transaction is a MAIL and its recipients, all of one domain: some hosts refuse a
// transaction with several.
type transaction struct {
	domain *domain
	rcpts  []*asking
	mail   Reply // to MAIL, where that was refused
	word   said  // of it
}

// role is why a recipient is asked for.
type role uint8

const (
	real       role = iota
	witness         // made up
	postmaster      // RFC 5321 section 4.5.1
	control         // who was taken before: see asking.late
)

// asking is a recipient on its way: its number and local part, what was done, and what came of it.
type asking struct {
	id     int
	local  string
	role   role
	asked  int           // RCPT sent
	failed int           // of these without an answer
	first  time.Time     // when it was asked first
	wait   time.Duration // that was waited last
	put    int           // how often it was put off
	tls    TLS

	// late says that it was refused, and that nobody in the session was taken after it, though
	// somebody should be: some hosts refuse everybody once they have been asked for too many, or
	// know us. It is borne out where somebody who was taken before is taken again behind it.
	late  bool
	tried int  // how often it was to be borne out
	vain  bool // he was refused behind it
	alone bool // nobody in the session was taken before or behind it

	sent  bool // in this batch
	sure  bool // of a made-up one: somebody who was taken waits for it
	reply Reply
	word  said
}

// ask puts a batch to the host. Afterwards each asking has its reply, or none.
func (s *session) ask(b *batch) {
	s.slowest = 0
	if s.offers.pipelining {
		s.askAtOnce(b)
	} else {
		s.askOneByOne(b)
	}
	if b.looksAstray() {
		b.stray()
	}
}

// step is a command of a batch.
type step struct {
	command string
	stage   bounce.Stage // of its reply; unknown for RSET and QUIT
	t       *transaction // of MAIL and RCPT
	a       *asking      // of RCPT
	end     bool         // RSET, with only QUIT behind it
}

// steps are the commands of a batch. A transaction that an earlier batch has begun goes
// on: hosts do much for each MAIL.
func (s *session) steps(b *batch) (all []step) {
	reset := step{command: "RSET"}
	on := s.mailing
	for _, t := range b.mails {
		command := s.mail(t)
		if on == t.domain && command == s.mailed && s.named+len(t.rcpts) <= maxNamed {
			t.word = yes
		} else {
			if on != nil {
				all = append(all, reset)
			}
			all = append(all, step{command: command, stage: bounce.StageMail, t: t})
			on = t.domain
		}
		for _, a := range t.rcpts {
			all = append(all, step{command: a.command(t.domain), stage: bounce.StageRcpt, t: t, a: a})
		}
	}
	if b.last && on != nil {
		reset.end = true
		all = append(all, reset)
	}
	return all
}

// maxNamed is how many recipients a transaction may have: RFC 5321 section 4.5.3.1.8 has hosts
// take that many.
const maxNamed = 100

// askAtOnce sends all commands of a batch together (RFC 2920). The replies come in the order of the
// commands.
func (s *session) askAtOnce(b *batch) {
	if s.unasked() {
		b.stray()
		return
	}
	steps := s.steps(b)
	commands := make([]string, 0, len(steps)+1)
	for _, st := range steps {
		commands = append(commands, st.command)
		if st.a != nil {
			st.a.sent = true
			st.a.asked++
		}
	}
	bold := !b.last && b.size() > b.left // it may come to where no check should follow
	if !bold {
		commands = append(commands, s.check(b))
	}
	if err := s.send(commands...); err != nil {
		// A host that has hung up may have said why, and have answered before.
		b.give(err)
		b.over = true
	}
	for _, st := range steps {
		r, err := s.reply(st.stage)
		if err != nil {
			if b.over = true; b.failure == NotFailed {
				b.give(err)
			}
			return
		}
		if st.a == nil || st.t.word == yes {
			s.heed(st, r)
		}
		if b.ends(st, r) {
			return
		}
	}
	if bold {
		s.finish(b)
	} else {
		s.confirm(b)
	}
}

// heed takes the reply to a step.
func (s *session) heed(st step, r Reply) {
	switch {
	case st.t == nil:
		s.mailing = nil
	case st.a == nil:
		st.t.heedMail(s, r)
		if s.mailing, s.named = nil, 0; st.t.word == yes {
			s.mailing, s.mailed = st.t.domain, st.command
		}
	default:
		st.a.heed(s, r, s.named)
		s.named++
	}
}

// askOneByOne waits for each reply before the next command. What the answers so far have made needless
// is not asked: the made-up one where nobody was taken, all where MAIL was refused, the rest where
// the host has said enough.
func (s *session) askOneByOne(b *batch) {
	var full, wanted bool
	var of *transaction
	for _, st := range s.steps(b) {
		if st.t != of && st.t != nil {
			of, wanted = st.t, false
		}
		if st.a != nil && (st.t.word != yes || st.a.role == witness && !wanted && !st.a.sure) ||
			full && st.t != nil || st.t == nil && s.mailing == nil {
			continue
		}
		if s.unasked() {
			b.stray()
			return
		}
		if st.a != nil {
			st.a.sent = true
			st.a.asked++
		}
		r, err := s.say(st.stage, st.command)
		if err != nil {
			b.give(err)
			b.over = true
			return
		}
		s.heed(st, r)
		if b.ends(st, r) {
			return
		}
		if st.a != nil {
			wanted = wanted || st.a.word == yes || st.a.word == later
			full = full || st.a.word == blocked || st.a.word == slower || st.a.word == tooMany
		}
	}
	s.finish(b)
}

// size is how many recipients are asked for.
func (b *batch) size() (n int) {
	for _, t := range b.mails {
		n += len(t.rcpts)
	}
	return n
}

// refused is how many of them were.
func (b *batch) refused() (n int) {
	for _, t := range b.mails {
		for _, a := range t.rcpts {
			if a.word.refuses() {
				n++
			}
		}
	}
	return n
}

func (b *batch) give(err error) {
	b.failure = failureOf(err)
	b.detail = failureTexts[b.failure]
}

// mail is the MAIL command of a transaction.
func (s *session) mail(t *transaction) string {
	command := "MAIL FROM:<" + s.p.o.From + ">"
	if s.offers.utf8 {
		for _, a := range t.rcpts {
			if !isASCII(a.local) {
				return command + " SMTPUTF8" // RFC 6531 section 3.4
			}
		}
	}
	return command
}

func (a *asking) command(d *domain) string {
	if a.role == postmaster {
		return "RCPT TO:<postmaster@" + d.name + ">"
	}
	path, _ := recipient(a.local, d.name)
	return "RCPT TO:" + path
}

func (t *transaction) heedMail(s *session, r Reply) {
	res, word := s.hear(r)
	r.Reply = res.Reply
	t.mail, t.word = r, word
}

// heed takes the reply to the n-th recipient of the transaction.
func (a *asking) heed(s *session, r Reply, n int) {
	res, word := s.hear(r)
	if n > 0 && r.Code == 452 && (strings.HasPrefix(res.Rule, "code ") || res.Rule == "") {
		word = tooMany // RFC 5321 section 4.5.3.1.10, and no word of a full mailbox
	}
	r.Reply = res.Reply
	a.reply, a.word, a.tls = r, word, s.tls
}

// hear is hear for a host that says the same again and again.
func (s *session) hear(r Reply) (bounce.Result, said) {
	if s.last.Stage == r.Stage && s.last.Code == r.Code && s.last.Text == r.Text {
		return s.lastHeard, s.lastWord
	}
	s.last = r.Reply
	s.lastHeard, s.lastWord = hear(s.p.rules, r)
	return s.lastHeard, s.lastWord
}
