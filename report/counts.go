package report

import (
	"slices"

	"winnow/validate"
	"winnow/verdict"
)

const examples = 3 // row numbers kept of a group

// Counts adds up the rows of a list. The zero Counts is empty. It is not safe
// for concurrent use.
type Counts struct {
	Rows       int64
	NoAddress  int64
	Duplicates int64
	Removed    int64 // judged rows of the removed part, less those that the user denied
	Bounces    int64 // judged rows that are certain to bounce

	groups   [NumParts][verdict.Fix + 1][verdict.MaxKinds]group // by part, action and reason
	statuses [verdict.Invalid + 1]int64                         // of the judged rows
	kinds    [verdict.MaxKinds]int64                            // of the judged rows
}

type group struct {
	rows     int64
	grade    verdict.Grade
	examples [examples]int64
}

// Add counts one row. Rows are added in the order of the list, so that the
// examples are the first ones.
func (c *Counts) Add(p Part, vd verdict.Verdict, row int64) {
	c.Rows++
	g := &c.groups[p][vd.Action][vd.Reason]
	if g.rows < examples {
		g.examples[g.rows] = row
	}
	g.grade = vd.Grade
	g.rows++
	judged := true
	switch {
	case vd.Kinds.Has(validate.RowNoAddress):
		c.NoAddress++
		judged = false
	case vd.Kinds.Has(validate.ListDuplicate):
		c.Duplicates++
		judged = false
	default:
		c.statuses[vd.Grade]++
		if p == Removed && Brakes(vd) {
			c.Removed++
		}
		if validate.Bounce(vd) == verdict.BounceHard {
			c.Bounces++
		}
	}
	for k := range vd.Kinds.All() {
		if judged || validate.Info(k).About == validate.List {
			c.kinds[k]++
		}
	}
}

// Brakes tells whether a removed row counts against the limits that keep a bad
// night from emptying a list: not a duplicate, and not one that the user denied.
func Brakes(vd verdict.Verdict) bool {
	return !vd.Kinds.Has(validate.ListDuplicate) && !vd.Kinds.Has(validate.ListDenied)
}

// Judged returns how many rows enter the rates: all but those without an address
// and duplicates.
func (c *Counts) Judged() int64 { return c.Rows - c.NoAddress - c.Duplicates }

// Status returns how many judged rows have a status.
func (c *Counts) Status(g verdict.Grade) int64 { return c.statuses[g] }

// Kind returns of how many judged rows a kind is said; of all rows, if it is about
// the list.
func (c *Counts) Kind(k verdict.Kind) int64 { return c.kinds[k] }

// Part counts one part, its largest groups first.
func (c *Counts) Part(p Part) PartCount {
	out := PartCount{Part: p.String(), Groups: []Group{}}
	for a := range c.groups[p] {
		for k, g := range c.groups[p][a] {
			if g.rows == 0 {
				continue
			}
			out.Rows += g.rows
			out.Groups = append(out.Groups, Group{
				Status:   g.grade.String(),
				Reason:   validate.Info(verdict.Kind(k)).Code,
				Action:   verdict.Action(a).String(),
				Rows:     g.rows,
				Examples: slices.Clone(g.examples[:min(g.rows, examples)]),
			})
		}
	}
	slices.SortStableFunc(out.Groups, func(a, b Group) int { return int(b.Rows - a.Rows) })
	return out
}
