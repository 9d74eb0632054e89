package listmaker

import (
	"errors"
	"fmt"
	"strings"
)

// ErrGuard says that a list made would flag what must not be flagged, or is
// none.
var ErrGuard = errors.New("a guard refuses the list")

// guard proves of a finished list what must hold of it, however it was made.
func (l list) guard(k known) error {
	if len(l.entries) == 0 {
		return fmt.Errorf("list %s: %w: it is empty", l.name, ErrGuard)
	}
	before := ""
	for _, line := range l.entries {
		entry, _, _ := strings.Cut(line, " ")
		if before >= entry {
			return fmt.Errorf("list %s: %w: %s is out of order", l.name, ErrGuard, entry)
		}
		before = entry
		if why := l.breach(entry, k); why != "" {
			return fmt.Errorf("list %s: %w: %s: %s", l.name, ErrGuard, entry, why)
		}
	}
	return nil
}

func (l list) breach(entry string, k known) string {
	if l.name != "role" && normalise(entry) != entry {
		return "not a domain name in A-labels"
	}
	var why reason
	switch l.name {
	case "role":
		if !isRole(entry) {
			return "not a name in small letters and digits"
		}
	case "disposable":
		why = k.banned(entry)
	case "free":
		why = k.notFree(entry)
	}
	if why != 0 {
		return why.String()
	}
	return ""
}
