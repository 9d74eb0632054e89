// Package verdict answers one question: how does one say what was found out
// about an address?
//
// It holds the words only (kinds and sets of them, grades, actions, depths, and
// the stable shape of a printed result). Which kinds there are and how they are
// judged stands in package validate.
package verdict

import "time"

// Grade is how grave a kind is, and the status of an address: the gravest of
// its kinds. Grades are ordered: Valid < Risky < Unknown < Invalid.
type Grade uint8

const (
	Valid   Grade = iota // nothing speaks against it, as deep as was looked
	Risky                // it takes mail, but a reason to look twice
	Unknown              // could not be found out, or was refused because of us
	Invalid              // positive evidence that mail to it will bounce
)

var grades = [...]string{Valid: "valid", Risky: "risky", Unknown: "unknown", Invalid: "invalid"}

// String returns the stable lower-case word of g.
func (g Grade) String() string { return word(grades[:], int(g)) }

// ParseGrade is the reverse of [Grade.String]. ok is false for other words.
func ParseGrade(s string) (g Grade, ok bool) {
	i, ok := indexOf(grades[:], s)
	return Grade(i), ok
}

// Action is what to do with an address.
type Action uint8

const (
	Send    Action = iota // valid
	Review                // risky
	Recheck               // unknown: ask again later
	Remove                // invalid
	Fix                   // there is a suggestion: look at it, never remove
)

var actions = [...]string{Send: "send", Review: "review", Recheck: "recheck", Remove: "remove", Fix: "fix"}

// String returns the stable lower-case word of a.
func (a Action) String() string { return word(actions[:], int(a)) }

// Depth is how deep was looked for an address.
type Depth uint8

const (
	DepthSyntax Depth = iota // nothing outside was asked
	DepthDNS                 // its domain was asked for in DNS
	DepthSMTP                // its mail host was asked
)

var depths = [...]string{DepthSyntax: "syntax", DepthDNS: "dns", DepthSMTP: "smtp"}

// String returns the stable lower-case word of d.
func (d Depth) String() string { return word(depths[:], int(d)) }

// Bounce is the bounce that is predicted for an address.
type Bounce uint8

const (
	BounceUnknown Bounce = iota // cannot be told at the depth looked at
	BounceNone                  // its host took the address and refused a made-up one, or mail was delivered lately
	BounceSoft                  // a passing refusal is to be expected
	BounceHard                  // a final refusal is to be expected
)

var bounces = [...]string{BounceUnknown: "unknown", BounceNone: "none", BounceSoft: "soft", BounceHard: "hard"}

// String returns the stable lower-case word of b.
func (b Bounce) String() string { return word(bounces[:], int(b)) }

// Verdict is what is thought of one address: all that can be said of it, what
// decided, and what to do. It holds no pointers and costs no allocation.
type Verdict struct {
	Kinds  Set
	Reason Kind // the kind that decided; 0 if there is none
	Grade  Grade
	Action Action
	Depth  Depth
}

// Finding is a Kind said of one address.
type Finding struct {
	Code   string `json:"code"`
	Text   string `json:"text"`
	Detail string `json:"detail,omitempty"`
}

// Result is a verdict as it is printed. Its field names are stable; its zero
// fields are left out, save those that every result has.
type Result struct {
	Email      string     `json:"email"` // as it was given
	Status     string     `json:"status"`
	Reason     string     `json:"reason"` // a code; "" if nothing is to be said
	Text       string     `json:"text"`
	Action     string     `json:"action"`
	Bounce     string     `json:"bounce"`
	Depth      string     `json:"depth"`
	Suggestion string     `json:"suggestion,omitempty"`
	Canonical  string     `json:"canonical,omitempty"`
	Domain     string     `json:"domain,omitempty"` // A-labels, lower case
	Provider   string     `json:"provider,omitempty"`
	Flags      []string   `json:"flags,omitempty"` // codes of grade valid, "list." left out
	Findings   []Finding  `json:"findings"`
	MX         []string   `json:"mx,omitempty"` // host names by preference
	Reply      string     `json:"reply,omitempty"`
	RetryAfter *time.Time `json:"retry_after,omitempty"`
	Row        int        `json:"row,omitempty"`
	CheckedAt  time.Time  `json:"checked_at"` // of the evidence
}

func word(words []string, i int) string {
	if i < len(words) {
		return words[i]
	}
	return "?"
}

func indexOf(words []string, s string) (int, bool) {
	for i, w := range words {
		if w == s {
			return i, true
		}
	}
	return 0, false
}
