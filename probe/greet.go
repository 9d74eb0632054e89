package probe

import (
	"bufio"
	"context"
	"strings"
	"time"

	"winnow/bounce"
)

// offers are the extensions that count here.
type offers struct {
	pipelining, startTLS, utf8 bool
}

// greet connects to s.addr and goes up to the EHLO whose answer counts.
func (s *session) greet(ctx context.Context) bool {
	now := time.Now()
	until := now.Add(min(s.p.o.CommandTimeout, maxConnect))
	if s.until.Before(until) {
		until = s.until
	}
	if !s.deadline.IsZero() && s.deadline.Before(until) {
		until = s.deadline
	}
	dialing, cancel := context.WithDeadline(ctx, until)
	conn, err := s.p.dial(dialing, s.from, s.addr)
	cancel()
	if err != nil {
		s.shortage = ofOurs(err)
		return s.fail(err, "connecting to "+s.addr.String())
	}
	s.conn, s.in, s.out = conn, bufio.NewReader(conn), bufio.NewWriter(conn)
	s.note("connected")
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()

	r, err := s.reply(bounce.StageConnect)
	if err != nil {
		return s.fail(err, "waiting for the greeting of "+s.host)
	}
	if r.Code/100 != 2 {
		return s.refuse(r)
	}
	if !s.hello() {
		return false
	}
	if s.tls.Offered = s.offers.startTLS; s.tls.Offered && !s.plain {
		return s.secure(ctx)
	}
	return true
}

// maxConnect is how long a connection may take to come about. Where packets are thrown away, longer
// waiting is of no use; a host that is busy answers in a few tries of TCP.
const maxConnect = 30 * time.Second

// hello says EHLO, or HELO where that is not known (RFC 5321 section 4.1.1.1).
func (s *session) hello() bool {
	s.offers, s.hailed = offers{}, ""
	begun := time.Now()
	r, err := s.say(bounce.StageHelo, s.hail())
	if err == nil && (r.Code == 500 || r.Code == 501 || r.Code == 502 || r.Code == 504) {
		r, err = s.say(bounce.StageHelo, "HELO "+s.p.o.Helo)
	} else if err == nil {
		s.offers, s.hailTook = offersOf(r.Text), time.Since(begun)
		if !s.once {
			s.hailed = hailing(r)
		}
	}
	switch {
	case err != nil:
		return s.fail(err, "waiting for the answer of "+s.host+" to EHLO")
	case r.Code/100 != 2:
		return s.refuse(r)
	case r.Code == 220: // a second greeting: the answer to EHLO is still to come
		return s.fail(errGarbled, "the answer of "+s.host+" to EHLO is a greeting")
	}
	return true
}

func (s *session) hail() string { return "EHLO " + s.p.o.Helo }

// offersOf reads the answer to EHLO: a greeting, then an extension a line.
func offersOf(text string) (o offers) {
	_, lines, _ := strings.Cut(text, "\n")
	for line := range strings.SplitSeq(lines, "\n") {
		switch keyword(line) {
		case "PIPELINING":
			o.pipelining = true
		case "STARTTLS":
			o.startTLS = true
		case "SMTPUTF8":
			o.utf8 = true
		}
	}
	return o
}
