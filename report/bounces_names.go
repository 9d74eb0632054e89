package report

import (
	"strconv"
	"strings"

	"winnow/bounce"
)

// key is the hash of what makes a mail one: see [BounceReport].
func (t *tally) key(campaign, id, recipient string) uint64 {
	switch {
	case campaign != "":
		return t.hashed("c"+campaign, recipient)
	case id != "":
		return t.hashed("m"+id, recipient)
	}
	return t.hashed("", recipient)
}

func (t *tally) hashed(name, recipient string) uint64 {
	t.hash.Reset()
	t.hash.WriteString(name)
	t.hash.WriteByte(0)
	t.hash.WriteString(recipient)
	return t.hash.Sum64()
}

// named links the Message-ID of a mail with its campaign: not every source knows both.
// It returns the mail's campaign, which is another than the one given where that is "".
func (t *tally) named(campaign, id, recipient string) string {
	byID := t.key("", id, recipient)
	f := t.mails.get(byID)
	switch {
	case f != nil && f.is == moved && campaign == "":
		return t.names[f.at]
	case campaign == "" || f != nil && f.is == moved:
		return campaign
	}
	number, ok := t.numbers[campaign]
	if !ok {
		if len(t.names) >= maxCampaigns {
			return campaign
		}
		number = uint32(len(t.names))
		campaign = strings.Clone(campaign)
		t.names, t.numbers[campaign] = append(t.names, campaign), number
	}
	was := fate{}
	if f != nil {
		was = *f
		nobody := t.campaigns.of("")
		t.change(byID, nobody, recipient, fate{}, 0, false) // it leaves
		if was.is == sent || was.is == delivered {
			nobody.told--
			t.campaigns.of(campaign).told++
		}
	}
	*t.mails.of(byID) = fate{key: max(byID, 1), is: moved, at: number}
	if was.is != notSeen {
		now := fate{at: was.at, is: was.is, about: was.about &^ complained}
		t.change(t.key(campaign, id, recipient), t.campaigns.of(campaign), recipient, now, was.day, was.accused())
	}
	return campaign
}

// maxNameless is how many events without a name are held back: some 30 MB.
const maxNameless = 100_000

// hold keeps a refusal back that names neither campaign nor message, such as a row of a
// service's list of bounces: an event with a name may tell of the same mail, at the same
// second, now or later.
func (t *tally) hold(e *bounce.Event, now fate) bool {
	if now.is < undetermined || now.at == 0 || e.Recipient == "" {
		return false
	}
	if e.Campaign != "" || e.MessageID != "" {
		t.mails.of(t.moment(e)) // marked by being there
		return false
	}
	if len(t.nameless) == maxNameless {
		return false
	}
	one := bounce.Event{Recipient: strings.Clone(e.Recipient), At: e.At, Happened: e.Happened}
	one.Class, one.Reason = e.Class, e.Reason
	t.nameless = append(t.nameless, one)
	return true
}

// moment is the key of a refusal of a second.
func (t *tally) moment(e *bounce.Event) uint64 {
	return t.hashed("t"+strconv.FormatInt(e.At.Unix(), 10), strings.ToLower(e.Recipient))
}

// countNameless counts what was held back, and no other event tells of.
func (t *tally) countNameless() {
	for i := range t.nameless {
		e := &t.nameless[i]
		if t.mails.get(t.moment(e)) != nil {
			continue
		}
		t.count("", "", e.Recipient, fate{at: unix(e.At), is: outcomeOf(e), about: uint8(e.Reason)}, complains(e))
	}
	t.nameless = nil
}
