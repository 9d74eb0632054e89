package report

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"

	"winnow/bounce"
)

const mostEvidence = 5 // of each thing to do

// todo says what to do, in the order of urgency: a bad source does harm with every
// mail; a dead address does a little; our own faults and our haste come before what
// passes by itself.
func (t *tally) todo(r *BounceReport, campaigns []BounceGroup) {
	r.Todo = []Todo{}
	say := func(what string, count int64, text string, evidence []Evidence) {
		if count > 0 {
			slices.SortStableFunc(evidence, func(a, b Evidence) int { return cmp.Compare(b.Count, a.Count) })
			r.Todo = append(r.Todo, Todo{what, count, text, evidence[:min(len(evidence), mostEvidence)]})
		}
	}

	bad := t.badSources(campaigns)
	say("stop", int64(len(bad)), stopText(bad), bad)

	var gone, ours, haste, passing []Evidence
	if n := r.Total.Complaints - t.freeComplaints; n > 0 {
		gone = append(gone, Evidence{Text: bounce.Complaint.Text() + ": " + bounce.Complaint.Todo(), Count: n, Reason: bounce.Complaint.String(), Campaign: t.most(func(g *tallied) int64 { return g.complaints })})
	}
	var mails struct{ ours, haste, passing int64 }
	for _, reason := range bounce.Reasons() {
		c := t.total(reason)
		both := c.final + c.delayed
		switch {
		case reason == bounce.SenderRate || reason == bounce.RecipientRate:
			haste = t.evidence(haste, reason, both, reason.Todo())
			mails.haste += both
		case reason.Class() == bounce.Hard:
			gone = t.evidence(gone, reason, c.final-c.free, reason.Todo())
			passing = t.evidence(passing, reason, c.softened+c.delayed, "try again: it was not said for good")
			mails.passing += c.softened + c.delayed
		case reason.Class() == bounce.Block:
			ours = t.evidence(ours, reason, both, reason.Todo())
			mails.ours += both
		case reason.Class() == bounce.Soft || reason.Class() == bounce.Undecided:
			passing = t.evidence(passing, reason, both, reason.Todo())
			mails.passing += both
		}
	}
	lost := int64(0)
	for _, e := range gone {
		lost += e.Count
	}
	of := ""
	if lost != t.lostAddresses {
		of = fmt.Sprintf(" (%s)", count(lost, "mail"))
	}
	say("remove", t.lostAddresses, fmt.Sprintf("Send no more to %s that bounced for good or complained%s.", addresses(t.lostAddresses), of), gone)
	say("fix", mails.ours, fmt.Sprintf("Fix what %s refused for: it is about the sender, and the addresses are good.", were(mails.ours)), ours)
	say("slow-down", mails.haste, fmt.Sprintf("Slow down: %s refused or put off for coming too fast.", were(mails.haste)), haste)
	say("wait", mails.passing, fmt.Sprintf("Wait, and let the queue try again: %s refused for what may pass.", were(mails.passing)), passing)
}

// stopText names what is above the limits: campaigns, and perhaps all that is sent
// without one.
func stopText(bad []Evidence) string {
	n, nameless := int64(len(bad)), slices.ContainsFunc(bad, func(e Evidence) bool { return e.Campaign == "" })
	what, whose := "", "their"
	if nameless {
		n--
		what = "what is sent without a campaign"
	}
	if n > 0 {
		if nameless {
			what = " and " + what
		}
		what = count(n, "campaign") + what
	}
	if n == 1 && !nameless {
		whose = "its"
	}
	return fmt.Sprintf("Stop %s above the limits; find out where %s addresses come from before the next mail.", what, whose)
}

func were(n int64) string {
	if n == 1 {
		return "1 mail was"
	}
	return Number(n) + " mails were"
}

func (t *tally) badSources(campaigns []BounceGroup) (bad []Evidence) {
	for i := range campaigns {
		g := &campaigns[i]
		if g.Verdict != aboveLimit {
			continue
		}
		var parts []string
		if g.bounces() {
			parts = append(parts, fmt.Sprintf("%s of %s mails bounced for good, %s (the usual limit is %s)", Number(g.final()), Number(*g.Sent), percent(*g.BounceRate), limit(BounceLimit)))
		}
		if g.accused(ComplaintLimit) {
			parts = append(parts, fmt.Sprintf("%s complained, %s of what arrived (Gmail wants less than %s; at Gmail and Yahoo it must never reach %s)", Number(g.Complaints), percent(*g.ComplaintRate), limit(ComplaintTarget), limit(ComplaintLimit)))
		}
		e := Evidence{Text: named(g.Name, "mails without a campaign") + ": " + strings.Join(parts, "; "), Count: max(g.final(), g.Complaints), Campaign: g.Name}
		if c := t.campaigns.named[g.Name]; c != nil && g.Others == 0 {
			worst := int64(0)
			for reason, n := range c.reasons {
				if class := bounce.Reason(reason).Class(); n.final > worst && class != bounce.Block {
					worst, e.Reason = n.final, bounce.Reason(reason).String()
				}
			}
		}
		bad = append(bad, e)
	}
	return bad
}

// evidence adds what stands behind a reason.
func (t *tally) evidence(to []Evidence, reason bounce.Reason, n int64, todo string) []Evidence {
	if n == 0 {
		return to
	}
	e := Evidence{Text: reason.Text() + ": " + todo, Count: n, Reason: reason.String(), Reply: unaddressed(t.reasons[reason].reply)}
	e.Campaign = t.most(func(g *tallied) int64 {
		return g.reasons[reason].final + g.reasons[reason].softened + g.reasons[reason].delayed
	})
	most := int64(0)
	for host, said := range t.reasons[reason].hosts {
		if said > most || said == most && host < e.Host {
			most, e.Host = said, host
		}
	}
	return append(to, e)
}

// most is the campaign with the most of something; "" as well where none has a name.
func (t *tally) most(of func(*tallied) int64) (campaign string) {
	most := int64(0)
	for name, g := range t.campaigns.named {
		if n := of(g); n > most || n == most && n > 0 && name < campaign {
			most, campaign = n, name
		}
	}
	return campaign
}

// all are the groups, those that have no name of their own last.
func (g *tallies[name]) all() iter.Seq[*tallied] {
	return func(yield func(*tallied) bool) {
		for _, one := range g.named {
			if !yield(one) {
				return
			}
		}
		if g.others != nil {
			yield(g.others)
		}
	}
}

const maxReply = 160 // runes

// unaddressed is a reply on one line, without the addresses in it: reports are
// passed around.
func unaddressed(reply string) string {
	words := strings.FieldsFunc(reply, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
	for i, word := range words {
		for at := strings.IndexByte(word, '@'); at >= 0; at = strings.IndexByte(word, '@') {
			from := strings.LastIndexFunc(word[:at], func(r rune) bool { return strings.ContainsRune("<>()[]{}'\",;:=", r) }) + 1
			word = word[:from] + "…\x00" + word[at+1:]
		}
		words[i] = strings.ReplaceAll(word, "\x00", "@")
	}
	return cut(strings.Join(words, " "), maxReply)
}

// cut shortens text to n runes.
func cut(text string, n int) string {
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return text
}
