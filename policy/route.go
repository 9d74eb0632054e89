package policy

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"winnow/validate"
	"winnow/verdict"
)

// groups are the words of --keep that stand for more than one code.
var groups = []struct{ name, prefix string }{
	{"role", "role."},
	{"disposable", "list.disposable"},
	{"typo", "typo."},
	{"implicit", "mx.implicit"},
	{"private", "mx.private"},
	{"dns", "dns."},
	{"catch-all", "smtp.catch-all"},
	{"literal", "address.literal"},
}

// AddKeep adds groups of reasons whose rows go to the clean part although they
// would be reviewed: role, disposable, typo, implicit, private, dns, catch-all,
// literal, risky, unknown, or any code. What is invalid, or has a suggestion, is
// never kept.
func (p *Policy) AddKeep(names ...string) error {
	for _, name := range names {
		if _, err := p.group(name); err != nil {
			return err
		}
	}
	p.Keep = append(p.Keep, names...)
	return nil
}

// Kept returns the kinds that do not keep a row out of the clean part.
func (p Policy) Kept() verdict.Set {
	var set verdict.Set
	for _, name := range p.Keep {
		kinds, _ := p.group(name)
		set = set.Union(kinds)
	}
	return set
}

func (p Policy) group(name string) (verdict.Set, error) {
	var set verdict.Set
	if g, ok := verdict.ParseGrade(name); ok {
		if g == verdict.Valid || g == verdict.Invalid {
			return set, fmt.Errorf("keep: %s is no group: valid rows are clean anyhow, invalid ones bounce", name)
		}
		for k, info := range validate.All() {
			if p.Grade(k) == g && info.About != validate.List {
				set = set.With(k)
			}
		}
		return set, nil
	}
	if k, ok := validate.KindOf(name); ok {
		if !validate.Sendable(k) {
			return set, fmt.Errorf("keep: where %s is said there is no address to send to", name)
		}
		if p.Grade(k) == verdict.Invalid {
			return set, fmt.Errorf("keep: %s is invalid, and what is invalid is never kept; --grade %s=risky has it otherwise", name, name)
		}
		return set.With(k), nil
	}
	for _, g := range groups {
		if g.name == name {
			for k, info := range validate.All() {
				if strings.HasPrefix(info.Code, g.prefix) {
					set = set.With(k)
				}
			}
			return set, nil
		}
	}
	known := make([]string, len(groups))
	for i, g := range groups {
		known[i] = g.name
	}
	return set, fmt.Errorf("keep: there is no group or code %q; groups are %s, risky, unknown", name, strings.Join(known, ", "))
}

// Share is a part of a whole, 0 to 1.
type Share float64

// NoBrake as MaxRemoved lets everything be removed.
const NoBrake Share = 1

// ParseShare reads "20%", "0.5%" or "20" (per cent).
func ParseShare(s string) (Share, error) {
	n, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(s), "%"), 64)
	if err != nil || math.IsNaN(n) || n < 0 || n > 100 {
		return 0, fmt.Errorf("%q is no share such as 20%%", s)
	}
	return Share(n / 100), nil
}

// String prints s as per cent.
func (s Share) String() string { return strconv.FormatFloat(float64(s)*100, 'f', -1, 64) + "%" }

// Gate is a condition that ends a run with exit code 3: more rows of a status
// or code than it bears.
type Gate struct {
	Text  string // as it was given
	Grade int    // a verdict.Grade, or -1: Kind decides
	Kind  verdict.Kind
	Rows  int64 // more than so many …
	Share Share // … or, where it is not 0, more than this share of the judged rows
}

// ParseGate reads STATUS or CODE, with ">N" or ">N%" behind it if some are to be
// borne: "invalid", "unknown>5%", "domain.missing>10".
func ParseGate(s string) (Gate, error) {
	g := Gate{Text: s, Grade: -1}
	what, limit, limited := strings.Cut(strings.ReplaceAll(s, " ", ""), ">")
	if grade, ok := verdict.ParseGrade(what); ok {
		g.Grade = int(grade)
	} else if g.Kind, ok = validate.KindOf(what); !ok {
		return g, fmt.Errorf("fail-on: %q is neither a status (risky, unknown, invalid) nor a code", what)
	}
	if !limited {
		return g, nil
	}
	var err error
	if strings.HasSuffix(limit, "%") {
		g.Share, err = ParseShare(limit)
	} else {
		g.Rows, err = strconv.ParseInt(limit, 10, 64)
	}
	if err != nil || g.Rows < 0 {
		return g, fmt.Errorf("fail-on: %q: behind > stands a number of rows or a share such as 5%%", s)
	}
	return g, nil
}

// Met tells whether rows of total are more than g bears.
func (g Gate) Met(rows, total int64) bool {
	if g.Share > 0 {
		return float64(rows) > float64(g.Share)*float64(total)
	}
	return rows > g.Rows
}
