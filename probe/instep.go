package probe

import (
	"slices"
	"strings"
	"time"

	"winnow/bounce"
)

// A host that sends one reply too many (a second greeting, MAIL answered twice) gives each
// recipient its neighbour's answer from then on. So nothing is sent while a reply is there that nobody has asked
// for, and a batch counts only when the command behind it was answered in kind: QUIT with 221, EHLO as
// before, RSET and NOOP with 250 and nothing after it. Where they were answered otherwise, the whole batch was
// not answered, whatever came.

// check is the command whose reply tells whether those before were in step. EHLO ends the transaction
// (RFC 5321 section 4.1.4), and nothing else is answered as it is; NOOP, where EHLO will not do, is answered
// as anything may be.
func (s *session) check(b *batch) string {
	switch {
	case b.last:
		return "QUIT"
	case s.hailed != "":
		return s.hail()
	}
	return "NOOP"
}

// hailing is what is unmistakable in the reply to EHLO: the extensions. What stands before them may
// change with each reply. It is empty where there are none.
func hailing(r Reply) string {
	_, extensions, _ := strings.Cut(r.Text, "\n")
	return extensions
}

// unasked tells whether a reply is there to a command that was not sent. 421 may be said at any time.
func (s *session) unasked() bool {
	n := min(s.in.Buffered(), 3)
	said, _ := s.in.Peek(n)
	return n > 0 && string(said) != "421"
}

// stray notes that the replies are out of step.
func (b *batch) stray() {
	b.give(errGarbled)
	b.astray, b.over = true, true
}

// ends tells whether nothing can follow on the reply to a step: the channel closes (RFC 5321
// section 3.8), or there was no RSET, so that what follows was refused for that, or is not
// what it seems.
func (b *batch) ends(st step, r Reply) bool {
	switch {
	case r.Code == 421:
		b.over = true
		return true
	case st.end && r.Code != 250 && r.Code != 221:
		b.unreset = true // that to QUIT will tell
	case st.t == nil && r.Code != 250, r.Code == 220, r.Code == 221: // of a greeting, and of QUIT
		b.stray()
		return true
	}
	return false
}

// finish says the check of a batch all of whose commands were answered, and waits for its reply. A host
// that has refused as much as it bears takes its time for every line from then on: it hears QUIT.
func (s *session) finish(b *batch) {
	if s.unasked() {
		b.stray()
		return
	}
	b.last = b.last || b.refused() >= b.left
	if s.send(s.check(b)) != nil {
		b.over = true // all was answered
		return
	}
	s.confirm(b)
}

// confirm waits for the reply to the check of a batch all of whose commands were answered. That a
// host hangs up at QUIT, or says nothing for longer than it took for any other reply, is in step:
// one that is behind still has a reply to give. So is one that refuses QUIT, and says nothing then.
func (s *session) confirm(b *batch) {
	if b.over { // it could not be sent all
		return
	}
	b.checked = true
	if !b.last {
		s.confirmGoing(b)
		return
	}
	until := s.until
	if wait := time.Now().Add(min(max(minQuit, 2*s.slowest), s.p.o.CommandTimeout)); wait.Before(until) {
		s.until = wait
	}
	r, err := s.reply(bounce.StageUnknown)
	s.until = until
	switch {
	case err == nil && (r.Code == 221 || r.Code == 421 && !b.unreset):
		b.proved = true
	case err == nil && r.Code/100 == 5 && !s.more():
	case err != nil && failureOf(err) != Garbled && !b.unreset:
	default:
		b.stray()
	}
}

// confirmGoing is confirm where the session goes on.
func (s *session) confirmGoing(b *batch) {
	hailed := s.hailed
	r, err := s.reply(bounce.StageUnknown)
	switch {
	case err != nil:
		b.over = true
		if f := failureOf(err); f == Garbled || f == Timeout { // one reply too few
			b.stray()
		}
	case r.Code == 421:
		b.over = true
	case hailed != "" && r.Code == 250 && hails(r, hailed):
		s.mailing = nil
		b.proved = true
	case hailed != "" && r.Code/10 == 50: // of a command (RFC 5321 section 4.2.2), no recipient's
		// It is said once only to some hosts. Or that was for somebody before.
		s.hailed, s.mailed = "", "" // whether a transaction goes on is not known
		s.slowest = max(s.slowest, 2*s.hailTook)
		b.once = true
		if b.proved = !s.more(); !b.proved {
			b.stray()
		}
	case hailed != "", r.Code != 250, s.more():
		b.once = hailed != "" && (hailing(r) != "" || r.Code/100 >= 4) // else it is what everybody else's answer looks like
		b.stray()
	default:
		b.proved = true
	}
}

// hails tells whether a reply is one to EHLO, by what it was before. Their order, and some of them, may
// change from one to the next; nothing else is answered like that.
func hails(r Reply, hailed string) bool {
	known := map[string]bool{}
	for extension := range strings.SplitSeq(hailed, "\n") {
		known[keyword(extension)] = true
	}
	n, all := 0, 0
	for extension := range strings.SplitSeq(hailing(r), "\n") {
		if all++; known[keyword(extension)] {
			n++
		}
	}
	return n > 0 && 2*n >= all
}

// keyword is the name of an extension (RFC 5321 section 4.1.1.1).
func keyword(extension string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(extension), " ")
	return strings.ToUpper(word)
}

// looksAstray looks for signs that the replies were out of step. A recipient that has the answer to MAIL, one
// that names another recipient, or a yes of several lines (of several commands, perhaps) is one only in a batch that was cut
// short, so that no check could tell: some hosts name the same for all. But those who name each other were mistaken whatever the check says.
func (b *batch) looksAstray() bool {
	for _, t := range b.mails {
		named := t.named()
		for i, j := range named {
			if j >= 0 && named[j] >= 0 {
				return true
			}
			if a := t.rcpts[i]; !b.proved && (j >= 0 || a.word != silent && a.reply.Enhanced == "2.1.0" || a.word == yes && strings.Contains(a.reply.Text, "\n")) {
				return true
			}
		}
	}
	return false
}

// named is which other recipient the reply to each names, and not itself; -1: none.
func (t *transaction) named() []int {
	paths := make([]string, len(t.rcpts))
	for i, a := range t.rcpts {
		paths[i] = strings.ToLower(strings.TrimPrefix(a.command(t.domain), "RCPT TO:"))
	}
	named := make([]int, len(t.rcpts))
	for i, a := range t.rcpts {
		named[i] = -1
		if a.word == silent || !strings.Contains(a.reply.Text, "<") {
			continue
		}
		text := strings.ToLower(a.reply.Text)
		if strings.Contains(text, paths[i]) {
			continue
		}
		named[i] = slices.IndexFunc(paths, func(path string) bool { return path != paths[i] && strings.Contains(text, path) })
	}
	return named
}

// minQuit is how long the answer to QUIT is waited for at least.
const minQuit = time.Second

// more tells whether a reply follows that nobody has asked for, in the time that a reply
// takes here.
func (s *session) more() bool {
	wait := time.Now().Add(s.slowest + minLook)
	if limit := s.limit(); limit.Before(wait) {
		wait = limit
	}
	s.conn.SetReadDeadline(wait)
	_, _ = s.in.Peek(1) // fills the buffer, if anything comes
	return s.unasked()
}

// minLook is longer than a TCP waits with the acknowledgement for which the rest may be held back.
const minLook = 50 * time.Millisecond

// disown takes back all that was answered.
func (t *transaction) disown() {
	t.mail = Reply{}
	for _, a := range t.rcpts {
		a.reply, a.word, a.tls = Reply{}, silent, TLS{}
		if a.sent {
			a.failed++
		}
	}
}
