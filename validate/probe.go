package validate

import (
	"strconv"
	"strings"
	"time"

	"winnow/bounce"
	"winnow/mx"
	"winnow/probe"
	"winnow/verdict"
)

// RCPT is what asking an address's mail host came to: what stays of evidence of
// package probe once it was read. It is shared between rows and must not be changed.
type RCPT struct {
	Kind       verdict.Kind // 0: the host took the address and refused one that was made up
	Answered   bool         // the host has spoken of the recipient
	Reply      string       // to RCPT, or to the command at which the host ended the matter; "" if there was none
	Detail     string       // for people, without addresses: the reply and who gave it, or why there is none
	RetryAfter time.Time    // when to ask again; zero if that is of no use
	At         time.Time    // when it was said, or given up
}

// Heard returns what stays of evidence that was read.
func Heard(e probe.Evidence, rd probe.Reading) *RCPT {
	reply := oneLine(e.Reply)
	if e.Failure == probe.Breaker {
		reply = "" // it may be to somebody else, and name him; the detail names nobody
	}
	return &RCPT{
		Kind: SMTP(rd.Code), Answered: rd.Answered, Reply: reply,
		Detail: rd.Detail, RetryAfter: rd.RetryAfter, At: e.At,
	}
}

// oneLine is a reply as it came, its lines joined.
func oneLine(r probe.Reply) string {
	if !r.Said() {
		return ""
	}
	return strings.TrimRight(strconv.Itoa(r.Code)+" "+strings.Join(strings.Fields(r.Text), " "), " ")
}

// detail says what was heard and, where that settles nothing, who is at fault.
func (r *RCPT) detail() string {
	info := Info(r.Kind)
	if info.Grade != verdict.Unknown {
		return r.Detail
	}
	who, _, _ := strings.Cut(info.About.String(), " (")
	return strings.TrimPrefix(r.Detail+"; this is about "+who, "; ")
}

// print adds what was heard to a printed result.
func (r *RCPT) print(to *verdict.Result) {
	to.Reply, to.CheckedAt = r.Reply, r.At
	if !r.RetryAfter.IsZero() {
		at := r.RetryAfter.UTC().Truncate(time.Second)
		to.RetryAfter = &at
	}
}

// Probes tells whether the mail host is to be asked for an address of which all else
// is known: not if it is invalid already, nor if DNS names no host. Where hosts can not
// be asked at all, it says so of m.
func (v *Validator) Probes(d *Domain, m *Mailbox) bool {
	if v.prober == nil && v.unprobed == nil || !v.askable(d, m) {
		return false
	}
	if v.prober == nil {
		m.RCPT = v.unprobed
	}
	return v.prober != nil
}

func (v *Validator) askable(d *Domain, m *Mailbox) bool {
	if d == nil || d.MX == nil || m.Fault != nil || m.Addr.Local == "" {
		return false
	}
	if d.MX.Outcome != mx.Hosts && d.MX.Outcome != mx.Implicit {
		return false
	}
	return v.Judge(d, m).Grade != verdict.Invalid
}

// probed says what a mail host said.
func probed() Check {
	c := Check{Mailbox: func(_ *Domain, m *Mailbox) verdict.Set {
		if m.RCPT == nil {
			return verdict.Set{}
		}
		return verdict.Set{}.With(m.RCPT.Kind)
	}}
	for k := range fromSMTP.All() {
		c.Kinds = append(c.Kinds, k)
	}
	return c
}

// SMTP returns the kind of a code of package probe; 0 if there is none.
func SMTP(code string) verdict.Kind { return ofSMTP[code] }

// OfSMTP tells whether a kind is about what a mail host said.
func OfSMTP(k verdict.Kind) bool { return fromSMTP.Has(k) }

// numSMTP is how many codes package probe has.
const numSMTP = 39

var (
	ofSMTP = func() map[string]verdict.Kind {
		of := make(map[string]verdict.Kind, numSMTP)
		for i, c := range probe.Codes() {
			of[c.Code] = beforeSMTP + 1 + verdict.Kind(i)
		}
		return of
	}()
	fromSMTP = func() (set verdict.Set) {
		for k := verdict.Kind(1); k <= numSMTP; k++ {
			set = set.With(beforeSMTP + k)
		}
		return set
	}()
	// soft are the kinds after which mail is refused for now.
	soft = verdict.SetOf(HistorySoft, SMTP(probe.Full))
)

var partyOf = map[bounce.Target]Party{bounce.Recipient: Recipient, bounce.Domain: Host, bounce.System: Host, bounce.Nobody: Host, bounce.Sender: Us}

// withSMTP fills in the kinds whose codes and sentences are those of package probe.
func withSMTP(kinds *[numKinds]KindInfo) *[numKinds]KindInfo {
	for i, c := range probe.Codes() {
		kinds[beforeSMTP+1+verdict.Kind(i)] = KindInfo{"smtp." + c.Code, c.Grade, partyOf[c.About], c.Text, strings.ToUpper(c.Todo[:1]) + c.Todo[1:] + "."}
	}
	return kinds
}
