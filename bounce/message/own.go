package message

import (
	"slices"
	"strings"

	"winnow/bounce"
)

// ofUs is the rule of a refusal of an address of the sender's own: a server asked for
// it before it took mail from it. [bounce.Rules.Again] leaves it alone.
const ofUs = "label of the sender's own address"

// acquit makes of a reply that condemns the recipient, and says so of an address of
// the sender's own, what it is.
func (t *trial) acquit(r bounce.Result) bounce.Result {
	if r.Target != bounce.Recipient || r.Reason.Class() != bounce.Hard {
		return r
	}
	named := addresses(r.Text)
	if len(named) > 0 && !slices.ContainsFunc(named, func(a string) bool { return !t.isOurs(a) }) {
		return bounce.Conclude(bounce.SenderRejected, r.Reply, ofUs)
	}
	rest, found := t.withoutOurs(r.Text)
	if !found {
		return r
	}
	// The codes were of what is left out: only words condemn now, unless the recipient is
	// named beside a code.
	reply := bounce.Reply{Stage: r.Stage, Host: r.Host, Code: r.Code, Text: rest, Enhanced: "5.0.0"}
	if r.Enhanced != "" {
		reply.Enhanced = r.Enhanced[:1] + ".0.0"
	}
	if t.rules.Classify(reply).Reason.Class() == bounce.Hard {
		return r
	}
	if slices.ContainsFunc(addresses(rest), t.isWhom) && t.rules.Classify(bounce.Reply{Stage: r.Stage, Host: r.Host, Text: rest}).Reason.Class() == bounce.Hard {
		return r
	}
	return bounce.Conclude(bounce.SenderRejected, r.Reply, ofUs)
}

func (t *trial) isWhom(address string) bool {
	return slices.ContainsFunc(t.whom, func(a string) bool { return strings.EqualFold(a, address) })
}

// isOurs reports whether an address is one of the sender's own, or in its domain. Where
// somebody in that was written to, the domain does not tell.
func (t *trial) isOurs(address string) bool {
	if t.isWhom(address) {
		return false
	}
	ofFrom := func(a string) bool { return strings.EqualFold(domain(a), t.from) }
	return t.own[strings.ToLower(address)] || ofFrom(address) && !slices.ContainsFunc(t.whom, ofFrom)
}

// withoutOurs leaves out of a reply what is said of an address of the sender's own: the
// sentence around it, as far as the next address. found says that there is any. That
// the mail was from it is not said of it.
func (t *trial) withoutOurs(text string) (rest string, found bool) {
	var b strings.Builder
	kept := 0 // as far as here text is in b, or left out
	for from := 0; ; {
		begin, end, ok := nextAddress(text, from)
		if !ok {
			break
		}
		before := strings.ToLower(strings.TrimRight(text[max(0, begin-8):begin], " \t<:\"'"))
		if a := text[begin:end]; t.isOurs(a) && !strings.HasSuffix(before, "from") {
			found = true
			b.WriteString(text[kept:max(kept, lastEnd(text, from, begin))])
			if kept = firstEnd(text, end); kept < end {
				kept = end
			}
		}
		from = end
	}
	b.WriteString(text[min(kept, len(text)):])
	return b.String(), found
}

// ends are where something else may begin to be said.
var ends = [...]string{"\n", ". ", ": ", "; ", "("}

// lastEnd is where the sentence begins that at stands in, not before from.
func lastEnd(text string, from, at int) int {
	begin := from
	for _, mark := range ends {
		if i := strings.LastIndex(text[from:at], mark); i >= 0 {
			begin = max(begin, from+i+len(mark))
		}
	}
	return begin
}

// firstEnd is where the sentence ends that begins at an address's end; what stands
// behind a colon there is said of it.
func firstEnd(text string, at int) int {
	end := len(text)
	if begin, _, ok := nextAddress(text, at); ok {
		end = begin
	}
	for _, mark := range [...]string{"\n", ". ", "; "} {
		if i := strings.Index(text[at:end], mark); i >= 0 {
			end = at + i + len(mark)
		}
	}
	return end
}
