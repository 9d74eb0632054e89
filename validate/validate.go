// Package validate answers one question: what is to be thought of this address?
//
// It holds the table of everything that can be said (kinds.go), the table of
// checks that say it (checks.go, one check a file), and the judge that makes one
// verdict of what they said. Judging does no I/O: evidence in, verdict out. Only
// [Validator.Check], for one address from start to end, asks DNS.
//
// It knows nothing of consent, spam traps or whether somebody reads the mail.
package validate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"winnow/address"
	"winnow/mx"
	"winnow/probe"
	"winnow/provider"
	"winnow/suppress"
	"winnow/verdict"
)

// Options say how to validate. The zero Options ask the system's resolvers.
type Options struct {
	Offline  bool                           // ask nothing outside
	Prober   *probe.Prober                  // asks mail hosts for addresses; nil: nobody does
	Unprobed string                         // why mail hosts can not be asked although they should be; each address that one would be asked for is told it
	Resolver *mx.Resolver                   // nil means one with mx's zero Options
	Grades   map[verdict.Kind]verdict.Grade // other grades than the table's; see [Regrade]
	Allow    *Own                           // never held back by what is only known beforehand; nil means nobody
	Deny     *Own                           // never sent to; it beats Allow; nil means nobody
	Lists    *Lists                         // nil means the embedded ones; see [LoadLists]
	History  History                        // what became of earlier mail; nil means that nobody knows
}

// History knows what became of earlier mail: a suppress.Ledger, which asks its store
// each time, or a suppress.Index, which is for many addresses.
type History interface {
	// Past tells of the address of a local part, by the customs of suppress.Customs.
	Past(c *provider.Customs, local string) (suppress.History, error)
}

// Validator judges addresses. It is safe for concurrent use.
type Validator struct {
	resolver *mx.Resolver  // nil: offline
	prober   *probe.Prober // nil: mail hosts are not asked
	unprobed *RCPT         // of each address whose host should be asked and can not be; nil: none
	history  History       // nil: none
	allow    *Own
	deny     *Own
	lists    *Lists
	domain   []Check                          // those with a Domain function
	mx       []Check                          // … with an MX function
	mailbox  []Check                          // … with a Mailbox function
	grades   [verdict.Invalid + 1]verdict.Set // the kinds of each grade
}

// New returns a Validator. It opens nothing and asks nothing.
func New(o Options) *Validator {
	v := &Validator{resolver: o.Resolver, prober: o.Prober, history: o.History, allow: cmp.Or(o.Allow, &Own{}), deny: cmp.Or(o.Deny, &Own{}), lists: o.Lists}
	if o.Unprobed != "" {
		v.unprobed = &RCPT{Kind: SMTP(probe.NotAsked), Detail: o.Unprobed, At: time.Now()}
	}
	if v.lists == nil {
		v.lists = EmbeddedLists()
	}
	if o.Offline {
		v.resolver, v.prober = nil, nil
	} else if v.resolver == nil {
		v.resolver = mx.New(mx.Options{})
	}
	for _, c := range checks(v.lists, v.allow, v.deny) {
		if c.Domain != nil {
			v.domain = append(v.domain, c)
		}
		if c.MX != nil {
			v.mx = append(v.mx, c)
		}
		if c.Mailbox != nil {
			v.mailbox = append(v.mailbox, c)
		}
	}
	for k, info := range All() {
		grade := info.Grade
		if g, ok := o.Grades[k]; ok {
			grade = g
		}
		v.grades[grade] = v.grades[grade].With(k)
	}
	return v
}

// Lists returns the lists that are used.
func (v *Validator) Lists() *Lists { return v.lists }

// Mailbox is what is known of one address beyond its domain.
type Mailbox struct {
	Text    string          // as it was given, without outer white space
	Addr    address.Address // zero if Fault is not nil
	Fault   *address.Error  // why Text is no address; nil if it is one
	Meant   string          // the address that a faulty Text probably means, or one with a stray mark; "" if that is not clear
	MeantP  float64         // the probability that Meant is what was meant; 0 if it is ""
	Holds   bool            // a faulty Text holds an address all the same, but perhaps not the one that is meant
	Row     verdict.Set     // what the list itself says of the row: row.* and list.duplicate
	Earlier Earlier         // the row that holds the same mailbox, or likely the same

	Past      suppress.History // what became of earlier mail to it; see [Validator.Recall]
	MeantPast suppress.History // the same of the address that is suggested for it; see [Validator.RecallMeant]
	RCPT      *RCPT            // what its mail host says of it; nil: nobody tried to ask
}

// Parse reads text, outer white space aside, into a Mailbox.
func Parse(text string) Mailbox {
	text = trim(text)
	a, err := address.Parse(text)
	if err != nil {
		m := Mailbox{Text: text, Fault: faultOf(err)}
		m.Meant, m.MeantP = address.Suggest(text)
		m.Holds = m.Meant == "" && address.Holds(text)
		if legacyDots(&m) {
			m.Meant, m.MeantP = "", 0 // as it was given out
		}
		switch {
		case m.Meant != "":
		case m.Fault.Rule == address.NoAt:
			m.Meant, m.MeantP = withAt(text)
		default:
			m.Meant, m.MeantP = withSuffix(strings.Trim(text, "<>.,;: "))
		}
		return m
	}
	m := Mailbox{Text: text, Addr: a}
	if m.Meant, m.MeantP = address.Stray(a); m.Meant != "" && !a.IsLiteral() {
		// The domain stays as it was written.
		m.Meant = m.Meant[:strings.LastIndexByte(m.Meant, '@')] + text[strings.LastIndexByte(text, '@'):]
	}
	return m
}

// withSuffix completes jane@gmail: the name of a big provider, its suffix left out.
// Some have other suffixes too.
func withSuffix(text string) (suggestion string, probability float64) {
	a, err := address.Parse(text + ".com")
	if err != nil || provider.OfDomain(a.Domain) == 0 {
		return "", 0
	}
	return a.String(), .9
}

func faultOf(err error) *address.Error {
	fault := &address.Error{}
	errors.As(err, &fault)
	return fault
}

// Canonical returns the form by which the same mailbox is found, whatever its
// address is written like; see [provider.Canonical]. It is "" for no address.
func (m *Mailbox) Canonical() string {
	if m.Fault != nil || m.Addr.Local == "" {
		return ""
	}
	return provider.Canonical(m.Addr.Local, m.Addr.Domain)
}

// NoAddress tells whether a cell holds no address at all: nothing, or one of the
// words that people and databases write for nothing.
func NoAddress(cell string) bool {
	cell = trim(cell)
	if len(cell) > len("not available") || strings.IndexByte(cell, '@') >= 0 {
		return false
	}
	switch strings.ToLower(cell) {
	case "", "-", "--", "---", ".", "n/a", "#n/a", "na", "n.a.", "nil", "none", "null", "(null)", "\\n", "nan", "unknown", "no email", "not available":
		return true
	}
	return false
}

// trim cuts off outer white space.
func trim(s string) string {
	if s != "" && s[0]-'!' < '~'-' ' && s[len(s)-1]-'!' < '~'-' ' {
		return s // visible ASCII at both ends
	}
	return strings.TrimSpace(s)
}

// Domain returns what can be said of a domain (A-labels, lower case) without
// asking anybody.
func (v *Validator) Domain(ascii string) *Domain {
	id := provider.OfDomain(ascii)
	d := &Domain{ASCII: ascii, Provider: id, Customs: id.Customs(ascii), keptAs: suppress.Customs(ascii)}
	for _, c := range v.domain {
		d.Kinds = d.Kinds.Union(c.Domain(d))
	}
	return d
}

// Depth returns how deep the domain is known: what DNS could not tell, or was not
// believed, counts for nothing.
func (d *Domain) Depth() verdict.Depth {
	if d.MX == nil || d.MX.Outcome.Temporary() || d.Kinds.Has(DNSFiltered) {
		return verdict.DepthSyntax
	}
	return verdict.DepthDNS
}

// Asks tells whether DNS is to be asked for d: not if it is invalid already.
func (v *Validator) Asks(d *Domain) bool {
	// An address at a domain that is denied may be allowed.
	return v.resolver != nil && !d.Kinds.Minus(ownWord).Intersects(v.grades[verdict.Invalid])
}

// SetMX adds what DNS answered. It must not run beside a reader of d.
func (v *Validator) SetMX(d *Domain, a mx.Answer) {
	d.MX = &a
	d.forgetTypo()
	if len(a.Hosts) > 0 && a.Outcome != mx.Implicit {
		d.Host = provider.OfHost(a.Hosts[0].Name)
	}
	for _, c := range v.mx {
		d.Kinds = d.Kinds.Union(c.MX(d))
	}
}

// Recall adds what became of earlier mail to an address. d is as for Judge.
func (v *Validator) Recall(d *Domain, m *Mailbox) (err error) {
	if v.history == nil || m.Addr.Local == "" {
		return nil
	}
	if d != nil {
		m.Past, err = v.history.Past(&d.keptAs, m.Addr.Local)
		return err
	}
	c := suppress.Customs(m.Addr.Domain)
	m.Past, err = v.history.Past(&c, m.Addr.Local)
	return err
}

// RecallMeant adds what became of earlier mail to the address that a verdict suggests:
// who corrects a row should know that it leads to one that is suppressed.
func (v *Validator) RecallMeant(d *Domain, m *Mailbox, vd verdict.Verdict) error {
	if v.history == nil || vd.Action != verdict.Fix {
		return nil
	}
	suggestion, _ := v.Suggestion(d, m, vd.Kinds)
	a, err := address.Parse(suggestion)
	if err != nil {
		return nil
	}
	c := suppress.Customs(a.Domain)
	m.MeantPast, err = v.history.Past(&c, a.Local)
	return err
}

// Judge makes a verdict of what is known. d is nil where the address has no
// domain to ask for. It is pure and allocates nothing.
func (v *Validator) Judge(d *Domain, m *Mailbox) verdict.Verdict {
	var kinds verdict.Set
	for i := range v.mailbox {
		kinds = kinds.Union(v.mailbox[i].Mailbox(d, m))
	}
	var depth verdict.Depth
	var ofDomain verdict.Set
	if d != nil {
		ofDomain, depth = d.Kinds, d.Depth()
	}
	if m.RCPT != nil && m.RCPT.Answered {
		depth = verdict.DepthSMTP
	}
	kinds = settleOwn(kinds, ofDomain)
	if kinds.Has(HistoryDelivered) {
		kinds = kinds.Minus(clearedByDelivery)
	}
	vd := v.grade(kinds, depth)
	if vd.Grade == verdict.Valid || vd.Reason == ListDenied {
		return vd
	}
	suggestion, _ := v.Suggestion(d, m, kinds)
	switch {
	case suggestion != "":
		vd.Action = verdict.Fix
	case m.Holds || kinds.Has(RowShifted):
		vd.Action = verdict.Review // somebody can be read out of it, or mends the row; to ask again would change nothing
	}
	return vd
}

// Add returns the verdict as it is with one kind more.
func (v *Validator) Add(was verdict.Verdict, k verdict.Kind) verdict.Verdict {
	vd := v.grade(was.Kinds.With(k), was.Depth)
	if vd.Grade == was.Grade {
		vd.Action = was.Action
	}
	return vd
}

// grade finds the gravest grade among the kinds: the first kind of it, in the
// order of the checks, is the reason.
func (v *Validator) grade(kinds verdict.Set, depth verdict.Depth) verdict.Verdict {
	out := verdict.Verdict{Kinds: kinds, Depth: depth}
	for out.Grade = verdict.Invalid; ; out.Grade-- {
		out.Reason = kinds.And(v.grades[out.Grade]).First()
		if out.Reason != 0 || out.Grade == verdict.Valid {
			out.Action = actionOf[out.Grade]
			return out
		}
	}
}

var actionOf = [...]verdict.Action{
	verdict.Valid:   verdict.Send,
	verdict.Risky:   verdict.Review,
	verdict.Unknown: verdict.Recheck,
	verdict.Invalid: verdict.Remove,
}

// Sure is the probability from which on a suggestion may be taken without a person
// who looks: of a hundred, less than one is wrong.
const Sure = 0.99

// typos are the kinds that say that another domain was meant.
var typos = verdict.SetOf(TypoDomain, TypoTLD)

// Suggestion returns the address that was probably meant, or "", and how probable
// it is, from 0 to 1. kinds are what was said of the address.
func (v *Validator) Suggestion(d *Domain, m *Mailbox, kinds verdict.Set) (address string, probability float64) {
	switch {
	case m.Fault != nil:
		return v.mend(m.Meant, m.MeantP)
	case kinds.Intersects(typos) && kinds.Has(LocalStray):
		return m.Meant[:strings.LastIndexByte(m.Meant, '@')+1] + d.Typo, min(m.MeantP, d.typoProbability())
	case kinds.Intersects(typos):
		return m.Addr.Local + "@" + d.Typo, d.typoProbability()
	case kinds.Has(LocalStray) && (d == nil || !d.takesNoMail()): // else nobody is there without the mark either
		return m.Meant, m.MeantP
	}
	return "", 0
}

// Findings says each kind of a verdict in words, the reason first.
func (v *Validator) Findings(d *Domain, m *Mailbox, vd verdict.Verdict) []verdict.Finding {
	found := make([]verdict.Finding, 0, 4)
	say := func(k verdict.Kind) {
		info := Info(k)
		found = append(found, verdict.Finding{Code: info.Code, Text: info.Text, Detail: detail(k, d, m)})
	}
	if vd.Reason != 0 {
		say(vd.Reason)
	}
	for k := range vd.Kinds.All() {
		if k != vd.Reason {
			say(k)
		}
	}
	return found
}

// Text says a kind of one address in a sentence, with what makes it this
// address's own but for how DNS was asked.
func Text(k verdict.Kind, d *Domain, m *Mailbox) string {
	text := Info(k).Text
	if !fromDNS.Has(k) {
		if own := detail(k, d, m); own != "" {
			text += " (" + own + ")"
		}
	}
	return text
}

// detail says of a kind what makes it this address's own; of one that suggests
// another address, also what is held against that.
func detail(k verdict.Kind, d *Domain, m *Mailbox) string {
	own := ownDetail(k, d, m)
	if m.MeantPast.Standing == suppress.Clear || !typos.Has(k) && k != LocalStray && (m.Fault == nil || k != Syntax(m.Fault.Rule)) {
		return own
	}
	if own != "" {
		own += "; "
	}
	return own + "the address that is suggested is suppressed: " + Info(saidOfPast(m.MeantPast).First()).Code + ", " + pastOf(m.MeantPast)
}

func ownDetail(k verdict.Kind, d *Domain, m *Mailbox) string {
	switch {
	case k == ListDuplicate || k == ListLikelyDuplicate:
		return m.Earlier.String()
	case typos.Has(k):
		return d.Typo
	case k == ListDisposable && d.learnt != "":
		return "its mail host, " + d.learnt + ", serves hardly anything else in this list"
	case k == MXGateway || k == MXHosted, k == ListDisposable && d.Host.Class == provider.Disposable, k == ListRelay && d.Host.Class == provider.Relay:
		return d.Host.ID.String()
	case fromHistory.Has(k):
		return pastOf(m.Past)
	case fromSMTP.Has(k):
		return m.RCPT.detail()
	case k == LocalUnlikely:
		return d.RunBy().Unlikely(m.Addr.Local)
	case k == DomainReserved:
		name, _ := address.Special(d.ASCII)
		return name
	case d != nil && d.MX != nil && fromDNS.Has(k):
		return d.MX.Detail
	case m.Fault != nil && k == Syntax(m.Fault.Rule):
		where := fmt.Sprintf("character %d", 1+len([]rune(m.Text[:min(m.Fault.Offset, len(m.Text))])))
		if hint := m.Fault.Hint(m.Text); hint != "" {
			return hint + ", " + where
		}
		return where
	}
	return ""
}

// Flags returns the codes of the kinds of grade valid, "list." left out.
func (v *Validator) Flags(kinds verdict.Set) []string {
	var flags []string
	for k := range kinds.All() {
		if v.grades[verdict.Valid].Has(k) {
			flags = append(flags, strings.TrimPrefix(Info(k).Code, "list."))
		}
	}
	return flags
}

// Kinds returns the kinds that have grade g under the options given to New.
func (v *Validator) Kinds(g verdict.Grade) verdict.Set { return v.grades[g] }

// bounces are the kinds that a policy did not have to make invalid.
var bounces = func() (set verdict.Set) {
	for k, info := range All() {
		if info.Grade == verdict.Invalid && info.About != You && k != HistoryComplaint {
			set = set.With(k)
		}
	}
	return set
}()

// Bounce predicts what will happen to mail. It promises nothing unless the mail host
// knew the address and did not know a made-up one, or mail was taken lately: no list
// or DNS answer knows a mailbox.
func Bounce(vd verdict.Verdict) verdict.Bounce {
	switch {
	case vd.Grade == verdict.Invalid && vd.Kinds.Intersects(bounces):
		return verdict.BounceHard
	case vd.Kinds.Intersects(soft):
		return verdict.BounceSoft
	case vd.Grade <= verdict.Risky && (vd.Kinds.Has(HistoryDelivered) || vd.Depth == verdict.DepthSMTP && !vd.Kinds.Intersects(fromSMTP)):
		return verdict.BounceNone
	}
	return verdict.BounceUnknown
}

// Result prints a verdict. at is the time of the judgement, used where there is
// no evidence from outside.
func (v *Validator) Result(d *Domain, m *Mailbox, vd verdict.Verdict, at time.Time) verdict.Result {
	r := verdict.Result{
		Email:     m.Text,
		Status:    vd.Grade.String(),
		Action:    vd.Action.String(),
		Bounce:    Bounce(vd).String(),
		Depth:     vd.Depth.String(),
		Canonical: m.Canonical(),
		Domain:    m.Addr.Domain,
		Flags:     v.Flags(vd.Kinds),
		Findings:  v.Findings(d, m, vd),
		CheckedAt: at,
	}
	if vd.Action == verdict.Fix {
		r.Suggestion, _ = v.Suggestion(d, m, vd.Kinds)
	}
	if len(r.Findings) > 0 && vd.Reason != 0 {
		r.Reason, r.Text = r.Findings[0].Code, r.Findings[0].Text
	}
	if d != nil {
		r.Provider = d.RunBy().String()
		if d.MX != nil {
			r.CheckedAt = d.MX.At
			for _, h := range d.MX.Hosts {
				r.MX = append(r.MX, h.Name)
			}
		}
	}
	if m.RCPT != nil {
		m.RCPT.print(&r)
	}
	return r
}

// Check judges one address from start to end, by ctx's deadline at the latest.
// A deadline that passes is no error: what was not found out by then is unknown,
// with the reason dns.timeout. A ctx that is cancelled otherwise is returned as
// an error, and no verdict with it. It is safe for concurrent use.
func (v *Validator) Check(ctx context.Context, text string) (verdict.Result, error) {
	m := Parse(text)
	var d *Domain
	if m.Fault == nil && !m.Addr.IsLiteral() {
		d = v.Domain(m.Addr.Domain)
		if v.Asks(d) {
			a, err := v.resolver.Lookup(ctx, d.ASCII)
			switch {
			case err == nil:
			case errors.Is(ctx.Err(), context.DeadlineExceeded):
				a = mx.Answer{Name: d.ASCII, Outcome: mx.Timeout, Detail: "no answer by the deadline", At: time.Now()}
			default:
				return verdict.Result{}, fmt.Errorf("check an address: %w", err)
			}
			v.SetMX(d, a)
		}
	}
	if err := v.Recall(d, &m); err != nil {
		return verdict.Result{}, fmt.Errorf("check an address: %w", err)
	}
	if v.Probes(d, &m) {
		e, err := v.prober.Address(ctx, probe.Target{Addr: m.Addr, MX: *d.MX})
		if err != nil {
			return verdict.Result{}, fmt.Errorf("check an address: %w", err)
		}
		m.RCPT = Heard(e, v.prober.Read(e))
	}
	vd := v.Judge(d, &m)
	if err := v.RecallMeant(d, &m, vd); err != nil {
		return verdict.Result{}, fmt.Errorf("check an address: %w", err)
	}
	return v.Result(d, &m, vd, time.Now()), nil
}
