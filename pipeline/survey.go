package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"winnow/listio"
	"winnow/mx"
)

// surveyAndResolve reads the list once, and asks for each of its domains once
// while it reads. A resolver that is dead or lies is returned as such an error;
// every domain has its answer, or the reason why there is none, all the same.
func (r *run) surveyAndResolve(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	blocks := make(chan *listio.Block)
	from := r.List.Blocks()
	names := newQueue()

	g.Go(func() error { return r.readBlocks(ctx, Survey, blocks, from, &r.surveyed) })
	g.Go(func() error {
		defer names.close()
		survey, ctx := errgroup.WithContext(ctx)
		for range runtime.GOMAXPROCS(0) {
			survey.Go(func() error {
				for b := range blocks {
					r.survey(b, names)
					from.Release(b)
				}
				return ctx.Err()
			})
		}
		return survey.Wait()
	})
	g.Go(func() error {
		var done atomic.Int64
		return r.Resolver.Resolve(ctx, names.all(ctx), func(a mx.Answer) {
			r.Validator.SetMX(&r.domains.at(a.Name).Domain, a)
			r.Progress(Resolve, done.Add(1), names.total())
		})
	})
	err := g.Wait()
	if failedResolver(err) {
		r.surveyed = 0 // it may have been cut short
		r.domains.unanswered(mx.Answer{Outcome: mx.Timeout, Detail: strings.TrimPrefix(err.Error(), "mx: "), At: time.Now()})
	}
	return err
}

// survey interns the domains of a block's rows.
func (r *run) survey(b *listio.Block, names *queue) {
	for i := range b.Len() {
		m := r.mailbox(b.Row(i))
		if domain := domainOf(&m); domain != "" {
			if d, isNew := r.domains.intern(domain); isNew && r.asks(&d.Domain) {
				names.put(d.ASCII)
			}
		}
	}
}

// endOfList tells the end of a list from trouble with it: one that changes
// while it is read is that first of all.
func endOfList(s *listio.Source, err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	if changed := s.Changed(); changed != nil {
		return changed
	}
	return fmt.Errorf("read %s: %w", s.Name(), err)
}

// queue holds the names that are to be asked for. It never blocks who puts: the
// names are interned anyhow, and the survey's end tells how many there are.
type queue struct {
	mu     sync.Mutex
	names  []string
	taken  int
	closed bool
	more   chan struct{} // holds one token when something was put or the queue closed
}

func newQueue() *queue { return &queue{more: make(chan struct{}, 1)} }

func (q *queue) put(name string) {
	q.mu.Lock()
	q.names = append(q.names, name)
	q.mu.Unlock()
	q.wake()
}

func (q *queue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.wake()
}

func (q *queue) wake() {
	select {
	case q.more <- struct{}{}:
	default:
	}
}

func (q *queue) total() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return int64(len(q.names))
}

// all yields every name once, until the queue is closed and empty or ctx ends.
// It serves one reader.
func (q *queue) all(ctx context.Context) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			q.mu.Lock()
			fresh, closed := q.names[q.taken:], q.closed
			q.taken = len(q.names)
			q.mu.Unlock()
			for _, name := range fresh {
				if !yield(name) {
					return
				}
			}
			if len(fresh) > 0 {
				continue
			}
			if closed {
				return
			}
			select {
			case <-q.more:
			case <-ctx.Done():
				return
			}
		}
	}
}
