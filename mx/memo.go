package mx

import (
	"context"
	"sync"
	"time"
)

// memo shares equal questions that are under way, and remembers answers for a
// while. A shared question runs under a context of its own until the last who
// waits for it leaves, so that nobody is hurt by another's cancelling.
// Safe for concurrent use.
type memo[K comparable, V any] struct {
	limit   int // answers remembered; when full, arbitrary ones go
	mu      sync.Mutex
	kept    map[K]kept[V]
	flights map[K]*flight[V]
	running sync.WaitGroup
}

type kept[V any] struct {
	value V
	until time.Time
}

type flight[V any] struct {
	done    chan struct{}
	cancel  func()
	waiting int
	workers []*worker // of those who wait
	value   V         // once done is closed
}

func newMemo[K comparable, V any](limit int) *memo[K, V] {
	return &memo[K, V]{limit: limit, kept: map[K]kept[V]{}, flights: map[K]*flight[V]{}}
}

// do returns the value of key: remembered, from a question under way, or from
// ask, which says how long its value may be remembered (0: not at all). The
// error is ctx's.
func (m *memo[K, V]) do(ctx context.Context, key K, ask func(context.Context) (V, time.Duration)) (V, error) {
	return m.doBy(ctx, nil, key, func(ctx context.Context, _ *worker) (V, time.Duration) { return ask(ctx) })
}

// doBy does that for a worker: ask is called by another one of its crew. If w is nil
// it is called by a goroutine, and with nil.
func (m *memo[K, V]) doBy(ctx context.Context, w *worker, key K, ask func(context.Context, *worker) (V, time.Duration)) (V, error) {
	var none V
	if err := ctx.Err(); err != nil {
		return none, err
	}
	m.mu.Lock()
	if k, ok := m.kept[key]; ok && time.Now().Before(k.until) {
		m.mu.Unlock()
		return k.value, nil
	}
	f := m.flights[key]
	if f == nil {
		f = m.launch(w, key, ask)
	}
	f.waiting++
	if w != nil {
		f.workers = append(f.workers, w)
	}
	m.mu.Unlock()

	if f.wait(ctx, w) {
		return f.value, nil
	}
	m.leave(key, f)
	return none, ctx.Err()
}

// wait waits until f has landed. It returns false if ctx ends before.
func (f *flight[V]) wait(ctx context.Context, w *worker) bool {
	s := sleeper{worker: w, woken: f.done}
	for {
		select {
		case <-f.done:
			return true
		default:
		}
		if !s.sleep(ctx) {
			return false
		}
	}
}

func (m *memo[K, V]) launch(w *worker, key K, ask func(context.Context, *worker) (V, time.Duration)) *flight[V] {
	ctx, cancel := context.WithCancel(context.Background())
	f := &flight[V]{done: make(chan struct{}), cancel: cancel}
	m.flights[key] = f
	fly := func(w *worker) {
		defer cancel()
		value, keep := ask(ctx, w)
		f.value = value
		m.land(key, f, keep)
	}
	if w == nil {
		m.running.Go(func() { fly(nil) })
		return f
	}
	pilot := w.crew.start(fly)
	f.cancel = func() {
		cancel()
		pilot.wake()
	}
	return f
}

func (m *memo[K, V]) land(key K, f *flight[V], keep time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer func() {
		close(f.done)
		for _, w := range f.workers {
			w.wake()
		}
	}()
	// Abandoned, it may be incomplete, and another may have taken its place.
	if m.flights[key] != f {
		return
	}
	delete(m.flights, key)
	delete(m.kept, key)
	if keep <= 0 {
		return
	}
	for other := range m.kept {
		if len(m.kept) < m.limit {
			break
		}
		delete(m.kept, other)
	}
	m.kept[key] = kept[V]{value: f.value, until: time.Now().Add(keep)}
}

func (m *memo[K, V]) leave(key K, f *flight[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f.waiting--
	if f.waiting > 0 {
		return
	}
	f.cancel()
	if m.flights[key] == f {
		delete(m.flights, key)
	}
}
