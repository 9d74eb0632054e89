package probe

import "time"

// Manners are how much is asked of a group of mail hosts (see Group). The zero Manners
// is DefaultManners.
type Manners struct {
	Default Limits            // of a group that is not named
	Groups  map[string]Limits // of one that is, where a field is 0 the Default's
}

// Limits are the most that is asked of one group. Below them, what the hosts bear is
// found out.
type Limits struct {
	Connections int           // at once
	Recipients  int           // RCPT in a session
	Refusals    int           // RCPT refused in a session: many hosts stall from the tenth on
	PerMinute   int           // sessions
	Pause       time.Duration // after a 421 or a refusal because of the rate
}

// DefaultManners are those of a guest, with the known limits of the big providers.
func DefaultManners() Manners { return Manners{} }

// Unmannered asks as fast as the hosts bear it: for one's own machines.
func Unmannered() Manners { return Manners{} }

// Group returns whose manners hold at a mail host: its provider's name, else its
// registrable domain, else its own name.
func Group(host string) string { return host }
