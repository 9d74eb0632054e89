package probe

import (
	_ "embed"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/BurntSushi/toml"
	"golang.org/x/net/publicsuffix"

	"winnow/provider"
)

// Manners are how much is asked of a group of mail hosts (see Group). The zero Manners
// is DefaultManners; with a Default of their own, they hold for all groups that they do
// not name.
type Manners struct {
	Default Limits            // of a group that is not named; where a field is 0, the usual one
	Groups  map[string]Limits // of one that is; where a field is 0, the Default's
}

// Limits are the most that is asked of one group; below 0 is no limit. Below them, what
// the hosts bear is found out.
type Limits struct {
	Connections int           `toml:"connections"` // at once
	Recipients  int           `toml:"recipients"`  // RCPT in a session
	Refusals    int           `toml:"refusals"`    // RCPT refused in a session: many hosts stall with the tenth
	PerMinute   int           `toml:"per_minute"`  // sessions begun
	Pause       time.Duration `toml:"pause"`       // after a 421, or a refusal because of the rate
}

//go:embed manners.toml
var mannersFile string

// custom is what is known of a group beside its limits.
type custom struct {
	Limits
	Name   string `toml:"name"`
	Yes    string `toml:"yes"`
	MadeUp string `toml:"made_up"`
	Source string `toml:"source"`
	Date   string `toml:"date"`
}

// table is manners.toml, read.
type table struct {
	Default Limits
	Groups  map[string]custom
}

// customs reads the table that comes with winnow. A test proves that it can be read.
var customs = sync.OnceValues(func() (table, error) { return readTable(mannersFile) })

func readTable(text string) (table, error) {
	var file struct {
		Default Limits   `toml:"default"`
		Group   []custom `toml:"group"`
	}
	md, err := toml.Decode(text, &file)
	if err != nil {
		return table{}, fmt.Errorf("manners: %w", err)
	}
	if unknown := md.Undecoded(); len(unknown) > 0 {
		return table{}, fmt.Errorf("manners: %s is not known", unknown[0])
	}
	t := table{Default: file.Default, Groups: map[string]custom{}}
	for _, c := range file.Group {
		switch {
		case c.Name == "":
			return table{}, fmt.Errorf("manners: a group has no name")
		case c.Yes != "" && c.Yes != "nothing", c.MadeUp != "" && c.MadeUp != "alone":
			return table{}, fmt.Errorf("manners: %s: a word is not known", c.Name)
		}
		if _, twice := t.Groups[c.Name]; twice {
			return table{}, fmt.Errorf("manners: %s stands there twice", c.Name)
		}
		t.Groups[c.Name] = c
	}
	return t, nil
}

// DefaultManners are those of a guest, with what is known of the big providers.
func DefaultManners() Manners {
	t, _ := customs()
	m := Manners{Default: t.Default, Groups: map[string]Limits{}}
	for name, c := range t.Groups {
		m.Groups[name] = c.Limits
	}
	return m
}

// Unmannered asks as much as the hosts bear: for one's own machines. Only the number of
// refusals in a session is held below what makes Postfix stall.
func Unmannered() Manners {
	return Manners{Default: Limits{Connections: 40, Recipients: 100, Refusals: 9, PerMinute: -1, Pause: time.Second}}
}

// whole returns the manners with what they do not say: all of the default ones if they say
// nothing of the default group, else its limits only.
func (m Manners) whole() Manners {
	d := DefaultManners()
	if m.Default == (Limits{}) {
		maps.Copy(d.Groups, m.Groups)
		return d
	}
	of := Manners{Default: d.Default, Groups: map[string]Limits{"": m.Default}}
	return Manners{Default: of.limitsOf(""), Groups: m.Groups}
}

// limitsOf returns the limits of a group.
func (m *Manners) limitsOf(name string) Limits {
	l, d := m.Groups[name], m.Default
	for _, f := range []struct {
		mine *int
		of   int
	}{
		{&l.Connections, d.Connections}, {&l.Recipients, d.Recipients}, {&l.Refusals, d.Refusals}, {&l.PerMinute, d.PerMinute},
	} {
		if *f.mine == 0 {
			*f.mine = f.of
		}
		if *f.mine < 0 {
			*f.mine = unlimited
		}
	}
	if l.Pause == 0 {
		l.Pause = d.Pause
	}
	return l
}

// unlimited is a number that no run reaches.
const unlimited = 1 << 30

// Group returns whose manners hold at a mail host: its provider's name, else its
// registrable domain, else the host's own name. Google's hosts for companies and for
// everybody are one group, for they count together.
func Group(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	switch of := provider.OfHost(host); {
	case of.ID == provider.GoogleWorkspace:
		return provider.Gmail.String()
	case of.ID != provider.Unknown:
		return of.ID.String()
	}
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}

// nothingByYes tells whether a yes of the host proves nothing, for a domain of its: of a provider that
// refuses only after DATA, and of a relay, whose owner may have switched the address off.
func nothingByYes(domain, host string) bool {
	if of := provider.OfHost(host); of.Class == provider.Relay {
		return true
	}
	t, err := customs()
	return err == nil && (t.Groups[Group(host)].Yes != "" || t.Groups[provider.OfDomain(domain).String()].Yes != "")
}

// alone tells whether a host is to be asked for the made-up recipient in a session of
// its own.
func alone(host string) bool {
	t, err := customs()
	return err == nil && t.Groups[Group(host)].MadeUp != ""
}
