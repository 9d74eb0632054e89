package pipeline

import (
	"context"
	"sync"
)

// turnstile lets blocks through one at a time, in the order of their numbers.
type turnstile struct {
	ctx  context.Context
	mu   sync.Mutex
	turn *sync.Cond
	next int
}

func newTurnstile(ctx context.Context) *turnstile {
	t := &turnstile{ctx: ctx}
	t.turn = sync.NewCond(&t.mu)
	context.AfterFunc(ctx, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.turn.Broadcast()
	})
	return t
}

// pass waits until all blocks before seq have passed, then runs f. If ctx ends
// first f is not run.
func (t *turnstile) pass(seq int, f func() error) error {
	t.mu.Lock()
	for t.next != seq && t.ctx.Err() == nil {
		t.turn.Wait()
	}
	t.mu.Unlock()
	if err := t.ctx.Err(); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	t.mu.Lock()
	t.next++
	t.turn.Broadcast()
	t.mu.Unlock()
	return nil
}
