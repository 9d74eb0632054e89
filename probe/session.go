package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"winnow/bounce"
	"winnow/mx"
)

// session is one visit to one host: a connection, a greeting, and batches of questions
// until it was given no more.
//
//	loop                     session (a goroutine)
//	  ───────── start ────────▶  connect, greeting, EHLO, STARTTLS, EHLO
//	  ◀──── greeted ──────────   (or gone, with what failed)
//	  ───────── batch ────────▶  MAIL, RCPT …, RSET
//	  ◀──── answered ─────────
//	  ─── close(work) ────────▶  QUIT
//	  ◀──── gone ─────────────
//
// What stands under "its own" is the goroutine's until greeted or gone was sent; then all
// but the connection is the loop's.
type session struct {
	p        *Prober
	number   int
	route    *route
	group    *group     // of the host
	door     netip.Addr // its place was taken there
	place    int        // of the host in the route
	host     string
	addrs    []netip.Addr // nil: to be looked up
	plain    bool         // no STARTTLS: it failed before
	deadline time.Time    // of the run; zero: none
	work     chan *batch  // holds one; closed when there is no more

	// Its own.
	conn      net.Conn
	in        *bufio.Reader
	out       *bufio.Writer
	addr      netip.AddrPort
	from      netip.Addr // of ours; not valid: the system's choice
	until     time.Time  // the end of the session, at the latest
	offers    offers
	once      bool          // EHLO is not to be said again
	hailed    string        // how EHLO was answered: see hailing; empty: not to be said again
	hailTook  time.Duration // how long that took
	tls       TLS
	tlsFailed bool
	last      bounce.Reply // that was heard
	lastHeard bounce.Result
	lastWord  said
	mailing   *domain       // for which a MAIL was taken
	mailed    string        // the MAIL
	named     int           // RCPT that were answered since
	slowest   time.Duration // that a reply took, of this batch
	refusal   Reply         // that ended it before the first batch; later the loop's, the last in which nobody was looked at
	failure   Failure
	detail    string // of the failure
	shortage  bool   // the failure is a want of our own machine

	// The loop's.
	state    state
	counted  bool      // among route.open
	since    time.Time // the host is waited for
	stuck    bool      // for so long that the session's place was lent to others
	lent     bool      // the place in its group too
	inStep   bool      // it has answered each command, and nothing else
	astray   bool      // its replies were not those of its commands
	idled    bool      // it was sent home although there was something to ask
	rcpts    int       // RCPT sent
	refused  int
	answered int
	taken    bool // somebody was
	paused   bool // its host said that we are too fast, or hung up
}

// state is how far a session has come, for the loop.
type state uint8

const (
	opening state = iota
	idle
	busy
	leaving
)

// event is what a session tells the loop.
type event struct {
	s     *session
	kind  eventKind
	batch *batch // of answered
}

type eventKind uint8

const (
	greeted eventKind = iota
	answered
	gone
)

// maxAddrs is how many addresses of a host are tried. RFC 5321 section 5.1 wants two at least.
const maxAddrs = 4

// run is the whole visit. Whatever happens, the last event is gone.
func (s *session) run(ctx context.Context, events chan<- event) {
	defer func() {
		if s.conn != nil {
			s.conn.Close()
		}
		events <- event{s: s, kind: gone}
	}()
	s.until = time.Now().Add(s.p.o.SessionTimeout)
	if !s.open(ctx) {
		return
	}
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	events <- event{s: s, kind: greeted}
	for b := range s.work {
		s.ask(b)
		events <- event{s: s, kind: answered, batch: b}
		if b.over {
			s.note("the connection is given up")
			return
		}
		if b.last {
			return
		}
	}
	s.leave()
}

// open reaches the host by the first of its addresses that answers, and says hello.
func (s *session) open(ctx context.Context) bool {
	addrs, ok := s.reach(ctx)
	if !ok {
		return false
	}
	for i := 0; i < len(addrs); i++ {
		if ctx.Err() != nil || i > 0 && !time.Now().Before(s.until) {
			break
		}
		s.addr = netip.AddrPortFrom(addrs[i], uint16(s.p.o.Port))
		s.refusal, s.failure, s.detail = Reply{}, NotFailed, ""
		hadTLS := s.tlsFailed
		if s.greet(ctx) {
			return true
		}
		if s.conn != nil {
			s.conn.Close()
			s.conn = nil
		}
		if s.tlsFailed && !hadTLS {
			s.plain = true
			i-- // once more, without
			continue
		}
		if s.refusal.Said() || s.shortage {
			return false // it speaks for the host: the other addresses would say the same
		}
	}
	return false
}

// reach finds the addresses that may be connected to.
func (s *session) reach(ctx context.Context) ([]netip.Addr, bool) {
	addrs := s.addrs
	if addrs == nil && s.p.o.Lookup != nil {
		ctx, cancel := context.WithTimeout(ctx, s.p.o.CommandTimeout)
		defer cancel()
		var err error
		if addrs, err = s.p.o.Lookup(ctx, s.host); err != nil && len(addrs) == 0 {
			if s.failure = failureOf(err); s.failure != Timeout {
				s.failure = Unreachable
			}
			s.detail = "the name " + s.host + " could not be looked up"
			s.note(s.detail)
			return nil, false
		}
	}
	good := slices.DeleteFunc(slices.Clone(addrs), func(a netip.Addr) bool { return !s.p.o.Routable(a) })
	s.from = s.p.source(mx.Host{Name: s.host, Addrs: good})
	good = slices.DeleteFunc(good, func(a netip.Addr) bool { return !s.fits(a) })
	good = good[:min(len(good), maxAddrs)]
	switch {
	case len(addrs) == 0:
		s.failure = NoHost
	case len(good) == 0:
		s.failure = Private
	}
	return good, len(good) > 0
}

// fits tells whether an address can be reached from the one that we are to use.
func (s *session) fits(a netip.Addr) bool {
	return !s.from.IsValid() || s.from.Unmap().Is4() == a.Unmap().Is4()
}

// leave says QUIT, and waits for the answer a little: what was answered before counts whatever comes
// of it.
func (s *session) leave() {
	if wait := time.Now().Add(maxQuit); wait.Before(s.until) {
		s.until = wait
	}
	commands := []string{"QUIT"}
	if s.mailing != nil {
		commands = []string{"RSET", "QUIT"}
	}
	if s.send(commands...) != nil {
		return
	}
	for range commands {
		if _, err := s.reply(bounce.StageUnknown); err != nil {
			return
		}
	}
}

const maxQuit = 5 * time.Second

// send writes commands, in one piece.
func (s *session) send(commands ...string) error {
	s.conn.SetWriteDeadline(s.limit())
	for _, c := range commands {
		s.tell(We, c)
		s.out.WriteString(c)
		s.out.WriteString("\r\n")
	}
	return s.out.Flush()
}

// say sends a command and waits for its reply.
func (s *session) say(stage bounce.Stage, command string) (Reply, error) {
	if s.unasked() {
		return Reply{}, errGarbled
	}
	if err := s.send(command); err != nil {
		return Reply{}, err
	}
	return s.reply(stage)
}

// reply reads one reply, whole within the time of a command.
func (s *session) reply(stage bounce.Stage) (Reply, error) {
	begin := time.Now()
	s.conn.SetReadDeadline(s.limit())
	code, text, err := readReply(s.in, func(line []byte) {
		if s.p.o.Transcript != nil {
			s.tell(They, string(line))
		}
	})
	if err != nil {
		return Reply{}, err
	}
	r := Reply{Reply: bounce.Reply{Stage: stage, Code: code, Text: text, Host: s.host}, Addr: s.addr, At: time.Now()}
	s.slowest = max(s.slowest, r.At.Sub(begin))
	return r, nil
}

// limit is until when the next thing must have happened.
func (s *session) limit() time.Time {
	t := time.Now().Add(s.p.o.CommandTimeout)
	if s.until.Before(t) {
		t = s.until
	}
	if !s.deadline.IsZero() && s.deadline.Before(t) {
		t = s.deadline
	}
	return t
}

func (s *session) fail(err error, doing string) bool {
	s.failure = failureOf(err)
	s.detail = fmt.Sprintf("%s: %s", failureTexts[s.failure], doing)
	if s.failure == Unreachable {
		s.detail += ": " + bare(err)
	}
	s.note(s.detail)
	return false
}

// bare is what is wrong, without the addresses that package net puts before it.
func bare(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return err.Error()
}

func (s *session) refuse(r Reply) bool {
	res, _ := hear(s.p.rules, r)
	r.Reply = res.Reply
	s.refusal = r
	return false
}

// aged tells whether there is no time left for another batch.
func (s *session) aged() bool { return s.rcpts > 0 && time.Until(s.until) < s.p.o.CommandTimeout }

func (s *session) note(text string) { s.tell(Note, text) }

func (s *session) tell(who Speaker, text string) {
	if s.p.o.Transcript != nil {
		s.p.o.Transcript(Line{Session: s.number, Host: s.host, Addr: s.addr, At: time.Now(), Who: who, Text: text})
	}
}
