package mx

import (
	"context"
	"iter"
	"sync"
)

// feed takes names from whoever has them, who may take their time, and hands them to
// a crew, which may not wait. Neither wakes the other for a single name.
type feed struct {
	crew  *crew
	wants chan struct{} // there is room again

	mu     sync.Mutex
	names  []string
	given  int      // of names
	first  []string // are given before them
	full   bool
	paused bool // only the first are given
	ended  bool // there will be no more names
	closed bool // nothing is given any more
}

// ahead is how many names wait at most: many, that who names them is woken seldom.
const ahead = 1024

func newFeed(c *crew) *feed { return &feed{crew: c, wants: make(chan struct{}, 1)} }

// fill takes all names, until ctx ends.
func (f *feed) fill(ctx context.Context, names iter.Seq[string]) {
	defer f.end()
	for name := range names {
		if !f.put(ctx, name) {
			return
		}
	}
}

func (f *feed) end() {
	f.mu.Lock()
	f.ended = true
	f.mu.Unlock()
	f.crew.want()
}

func (f *feed) put(ctx context.Context, name string) bool {
	f.mu.Lock()
	for len(f.names)-f.given >= ahead {
		f.full = true
		f.mu.Unlock()
		select {
		case <-f.wants:
		case <-ctx.Done():
			return false
		}
		f.mu.Lock()
	}
	hungry := len(f.names) == f.given
	if f.given >= ahead {
		n := copy(f.names, f.names[f.given:])
		clear(f.names[n:])
		f.names, f.given = f.names[:n], 0
	}
	f.names = append(f.names, name)
	f.mu.Unlock()
	if hungry {
		f.crew.want()
	}
	return ctx.Err() == nil
}

// again has names given before all others. It returns false if the feed is closed.
func (f *feed) again(names []string) bool {
	f.mu.Lock()
	closed := f.closed
	if !closed {
		f.first = append(f.first, names...)
	}
	f.mu.Unlock()
	if !closed {
		f.crew.want()
	}
	return !closed
}

// pause has only those given, until it is told otherwise.
func (f *feed) pause(paused bool) {
	f.mu.Lock()
	goesOn := f.paused && !paused
	f.paused = paused
	f.mu.Unlock()
	if goesOn {
		f.crew.want()
	}
}

// next returns a name if there is one, and whether it is one of those given again.
func (f *feed) next() (name string, again, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if last := len(f.first) - 1; last >= 0 {
		name, f.first[last] = f.first[last], ""
		f.first = f.first[:last]
		return name, true, true
	}
	if f.paused || f.given == len(f.names) {
		return "", false, false
	}
	name = f.names[f.given]
	f.names[f.given] = ""
	f.given++
	if f.given == len(f.names) {
		f.names, f.given = f.names[:0], 0
	}
	if f.full && len(f.names)-f.given <= ahead/2 {
		f.full = false
		select {
		case f.wants <- struct{}{}:
		default:
		}
	}
	return name, false, true
}

// state says whether names wait, and whether there will be more.
func (f *feed) state() (waiting, over bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	waiting = len(f.first) > 0 || !f.paused && f.given < len(f.names)
	return waiting, f.over()
}

func (f *feed) over() bool { return f.ended && f.given == len(f.names) && len(f.first) == 0 }

// close closes the feed if all was given and there will be no more.
func (f *feed) close() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = f.over()
	return f.closed
}

// tray has the drafts of a crew until they are taken. Whoever takes them may take
// time: the crew lays down some more, and then waits.
type tray struct {
	crew *crew
	some chan struct{} // there is something to take

	mu     sync.Mutex
	drafts []draft
	last   bool
}

// heaped is how many drafts a tray holds before its crew pauses. Those who work then
// finish what they have.
const (
	heaped  = 1024
	handful = 128 // so many are shown at once, fewer when there is time
)

func newTray(c *crew) *tray { return &tray{crew: c, some: make(chan struct{}, 1)} }

func (t *tray) put(d *draft) {
	t.mu.Lock()
	t.drafts = append(t.drafts, *d)
	many := len(t.drafts) == handful
	t.mu.Unlock()
	if many {
		t.tell()
	}
}

// show says that there is something, if there is.
func (t *tray) show() {
	t.mu.Lock()
	some := len(t.drafts) > 0
	t.mu.Unlock()
	if some {
		t.tell()
	}
}

// close says that what lies there is the last.
func (t *tray) close() {
	t.mu.Lock()
	t.last = true
	t.mu.Unlock()
	t.tell()
}

func (t *tray) tell() {
	select {
	case t.some <- struct{}{}:
	default:
	}
}

func (t *tray) full() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.drafts) >= heaped
}

// filled has a token when there is something to take. That of nil never has.
func (t *tray) filled() <-chan struct{} {
	if t == nil {
		return nil
	}
	return t.some
}

// take returns what lies there, and whether it is the last. What was taken before is
// used again.
func (t *tray) take(before []draft) (some []draft, last bool) {
	clear(before)
	t.mu.Lock()
	some, t.drafts, last = t.drafts, before[:0], t.last
	t.mu.Unlock()
	if len(some) >= heaped {
		t.crew.want()
	}
	return some, last
}
