package policy

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"winnow/address"
)

// NoStore as Policy.Store asks nothing that was kept earlier.
const NoStore = "none"

// suppressTable is the table of a policy file that package suppress goes by.
type suppressTable struct {
	SoftEvents     *int     `toml:"soft-events"`
	SoftApart      *string  `toml:"soft-apart"`
	SoftWithin     *string  `toml:"soft-within"`
	SoftAge        *string  `toml:"soft-age"`
	FullAge        *string  `toml:"full-age"`
	SoftFor        *string  `toml:"soft-for"`
	DisabledFor    *string  `toml:"disabled-for"`
	BadDayWait     *string  `toml:"bad-day-wait"`
	BadDayEvents   *int     `toml:"bad-day-events"`
	BadDayTimes    *float64 `toml:"bad-day-times"`
	RecentDelivery *string  `toml:"recent-delivery"`
	FromDomain     string   `toml:"from-domain"`
	Store          string   `toml:"store"`
	HashKey        string   `toml:"hash-key"`
}

// addTo sets what the table says; an error comes with the key that it is about.
func (t *suppressTable) addTo(p *Policy) (key string, err error) {
	to := &p.Suppress
	for _, d := range []struct {
		key  string
		text *string
		to   *time.Duration
	}{
		{"soft-apart", t.SoftApart, &to.SoftApart},
		{"soft-within", t.SoftWithin, &to.SoftWithin},
		{"soft-age", t.SoftAge, &to.SoftAge},
		{"full-age", t.FullAge, &to.FullAge},
		{"soft-for", t.SoftFor, &to.SoftFor},
		{"disabled-for", t.DisabledFor, &to.DisabledFor},
		{"bad-day-wait", t.BadDayWait, &to.BadDayWait},
		{"recent-delivery", t.RecentDelivery, &to.RecentDelivery},
	} {
		if d.text == nil {
			continue
		}
		if *d.to, err = ParseDays(*d.text); err != nil {
			return d.key, fmt.Errorf("%s: %w", d.key, err)
		}
	}
	for _, n := range []struct {
		key   string
		value *int
		to    *int
	}{{"soft-events", t.SoftEvents, &to.SoftEvents}, {"bad-day-events", t.BadDayEvents, &to.BadDayEvents}} {
		if n.value == nil {
			continue
		}
		if *n.to = *n.value; *n.to < 1 {
			return n.key, fmt.Errorf("%s: it is 1 or more", n.key)
		}
	}
	if t.BadDayTimes != nil {
		if to.BadDayTimes = *t.BadDayTimes; !(to.BadDayTimes >= 1) {
			return "bad-day-times", fmt.Errorf("bad-day-times: it is 1 or more")
		}
	}
	if t.FromDomain != "" {
		if err := p.SetFrom(t.FromDomain); err != nil {
			return "from-domain", err
		}
	}
	p.Store, p.HashKey = t.Store, t.HashKey
	return "", nil
}

// SetFrom sets the domain that mail is to be sent from.
func (p *Policy) SetFrom(domain string) error {
	name, err := address.ParseDomain(domain)
	if err != nil {
		return fmt.Errorf("from-domain: %q is no domain: %w", domain, err)
	}
	p.Suppress.From = name
	return nil
}

// ParseDays reads a time such as 30d, 2y or 24h. It is more than nothing.
func ParseDays(s string) (time.Duration, error) {
	const day = 24 * time.Hour
	unit := map[string]time.Duration{"d": day, "w": 7 * day, "y": 365 * day}
	text := strings.TrimSpace(s)
	if text != "" {
		if per, ok := unit[text[len(text)-1:]]; ok {
			n, err := strconv.Atoi(strings.TrimSpace(text[:len(text)-1]))
			if most := int(100 * unit["y"] / per); err == nil && n > 0 && n <= most {
				return time.Duration(n) * per, nil
			}
		} else if d, err := time.ParseDuration(text); err == nil && d > 0 {
			return d, nil
		}
	}
	return 0, fmt.Errorf("%q is no time such as 30d, 2y or 24h", s)
}
