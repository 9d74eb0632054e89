package mx

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// lane carries many questions to one server at once, over one socket or
// connection. Safe for concurrent use.
//
//	send ──▶ slot, packet ─▶ out ──flush, many at once──▶ server
//	asking ◀── slot, by ID ◀────────────── listen ◀────────┘
//	asking ◀── late ◀── expire, every few milliseconds
//
// Nobody waits for it to be connected: what is sent before stays in out.
// An ID is drawn at random for every packet and belongs to its slot until the
// asking lands or has its answer: a late answer still counts, and one to an
// earlier question of that ID is told by the question that it repeats.
type lane struct {
	stop context.CancelFunc // ends the dialing

	mu    sync.Mutex
	line  line // nil until it is connected
	slots []slot
	over  []time.Duration // by slot, when it is to give back its place; never: free, or done already
	due   []time.Duration // by slot, when it is late; the same
	idle  []uint16        // slots that are free
	byID  []uint16        // 1 + slot; 0: no such question
	out   packets
	awake bool  // somebody is about to flush, or will once it is connected
	err   error // why it is closed

	writing sync.Mutex
	spare   packets

	stirred []*crew // by what came; guarded by mu
	came    int     // packets since listen looked last; guarded by mu

	trip atomic.Int64 // how long an answer is under way, a mean
}

// dial connects a line.
type dial func(context.Context) (line, error)

// line moves packets: UDP, or a stream. An error is its end, unless it is a blip.
type line interface {
	// send writes the packets, and does not wait long for that. It does not keep them.
	send(*packets) error
	// receive waits for packets and calls take with each; the bytes are good until it returns.
	receive(take func(packet []byte)) error
	Close() error
}

// blip is an error that the line outlives: a closed port may open again.
type blip struct{ error }

// packets are packets one behind the other.
type packets struct {
	bytes []byte
	ends  []int
}

func (p *packets) reset()   { p.bytes, p.ends = p.bytes[:0], p.ends[:0] }
func (p *packets) len() int { return len(p.ends) }
func (p *packets) add(packet []byte) {
	p.bytes = append(p.bytes, packet...)
	p.ends = append(p.ends, len(p.bytes))
}

func (p *packets) at(i int) []byte {
	start := 0
	if i > 0 {
		start = p.ends[i-1]
	}
	return p.bytes[start:p.ends[i]]
}

// slot is a try under way.
type slot struct {
	f       *asking
	try     int
	q       question
	exact   bool // the server is known to repeat the question as it was spelt
	odd     bool
	said    bool // a failure that the server answered was told
	blipped bool // that it could not be reached was told
	id      uint16
	query   []byte // as it was sent; its room is used again
}

const (
	never        = time.Duration(math.MaxInt64)
	maxQuestions = 1 << 15 // a lane: one ID in two

	sendAtOnce = 32 // packets
)

var (
	errClosed = errors.New("closed")
	errBusy   = errors.New("too many questions")
)

// openLane begins to dial, and returns at once.
func openLane(to dial) *lane {
	ctx, stop := context.WithTimeout(context.Background(), dialPatience)
	l := &lane{stop: stop, byID: make([]uint16, 1<<16), awake: true}
	go l.run(ctx, to)
	return l
}

// run connects, and takes what comes until the lane is closed.
func (l *lane) run(ctx context.Context, to dial) {
	defer l.stop()
	line, err := to(ctx)
	if err != nil {
		l.fail(fmt.Errorf("connect: %w", err))
		return
	}
	l.mu.Lock()
	l.line = line
	closed := l.err != nil
	l.mu.Unlock()
	if closed {
		_ = line.Close()
		return
	}
	l.flush()
	l.listen()
}

// spelling is how a question is sent.
type spelling struct {
	plain bool   // without EDNS
	cases uint64 // 0x20: which letters are upper case
	exact bool   // the server repeats that
}

// encode appends the message that asks q.
func encode(b []byte, id uint16, q question, how spelling) ([]byte, error) {
	if query := appendQuery(b, id, q, !how.plain, how.cases); query != nil {
		return query, nil
	}
	query, err := pack(q, !how.plain)
	if err != nil {
		return nil, err
	}
	query[0], query[1] = byte(id>>8), byte(id)
	return append(b, query...), nil
}

// send asks f's question as its try, which keeps its place until over and is late at
// due. An error is final for the lane, unless it is errBusy.
func (l *lane) send(f *asking, try int, how spelling, over, due time.Duration) (uint16, error) {
	l.mu.Lock()
	if l.err != nil || len(l.slots)-len(l.idle) >= maxQuestions {
		defer l.mu.Unlock()
		if l.err != nil {
			return 0, l.err
		}
		return 0, errBusy
	}
	i := l.slot()
	s := &l.slots[i]
	id := uint16(rand.Uint32())
	for l.byID[id] != 0 {
		id = uint16(rand.Uint32())
	}
	query, err := encode(s.query[:0], id, f.q, how)
	if err != nil {
		l.idle = append(l.idle, uint16(i))
		l.mu.Unlock()
		return 0, err
	}
	s.f, s.try, s.q, s.exact, s.odd, s.said, s.blipped, s.id, s.query = f, try, f.q, how.exact, false, false, false, id, query
	l.over[i], l.due[i] = over, due
	l.byID[id] = uint16(i + 1)
	l.out.add(query)
	first, full := !l.awake, l.out.len() >= sendAtOnce
	l.awake = true
	l.mu.Unlock()
	switch w := f.worker; {
	case w != nil && first:
		// All who have their turn now add theirs first: one system call for all.
		w.crew.lanes = append(w.crew.lanes, l)
	case w != nil && full && slices.Contains(w.crew.lanes, l):
		w.crew.full = l // for the driver to send: the stacks of workers stay small
	case first:
		// The same, of all who can run.
		runtime.Gosched()
		l.flush()
	}
	return id, nil
}

func (l *lane) slot() int {
	if n := len(l.idle); n > 0 {
		i := l.idle[n-1]
		l.idle = l.idle[:n-1]
		return int(i)
	}
	l.slots = append(l.slots, slot{})
	l.over, l.due = append(l.over, never), append(l.due, never)
	return len(l.slots) - 1
}

func (l *lane) flush() {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	out, line := l.out, l.line
	l.out, l.awake = l.spare, false
	l.mu.Unlock()
	var err error
	if out.len() > 0 {
		err = line.send(&out)
	}
	out.reset()
	l.spare = out
	if err != nil {
		l.fail(err)
	}
}

func (l *lane) listen() {
	for {
		err := l.line.receive(l.take)
		l.serve()
		if err != nil && !l.fail(err) {
			return
		}
		l.rest()
	}
}

// hauler is a line that receives all that has come, up to a haul. Others receive one
// packet after another.
type hauler interface{ haul() int }

// rest waits a small part of the time that an answer is under way, unless much came
// already: the more comes and goes at once, the less it costs. All lanes wait for the
// same moments.
func (l *lane) rest() {
	const part, least, most = 10, 500 * time.Microsecond, 4 * time.Millisecond
	much := 0
	if h, ok := l.line.(hauler); ok {
		much = h.haul() * 3 / 4
	}
	l.mu.Lock()
	came := l.came
	l.came = 0
	l.mu.Unlock()
	moment := most
	for moment >= least && part*moment > time.Duration(l.trip.Load()) {
		moment /= 2
	}
	if moment >= least && came < much {
		time.Sleep(moment - time.Duration(time.Now().UnixNano())%moment)
		return
	}
	// Goroutines that have their answer ask their next question first, and so does who
	// else can run.
	runtime.Gosched()
}

// took notes how long an answer was under way.
func (l *lane) took(d time.Duration) {
	trip := l.trip.Load()
	l.trip.Store(trip + (int64(d)-trip)/8)
}

// take hands a packet to the asking that it answers.
func (l *lane) take(packet []byte) {
	if len(packet) < headerSize {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.came++
	i := int(l.byID[uint16(packet[0])<<8|uint16(packet[1])]) - 1
	if i < 0 {
		return
	}
	s := &l.slots[i]
	same := s.exact
	if !same {
		_, same = afterQuestion(packet, s.query, true)
	}
	if packet[2]&truncated != 0 {
		if _, ok := afterQuestion(packet, s.query, s.exact); ok {
			l.tell(s, event{try: s.try, cut: true, same: same})
			l.release(i)
		} else {
			s.odd = true
		}
		return
	}
	r, ok := read(packet, s.query, s.q, s.exact)
	switch {
	case !ok:
		s.odd = true
	case r.status.definite():
		l.tell(s, event{try: s.try, same: same, reply: r})
		l.release(i)
	case !s.said:
		// It may still be outdone, and is late in its time.
		s.said = true
		l.tell(s, event{try: s.try, same: same, reply: r})
	}
}

// tell tells the asking of s. Its crew, if it has one, is run later, once for all
// that came. The caller holds mu.
func (l *lane) tell(s *slot, e event) {
	if w := s.f.bring(e); w != nil && !slices.Contains(l.stirred, w.crew) {
		l.stirred = append(l.stirred, w.crew)
	}
}

// serve runs the crews that were stirred.
func (l *lane) serve() {
	for {
		l.mu.Lock()
		last := len(l.stirred) - 1
		if last < 0 {
			l.mu.Unlock()
			return
		}
		c := l.stirred[last]
		l.stirred[last] = nil
		l.stirred = l.stirred[:last]
		l.mu.Unlock()
		c.run()
	}
}

func (l *lane) release(i int) {
	s := &l.slots[i]
	l.byID[s.id] = 0
	l.over[i], l.due[i] = never, never
	s.f = nil
	s.q = question{}
	l.idle = append(l.idle, uint16(i))
}

// expire tells the askings whose tries are late.
func (l *lane) expire(now time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, over := range l.over {
		if over <= now {
			l.over[i] = never
			l.slots[i].f.tell(event{try: l.slots[i].try, over: true})
		}
		if l.due[i] <= now {
			l.due[i] = never
			s := &l.slots[i]
			s.f.tell(event{try: s.try, late: true, odd: s.odd})
		}
	}
}

// forget ends a try of f.
func (l *lane) forget(f *asking, id uint16) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := int(l.byID[id]) - 1; i >= 0 && l.slots[i].f == f {
		l.release(i)
	}
}

// fail tells all askings of the lane that the server can't be reached. It returns
// false if the lane is done for.
func (l *lane) fail(err error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return false
	}
	passing := new(blip)
	final := !errors.As(err, passing)
	failed := reply{detail: oneLine(err.Error())}
	for i := range l.slots {
		s := &l.slots[i]
		if s.f == nil || (s.said || s.blipped) && !final {
			continue
		}
		s.blipped = true
		s.f.tell(event{try: s.try, late: final, broken: final, reply: failed})
		if final {
			l.over[i], l.due[i] = never, never
		}
	}
	if final {
		l.end(err)
	}
	return !final
}

// end closes the line, now or as soon as it is connected. The caller holds mu.
func (l *lane) end(why error) {
	l.err = why
	l.stop()
	if l.line != nil {
		_ = l.line.Close()
	}
}

// close ends the lane. No asking is under way.
func (l *lane) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.end(errClosed)
	}
}

func (l *lane) closed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err != nil
}
