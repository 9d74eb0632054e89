package dnstest

import (
	"container/heap"
	"sync"
	"time"
)

// later sends answers when they are due, all from one goroutine: 20,000 that
// wait cost their bytes and no more.
type later struct {
	mu      sync.Mutex
	waiting letters
	sooner  chan struct{} // something is due before all else
}

// letter is an answer that waits.
type letter struct {
	due      time.Time
	messages [][]byte
	send     func([]byte)
}

func newLater() *later { return &later{sooner: make(chan struct{}, 1)} }

func (l *later) post(due time.Time, messages [][]byte, send func([]byte)) {
	l.mu.Lock()
	first := len(l.waiting) == 0 || due.Before(l.waiting[0].due)
	heap.Push(&l.waiting, &letter{due, messages, send})
	l.mu.Unlock()
	if first {
		select {
		case l.sooner <- struct{}{}:
		default:
		}
	}
}

// run sends until closed; what waits then is dropped.
func (l *later) run(closed <-chan struct{}) {
	const idle = time.Hour
	timer := time.NewTimer(idle)
	defer timer.Stop()
	for {
		select {
		case <-closed:
			return
		case <-l.sooner:
		case <-timer.C:
		}
		wait := idle
		for {
			next, until := l.next()
			if next == nil {
				if until > 0 {
					wait = until
				}
				break
			}
			for _, m := range next.messages {
				next.send(m)
			}
		}
		timer.Reset(wait)
	}
}

// next takes out the first answer that is due, or says how long the first will
// wait; 0 if there is none.
func (l *later) next() (*letter, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		return nil, 0
	}
	if wait := time.Until(l.waiting[0].due); wait > 0 {
		return nil, wait
	}
	return heap.Pop(&l.waiting).(*letter), 0
}

// letters is a heap, the first due on top.
type letters []*letter

func (l letters) Len() int           { return len(l) }
func (l letters) Less(i, j int) bool { return l[i].due.Before(l[j].due) }
func (l letters) Swap(i, j int)      { l[i], l[j] = l[j], l[i] }
func (l *letters) Push(x any)        { *l = append(*l, x.(*letter)) }

func (l *letters) Pop() any {
	last := len(*l) - 1
	x := (*l)[last]
	(*l)[last] = nil
	*l = (*l)[:last]
	return x
}
