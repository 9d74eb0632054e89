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
	cancel  context.CancelFunc
	waiting int
	value   V // once done is closed
}

func newMemo[K comparable, V any](limit int) *memo[K, V] {
	return &memo[K, V]{limit: limit, kept: map[K]kept[V]{}, flights: map[K]*flight[V]{}}
}

// do returns the value of key: remembered, from a question under way, or from
// ask, which says how long its value may be remembered (0: not at all). The
// error is ctx's.
func (m *memo[K, V]) do(ctx context.Context, key K, ask func(context.Context) (V, time.Duration)) (V, error) {
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
		f = m.launch(key, ask)
	}
	f.waiting++
	m.mu.Unlock()

	select {
	case <-f.done:
		return f.value, nil
	case <-ctx.Done():
		m.leave(key, f)
		return none, ctx.Err()
	}
}

func (m *memo[K, V]) launch(key K, ask func(context.Context) (V, time.Duration)) *flight[V] {
	ctx, cancel := context.WithCancel(context.Background())
	f := &flight[V]{done: make(chan struct{}), cancel: cancel}
	m.flights[key] = f
	m.running.Go(func() {
		defer cancel()
		value, keep := ask(ctx)
		f.value = value
		m.land(key, f, keep)
		close(f.done)
	})
	return f
}

func (m *memo[K, V]) land(key K, f *flight[V], keep time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
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
