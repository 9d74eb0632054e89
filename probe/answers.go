package probe

import (
	"context"
	"encoding/json"
	"time"

	"winnow/address"
	"winnow/bounce"
)

// Shelf keeps what hosts said of addresses over runs.
type Shelf interface {
	Keep(context.Context, []Answer) error
	Find(context.Context, address.Address) (a Answer, ok bool, err error)
}

// Answer is what is kept of one address: the reply that settled it, raw.
type Answer struct {
	Addr  address.Address
	Value []byte
	At    time.Time
}

// answer is the Value of an Answer, as JSON: what of Evidence is judged by.
type answer struct {
	Reply      Reply
	MadeUp     *Reply `json:",omitempty"`
	Postmaster *Reply `json:",omitempty"`
	Refused    int    `json:",omitzero"`
	Late       bool   `json:",omitzero"`
	UTF8       bool   `json:",omitzero"`
}

// Shelve has m keep what asking for addresses came to, where that is settled, and know it for
// the given time; 0: keep only. masked is applied to what replies say; nil: they stand as they were said.
// It is called before m is used.
func (m *Memory) Shelve(s Shelf, within time.Duration, masked func(text string, a address.Address) string) {
	if masked == nil {
		masked = func(text string, _ address.Address) string { return text }
	}
	m.shelf, m.within, m.masked = s, within, masked
}

// Conclude takes in what asking for an address came to.
func (m *Memory) Conclude(a address.Address, e Evidence) {
	if m.shelf == nil || !settled(e) {
		return
	}
	kept := func(r Reply) *Reply {
		if !r.Said() {
			return nil
		}
		r.Text = m.masked(r.Text, a)
		return &r
	}
	value, err := json.Marshal(answer{Reply: *kept(e.Reply), MadeUp: kept(e.MadeUp), Postmaster: kept(e.Postmaster), Refused: e.Refused, Late: e.Late, UTF8: e.UTF8})
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.note(err); err == nil {
		m.answers = append(m.answers, Answer{a, value, e.At})
	}
	if len(m.answers) < atOnce {
		return
	}
	answers := m.answers
	m.answers = nil
	m.keeping.Go(func() { // the store may take its time, and the run goes on
		err := m.shelf.Keep(context.Background(), answers)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.note(err)
	})
}

// atOnce is how many answers are kept with one step: no more are lost where a run is killed.
const atOnce = 1000

// settled tells whether there is nothing to be asked again of an address, by the rules that come with
// winnow: what is unknown, or the domain's alone, is asked anew.
func settled(e Evidence) bool {
	if e.Failure != NotFailed || !e.Reply.Said() || e.Reply.Stage != bounce.StageRcpt {
		return false
	}
	rd := Read(e)
	return rd.Answered && (rd.Code == "" || rd.Class == bounce.Hard && rd.Code == codeOf(rd.Reason))
}

// Answered returns what was heard of an address, if that still counts: it is an Options.Answered.
func (m *Memory) Answered(a address.Address) (Evidence, bool) {
	if m.shelf == nil || m.within <= 0 {
		return Evidence{}, false
	}
	found, ok, err := m.shelf.Find(context.Background(), a)
	var kept answer
	if err == nil && ok && time.Since(found.At) < m.within {
		err = json.Unmarshal(found.Value, &kept)
	} else {
		ok = false
	}
	if err != nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.note(err)
		return Evidence{}, false
	}
	e := Evidence{Domain: a.Domain, At: found.At, Reply: kept.Reply, Refused: kept.Refused, Late: kept.Late, UTF8: kept.UTF8}
	if kept.MadeUp != nil {
		e.MadeUp = *kept.MadeUp
	}
	if kept.Postmaster != nil {
		e.Postmaster = *kept.Postmaster
	}
	// Newer rules may read it otherwise: then it is asked for.
	return e, ok && settled(e)
}

// note keeps the first error for Save. m is locked.
func (m *Memory) note(err error) {
	if m.failed == nil {
		m.failed = err
	}
}
