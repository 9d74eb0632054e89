package mx

import "fmt"

func (r *Resolver) Debug() string {
	r.gate.mu.Lock()
	defer r.gate.mu.Unlock()
	s := ""
	for i := range r.gate.windows {
		w := &r.gate.windows[i]
		s += fmt.Sprintf("[size %.0f under %d rtt %v dev %v best %.0f settled %v silent %d asked %d answered %d lost %d backed %d strained %v] ", w.size, w.underWay, w.rtt, w.dev, w.best, w.settled, w.silent, w.load.Asked, w.load.Answered, w.load.Lost, w.load.BackedOff, w.strained)
	}
	return s
}
