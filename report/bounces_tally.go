package report

import (
	"hash/maphash"
	"math"
	"strings"
	"time"

	"winnow/bounce"
	"winnow/provider"
)

// Names beyond these are counted together, so that nonsense fills no memory.
const (
	maxDomains   = 100_000
	maxCampaigns = 5_000
	maxDays      = 5_000
	maxHosts     = 500 // a reason
)

// tally adds up events. When more becomes known of a mail, it is taken out of its
// groups and put into others.
type tally struct {
	mails     fates
	addresses fates // at is how many of its mails bounced hard, or were complained of
	hash      maphash.Hash

	events, answers int64
	from, to        time.Time
	campaigns       tallies[string]
	domains         tallies[string]
	days            tallies[uint16] // since 1970; 0: not known
	reasons         []voices
	lostAddresses   int64
	freeAddresses   int64 // that bounced for good or complained, and are not suppressed
	freeComplaints  int64 // of these
	suppressed      func(recipient string) bool
	names           []string          // of campaigns, by number; see named
	numbers         map[string]uint32 // the reverse
	nameless        []bounce.Event    // to be counted at the end; see hold
	undated         int64             // mails that were said to be sent or delivered, without a time
	file            sentFile
}

// tallied counts the mails of one name.
type tallied struct {
	by         [numOutcomes]int64
	complaints int64
	told       int64         // events that say that a mail was sent or delivered
	reasons    []reasonCount // of campaigns only
	provider   provider.ID   // of domains only
}

// reasonCount counts mails; free are those of final whose recipients are not suppressed.
type reasonCount struct{ final, softened, delayed, free int64 }

// voices are who said a reason, and how.
type voices struct {
	hosts map[string]int64
	reply string
}

func newTally() *tally {
	seed := maphash.MakeSeed()
	t := &tally{
		campaigns: tallies[string]{most: maxCampaigns, own: strings.Clone, withReasons: true},
		domains:   tallies[string]{most: maxDomains, own: strings.Clone},
		days:      tallies[uint16]{most: maxDays, own: func(day uint16) uint16 { return day }},
		reasons:   make([]voices, len(bounce.Reasons())),
		numbers:   map[string]uint32{},
	}
	t.hash.SetSeed(seed)
	return t
}

// tallies are the groups of one kind.
type tallies[name comparable] struct {
	most        int
	own         func(name) name // a copy, so that no whole line is kept for a name in it
	withReasons bool
	named       map[name]*tallied
	others      *tallied // of the names that there was no room for: once there, always
}

func (g *tallies[name]) of(n name) *tallied {
	if one := g.named[n]; one != nil {
		return one
	}
	if len(g.named) >= g.most {
		if g.others == nil {
			g.others = g.make()
		}
		return g.others
	}
	if g.named == nil {
		g.named = map[name]*tallied{}
	}
	one := g.make()
	g.named[g.own(n)] = one
	return one
}

func (g *tallies[name]) make() *tallied {
	one := &tallied{}
	if g.withReasons {
		one.reasons = make([]reasonCount, len(bounce.Reasons()))
	}
	return one
}

// add adds one event.
func (t *tally) add(e *bounce.Event) {
	t.events++
	if int(e.Reason) >= len(t.reasons) {
		e.Reason = bounce.Undetermined // by a newer winnow
	}
	if !e.At.IsZero() {
		if t.from.IsZero() || e.At.Before(t.from) {
			t.from = e.At
		}
		if e.At.After(t.to) {
			t.to = e.At
		}
	}
	now := fate{at: unix(e.At), is: outcomeOf(e)}
	if now.is == delayed || now.is >= undetermined { // what is no refusal has no reason
		now.about = uint8(e.Reason)
		t.listen(e)
	}
	if now.is == notSeen && !complains(e) {
		t.answers++
		return
	}
	if !t.hold(e, now) {
		t.count(e.Campaign, e.MessageID, e.Recipient, now, complains(e))
	}
}

// count makes what is known of a mail more.
func (t *tally) count(campaign, id, recipient string, now fate, accused bool) {
	recipient = strings.ToLower(recipient)
	if id != "" {
		campaign = t.named(campaign, id, recipient)
	}
	c := t.campaigns.of(campaign)
	if now.is == sent || now.is == delivered {
		c.told++
		if now.at == 0 {
			t.undated++
		}
	}
	t.change(t.key(campaign, id, recipient), c, recipient, now, uint16(min(now.at/secondsADay, math.MaxUint16)), accused)
}

// change makes what is known of the mail of a key more, in all groups that it is in. A
// zero now without an accusation takes it out of them.
func (t *tally) change(key uint64, c *tallied, recipient string, now fate, day uint16, accused bool) {
	d := t.domains.of(recipient[strings.LastIndexByte(recipient, '@')+1:])
	f := t.mails.of(key)
	held := t.isHeld(recipient, f, &now, accused)
	if f.is == notSeen && now.is == notSeen && accused {
		now.is = delivered // a complaint is about a mail that arrived
	}
	t.put(f, c, d, held, -1)
	was := *f
	switch {
	case now.is == notSeen && !accused:
		*f = fate{key: f.key}
	case now.is != notSeen && f.yields(&now):
		f.at, f.is, f.about = now.at, now.is, f.about&complained|now.about
	}
	if f.day == 0 || day > 0 && day < f.day {
		f.day = day
	}
	if accused {
		f.about |= complained
	}
	t.put(f, c, d, held, +1)
	isHard, isAccused := f.is == hard, f.accused()
	free := !held && (isAccused || ofRecipient(f.reason()))
	if (was.is == hard) != isHard {
		t.address(recipient, isHard, free)
	}
	if was.accused() != isAccused {
		t.address(recipient, isAccused, free)
	}
}

// isHeld tells whether what is told of a mail is held against its recipient. Where
// nobody says so, it is.
func (t *tally) isHeld(recipient string, f, now *fate, accused bool) bool {
	if t.suppressed == nil || f.is != hard && now.is != hard && !f.accused() && !accused {
		return true
	}
	return t.suppressed(recipient)
}

// ofRecipient tells whether a reason is held against addresses: of a missing domain DNS
// tells more.
func ofRecipient(r bounce.Reason) bool { return r != bounce.DomainInvalid && r != bounce.NullMX }

const secondsADay = 24 * 60 * 60

// put adds a mail to its groups, or takes it out of them.
func (t *tally) put(f *fate, campaign, domain *tallied, held bool, n int64) {
	if f.is == notSeen {
		return
	}
	for _, g := range []*tallied{campaign, domain, t.days.of(f.day)} {
		g.by[f.is] += n
		if f.accused() {
			g.complaints += n
		}
	}
	if f.accused() && !held {
		t.freeComplaints += n
	}
	r := &campaign.reasons[f.reason()]
	switch {
	case f.is == delayed:
		r.delayed += n
	case f.is < undetermined:
	case f.is == soft && f.reason().Class() == bounce.Hard:
		r.softened += n
	default:
		r.final += n
		if f.is == hard && !held && ofRecipient(f.reason()) {
			r.free += n
		}
	}
}

// address counts the addresses that are not to be mailed again, each once, and those
// of them that nothing is held against: free tells which this is when it is first lost.
func (t *tally) address(recipient string, lost, free bool) {
	f := t.addresses.of(t.key("", "", recipient))
	count := &t.lostAddresses
	if lost && f.at == 0 {
		f.about = 0
		if free {
			f.about = 1
		}
	}
	if f.about == 1 {
		count = &t.freeAddresses
	}
	if lost {
		if f.at++; f.at == 1 {
			*count++
		}
	} else if f.at--; f.at == 0 {
		*count--
	}
}

// listen keeps who said it, and what provider its domain is at.
func (t *tally) listen(e *bounce.Event) {
	v := &t.reasons[e.Reason]
	if v.reply == "" {
		v.reply = strings.Clone(e.Text)
	}
	if e.Host == "" {
		return
	}
	host := strings.ToLower(strings.TrimSuffix(e.Host, "."))
	if v.hosts == nil {
		v.hosts = map[string]int64{}
	}
	if _, known := v.hosts[host]; known {
		v.hosts[host]++
	} else if len(v.hosts) < maxHosts {
		v.hosts[strings.Clone(host)] = 1
	}
	if d := t.domains.of(strings.ToLower(e.Recipient[strings.LastIndexByte(e.Recipient, '@')+1:])); d != t.domains.others && d.provider == provider.Unknown {
		d.provider = provider.OfHost(host).ID
	}
}

func complains(e *bounce.Event) bool {
	return e.Happened == bounce.WasComplained || e.Class == bounce.Complained
}

func outcomeOf(e *bounce.Event) outcome {
	switch e.Happened {
	case bounce.WasSent:
		return sent
	case bounce.WasDelivered:
		return delivered
	case bounce.WasDelayed:
		return delayed
	case bounce.WasFailed:
		switch e.Class {
		case bounce.Hard:
			return hard
		case bounce.Block:
			return block
		case bounce.Soft:
			return soft
		case bounce.Undecided:
			return undetermined
		}
	}
	return notSeen
}

// unix is t as a fate has it.
func unix(t time.Time) uint32 {
	if s := t.Unix(); !t.IsZero() && s > 0 && s <= math.MaxUint32 {
		return uint32(s)
	}
	return 0
}
