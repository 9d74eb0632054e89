package probe

import (
	"container/heap"
	"time"
)

// alarms are what the loop does at a time. The zero alarms is empty.
type alarms struct{ heap alarmHeap }

type alarm struct {
	at   time.Time
	ring func()
}

func (a *alarms) set(at time.Time, ring func()) { heap.Push(&a.heap, alarm{at, ring}) }

// ring does what is due.
func (a *alarms) ring(now time.Time) {
	for len(a.heap) > 0 && !a.heap[0].at.After(now) {
		heap.Pop(&a.heap).(alarm).ring()
	}
}

// next is when the first is due.
func (a *alarms) next() (time.Time, bool) {
	if len(a.heap) == 0 {
		return time.Time{}, false
	}
	return a.heap[0].at, true
}

type alarmHeap []alarm

func (h alarmHeap) Len() int           { return len(h) }
func (h alarmHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h alarmHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *alarmHeap) Push(x any)        { *h = append(*h, x.(alarm)) }
func (h *alarmHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = alarm{}
	*h = old[:len(old)-1]
	return last
}
