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

	// What came of it.
	quitSent bool
	over     bool // the connection is at its end
	failure  Failure
	detail   string
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

	sent  bool // in this batch
	reply Reply
	word  said
	res   *bounce.Result // of the reply; nil once it was heeded
}

// ask puts a batch to the host. Afterwards each asking has its reply, or none.
func (s *session) ask(b *batch) {
	if s.offers.pipelining {
		s.askAtOnce(b)
	} else {
		s.askOneByOne(b)
	}
}

// askAtOnce sends all commands of a batch together (RFC 2920): MAIL, RCPT, RSET, and
// QUIT at the end. The replies come in the order of the commands.
func (s *session) askAtOnce(b *batch) {
	var commands []string
	for _, t := range b.mails {
		commands = append(commands, s.mail(t))
		for _, a := range t.rcpts {
			commands = append(commands, a.command(t.domain))
			a.sent = true
			a.asked++
		}
		commands = append(commands, "RSET")
	}
	if b.last {
		commands = append(commands, "QUIT")
		b.quitSent = true
	}
	if err := s.send(commands...); err != nil {
		// A host that has hung up may have said why, and have answered before.
		b.give(err)
		b.over = true
	}
	for _, t := range b.mails {
		for i := -1; i <= len(t.rcpts); i++ { // MAIL, each RCPT, RSET
			r, err := s.reply(bounce.StageMail)
			if err != nil {
				b.over = true
				if b.failure == NotFailed {
					b.give(err)
				}
				return
			}
			switch {
			case i < 0:
				t.heedMail(s, r)
			case i == len(t.rcpts):
				b.over = b.over || r.Code/100 != 2 // not reset: the next MAIL would be refused
			case t.word == yes:
				t.rcpts[i].heed(s, r, i)
			}
			if r.Code == 421 { // RFC 5321 section 3.8: it closes the channel
				b.over = true
				return
			}
		}
	}
}

// askOneByOne waits for each reply before the next command.
func (s *session) askOneByOne(b *batch) {
	for _, t := range b.mails {
		r, err := s.say(bounce.StageMail, s.mail(t))
		if err != nil {
			b.give(err)
			b.over = true
			return
		}
		if t.heedMail(s, r); r.Code == 421 {
			b.over = true
			return
		}
		wanted, full, sent := false, false, 0
		for _, a := range t.rcpts {
			if t.word != yes {
				break
			}
			if a.role == witness && !wanted {
				continue
			}
			a.sent = true
			a.asked++
			r, err := s.say(bounce.StageRcpt, a.command(t.domain))
			if err != nil {
				b.give(err)
				b.over = true
				return
			}
			a.heed(s, r, sent)
			sent++
			wanted = wanted || a.word == yes || a.word == later
			if r.Code == 421 {
				b.over = true
				return
			}
			if a.word == blocked || a.word == slower || a.word == tooMany {
				full = true // the others would hear the same
				break
			}
		}
		if r, err := s.say(bounce.StageUnknown, "RSET"); err != nil || r.Code/100 != 2 {
			b.give(err)
			b.over = true
			return
		}
		if full {
			return
		}
	}
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
	r.Stage = bounce.StageMail
	res, word := hear(s.p.rules, r)
	r.Reply = res.Reply
	t.mail, t.word = r, word
}

// heed takes the reply to the n-th recipient of the transaction.
func (a *asking) heed(s *session, r Reply, n int) {
	r.Stage = bounce.StageRcpt
	res, word := hear(s.p.rules, r)
	if n > 0 && r.Code == 452 && (strings.HasPrefix(res.Rule, "code ") || res.Rule == "") {
		word = tooMany // RFC 5321 section 4.5.3.1.10, and no word of a full mailbox
	}
	r.Reply = res.Reply
	a.reply, a.word, a.res, a.tls = r, word, &res, s.tls
}
