package mx

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// wire is what the questions of a Resolver travel by. Sockets, and the clock that
// tells what is late, are kept only between enter and leave. Safe for concurrent use.
type wire struct {
	servers []*server
	gate    *gate
	clock   func() time.Duration

	mu    sync.Mutex
	users int
	stop  chan struct{}
}

const (
	tick         = 5 * time.Millisecond   // how late a try may be noticed to be late
	longestQuiet = 500 * time.Millisecond // after a standstill
)

// enter announces questions.
func (w *wire) enter() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.users++
	if w.users == 1 {
		w.stop = make(chan struct{})
		go w.watch(w.stop)
	}
}

// leave ends what enter began; the last one closes the sockets. All that it asked
// has landed.
func (w *wire) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.users--
	if w.users > 0 {
		return
	}
	close(w.stop)
	for _, s := range w.servers {
		s.hangUp()
	}
}

func (w *wire) watch(stop chan struct{}) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	last, quiet := w.clock(), time.Duration(0)
	for {
		select {
		case <-ticker.C:
			now := w.clock()
			if stood := now - last; stood > 4*tick {
				// We did not run, and nothing is late by our fault: what has come is read first.
				quiet = now + min(stood, longestQuiet)
			}
			last = now
			if now >= quiet {
				for _, s := range w.servers {
					s.expire(now)
				}
			}
			w.gate.tick(now)
		case <-stop:
			return
		}
	}
}

const (
	headerSize = 12
	truncated  = 0x02 // TC, in the third byte
	payload    = 1232 // EDNS buffer that no path fragments
)

var errUnsendable = errors.New("not a name that can be asked for")

// pack makes the message that asks q with miekg/dns: the rare way, for odd names.
func pack(q question, edns bool) ([]byte, error) {
	var m dns.Msg
	m.SetQuestion(q.name, q.qtype)
	if edns {
		m.SetEdns0(payload, false)
	}
	packed, err := m.Pack()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUnsendable, err)
	}
	return packed, nil
}
