package dnstest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
)

// conduct is how a name, or the whole server, misbehaves.
type conduct struct {
	fault     string // servfail, lame …; "" if it answers as it should
	ede       uint16
	lowercase bool
	delay     span
	flaky     int // queries to drop first

	// Of the server alone.
	loss   float64 // of 1
	limit  float64 // answers a second; 0 for no limit
	refuse bool    // instead of dropping what is over the limit
	die    int     // after so many queries; 0 for never
}

// span is a duration by chance, min at least and max at most.
type span struct{ min, max time.Duration }

func (s span) pick(rng *rand.Rand) time.Duration {
	if s.max <= s.min {
		return s.min
	}
	return s.min + time.Duration(rng.Int64N(int64(s.max-s.min)+1))
}

// directive is what may stand behind a name.
type directive struct {
	min, max   int // arguments
	serverOnly bool
	set        func(c *conduct, args []string) error // nil: a fault, by the directive's name
}

var directives = map[string]directive{
	"!drop": {}, "!servfail": {}, "!refused": {}, "!nxdomain": {}, "!lame": {}, "!truncate": {}, "!noedns": {}, "!loop": {},
	"!garbage": {}, "!compression": {}, "!cut": {}, "!wrongid": {}, "!otherquestion": {},
	"!ede": {min: 1, max: 1, set: func(c *conduct, args []string) error {
		code, err := strconv.ParseUint(args[0], 10, 16)
		c.fault, c.ede = "ede", uint16(code)
		return err
	}},
	"!lowercase": {set: func(c *conduct, _ []string) error {
		c.lowercase = true
		return nil
	}},
	"!delay": {min: 1, max: 1, set: func(c *conduct, args []string) (err error) {
		c.delay, err = parseSpan(args[0])
		return err
	}},
	"!flaky": {min: 1, max: 1, set: func(c *conduct, args []string) (err error) {
		c.flaky, err = strconv.Atoi(args[0])
		return err
	}},
	"!loss": {min: 1, max: 1, serverOnly: true, set: func(c *conduct, args []string) error {
		number, percent := strings.CutSuffix(args[0], "%")
		share, err := strconv.ParseFloat(number, 64)
		if err == nil && (!percent || !(share >= 0 && share <= 100)) {
			err = fmt.Errorf("want a share like 1%%, not %q", args[0])
		}
		c.loss = share / 100
		return err
	}},
	"!limit": {min: 1, max: 2, serverOnly: true, set: func(c *conduct, args []string) error {
		rate, err := positive(args[0])
		if err == nil && len(args) == 2 && args[1] != "refuse" {
			err = fmt.Errorf("want refuse, not %q", args[1])
		}
		c.limit, c.refuse = float64(rate), len(args) == 2
		return err
	}},
	"!die": {min: 1, max: 1, serverOnly: true, set: func(c *conduct, args []string) (err error) {
		c.die, err = positive(args[0])
		return err
	}},
}

// direct takes a directive.
func (c *conduct) direct(name string, args []string, ofServer bool) error {
	d, ok := directives[name]
	switch {
	case !ok:
		return fmt.Errorf("no directive %s; there are %s", name, strings.Join(slices.Sorted(maps.Keys(directives)), " "))
	case d.serverOnly && !ofServer:
		return fmt.Errorf("%s is for the whole server: %s %s", name, server, name)
	case len(args) < d.min || len(args) > d.max:
		return fmt.Errorf("%s takes %d argument(s), not %d", name, d.max, len(args))
	case d.set == nil:
		c.fault = name[1:]
		return nil
	}
	if err := d.set(c, args); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// parseSpan reads 300ms or 20ms-50ms.
func parseSpan(text string) (s span, err error) {
	from, to, ranged := strings.Cut(text, "-")
	if s.min, err = time.ParseDuration(from); err != nil {
		return s, err
	}
	s.max = s.min
	if ranged {
		s.max, err = time.ParseDuration(to)
	}
	if err == nil && s.max < s.min {
		err = errors.New("the range ends before it begins")
	}
	return s, err
}

func positive(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err == nil && n < 1 {
		err = fmt.Errorf("want at least 1, not %d", n)
	}
	return n, err
}

// bucket lets so many answers a second through, and a burst of 20 ms at once,
// of 10 at least: no more than a resolver that counts by the second would.
type bucket struct {
	tokens float64
	last   time.Time
}

func (b *bucket) take(rate float64, now time.Time) bool {
	burst := max(rate/50, 10)
	if b.last.IsZero() {
		b.tokens = burst
	} else {
		b.tokens = min(burst, b.tokens+rate*now.Sub(b.last).Seconds())
	}
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}
