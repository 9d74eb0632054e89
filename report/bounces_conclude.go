package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"winnow/bounce"
	"winnow/provider"
)

// report makes the report of what was added up.
func (t *tally) report(top int) *BounceReport {
	t.countNameless()
	r := &BounceReport{From: t.from.UTC(), To: t.to.UTC(), Events: t.events, Answers: t.answers, Warnings: []string{}}
	campaigns, domains, days := flatten(&t.campaigns), flatten(&t.domains), t.dayGroups()
	unknown := t.campaignSends(campaigns)
	byEvents := !t.file.counts && unknown == 0 // of a whole, sends are known only where they are of each of its campaigns
	for i := range domains {
		g := &domains[i]
		g.Sent = sends(g, byEvents, t.file.domains[g.Name])
	}
	for i := range days {
		g := &days[i]
		g.Sent = sends(&g.BounceGroup, byEvents && t.undated == 0, t.file.days[g.day])
	}
	r.Total = t.whole(campaigns, unknown)
	r.Campaigns = ranked(campaigns, top, true)
	if slices.ContainsFunc(campaigns, func(g BounceGroup) bool { return g.Verdict == tooFewSent }) {
		r.Total.BounceRate, r.Total.ComplaintRate, r.Total.Verdict = nil, nil, tooFewSent // a sum is as right as its parts
	}
	r.Providers = ranked(t.providers(domains), top, false)
	r.Domains = ranked(domains, top, false)
	r.Days = latest(days)
	t.reasonCounts(r)
	t.warn(r, unknown)
	t.todo(r, campaigns)
	return r
}

// campaignSends fills in how many mails of each campaign were sent, and counts the
// campaigns of which it is not known. A mailbox of bounces has some reports of
// deliveries, too: events count as telling of all mails only where they tell of half
// of them at least that they were sent or delivered.
func (t *tally) campaignSends(campaigns []BounceGroup) (unknown int) {
	for i := range campaigns {
		g := &campaigns[i]
		counts := t.campaigns.named[g.Name]
		if g.Others > 0 {
			counts = t.campaigns.others
		}
		if n, has := t.file.campaigns[g.Name]; has {
			g.Sent = &n
		} else if n := g.seen; t.file.campaigns == nil && 2*counts.told >= n && n > 0 {
			g.Sent = &n
		} else {
			unknown++
		}
	}
	return unknown
}

// sends is how many mails of a group were sent: by the file, or all that events tell
// of, where they tell of all. nil is unknown.
func sends(g *BounceGroup, byEvents bool, byFile int64) *int64 {
	n := g.seen
	switch {
	case byFile > 0:
		return &byFile
	case byEvents:
		return &n // a copy: groups are moved
	}
	return nil
}

// whole is all campaigns together.
func (t *tally) whole(campaigns []BounceGroup, unknown int) BounceGroup {
	whole := together("", campaigns)
	whole.Others = 0
	switch {
	case t.file.counts && (t.file.campaigns == nil || unknown == 0):
		whole.Sent = &t.file.total
	case unknown > 0:
		whole.Sent = nil
	}
	whole.rate(true)
	return whole
}

// providers are the domains by who runs their mail.
func (t *tally) providers(domains []BounceGroup) []BounceGroup {
	by := map[string][]BounceGroup{}
	for i := range domains {
		p := t.providerOf(&domains[i])
		by[p] = append(by[p], domains[i])
	}
	all := make([]BounceGroup, 0, len(by))
	for name, of := range by {
		g := together(name, of)
		g.Others = 0
		all = append(all, g)
	}
	return all
}

// flatten makes the groups of one kind ready to be told, in the order of their names.
func flatten(of *tallies[string]) []BounceGroup {
	all := make([]BounceGroup, 0, len(of.named)+1)
	for name, g := range of.named {
		if name == "" && g.empty() {
			continue // its mails went to another one
		}
		all = append(all, g.shown(name))
	}
	if of.others != nil {
		g := of.others.shown("others")
		g.Others = 1 // nobody counted them
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b BounceGroup) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

type dayGroup struct {
	BounceGroup
	day uint16
}

// dayGroups are in order; a mail without a time is in the first one, without a name.
func (t *tally) dayGroups() []dayGroup {
	var all []dayGroup
	for day, g := range t.days.named {
		if g.empty() {
			continue // its mails went to another one
		}
		name := ""
		if day > 0 {
			name = time.Unix(int64(day)*secondsADay, 0).UTC().Format(time.DateOnly)
		}
		all = append(all, dayGroup{g.shown(name), day})
	}
	slices.SortFunc(all, func(a, b dayGroup) int { return cmp.Compare(a.day, b.day) })
	return all
}

func (g *tallied) empty() bool { return g.by == [numOutcomes]int64{} && g.complaints == 0 }

func (g *tallied) shown(name string) BounceGroup {
	s := BounceGroup{
		Name: name, Hard: g.by[hard], Soft: g.by[soft], Block: g.by[block], Undetermined: g.by[undetermined],
		Delayed: g.by[delayed], Complaints: g.complaints,
	}
	for _, n := range g.by {
		s.seen += n
	}
	return s
}

// add adds another group. Sends stay known only where both are.
func (g *BounceGroup) add(o *BounceGroup) {
	g.Hard += o.Hard
	g.Soft += o.Soft
	g.Block += o.Block
	g.Undetermined += o.Undetermined
	g.Delayed += o.Delayed
	g.Complaints += o.Complaints
	g.seen += o.seen
	switch {
	case g.Sent == nil:
	case o.Sent == nil:
		g.Sent = nil
	default:
		n := *g.Sent + *o.Sent
		g.Sent = &n
	}
}

// rate works out the shares, where they can be known. limited is for groups that are
// one source of addresses, which the limits are for.
func (g *BounceGroup) rate(limited bool) {
	switch {
	case g.Sent == nil:
		g.Verdict = notKnown
		return
	case *g.Sent < max(g.failed(), g.Complaints):
		g.Verdict = tooFewSent
		return
	case *g.Sent == 0:
		return
	}
	bounced := float64(g.final()) / float64(*g.Sent)
	g.BounceRate = &bounced
	if arrived := *g.Sent - g.failed(); arrived > 0 {
		complained := float64(g.Complaints) / float64(arrived)
		g.ComplaintRate = &complained
	}
	if limited && (g.bounces() || g.accused(ComplaintLimit)) {
		g.Verdict = aboveLimit
	}
}

// bounces reports whether more than the usual limit bounced.
func (g *BounceGroup) bounces() bool {
	return g.BounceRate != nil && *g.BounceRate > BounceLimit && g.final() >= tellingMails
}

// accused reports whether a share of that or more complained.
func (g *BounceGroup) accused(limit float64) bool {
	return g.ComplaintRate != nil && *g.ComplaintRate >= limit && g.Complaints >= tellingMails
}

// providerOf is who runs a domain's mail: by its name, or by a host that spoke for it.
func (t *tally) providerOf(g *BounceGroup) string {
	if id := provider.OfDomain(g.Name); id != provider.Unknown {
		return id.String()
	}
	if d := t.domains.named[g.Name]; d != nil && g.Others == 0 {
		return d.provider.String()
	}
	return ""
}

// ranked has those first of which most bounced, and puts all beyond top into one.
func ranked(all []BounceGroup, top int, limited bool) []BounceGroup {
	bad := 0
	for i := range all {
		g := &all[i]
		g.rate(limited && g.Others == 0)
		if g.failed()+g.Delayed+g.Complaints > 0 {
			bad++
		}
	}
	if !limited && bad > 0 {
		top = min(top, bad) // of the others there is nothing to tell
	}
	slices.SortStableFunc(all, func(a, b BounceGroup) int {
		return cmp.Or(cmp.Compare(a.Others, b.Others), cmp.Compare(b.final(), a.final()), cmp.Compare(b.failed(), a.failed()),
			cmp.Compare(b.Complaints, a.Complaints), cmp.Compare(b.seen, a.seen), cmp.Compare(a.Name, b.Name))
	})
	if len(all) <= top+1 && (len(all) == 0 || all[len(all)-1].Others == 0) {
		return all // one alone is as short as "others"
	}
	top = min(top, len(all))
	return append(slices.Clip(all[:top]), together("others", all[top:]))
}

func together(name string, groups []BounceGroup) BounceGroup {
	zero := int64(0)
	all := BounceGroup{Name: name, Sent: &zero}
	for i := range groups {
		all.add(&groups[i])
		all.Others += max(1, groups[i].Others)
	}
	all.rate(false)
	return all
}

const daysTold = 31

// latest tells the last days apart.
func latest(days []dayGroup) []BounceGroup {
	all := make([]BounceGroup, 0, len(days))
	for i := range days {
		g := days[i].BounceGroup
		g.rate(false)
		all = append(all, g)
	}
	if n := len(all) - daysTold; n > 1 {
		return append([]BounceGroup{together("earlier", all[:n])}, all[n:]...)
	}
	return all
}

// total adds up a reason over all campaigns.
func (t *tally) total(reason bounce.Reason) (sum reasonCount) {
	for g := range t.campaigns.all() {
		c := g.reasons[reason]
		sum.final += c.final
		sum.softened += c.softened
		sum.delayed += c.delayed
		sum.free += c.free
	}
	return sum
}

func (t *tally) reasonCounts(r *BounceReport) {
	r.Reasons = []ReasonCount{}
	for _, reason := range bounce.Reasons() {
		c := t.total(reason)
		if c == (reasonCount{}) {
			continue
		}
		r.Reasons = append(r.Reasons, ReasonCount{Reason: reason.String(), Class: reason.Class().String(), Mails: c.final + c.softened, Delayed: c.delayed, Text: reason.Text()})
	}
	slices.SortStableFunc(r.Reasons, func(a, b ReasonCount) int { return cmp.Compare(b.Mails+b.Delayed, a.Mails+a.Delayed) })
}

func (t *tally) warn(r *BounceReport, unknown int) {
	say := func(format string, args ...any) { r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...)) }
	if r.Total.Sent == nil && r.Total.seen > 0 {
		where := ""
		if n := len(t.campaigns.named); unknown < n {
			where = fmt.Sprintf(" of %d of the %d campaigns", unknown, n)
		}
		say("Sends unknown%s: there are counts, but no rates. Give events of deliveries as well, or --sent FILE.", where)
	}
	if t.freeAddresses > 0 {
		say("%s that bounced for good or complained may stay on your lists: let go, taken back, delivered to since, or of a bad day of a mail host (winnow suppress why ADDRESS).", addresses(t.freeAddresses))
	}
	var few []string
	for _, g := range r.Campaigns {
		if g.Verdict == tooFewSent {
			few = append(few, fmt.Sprintf("%s (%s sent, %s bounced or complained)", named(g.Name, "without a campaign"), Number(*g.Sent), Number(max(g.failed(), g.Complaints))))
		}
	}
	switch {
	case len(few) > 0:
		say("Fewer mails were sent than came back, so that no rate can be right: %s. Does --sent tell of these very mails?", strings.Join(few, "; "))
	case r.Total.Verdict == tooFewSent:
		say("Fewer mails were sent (%s) than came back (%s), so that no rate can be right. Does --sent tell of these very mails?", Number(*r.Total.Sent), Number(max(r.Total.failed(), r.Total.Complaints)))
	}
}

func named(name, unnamed string) string { return cmp.Or(name, unnamed) }
