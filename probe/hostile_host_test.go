package probe_test

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// liar is a machine of a world at work.
type liar struct {
	machine
	w      *world
	number int
	begun  time.Time

	mu       sync.Mutex
	rcpts    int
	refusals int
	sessions int
	first    map[string]time.Time // when each recipient was asked for
	taken    bool                 // somebody was, in this run
	cured    bool
	log      []string
}

func newLiar(w *world, number int) *liar {
	return &liar{machine: w.machines[number], w: w, number: number, begun: time.Now(), first: map[string]time.Time{}}
}

// turn is what a machine does with one command.
type turn struct {
	reply   string
	extra   string // sent behind it
	wait    time.Duration
	between time.Duration
	swallow bool
	before  bool // it hangs up before the reply
	after   bool
}

// dialogue is one session of a machine.
type dialogue struct {
	*liar
	number int
	seen   map[string]int // commands, by verb
	inMail bool
}

func (l *liar) serve(conn net.Conn) {
	defer conn.Close()
	in, out := bufio.NewReader(conn), bufio.NewWriter(conn)
	defer out.Flush()
	l.mu.Lock()
	l.sessions++
	d := dialogue{liar: l, number: l.sessions, seen: map[string]int{}}
	l.mu.Unlock()
	for line := "GREET"; ; {
		verb, path, _ := strings.Cut(line, " ")
		path = strings.TrimSuffix(strings.TrimPrefix(path, "TO:<"), ">")
		t := d.turn(verb, path)
		if t.wait > 0 {
			out.Flush()
			time.Sleep(t.wait)
		}
		if t.before {
			return
		}
		if !t.swallow {
			out.WriteString(t.reply + "\r\n")
		}
		if t.extra != "" && !t.swallow {
			if t.between > 0 {
				out.Flush()
				time.Sleep(t.between)
			}
			out.WriteString(t.extra + "\r\n")
		}
		if in.Buffered() == 0 {
			out.Flush()
		}
		if t.after || verb == "QUIT" || strings.HasPrefix(t.reply, "421") {
			return
		}
		var err error
		if line, err = in.ReadString('\n'); err != nil {
			return
		}
		line = strings.TrimSpace(line)
	}
}

// turn is what comes of a command: the truth, and what habits make of it.
func (d *dialogue) turn(verb, path string) turn {
	d.mu.Lock()
	defer d.mu.Unlock()
	mine := d.seen[verb]
	d.seen[verb]++
	t := turn{reply: d.honest(verb, path)}
	for i := range d.habits {
		if h := &d.habits[i]; !d.cured && h.verb == verb && (!h.odd || d.number%2 == 1) {
			d.apply(h, &t, path, mine)
		}
	}
	switch verb {
	case "MAIL":
		d.inMail = d.inMail || t.reply[0] == '2'
	case "RCPT":
		d.rcpts++
		if t.reply[0] == '5' {
			d.refusals++
		}
		d.taken = d.taken || t.reply[0] == '2' && path[0] == 'p' && !strings.HasPrefix(path, "postmaster")
	}
	d.log = append(d.log, fmt.Sprintf("%s m%d s%d %s %s: %+v", time.Since(d.begun).Round(time.Millisecond), d.liar.number, d.number, verb, path, t))
	return t
}

// honest is the reply of a host without habits.
func (d *dialogue) honest(verb, path string) string {
	switch verb {
	case "GREET":
		return "220 mx"
	case "EHLO":
		d.inMail = false
		reply := "250-mx\r\n"
		if d.extensions {
			reply += "250-SIZE 1000\r\n"
		}
		if d.pipelining {
			reply += "250-PIPELINING\r\n"
		}
		last := strings.LastIndex(reply, "250-")
		return reply[:last] + "250 " + strings.TrimSpace(reply[last+4:])
	case "MAIL":
		if d.inMail {
			return "503 5.5.1 nested MAIL"
		}
		return "250 2.1.0 sender ok"
	case "RCPT":
		if !d.inMail {
			return "503 5.5.1 need MAIL"
		}
		return d.truth(path)
	case "RSET":
		d.inMail = false
		return "250 2.0.0 ok"
	case "NOOP":
		return "250 2.0.0 ok"
	case "QUIT":
		return "221 bye"
	}
	return "500 what"
}

// truth is what there is to be said of a recipient.
func (l *liar) truth(path string) string {
	local, domain, _ := strings.Cut(path, "@")
	i := slices.IndexFunc(l.w.domains, func(c customer) bool { return c.name == domain })
	c := &l.w.domains[i]
	there := c.all || local == "postmaster" && c.postmaster || local[0] == 'p' && slices.Contains(c.locals, local)
	if l.lie == "yes" || l.lie == "" && there {
		if l.named {
			return "250 2.1.5 ok <" + path + ">"
		}
		return "250 2.1.5 ok"
	}
	switch l.w.seed % 4 {
	case 0:
		return unknown
	case 1:
		return "550 5.1.1 <" + path + ">: Recipient address rejected: User unknown"
	case 2:
		return "550 no such user here"
	}
	return "553 5.1.1 mailbox unknown"
}

// apply does what a habit does, where it applies; mine is how many commands of the verb the session has had.
func (d *dialogue) apply(h *habit, t *turn, path string, mine int) {
	if h.kind == "grey" {
		if d.first[path].IsZero() {
			d.first[path] = time.Now()
		}
		if t.reply[0] != '5' && time.Since(d.first[path]) < h.wait {
			t.reply = h.text
		}
		return
	}
	n := map[string]int{"rcpt": d.rcpts, "refusals": d.refusals, "sessions": d.number - 1, "seconds": int(time.Since(d.begun).Seconds()), "mine": mine}[h.scope]
	if n < h.from || h.length > 0 && n >= h.from+h.length {
		return
	}
	switch h.kind {
	case "cut":
		t.before, t.after = t.before || h.before, t.after || !h.before
	case "delay":
		t.wait += h.wait
	case "extra":
		t.between = h.wait
		if t.extra = h.text; t.extra == "SAME" {
			t.extra = t.reply
		}
	case "swallow":
		t.swallow = true
	default:
		switch {
		case h.exempt && strings.HasPrefix(path, "postmaster@"), strings.HasPrefix(t.reply, "503"):
		case h.text == "CUT":
			t.before = true
		default:
			t.reply = strings.ReplaceAll(h.text, "%s", path)
		}
	}
}
