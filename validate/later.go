package validate

import (
	"sync"
	"sync/atomic"
)

// later is what makes a long run's searches short, and costs more to make than
// the searches that a short run does: it is there after many of them. The zero
// later is ready.
type later[T any] struct {
	asked atomic.Int32
	once  sync.Once
	made  atomic.Pointer[T]
}

// many searches are worth the making.
const many = 1 << 6

// after returns what was made, or nil while it is not worth it.
func (l *later[T]) after(make func() *T) *T {
	if made := l.made.Load(); made != nil {
		return made
	}
	return l.ask(make)
}

func (l *later[T]) ask(make func() *T) *T {
	if l.asked.Add(1) <= many {
		return nil
	}
	l.once.Do(func() { l.made.Store(make()) })
	return l.made.Load()
}
