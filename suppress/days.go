package suppress

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"winnow/bounce"
	"winnow/store"
)

// counts are what a mail host said on a day (UTC).
type counts struct {
	total     uint64 // mails that something is known of
	delivered uint64
	blocks    uint64
	unknown   uint64 // refused for good, because of the recipient
}

func (c *counts) add(o counts) {
	c.total, c.delivered, c.blocks, c.unknown = c.total+o.total, c.delivered+o.delivered, c.blocks+o.blocks, c.unknown+o.unknown
}

// days are counts by mail host and day.
type days map[string]map[string]counts

const dayForm = time.DateOnly

func dayOf(at time.Time) string { return at.UTC().Format(dayForm) }

func (d days) put(group, day string, more counts) {
	if d[group] == nil {
		d[group] = make(map[string]counts)
	}
	c := d[group][day]
	c.add(more)
	d[group][day] = c
}

// count adds an event.
func (d days) count(group string, at time.Time, h bounce.Happening, c bounce.Class, r bounce.Reason) {
	one := counts{total: 1}
	switch what := whatOf(h, c, r); {
	case what == delivery:
		one.delivered = 1
	case !isRefusal(h) || c == bounce.None || c == bounce.Complained:
		return // no mail host's answer
	case c == bounce.Block:
		one.blocks = 1
	case what == hard || what == disabled:
		one.unknown = 1
	}
	d.put(group, dayOf(at), one)
}

// takeAway takes an event out that was counted. Counts of what is to be taken away wrap
// around, and do so again where they are added to those in the store.
func (d days) takeAway(group string, at time.Time, h bounce.Happening, c bounce.Class, r bounce.Reason) {
	was := make(days)
	was.count(group, at, h, c, r)
	for day, old := range was[group] {
		d.put(group, day, counts{-old.total, -old.delivered, -old.blocks, -old.unknown})
	}
}

// erase takes an event out that is erased.
func (d days) erase(at time.Time, f *fields) {
	if len(f[fieldTimeless]) == 0 {
		d.takeAway(string(f[fieldGroup]), at, words.happened[string(f[fieldHappened])], words.class[string(f[fieldClass])], words.reason[string(f[fieldReason])])
	}
}

// floor makes nothing of less than nothing: what was counted on a day may have been
// erased before all of its events were.
func (c *counts) floor() {
	for _, n := range []*uint64{&c.total, &c.delivered, &c.blocks, &c.unknown} {
		if *n > math.MaxInt64 {
			*n = 0
		}
	}
}

// addTo adds the counts to those in the store, in which no day is on which nothing happened.
func (d days) addTo(tx *store.Tx) error {
	cache := tx.Cache(dayCache)
	for group, byDay := range d {
		for day, c := range byDay {
			key := []byte(group + "\x00" + day)
			item, ok, err := cache.Latest(key)
			if err != nil {
				return err
			}
			if ok {
				was, err := readCounts(item.Value)
				if err != nil {
					return err
				}
				c.add(was)
			}
			c.floor()
			if c == (counts{}) {
				if _, err := cache.Delete(key); err != nil {
					return err
				}
				continue
			}
			value := binary.AppendUvarint(nil, c.total)
			value = binary.AppendUvarint(value, c.delivered)
			value = binary.AppendUvarint(value, c.blocks)
			value = binary.AppendUvarint(value, c.unknown)
			at, err := time.Parse(dayForm, day)
			if err != nil {
				return err
			}
			if err := cache.Put(key, value, at); err != nil {
				return err
			}
		}
	}
	return nil
}

func readCounts(value []byte) (c counts, err error) {
	for _, to := range []*uint64{&c.total, &c.delivered, &c.blocks, &c.unknown} {
		v, n := binary.Uvarint(value)
		if n <= 0 {
			return c, fmt.Errorf("a day's counts in the store can not be read: %w", store.ErrDamaged)
		}
		*to, value = v, value[n:]
	}
	return c, nil
}

// readDays reads the counts of one mail host, or with "" those of all.
func readDays(tx *store.Tx, group string) (days, error) {
	d := make(days)
	var prefix []byte
	if group != "" {
		prefix = []byte(group + "\x00")
	}
	for item, err := range tx.Cache(dayCache).All(prefix) {
		if err != nil {
			return nil, err
		}
		c, err := readCounts(item.Value)
		if err != nil {
			return nil, err
		}
		group, day, _ := bytes.Cut(item.Key, []byte{0})
		d.put(string(group), string(day), c)
	}
	return d, nil
}

// badDays are the days that stand out, by mail host and day; see [Policy].
type badDays map[string]bool

func (d days) bad(p *Policy) badDays {
	bad := make(badDays)
	for group, byDay := range d {
		var all counts
		for _, c := range byDay {
			all.add(c)
		}
		best := lowerHalf(byDay)
		for day, c := range byDay {
			if p.standsOut(c, all, best, len(byDay)-1) {
				bad[group+"\x00"+day] = true
			}
		}
	}
	return bad
}

// has does not allocate for most days: there are few bad ones.
func (b badDays) has(group []byte, at time.Time) bool {
	if len(b) == 0 {
		return false
	}
	return b[string(group)+"\x00"+dayOf(at)]
}

// lowerHalf are the days with deliveries whose share of unknown recipients is lowest,
// half of them, together: what is usual, of which bad days in a row cannot be part. It
// is of at most half of the days, and of one at least.
func lowerHalf(byDay map[string]counts) (usual counts) {
	var told []counts
	for _, c := range byDay {
		if c.delivered > 0 {
			told = append(told, c)
		}
	}
	slices.SortFunc(told, func(a, b counts) int {
		return cmp.Compare(float64(a.unknown)/float64(a.total), float64(b.unknown)/float64(b.total))
	})
	for _, c := range told[:(len(told)+1)/2] {
		usual.add(c)
	}
	return usual
}

// standsOut tells whether a day stands out among all those of its mail host, of
// which others are other ones, and what is usual is of its best days.
func (p *Policy) standsOut(c, all, best counts, others int) bool {
	if c.total < uint64(p.BadDayEvents) {
		return false
	}
	if 2*c.blocks > c.total {
		return true
	}
	rest := counts{all.total - c.total, all.delivered - c.delivered, all.blocks - c.blocks, all.unknown - c.unknown}
	if others == 0 || rest.total == 0 || c.unknown == 0 {
		return false // nobody knows what is usual
	}
	if c.delivered > 0 && rest.delivered > 0 {
		return float64(c.unknown)/float64(c.total) > p.BadDayTimes*float64(max(best.unknown, 1))/float64(best.total)
	}
	usual := float64(max(rest.unknown, 1))
	return c.unknown >= uint64(p.BadDayEvents) && float64(c.unknown) > p.BadDayTimes*usual/float64(others)
}
