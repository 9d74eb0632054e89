package policy

import (
	"fmt"
	"strings"
	"time"
)

// Probe says how mail hosts are asked, where they are.
type Probe struct {
	On       bool   // they are, also without --probe
	Try      bool   // and where they can not be reached, it goes without
	Helo     string // the name that we greet with
	From     string // the sender: an address, or <>
	Patience *time.Duration
	Budget   int // of recipients; 0: no limit

	// CatchAllFor is how long counts what a domain said to a made-up recipient; that it refused
	// him counts for a day at most.
	CatchAllFor time.Duration

	// AnswersFor is how long counts what a host said of an address; nil: for as long as
	// the command says. Not more than nothing: it is asked anew.
	AnswersFor *time.Duration
}

// catchAllFor is how long it counts where the policy says nothing: mail servers are
// seldom set up otherwise.
const catchAllFor = 30 * 24 * time.Hour

// probeTable is the table of a policy file that package probe goes by.
type probeTable struct {
	Mode        string  `toml:"mode"`
	Helo        string  `toml:"helo"`
	From        string  `toml:"from"`
	Patience    *string `toml:"patience"`
	Budget      int     `toml:"budget"`
	CatchAllFor *string `toml:"catch-all-for"`
	AnswersFor  *string `toml:"answers-for"`
}

// addTo sets what the table says; an error comes with the key that it is about.
func (t *probeTable) addTo(p *Policy) (key string, err error) {
	to := &p.Probe
	to.Helo, to.From, to.Budget = t.Helo, t.From, t.Budget
	switch t.Mode {
	case "", "off":
	case "on", "try":
		to.On, to.Try = true, t.Mode == "try"
	default:
		return "mode", fmt.Errorf("mode: %q is none of off, on, try", t.Mode)
	}
	if t.Budget < 0 {
		return "budget", fmt.Errorf("budget: it must be 0 (no limit) or more")
	}
	if t.Patience != nil {
		d, err := time.ParseDuration(*t.Patience)
		if err != nil || d < 0 {
			return "patience", fmt.Errorf("patience: %q is no duration such as 20m", *t.Patience)
		}
		to.Patience = &d
	}
	if t.CatchAllFor != nil {
		if to.CatchAllFor, err = ParseDays(*t.CatchAllFor); err != nil {
			return "catch-all-for", fmt.Errorf("catch-all-for: %w", err)
		}
	}
	if t.AnswersFor != nil {
		d, err := ParseAge(*t.AnswersFor)
		if err != nil {
			return "answers-for", fmt.Errorf("answers-for: %w", err)
		}
		to.AnswersFor = &d
	}
	return "", nil
}

// ParseAge is ParseDays that takes 0 as well.
func ParseAge(s string) (time.Duration, error) {
	if strings.TrimSpace(s) == "0" {
		return 0, nil
	}
	return ParseDays(s)
}
