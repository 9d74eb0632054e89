package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"winnow/address"
	"winnow/store"
)

// Memory is what earlier runs have learnt, kept in a store: of domains, whether they take mail for
// everybody; of addresses, what their hosts said, see Shelve. It is a Sink, and safe for concurrent use.
type Memory struct {
	store  *store.Store
	shelf  Shelf // nil: nothing is kept of addresses
	within time.Duration
	masked func(text string, a address.Address) string

	mu    sync.Mutex
	known map[string]Catch
	fresh map[string]Catch // not kept yet

	answers []Answer // not kept yet
	failed  error    // the first error of a shelf
	keeping sync.WaitGroup
}

// catchAlls is the name of the cache: Catch as JSON, by domain.
const catchAlls = "probe.catch-all"

// Remember reads what was learnt within the given time before now.
func Remember(ctx context.Context, s *store.Store, within time.Duration) (*Memory, error) {
	m := &Memory{store: s, known: map[string]Catch{}, fresh: map[string]Catch{}}
	since := time.Now().Add(-within)
	err := s.View(ctx, func(tx *store.Tx) error {
		for item, err := range tx.Cache(catchAlls).All(nil) {
			if err != nil {
				return err
			}
			var c Catch
			// What cannot be read is asked for anew, and replaced.
			if item.At.After(since) && json.Unmarshal(item.Value, &c) == nil {
				m.known[string(item.Key)] = c
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("probe: read what was learnt of domains: %w", err)
	}
	return m, nil
}

// Known returns what was learnt of a domain: it is an Options.Known.
func (m *Memory) Known(domain string) (Catch, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.known[domain]
	return c, ok
}

// Hear takes in what is new of a domain.
func (m *Memory) Hear(l Learnt) {
	if l.Catch == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known[l.Addr.Domain], m.fresh[l.Addr.Domain] = *l.Catch, *l.Catch
}

// Save keeps what was learnt since it was called last.
func (m *Memory) Save(ctx context.Context) error {
	m.keeping.Wait()
	m.mu.Lock()
	fresh := m.fresh
	m.fresh = map[string]Catch{}
	if len(m.answers) > 0 {
		m.note(m.shelf.Keep(ctx, m.answers))
		m.answers = nil
	}
	failed := m.failed
	m.failed = nil
	m.mu.Unlock()
	if failed != nil {
		failed = fmt.Errorf("probe: keep what was learnt of addresses: %w", failed)
	}
	if len(fresh) == 0 {
		return failed
	}
	err := m.store.Update(ctx, func(tx *store.Tx) error {
		cache := tx.Cache(catchAlls)
		for _, domain := range slices.Sorted(maps.Keys(fresh)) {
			value, err := json.Marshal(fresh[domain])
			if err != nil {
				return err
			}
			if err := cache.Put([]byte(domain), value, fresh[domain].Reply.At); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("probe: keep what was learnt of domains: %w", err)
	}
	return errors.Join(failed, err)
}
