// Package bounce answers one question: what does this SMTP reply say, and of whom?
//
// A reply is about the recipient, the recipient's domain, the sender or the
// receiving system. Only the first two may ever remove an address, and only with a
// final answer. [Classify] looks, in this order, at what is said of us in the words
// that else refuse a recipient, at the words of known providers, at what is said of
// the sender, of the recipient and of the system, at the enhanced status code (RFC
// 3463), and last at the reply code (RFC 5321 section 4.2), which says least. Of whom
// it speaks where it names an address, [Result.Between] tells.
//
// The words are data, in rules/*.toml: each rule stands with replies that it must
// catch and replies that it must leave alone, and [Rules.Lint] proves both. It asks
// nobody and keeps nothing. Everything in it is safe for concurrent use.
//
// It does not look at a message, only at what a server said of it.
package bounce

import (
	"strings"
	"time"
)

// Result is what a reply says.
type Result struct {
	Reply    // as it was given, with what could be read out of its text
	Reason   Reason
	Class    Class
	Target   Target
	Action   Action
	RetryIn  time.Duration // 0 unless Action is [Retry] or [SlowDown]
	Rule     string        // what decided: a rule's id, "enhanced 5.1.1", "code 550", "our address", a service's "label …", or "" where nothing did
	Overrode []string      // what would have decided else, and another reason would it have been; strongest first
}

// Todo says in a sentence what to do.
func (r *Result) Todo() string {
	if r.Class == Soft && r.Reason.Class() == Hard {
		return "try again: the answer is not final; it counts as a soft bounce, so that only repeated ones suppress the address"
	}
	return r.Reason.Todo()
}

// CodeOnly reports whether no word decided, but a code, which servers give for many
// causes.
func (r *Result) CodeOnly() bool {
	return strings.HasPrefix(r.Rule, "enhanced ") || strings.HasPrefix(r.Rule, "code ")
}

// Final reports whether the reply's codes say that to try again is of no use. If
// there is no code at all, it is not final.
func (r *Reply) Final() bool {
	enhanced := byte('5')
	if r.Enhanced != "" {
		enhanced = r.Enhanced[0]
	}
	return enhanced == '5' && (r.Code >= 500 && r.Code < 600 || r.Code == 0 && r.Enhanced != "")
}

// Classify says what a reply means by the rules that come with winnow. Fields of r
// that are empty are read out of its text, so that a raw reply can be given as it
// came, in Text alone.
func Classify(r Reply) Result {
	rules, err := Embedded()
	if err != nil { // a test proves that they can be read
		rules = &Rules{}
	}
	return rules.Classify(r)
}

// Classify is the function [Classify] by these rules.
func (rs *Rules) Classify(reply Reply) Result {
	res := Result{Reply: reply.read()}
	r := &res.Reply

	// The strongest voice that may be heard decides; the others are kept for whoever
	// asks why.
	var decided bool
	hear := func(reason Reason, voice string, by evidence) {
		switch {
		case !allowed(reason, r, by):
		case !decided:
			decided, res.Reason, res.Rule = true, reason, voice
		case reason != res.Reason && reason != Undetermined:
			res.Overrode = append(res.Overrode, voice)
		}
	}
	if r.Code < 200 || r.Code >= 300 { // where mail was taken, words have nothing to add
		for _, rule := range rs.heard(r) {
			hear(rule.reason, rule.ID, words)
		}
		if reason, ok := enhancedReason(r.Enhanced); ok {
			hear(reason, "enhanced "+r.Enhanced, codeOnly)
		}
	}
	if reason, ok := codeReason(r); ok {
		hear(reason, codeName(r.Code), codeOnly)
	}

	res.conclude()
	if facts[res.Reason].class == Hard {
		rs.askWrapped(&res)
	}
	return res
}

// verified is what Postfix says before the reply that it got when it asked the next
// host for a recipient (ADDRESS_VERIFICATION_README).
const verified = "undeliverable address: "

// askWrapped lets the reply decide that stands within another: whoever only hands on
// what the next host said knows no more of the recipient than that. What is refused
// there as well stays as it is, by the words of the whole.
func (rs *Rules) askWrapped(res *Result) {
	text := res.head()
	if !strings.Contains(text, verified) {
		return
	}
	at := strings.LastIndex(text, verified)
	if strings.TrimSpace(text[at+len(verified):]) == "" {
		return
	}
	said := Reply{Text: text[at+len(verified):]}.read()
	if said.Code == 0 {
		said.Code = res.Code // "User unknown in virtual mailbox table"
	}
	within := rs.Classify(said)
	if within.Class == Hard {
		return
	}
	within.Overrode = append(within.Overrode, res.Rule)
	within.Reply = res.Reply
	*res = within
}

// Conclude is what a reason means that something else than the words of the reply
// says: a complaint, or a service that gives no reply but a label. Whoever says it is
// named as the rule.
func Conclude(reason Reason, reply Reply, rule string) Result {
	res := Result{Reply: reply, Reason: reason, Rule: rule}
	if reason >= numReasons {
		res.Reason = Undetermined
	}
	res.conclude()
	return res
}

// conclude says what follows from the reason and the reply.
func (r *Result) conclude() {
	f := &facts[r.Reason]
	r.Class, r.Target, r.Action, r.RetryIn = f.class, f.target, f.action, f.retry
	if r.Class == Hard && !r.Final() {
		// Tried first, and counted: living mailboxes are "unknown" on a bad day too.
		r.Class, r.Action, r.RetryIn = Soft, Retry, facts[DeferredSystem].retry
	}
	if d, ok := AskedToWait(r.Text); ok && (r.Action == Retry || r.Action == SlowDown) {
		r.RetryIn = d
	}
}

// evidence is what a voice goes by.
type evidence bool

const (
	words    evidence = true
	codeOnly evidence = false
)

// allowed reports whether a reply can say such a thing: before the recipient was
// named, nothing can have been said of it; and where a command was not understood, it
// takes words to say that the mailbox was looked for.
func allowed(reason Reason, r *Reply, by evidence) bool {
	switch {
	case facts[reason].class != Hard:
		return reason != Undetermined || r.Stage == StageUnknown || r.Stage >= StageRcpt
	case r.Stage != StageUnknown && r.Stage < StageRcpt:
		return false
	}
	return by == words || !ofProtocol(r)
}

// ofProtocol reports whether the codes are of a command that was not understood (RFC
// 5321 section 4.2.2, RFC 3463 section 3.6). 501 is said of addresses too, and 5.5.0 of
// anything.
func ofProtocol(r *Reply) bool {
	switch r.Code {
	case 500, 502, 503, 504, 555:
		return true
	}
	if len(r.Enhanced) != len("5.5.1") || r.Enhanced[1:4] != ".5." {
		return false
	}
	return r.Enhanced[4] != '0' && r.Enhanced[4] != '3'
}
