//go:build linux || darwin

package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/net/ipv4"
)

// lossy is a server that answers late and not always, on several addresses of
// loopback, and bears more questions than any client asks.
//
//	socket ──batch──▶ wheel of 1 ms slots ──batch──▶ socket
type lossy struct {
	min, max time.Duration
	loss     float64
	table    map[string]*entry // by packed name, lower case

	mu      sync.Mutex
	asked   int
	since   time.Time
	moments []int // answers sent in each moment since
}

const moment = 5 * time.Millisecond

// entry is what the server knows of a name: sections of answers, ready to be
// put behind a question, whose name they point to.
type entry struct {
	mx, a   []byte
	mxCount uint16
	failing bool
	dead    bool
}

func newLossy(n int, least, most time.Duration, loss float64) (*lossy, error) {
	s := &lossy{min: least, max: most, loss: loss, table: map[string]*entry{}, since: time.Now()}
	at := func(name string) (*entry, error) {
		key, err := packName(name)
		if err != nil {
			return nil, err
		}
		if s.table[key] == nil {
			s.table[key] = &entry{}
		}
		return s.table[key], nil
	}
	var failed error
	records(n, func(r record) {
		e, err := at(r.name)
		if err == nil {
			err = e.add(r)
		}
		if err != nil {
			failed = err
		}
	})
	for i := range n {
		if k := kindOf(i); k == failing || k == dead {
			e, err := at(nameOf(i))
			if err != nil {
				return nil, err
			}
			e.failing, e.dead = k == failing, k == dead
		}
	}
	return s, failed
}

func packName(name string) (string, error) {
	buf := make([]byte, 256)
	end, err := dns.PackDomainName(name, buf, 0, nil, false)
	return string(buf[:end]), err
}

func (e *entry) add(r record) error {
	rr, err := dns.NewRR(r.name + " 300 " + r.rrtype + " " + r.data)
	if err != nil {
		return err
	}
	buf := make([]byte, 512)
	end, err := dns.PackRR(rr, buf, 0, nil, false)
	if err != nil {
		return err
	}
	name, err := packName(r.name)
	if err != nil {
		return err
	}
	packed := append([]byte{0xc0, questionAt}, buf[len(name):end]...)
	switch r.rrtype {
	case "MX":
		e.mx = append(e.mx, packed...)
		e.mxCount++
	case "A":
		e.a = packed
	}
	return nil
}

const (
	questionAt = 12
	optSize    = 11
)

// The SOA of a negative answer, of the root for short, and the OPT of an answer to a query with one.
var (
	soa = append([]byte{0, 0, 6, 0, 1, 0, 0, 1, 44, 0, 22, 0, 0}, make([]byte, 20)...)
	opt = [optSize]byte{0, 0, 41, 4, 208}
)

// answer appends the answer to query to b; nil for silence.
func (s *lossy) answer(b, query []byte) []byte {
	end := questionAt
	for end < len(query) && query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 5
	if end > len(query) || query[2]&0x80 != 0 {
		return nil
	}
	question := query[questionAt:end]
	var name [256]byte
	n := copy(name[:], question[:len(question)-4])
	for i, c := range name[:n] {
		if 'A' <= c && c <= 'Z' {
			name[i] = c | 0x20
		}
	}
	e := s.table[string(name[:n])]

	var rcode byte
	var records []byte
	var count uint16
	switch qtype := binary.BigEndian.Uint16(question[len(question)-4:]); {
	case e == nil:
		rcode = dns.RcodeNameError
	case e.dead:
		return nil
	case e.failing:
		rcode = dns.RcodeServerFailure
	case qtype == dns.TypeMX:
		records, count = e.mx, e.mxCount
	case qtype == dns.TypeA && e.a != nil:
		records, count = e.a, 1
	}
	b = append(b, query[0], query[1], 0x81, 0x80|rcode, 0, 1, byte(count>>8), byte(count), 0, 0, 0, 0)
	b = append(b, question...)
	b = append(b, records...)
	if count == 0 && rcode != dns.RcodeServerFailure {
		b[9] = 1
		b = append(b, soa...)
	}
	if query[11] != 0 {
		b[11] = 1
		b = append(b, opt[:]...)
	}
	return b
}

// wheel holds one socket's answers until they are due: a slot a millisecond.
type wheel struct {
	mu    sync.Mutex
	slots [1 << 10][]ipv4.Message
	now   int
	spare []ipv4.Message
}

const batch = 128

// serve answers on conn until it is closed.
func (s *lossy) serve(conn *net.UDPConn, seed uint64) {
	_ = conn.SetReadBuffer(4 << 20)
	_ = conn.SetWriteBuffer(4 << 20)
	packets := ipv4.NewPacketConn(conn)
	w := &wheel{}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go s.turn(ctx, w, packets)

	rng := rand.New(rand.NewPCG(seed, seed))
	messages := make([]ipv4.Message, batch)
	for i := range messages {
		messages[i].Buffers = [][]byte{make([]byte, 1500)}
	}
	for {
		n, err := packets.ReadBatch(messages, 0)
		if err != nil {
			return
		}
		s.mu.Lock()
		s.asked += n
		s.mu.Unlock()
		w.mu.Lock()
		for i := range messages[:n] {
			m := &messages[i]
			if rng.Float64() < s.loss {
				continue
			}
			out := w.blank()
			answer := s.answer(out.Buffers[0][:0], m.Buffers[0][:m.N])
			if answer == nil {
				w.spare = append(w.spare, out)
				continue
			}
			out.Buffers[0], out.Addr = answer, m.Addr
			delay := s.min + time.Duration(rng.Int64N(int64(s.max-s.min)+1))
			slot := (w.now + max(1, int(delay/time.Millisecond))) % len(w.slots)
			w.slots[slot] = append(w.slots[slot], out)
		}
		w.mu.Unlock()
	}
}

// blank returns a message to write an answer into. The caller holds mu.
func (w *wheel) blank() ipv4.Message {
	if last := len(w.spare) - 1; last >= 0 {
		m := w.spare[last]
		w.spare = w.spare[:last]
		return m
	}
	return ipv4.Message{Buffers: [][]byte{make([]byte, 0, 512)}}
}

// turn sends what is due, each millisecond.
func (s *lossy) turn(ctx context.Context, w *wheel, packets *ipv4.PacketConn) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	started, turns := time.Now(), 0
	var due []ipv4.Message
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		// A tick that came late brings those that it missed.
		for ; turns < int(time.Since(started)/time.Millisecond); turns++ {
			w.mu.Lock()
			w.now = (w.now + 1) % len(w.slots)
			due = append(due, w.slots[w.now]...)
			w.slots[w.now] = w.slots[w.now][:0]
			w.mu.Unlock()
		}
		if len(due) > 0 {
			s.note(len(due))
		}
		for sent := due; len(sent) > 0; {
			n, err := packets.WriteBatch(sent[:min(batch, len(sent))], 0)
			if err != nil {
				n = max(n, 1) // a client that has gone
			}
			sent = sent[n:]
		}
		if len(due) > 0 {
			w.mu.Lock()
			w.spare = append(w.spare, due...)
			w.mu.Unlock()
			due = due[:0]
		}
	}
}

func (s *lossy) note(answers int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := int(time.Since(s.since) / moment)
	for len(s.moments) <= at {
		s.moments = append(s.moments, 0)
	}
	s.moments[at] += answers
}

// mostly is the share of the answers that counts for the rate.
const mostly = 0.98

// tally is what a server did for one client.
type tally struct {
	asked, answered int
	most            time.Duration // the time in which all but the last fiftieth were answered; 0 if not known
}

// take returns what happened since the last take.
func (s *lossy) take() tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := tally{asked: s.asked}
	for _, n := range s.moments {
		t.answered += n
	}
	first, before := -1, 0
	for i, n := range s.moments {
		if first < 0 && n > 0 {
			first = i
		}
		if before += n; float64(before) >= mostly*float64(t.answered) && n > 0 {
			t.most = time.Duration(i-first+1) * moment
			break
		}
	}
	s.asked, s.moments, s.since = 0, nil, time.Now()
	return t
}

// serveLossy runs the server as a process of its own. It says its addresses in a
// line, then answers each line with a tally, until there are no more.
func serveLossy(s *lossy, addresses int, in io.Reader, out io.Writer) error {
	var addrs []string
	var serving sync.WaitGroup
	defer serving.Wait()
	for i := range addresses {
		addr := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
		if runtime.GOOS == "linux" { // which has all of 127.0.0.0/8
			addr.IP[15] += byte(i)
		}
		conn, err := net.ListenUDP("udp4", addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		serving.Go(func() { s.serve(conn, uint64(i)) })
		addrs = append(addrs, conn.LocalAddr().String())
	}
	fmt.Fprintln(out, strings.Join(addrs, ","))
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		t := s.take()
		fmt.Fprintln(out, t.asked, t.answered, int64(t.most))
	}
	return lines.Err()
}
