package probe_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"winnow/probe"
)

// world is some machines with habits, and domains whose mail they take.
type world struct {
	seed     uint64
	machines []machine
	domains  []customer
	shuffled bool // the addresses come in no order
	slow     bool // and with time between them

	manners     probe.Manners
	budget      int
	connections int

	// A second run knows what the first one has learnt.
	second bool
	later  time.Duration
	cured  bool          // no machine has a habit by then
	stop   time.Duration // when the first one is stopped; 0: it is not
}

type machine struct {
	pipelining bool
	extensions bool
	named      bool          // a yes names the recipient
	way        time.Duration // there, and back
	lie        string        // "yes": it takes everybody, "no": nobody
	habits     []habit
}

// customer is a domain.
type customer struct {
	name       string
	hosts      []int // machines, by preference
	vanity     bool  // they have names of its own
	all        bool  // everybody is taken
	postmaster bool
	locals     []string // with p: they are there
}

// habit is what a machine does to some commands.
type habit struct {
	kind   string
	verb   string // "GREET" is the greeting
	scope  string // what is counted: rcpt, refusals, sessions, seconds of the machine; mine: commands of the verb in the session
	from   int    // of these, on
	length int    // for so many; 0: for good
	text   string // "CUT": none, "SAME": the same again; %s is the recipient
	wait   time.Duration
	odd    bool // in every other session only
	exempt bool // the postmaster is answered
	before bool // it hangs up before the reply
}

const unknown = "550 5.1.1 no such user"

// invent makes a world up. What no client can tell from honest hosts is left out: replies that change places and name
// nobody; one reply too many, and one too few before anything can tell; a ban so short that it is of one recipient; a host that refuses everybody from its third answer on, or whose sessions have one recipient, since nobody
// can be asked behind the made-up one there.
func invent(seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 99))
	w := &world{seed: seed, shuffled: r.IntN(2) == 0, slow: r.IntN(3) == 0}
	for range 1 + r.IntN(3) {
		m := machine{pipelining: r.IntN(3) > 0, extensions: r.IntN(4) > 0, named: r.IntN(2) == 0}
		if r.IntN(2) == 0 {
			m.way = time.Duration(1+r.IntN(200)) * time.Millisecond
		}
		for range r.IntN(4) {
			if h := someHabit(r); !m.balances(&h) {
				m.habits = append(m.habits, h)
			}
		}
		w.machines = append(w.machines, m)
	}
	if n := len(w.machines); n > 1 && r.IntN(6) == 0 {
		w.machines[n-1].lie = one(r, "yes", "no")
	}
	id := 0
	for i := range 1 + r.IntN(1+r.IntN(8)) {
		c := customer{name: fmt.Sprintf("d%dw%d.com", i, seed), vanity: r.IntN(3) == 0, all: r.IntN(5) == 0, postmaster: r.IntN(4) > 0}
		for n := range w.machines {
			if r.IntN(2) == 0 {
				c.hosts = append(c.hosts, n)
			}
		}
		if len(c.hosts) == 0 {
			c.hosts = []int{0}
		}
		share := r.IntN(11)
		for range 1 + r.IntN(1+r.IntN(50)) {
			name := "n"
			if r.IntN(10) < share {
				name = "p"
			}
			c.locals = append(c.locals, fmt.Sprint(name, id))
			id++
		}
		w.domains = append(w.domains, c)
	}
	switch r.IntN(4) {
	case 0:
		w.manners = probe.Unmannered()
	case 1, 2:
		w.manners.Default = probe.Limits{Connections: 1 + r.IntN(5), Recipients: 3 + r.IntN(50), Refusals: 1 + r.IntN(50), PerMinute: -1, Pause: time.Second}
	}
	if r.IntN(8) == 0 {
		w.budget = 1 + r.IntN(60)
	}
	if r.IntN(4) == 0 {
		w.connections = 1 + r.IntN(3)
	}
	if w.second = r.IntN(3) == 0; w.second {
		w.later, w.cured = time.Duration(r.IntN(30))*time.Hour, r.IntN(2) == 0
		if r.IntN(3) == 0 {
			w.stop = time.Duration(1+r.IntN(120)) * time.Second
		}
	}
	return w
}

// balances tells whether a machine with one habit more may send a reply too many and another one too few, so that those behind are
// in step again.
func (m *machine) balances(h *habit) bool {
	return slices.ContainsFunc(m.habits, func(o habit) bool { return h.shifts()*o.shifts() < 0 })
}

// shifts is by how many replies a habit puts those that follow out of step.
func (h *habit) shifts() int {
	switch {
	case h.kind == "extra":
		return 1
	case h.kind == "swallow", h.text == "250-never":
		return -1
	}
	return 0
}

func someHabit(r *rand.Rand) habit {
	h := habit{kind: one(r, "ban", "ban", "ban", "cut", "delay", "extra", "swallow", "temp", "grey", "ehlo", "many", "mail", "garble", "greeting"),
		scope: "mine", verb: "RCPT", from: r.IntN(8), length: r.IntN(3) * (1 + r.IntN(4)), odd: r.IntN(4) == 0}
	switch h.kind {
	case "ban":
		h.scope, h.exempt = one(r, "rcpt", "rcpt", "mine", "sessions", "seconds", "refusals"), r.IntN(2) == 0
		h.from, h.length = 4+r.IntN(40), 0
		if h.scope == "sessions" {
			h.from = 1 + r.IntN(5)
		}
		if r.IntN(3) == 0 && h.scope == "sessions" {
			h.length = 1 + r.IntN(60)
		}
		h.text = one(r, unknown, unknown, "550 5.1.1 <%s>: Recipient address rejected: User unknown", "550 5.7.1 blocked using zen.spamhaus.org",
			"421 4.7.0 too many", "451 4.7.1 try later", "550 5.7.1 policy", "CUT", "550 rejected")
	case "cut":
		h.verb, h.before = one(r, "RCPT", "RCPT", "RCPT", "QUIT", "RSET", "MAIL", "EHLO"), r.IntN(2) == 0
	case "delay":
		h.verb, h.wait = one(r, "RCPT", "MAIL", "QUIT", "EHLO", "RSET", "NOOP", "GREET"), time.Duration(r.IntN(1+r.IntN(100_000)))*time.Millisecond
	case "extra":
		h.verb, h.text, h.from = one(r, "RCPT", "RCPT", "MAIL", "MAIL", "RSET", "EHLO", "GREET", "NOOP", "QUIT"), one(r, "SAME", "SAME", "250 ok", unknown, "220 mx"), r.IntN(4)
		if r.IntN(3) == 0 {
			h.wait = time.Duration(r.IntN(3000)) * time.Millisecond
		}
	case "swallow":
		h.verb, h.length = one(r, "RCPT", "MAIL", "RSET", "QUIT", "EHLO", "NOOP"), 1
	case "temp":
		h.scope, h.length = one(r, "mine", "rcpt"), 1+r.IntN(6)
		h.text = one(r, "451 4.3.0 local error", "450 4.2.1 busy", "452 4.2.2 full", "451 4.1.1 no such user now")
	case "grey":
		h.wait = time.Duration(1+r.IntN(1200)) * time.Second
		h.text = one(r, "450 4.7.1 Greylisted", fmt.Sprintf("451 4.7.1 Greylisted for %d seconds", int(h.wait.Seconds())))
	case "ehlo":
		h.verb, h.from, h.length = "EHLO", 1, 0
		h.text = one(r, "503 5.5.1 duplicate", "250-mx\r\n250 SIZE 1", "250 mx", "451 4.5.0 not again", "250-other\r\n250-A\r\n250 B")
	case "many":
		h.text, h.from = one(r, "452 4.5.3 too many recipients", "452 too many", "421 4.7.0 enough"), 3+r.IntN(10)
	case "mail":
		h.verb, h.scope = "MAIL", one(r, "mine", "sessions", "rcpt")
		h.text = one(r, "421 4.3.2 not now", "550 5.7.1 sender rejected", "451 4.7.1 rate", "451 4.3.0 error")
	case "garble":
		h.verb, h.text = one(r, "RCPT", "MAIL", "EHLO"), one(r, "junk", "25", "250-never")
	case "greeting":
		h.verb, h.scope = "GREET", one(r, "sessions", "seconds")
		h.text = one(r, "554 5.7.1 no", "421 4.7.0 busy", "550 blocked using zen.spamhaus.org", "220 other")
	}
	return h
}

func one(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }
