package pipeline

import (
	"context"
	"iter"
	"sync"
	"time"

	"winnow/validate"
	"winnow/verdict"
)

// Stream judges single addresses as they come, many at once.
type Stream struct {
	Validator *validate.Validator
	Timeout   time.Duration // for each address; what is not found out by then is unknown
	Unordered bool          // answer as soon as something is known, not in the order of asking
}

// streamWindow is how many addresses are judged at once; that many answers at
// most wait for an earlier one.
const streamWindow = 128

// question is an address on its way, its answer to come.
type question struct {
	text   string
	line   int
	err    error // of reading it: the last question
	answer chan verdict.Result
}

// Run judges each text and calls each with its verdict, one at a time. It ends
// with the texts, with the first error that texts yields or each returns, or
// with ctx; it does not wait for texts then, which may be blocked on a read.
//
//	texts ─▶ ask ─┬─▶ todo ─▶ judges ─▶ question.answer
//	              └─▶ order ──────────▶ each
func (s Stream) Run(ctx context.Context, texts iter.Seq2[string, error], each func(verdict.Result) error) error {
	ctx, stop := context.WithCancel(ctx)
	failed := make(chan error, streamWindow) // one of each judge at most
	todo, order := make(chan *question), make(chan *question, streamWindow)
	answers := make(chan verdict.Result) // for all questions, if unordered

	go func() { // left behind where it waits for a text
		defer close(order)
		defer close(todo)
		line := 0
		for text, err := range texts {
			line++
			q := &question{text: text, line: line, err: err, answer: answers}
			if !s.Unordered || err != nil {
				q.answer = make(chan verdict.Result, 1)
				if !send(ctx, order, q) {
					return
				}
			}
			if err != nil || !send(ctx, todo, q) {
				return
			}
		}
	}()

	// A judge that has got a question calls the next one, up to streamWindow of them:
	// for a single address there is no need to wake them all.
	var judges sync.WaitGroup
	var judge func(more int)
	judge = func(more int) {
		for {
			q, ok := receive(ctx, todo)
			if ok && more > 0 {
				next := more - 1
				more = 0
				judges.Go(func() { judge(next) })
			}
			if !ok {
				return
			}
			if err := s.judge(ctx, q); err != nil {
				failed <- err
				stop() // the first ends all
				return
			}
		}
	}
	judges.Go(func() { judge(streamWindow - 1) })
	ended := func() error {
		select {
		case err := <-failed:
			return err
		default:
			return ctx.Err()
		}
	}
	defer judges.Wait()
	defer stop()
	if s.Unordered {
		go func() {
			judges.Wait()
			close(answers)
		}()
		for {
			r, ok := receive(ctx, answers)
			if !ok {
				break
			}
			if err := each(r); err != nil {
				return err
			}
		}
	}
	for {
		q, ok := receive(ctx, order)
		switch {
		case !ok:
			return ended()
		case q.err != nil:
			return q.err
		}
		r, ok := receive(ctx, q.answer)
		if !ok {
			return ended()
		}
		if err := each(r); err != nil {
			return err
		}
	}
}

// judge answers q. The error is ctx's, or that the history could not be read.
func (s Stream) judge(ctx context.Context, q *question) error {
	within, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	r, err := s.Validator.Check(within, q.text)
	if err != nil {
		return err
	}
	r.Row = q.line
	if !send(ctx, q.answer, r) {
		return ctx.Err()
	}
	return nil
}

func send[T any](ctx context.Context, to chan<- T, v T) bool {
	select {
	case to <- v:
		return true
	case <-ctx.Done():
		return false
	}
}

func receive[T any](ctx context.Context, from <-chan T) (v T, ok bool) {
	select {
	case v, ok = <-from:
		return v, ok
	case <-ctx.Done():
		return v, false
	}
}
