package report

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"time"

	"winnow/bounce"
)

// Limits that the big receivers and sending services name. A rate is a share of
// mails, 0 to 1.
const (
	// BounceLimit is where a source of addresses is called bad, as sending services
	// usually do. (At 5 % Amazon SES puts an account under review.)
	BounceLimit = 0.02
	// ComplaintTarget is where Gmail wants senders to stay below, and ComplaintLimit
	// what they must never reach at Gmail and Yahoo.
	ComplaintTarget = 0.001
	ComplaintLimit  = 0.003

	tellingMails = 5 // fewer bounces or complaints than that tell nothing of a rate
)

// BounceOptions say how bounces are reported on. All may be left out.
type BounceOptions struct {
	// Sent is a CSV file of how many mails were sent; docs/bounces-report.md has its form.
	Sent     io.Reader
	SentName string // of that file, for errors; may be ""
	// Suppressed tells whether something is held against a recipient for good. An address
	// that bounced, and was let go since, is then no longer to be removed. nil: all are.
	Suppressed func(recipient string) bool
	Top        int // how many names of each kind are told apart; the rest are "others". 0: 10
}

// BounceReport is what bounces say together. Its JSON names are stable.
//
// It counts mails, not events: what happened to one recipient in one campaign is one
// mail, told of once or five times; without a campaign its Message-ID tells mails
// apart, and without either the recipient alone. One event may know the campaign, another
// only the Message-ID: they are one mail once an event knows both; and what names neither
// is the mail that was refused at the same second, if there is one. Of what happened to a mail the end
// counts: a soft bounce that was delivered later is delivered.
type BounceReport struct {
	From      time.Time     `json:"from,omitzero"` // the first and the last event whose time is known
	To        time.Time     `json:"to,omitzero"`
	Events    int64         `json:"events"`
	Answers   int64         `json:"answers"` // events that are no bounce: auto-replies and challenges
	Total     BounceGroup   `json:"total"`
	Campaigns []BounceGroup `json:"campaigns"` // the most final bounces first, here and below
	Providers []BounceGroup `json:"providers"`
	Domains   []BounceGroup `json:"domains"`
	Days      []BounceGroup `json:"days"` // UTC, in order
	Reasons   []ReasonCount `json:"reasons"`
	Todo      []Todo        `json:"todo"` // what to do first, in a fixed order
	Warnings  []string      `json:"warnings"`
}

// BounceGroup counts the mails of a campaign, provider, domain or day.
type BounceGroup struct {
	Name         string `json:"name"`             // "" if the mails do not say
	Others       int    `json:"others,omitempty"` // it stands for so many names, all that are not told apart
	Hard         int64  `json:"hard"`
	Soft         int64  `json:"soft"`
	Block        int64  `json:"block"`
	Undetermined int64  `json:"undetermined"` // counts as soft
	Delayed      int64  `json:"delayed"`      // still tried: not final
	Complaints   int64  `json:"complaints"`

	Sent          *int64   `json:"sent"`           // null: not known
	BounceRate    *float64 `json:"bounce_rate"`    // final hard, soft and undetermined of the sent
	ComplaintRate *float64 `json:"complaint_rate"` // of those that were not refused
	Verdict       string   `json:"verdict"`        // "" or "above-limit", "too-few-sent", "unknown"

	seen int64 // mails that any event tells of
}

// The verdicts on a group.
const (
	aboveLimit = "above-limit"
	tooFewSent = "too-few-sent" // fewer than came back
	notKnown   = "unknown"      // how many were sent
)

// failed is how many mails are known not to have arrived.
func (g *BounceGroup) failed() int64 { return g.final() + g.Block }

// final is how many count against the limit.
func (g *BounceGroup) final() int64 { return g.Hard + g.Soft + g.Undetermined }

// ReasonCount counts the mails of a reason.
type ReasonCount struct {
	Reason  string `json:"reason"`
	Class   string `json:"class"` // of final replies
	Mails   int64  `json:"mails"`
	Delayed int64  `json:"delayed"` // still tried, and not in Mails
	Text    string `json:"text"`
}

// Todo is a thing to do, the most urgent first.
type Todo struct {
	What     string     `json:"what"`  // "stop", "remove", "fix", "slow-down", "wait"
	Count    int64      `json:"count"` // campaigns to stop, addresses to remove, else mails
	Text     string     `json:"text"`
	Evidence []Evidence `json:"evidence"`
}

// Evidence is what a [Todo] rests on.
type Evidence struct {
	Text     string `json:"text"`
	Count    int64  `json:"count"`
	Reason   string `json:"reason,omitempty"`
	Campaign string `json:"campaign,omitempty"` // where there was most of it
	Host     string `json:"host,omitempty"`     // which said it most often
	Reply    string `json:"reply,omitempty"`    // such a reply; addresses are taken out
}

// Bounces reports on what became of mails. It reads events once, and keeps 16 to 40
// bytes a mail, and as much again for one of which campaign and Message-ID are known, and
// for one that was refused. An error of events ends it.
func Bounces(events iter.Seq2[bounce.Event, error], opt BounceOptions) (*BounceReport, error) {
	t := newTally()
	t.suppressed = opt.Suppressed
	if opt.Sent != nil {
		if err := t.readSent(opt.Sent, opt.SentName); err != nil {
			return nil, err
		}
	}
	for e, err := range events {
		if err != nil {
			return nil, err
		}
		t.add(&e)
	}
	if opt.Top <= 0 {
		opt.Top = 10
	}
	return t.report(opt.Top), nil
}

// WriteJSON writes r, indented.
func (r *BounceReport) WriteJSON(w io.Writer) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
