package mx

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"
)

// wireTap is a line whose other end is the test.
type wireTap struct {
	sent     chan []byte
	packets  chan []byte // to be received
	failures chan error
	once     sync.Once
}

func newWireTap() *wireTap {
	return &wireTap{sent: make(chan []byte, 100), packets: make(chan []byte), failures: make(chan error)}
}

func (w *wireTap) send(p *packets) error {
	for i := range p.len() {
		w.sent <- bytes.Clone(p.at(i))
	}
	return nil
}

func (w *wireTap) receive(take func([]byte)) error {
	select {
	case packet, open := <-w.packets:
		if !open {
			return net.ErrClosed
		}
		take(packet)
		return nil
	case err := <-w.failures:
		return err
	}
}

func (w *wireTap) Close() error {
	w.once.Do(func() { close(w.packets) })
	return nil
}

func tapped(t *testing.T) (*lane, *wireTap) {
	t.Helper()
	w := newWireTap()
	l := openLane(func(context.Context) (line, error) { return w, nil })
	t.Cleanup(l.close)
	return l, w
}

// sendBy sends name by l as the only try of a new asking, late after 10 ms and over after 5.
func sendBy(t *testing.T, l *lane, name string, how spelling) *asking {
	t.Helper()
	f := newAsking()
	f.q = question{name, dns.TypeMX}
	id, err := l.send(f, 0, how, 5*time.Millisecond, 10*time.Millisecond)
	require.NoError(t, err)
	f.tries = append(f.tries, try{lane: l, id: id})
	return f
}

// answerTo makes the answer to a query: a mail host, and whatever change does.
func answerTo(t *testing.T, query []byte, change func(*dns.Msg)) []byte {
	t.Helper()
	var q dns.Msg
	require.NoError(t, q.Unpack(query))
	m := new(dns.Msg).SetReply(&q)
	m.RecursionAvailable = true
	m.Answer = []dns.RR{&dns.MX{Hdr: dns.RR_Header{Name: m.Question[0].Name, Rrtype: dns.TypeMX, Class: dns.ClassINET, Ttl: 60}, Mx: "mx.test."}}
	if change != nil {
		change(m)
	}
	packet, err := m.Pack()
	require.NoError(t, err)
	return packet
}

func nothing(t *testing.T, f *asking) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	require.Empty(t, f.came)
}

// came waits for what comes to f.
func came(t *testing.T, f *asking) event {
	t.Helper()
	e, ok := f.next(t.Context())
	require.True(t, ok)
	return *e
}

func TestLaneAnswers(t *testing.T) {
	l, w := tapped(t)
	f := sendBy(t, l, "acme.com.", spelling{})
	w.packets <- answerTo(t, <-w.sent, nil)
	e := came(t, f)
	require.Equal(t, positive, e.status)
	require.True(t, e.same)
	require.Equal(t, "mx.test", e.hosts[0].Name)
	l.expire(time.Hour)
	nothing(t, f)
}

func TestLaneLateAnswerCounts(t *testing.T) {
	l, w := tapped(t)
	f := sendBy(t, l, "acme.com.", spelling{})
	l.expire(4 * time.Millisecond)
	nothing(t, f)
	l.expire(5 * time.Millisecond)
	require.Equal(t, event{over: true}, came(t, f))
	l.expire(10 * time.Millisecond)
	require.Equal(t, event{late: true}, came(t, f))
	l.expire(time.Hour)
	nothing(t, f)
	w.packets <- answerTo(t, <-w.sent, nil)
	require.Equal(t, positive, came(t, f).status)
}

func TestLaneIgnores(t *testing.T) {
	for _, tt := range []struct {
		name   string
		how    spelling
		packet func(t *testing.T, query []byte) []byte
		odd    bool
	}{
		{name: "another question", odd: true, packet: func(t *testing.T, query []byte) []byte {
			return answerTo(t, query, func(m *dns.Msg) { m.Question[0].Name = "evil.com." })
		}},
		{name: "another type", odd: true, packet: func(t *testing.T, query []byte) []byte {
			return answerTo(t, query, func(m *dns.Msg) { m.Question[0].Qtype = dns.TypeA })
		}},
		{name: "another question, truncated", odd: true, packet: func(t *testing.T, query []byte) []byte {
			return answerTo(t, query, func(m *dns.Msg) { m.Question[0].Name, m.Truncated = "evil.com.", true })
		}},
		{name: "a question", odd: true, packet: func(_ *testing.T, query []byte) []byte { return query }},
		{name: "cut short", odd: true, packet: func(t *testing.T, query []byte) []byte { return answerTo(t, query, nil)[:30] }},
		{name: "another case, of a server that repeats it", how: spelling{cases: 0b101, exact: true}, odd: true,
			packet: func(t *testing.T, query []byte) []byte {
				return answerTo(t, query, func(m *dns.Msg) { m.Question[0].Name = "acme.com." })
			}},
		{name: "another ID", packet: func(t *testing.T, query []byte) []byte {
			return answerTo(t, query, func(m *dns.Msg) { m.Id++ })
		}},
		{name: "no header", packet: func(_ *testing.T, query []byte) []byte { return query[:11] }},
		{name: "nothing", packet: func(*testing.T, []byte) []byte { return nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, w := tapped(t)
			f := sendBy(t, l, "acme.com.", tt.how)
			query := <-w.sent
			w.packets <- tt.packet(t, query)
			w.packets <- nil // the one before was looked at
			nothing(t, f)
			l.expire(10 * time.Millisecond)
			require.True(t, came(t, f).over)
			require.Equal(t, event{late: true, odd: tt.odd}, came(t, f))
			w.packets <- answerTo(t, query, nil)
			require.Equal(t, positive, came(t, f).status, "the right answer still counts")
		})
	}
}

func TestLaneAnotherCase(t *testing.T) {
	l, w := tapped(t)
	f := sendBy(t, l, "acme.com.", spelling{cases: 0b101})
	query := <-w.sent
	require.Contains(t, string(query), "AcMe")
	w.packets <- answerTo(t, query, func(m *dns.Msg) { m.Question[0].Name = "acme.com." })
	e := came(t, f)
	require.Equal(t, positive, e.status)
	require.False(t, e.same)
}

func TestLaneTruncated(t *testing.T) {
	l, w := tapped(t)
	f := sendBy(t, l, "acme.com.", spelling{cases: 1})
	w.packets <- answerTo(t, <-w.sent, func(m *dns.Msg) { m.Truncated, m.Answer, m.Question[0].Name = true, nil, "acme.com." })
	require.Equal(t, event{cut: true}, came(t, f), "cut, and not as it was spelt")
	l.expire(time.Hour)
	nothing(t, f)
}

// A failure may yet be outdone by an answer, and is told once.
func TestLaneFailureThenAnswer(t *testing.T) {
	l, w := tapped(t)
	f := sendBy(t, l, "acme.com.", spelling{})
	query := <-w.sent
	failed := answerTo(t, query, func(m *dns.Msg) { m.Rcode, m.Answer = dns.RcodeServerFailure, nil })
	w.packets <- failed
	w.packets <- failed
	w.packets <- answerTo(t, query, nil)
	require.Equal(t, servfail, came(t, f).status)
	require.Equal(t, positive, came(t, f).status)
}

func TestLaneForgets(t *testing.T) {
	l, w := tapped(t)
	f := sendBy(t, l, "acme.com.", spelling{})
	query := <-w.sent
	l.expire(time.Hour)
	f.land()
	w.packets <- answerTo(t, query, nil)
	w.packets <- nil
	l.expire(2 * time.Hour)
	l.fail(net.ErrClosed)
	nothing(t, f)
	require.Len(t, l.idle, len(l.slots))
}

func TestLaneIDs(t *testing.T) {
	l, w := tapped(t)
	go func() {
		for range w.sent {
		}
	}()
	defer close(w.sent)
	f := newAsking()
	f.q = question{"acme.com.", dns.TypeMX}
	seen := map[uint16]bool{}
	for range maxQuestions {
		id, err := l.send(f, 0, spelling{}, never, never)
		require.NoError(t, err)
		require.False(t, seen[id], "two of one ID")
		seen[id] = true
	}
	_, err := l.send(f, 0, spelling{}, never, never)
	require.ErrorIs(t, err, errBusy)
	require.False(t, l.closed())
	for id := range seen {
		l.forget(f, id)
	}
	_, err = l.send(f, 0, spelling{}, never, never)
	require.NoError(t, err, "there is room again")
	l.flush() // nobody writes any more
}

// What is enough for one system call leaves at once, but not on the stack of a worker,
// which would have to grow for it.
func TestLaneFull(t *testing.T) {
	l, w := tapped(t)
	sendBy(t, l, "acme.com.", spelling{})
	<-w.sent
	c := newCrew()
	var gone []int // packets that had left when a worker had sent its own
	for range sendAtOnce + 1 {
		c.start(func(worker *worker) {
			f := newAsking()
			f.q, f.worker = question{"acme.com.", dns.TypeMX}, worker
			_, err := l.send(f, 0, spelling{}, never, never)
			require.NoError(t, err)
			gone = append(gone, len(w.sent))
		})
	}
	require.True(t, c.take())
	c.turns()
	require.Equal(t, append(make([]int, sendAtOnce), sendAtOnce), gone)
	require.True(t, c.leave())
	require.Len(t, w.sent, sendAtOnce+1)
}

func TestLaneUnsendable(t *testing.T) {
	l, _ := tapped(t)
	f := newAsking()
	f.q = question{"a..b.", dns.TypeMX}
	_, err := l.send(f, 0, spelling{}, never, never)
	require.ErrorIs(t, err, errUnsendable)
	require.Len(t, l.idle, len(l.slots))
}

func TestLaneBlip(t *testing.T) {
	l, w := tapped(t)
	f := sendBy(t, l, "acme.com.", spelling{})
	query := <-w.sent
	w.failures <- blip{errors.New("refused")}
	require.Equal(t, event{reply: reply{detail: "refused"}}, came(t, f))
	w.failures <- blip{errors.New("refused")}
	w.packets <- answerTo(t, query, func(m *dns.Msg) { m.Rcode, m.Answer = dns.RcodeServerFailure, nil })
	require.Equal(t, servfail, came(t, f).status, "what the server says itself is told all the same")
	w.packets <- answerTo(t, query, nil)
	require.Equal(t, positive, came(t, f).status, "the lane lives on")
}

func TestLaneEnds(t *testing.T) {
	l, w := tapped(t)
	f := sendBy(t, l, "acme.com.", spelling{})
	<-w.sent
	w.failures <- errors.New("broken")
	require.Equal(t, event{late: true, broken: true, reply: reply{detail: "broken"}}, came(t, f))
	require.True(t, l.closed())
	l.expire(time.Hour)
	nothing(t, f)
	_, err := l.send(f, 0, spelling{}, never, never)
	require.ErrorContains(t, err, "broken")
}

func TestLaneConnects(t *testing.T) {
	t.Run("what is sent before waits", func(t *testing.T) {
		connected, w := make(chan struct{}), newWireTap()
		l := openLane(func(context.Context) (line, error) {
			<-connected
			return w, nil
		})
		defer l.close()
		f := sendBy(t, l, "acme.com.", spelling{})
		l.expire(10 * time.Millisecond)
		require.True(t, came(t, f).over)
		require.True(t, came(t, f).late, "it is late all the same")
		close(connected)
		w.packets <- answerTo(t, <-w.sent, nil)
		require.Equal(t, positive, came(t, f).status)
	})
	t.Run("it fails", func(t *testing.T) {
		refuse := make(chan struct{})
		l := openLane(func(context.Context) (line, error) {
			<-refuse
			return nil, errors.New("no such host")
		})
		f := sendBy(t, l, "acme.com.", spelling{})
		close(refuse)
		require.Equal(t, event{late: true, broken: true, reply: reply{detail: "connect: no such host"}}, came(t, f))
		require.True(t, l.closed())
	})
	t.Run("closed meanwhile", func(t *testing.T) {
		w := newWireTap()
		l := openLane(func(ctx context.Context) (line, error) {
			<-ctx.Done()
			return w, nil
		})
		l.close()
		_, open := <-w.packets
		require.False(t, open, "the line is closed")
	})
}
