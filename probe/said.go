package probe

import (
	"strings"

	"winnow/bounce"
)

// said is what a reply means for the asking: who is to be asked what next. What it means for the
// address is Read's to say.
type said uint8

const (
	silent  said = iota // there is no reply
	yes                 // taken
	no                  // refused for good, because of the recipient or its domain
	later               // not now: to be asked again
	tooMany             // no more recipients in this session: this one was not looked at
	hangup              // 421 with no word of the recipient: not looked at, and the connection ends
	slower              // refused because of our rate
	blocked             // refused because of who we are
	unlike              // refused because of us or by a policy, perhaps for this recipient only
	theirs              // unlike, and by the policy of a customer of the provider: only said of learning
	unclear             // anything else: to ask again is of no use
)

// refuses tells whether a host may count it against the session.
func (w said) refuses() bool { return w == no || w == unlike }

// rules say what a reply means: bounce.Classify, or that of a Rules.
type rules func(bounce.Reply) bounce.Result

// hear reads a reply: what the rules say of it, and what follows.
func hear(classify rules, r Reply) (bounce.Result, said) {
	if !r.Said() {
		return bounce.Result{}, silent
	}
	res := classify(r.Reply)
	switch {
	case r.Code/100 == 2:
		return res, taken(classify, &res)
	case r.Code/100 == 3:
		return res, unclear
	case r.Code == 421 && (res.Target != bounce.Sender && !passing(res.Reason) || res.Reason == bounce.Protocol):
		return res, hangup
	case recipients(&res):
		return res, tooMany
	case res.Reason == bounce.SenderRate:
		return res, slower
	case res.Target == bounce.Sender:
		return res, unlikely(&res)
	case res.Class == bounce.Hard && r.Stage == bounce.StageRcpt && r.Code/100 == 5:
		return res, no
	case res.Reason == bounce.MailboxFull:
		return res, unclear // it stays full for longer than we would wait
	case r.Code/100 == 4, passing(res.Reason):
		return res, later
	}
	return res, unclear
}

// taken says whether a reply of 2xx can be believed. Some gateways answer 250 and say in
// words that they refuse; and only 250 and 251 take a recipient (RFC 5321 section 4.3.2).
func taken(classify rules, res *bounce.Result) said {
	if res.Stage != bounce.StageRcpt {
		return yes
	}
	switch res.Code {
	case 251: // it forwards, and says so in words that are a refusal's elsewhere
		return yes
	case 250:
	default:
		*res = bounce.Conclude(bounce.Undetermined, res.Reply, res.Rule)
		return unclear
	}
	words := classify(bounce.Reply{Stage: bounce.StageRcpt, Code: 550, Text: res.Text, Host: res.Host})
	if words.Reason != bounce.Undetermined && !strings.HasPrefix(words.Rule, "code ") && !strings.HasPrefix(words.Rule, "enhanced ") {
		*res = bounce.Conclude(bounce.Undetermined, res.Reply, res.Rule)
		return unclear
	}
	return yes
}

// passing tells whether a reason is a matter of minutes, whatever the reply code.
func passing(r bounce.Reason) bool {
	return r == bounce.Greylisted || r == bounce.Unverified
}

// recipients tells whether the reply is about the number of recipients in the session
// (RFC 5321 section 4.5.3.1.10): 452, which is said of a full mailbox too.
func recipients(res *bounce.Result) bool {
	if res.Stage != bounce.StageRcpt {
		return false
	}
	return strings.HasSuffix(res.Enhanced, ".5.3") || res.Rule == "too-many-recipients" ||
		res.Reason == bounce.SenderRate && res.Code == 452
}

// unlikely says how far a refusal reaches that is about the sender. Before RCPT the host
// knows nothing but us, so that it is about us; what a host says of our IP address or name it
// says to everybody. Anything else may be the recipient's own policy.
func unlikely(res *bounce.Result) said {
	switch res.Reason {
	case bounce.IPReputation, bounce.DomainReputation, bounce.RDNSHelo:
		if res.Code/100 == 4 {
			return slower // strangers are let in step by step
		}
		return blocked
	case bounce.Protocol, bounce.TooLarge, bounce.Restricted, bounce.RelayDenied:
		return unclear
	}
	if res.Stage != bounce.StageRcpt && res.Code/100 == 5 {
		return blocked
	}
	if res.Code/100 == 4 {
		return later
	}
	return unlike
}
