package suppress

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kept says where the columns are of a list that an Exporter wrote in the format
// "csv": each row has a standing of its own.
type Kept struct{ standing, reason, since, until, note int }

// KeptHeader is how such a list begins.
const KeptHeader = "email,standing,reason,since,until,"

// KeptIn finds the columns in a list's header. It has none of ours if it has not all
// that say what is held against an address.
func KeptIn(header []string) (k Kept, ok bool) {
	k = Kept{slices.Index(header, "standing"), slices.Index(header, "reason"), slices.Index(header, "since"), slices.Index(header, "until"), slices.Index(header, "note")}
	return k, k.standing >= 0 && k.reason >= 0 && k.since >= 0 && k.until >= 0
}

// ErrLetGo says that what was held against an address has ended meanwhile.
var ErrLetGo = errors.New("it was let go meanwhile")

// Order makes o what a row says, which is given as its cells. Where o has no note of
// its own, the row's is taken, or its reason and instead. The error is ErrLetGo, or names the
// cell that can not be read.
func (k Kept) Order(o Order, cells []string, instead string, now time.Time) (Order, error) {
	cell := func(i int) string {
		if i < 0 || i >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	ok := false
	if o.Standing, ok = ParseStanding(cell(k.standing)); !ok || o.Standing == Clear {
		return o, fmt.Errorf("its standing is none of %s, %s, %s", Hard, Complained, Soft)
	}
	for _, t := range []struct {
		name string
		cell int
		to   *time.Time
	}{{"since", k.since, &o.Since}, {"until", k.until, &o.Until}} {
		text := cell(t.cell)
		if text == "" {
			continue
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			at, err = time.Parse(time.DateOnly, text) // somebody's spreadsheet
		}
		if err != nil {
			return o, fmt.Errorf("its %s is no time such as 2026-11-24T08:00:00Z", t.name)
		}
		*t.to = at
	}
	if !o.Until.IsZero() && !o.Until.After(now) {
		return o, ErrLetGo
	}
	if o.Note == "" {
		o.Note = harmful(cell(k.note))
	}
	if reason := cell(k.reason); o.Note == "" {
		o.Note = instead
		if reason != "" && reason != byHandWord {
			o.Note = reason + ", " + instead
		}
	}
	return o, nil
}

// harmful takes off what harmless has put before a note.
func harmful(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && harmless(rest, false) == cell {
		return rest
	}
	return cell
}
