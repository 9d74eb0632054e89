package probe

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"winnow/address"
	"winnow/bounce"
	"winnow/verdict"
)

// Reading is what evidence means.
type Reading struct {
	// Code is one of Codes, or "" where the host took the address and refused a made-up
	// one: the mailbox is there.
	Code string

	Reason     bounce.Reason // what the reply says; Undetermined where there is none
	Class      bounce.Class
	Target     bounce.Target // whom the reply is about: whose fault it is
	RetryAfter time.Time     // when to ask again; zero if that is of no use
	Detail     string        // for people: command, host, code and text of the reply, and what failed; one line, without addresses

	// Answered says that the host has spoken of the recipient: the depth is "smtp".
	Answered bool
}

// Code is something that a probe can say of an address.
type Code struct {
	Code  string // permanent, hyphenated: "recipient-unknown"
	Grade verdict.Grade
	About bounce.Target // Recipient, Domain, System (the host), Sender (us), or Nobody
	Text  string        // in words that need no RFC
	Todo  string
}

// enough is how many refused addresses of a domain, and none taken, make one doubt the
// domain sooner than the addresses.
const enough = 5

// Read judges evidence by the rules that come with winnow. It asks nobody.
func Read(e Evidence) Reading { return read(bounce.Classify, e) }

func read(classify rules, e Evidence) Reading {
	res, word := hear(classify, e.Reply)
	madeUp, postmaster := silent, silent
	if word == yes || word == silent { // else they do not count
		_, madeUp = hear(classify, e.MadeUp)
	}
	if e.Refused >= enough {
		_, postmaster = hear(classify, e.Postmaster)
	}

	rd := Reading{Reason: res.Reason, Class: res.Class, Target: res.Target, Detail: e.detail()}
	atRcpt := e.Reply.Stage == bounce.StageRcpt && e.Failure != Breaker
	// Of a mailbox that is full, the host has said that it is there.
	rd.Answered = atRcpt && (word == yes || word == no || res.Reason == bounce.MailboxFull)
	if e.Reply.Said() && res.RetryIn > 0 {
		rd.RetryAfter = e.Reply.At.Add(res.RetryIn)
	}

	switch {
	case e.Refused >= enough && e.Postmaster.Said() && postmaster != yes && (word == no || word == silent):
		rd.blame(AllRefused)
		rd.Answered = false
	case atRcpt && word == no && (e.Late || e.Refused >= enough && postmaster != yes):
		rd.blame(NotFinal)
		rd.Answered = false
	case atRcpt && word == no:
		rd.Code = codeOf(res.Reason)
	case madeUp == yes && (word == yes || word == silent):
		rd.blame(CatchAll)
		rd.Answered = true
	case atRcpt && word == yes && nothingByYes(e.Domain, e.Reply.Host):
		rd.blame(Unreliable)
	case atRcpt && word == yes && madeUp == no && e.MadeUp.Host == e.Reply.Host:
		// The mailbox is there.
	case atRcpt && word == yes:
		rd.blame(UnverifiedYes)
		rd.Answered = false
	default:
		rd.unanswered(&e, &res)
	}
	return rd
}

// blame sets a code that is not the reply's own.
func (rd *Reading) blame(code string) {
	rd.Code = code
	for _, c := range beyond {
		if c.Code == code {
			rd.Target = c.About
		}
	}
}

// unanswered reads evidence in which no host has spoken of the recipient for good.
func (rd *Reading) unanswered(e *Evidence, res *bounce.Result) {
	switch e.Failure {
	case Breaker:
		rd.blame(Blocklisted)
		return
	case NoUTF8:
		rd.blame(NotUTF8)
		return
	}
	if e.Reply.Said() {
		rd.Code = codeOf(res.Reason)
		if bounce.Conclude(res.Reason, bounce.Reply{Code: 550}, "").Class == bounce.Hard {
			rd.Code = NotFinal // a hard reason, and yet not at RCPT, or not final
		}
		if rd.Code == "" {
			rd.Code = codeOf(bounce.Undetermined)
		}
		return
	}
	switch e.Failure {
	case NoHost, Private, OverBudget, Patience, NotFailed:
		rd.blame(NotAsked)
	case Timeout, Deadline:
		rd.blame(WasTimeout)
	case Dropped, HungUp:
		rd.blame(WasDropped)
	case Garbled:
		rd.Code, rd.Reason, rd.Target = codeOf(bounce.Protocol), bounce.Protocol, bounce.System
	default:
		rd.Code, rd.Reason, rd.Class, rd.Target = codeOf(bounce.Network), bounce.Network, bounce.Soft, bounce.System
	}
	if e.Failure != NoHost && e.Failure != Private && !e.At.IsZero() {
		rd.RetryAfter = e.At.Add(bounce.Conclude(bounce.Network, bounce.Reply{}, "").RetryIn)
	}
}

// detail says in a line what was heard, or why nothing was.
func (e *Evidence) detail() string {
	var parts []string
	if e.Reply.Said() {
		parts = append(parts, e.Reply.line())
	}
	if e.Detail != "" {
		parts = append(parts, e.Detail)
	} else if e.Failure != NotFailed {
		parts = append(parts, failureTexts[e.Failure])
	}
	if e.Late {
		parts = append(parts, "nobody was taken behind it")
	}
	if e.MadeUp.Said() && (!e.Reply.Said() || e.Reply.Code/100 == 2) {
		parts = append(parts, "a made-up recipient: "+e.MadeUp.line())
	}
	if e.Refused >= enough {
		parts = append(parts, fmt.Sprintf("%d addresses of the domain refused, and none taken", e.Refused))
		if e.Postmaster.Said() {
			parts = append(parts, "postmaster: "+e.Postmaster.line())
		}
	}
	return strings.Join(parts, "; ")
}

// line is the reply for people, in one line, without addresses, without the name of whom it was asked
// for where that is another, and with what a terminal might obey taken out.
func (r *Reply) line() string {
	var b strings.Builder
	if s := r.Stage.String(); s != "" {
		fmt.Fprintf(&b, "%s at ", s)
	}
	fmt.Fprintf(&b, "%s: %d", r.Host, r.Code)
	text := address.Address{Local: r.local}.WithoutName(inAngles.ReplaceAllString(r.Text, "<…>"), "…")
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return c <= ' ' }) {
		if strings.Contains(word, "@") || strings.Contains(word, "%40") {
			word = "…"
		}
		if b.Len() > maxDetail {
			b.WriteString(" …")
			break
		}
		b.WriteByte(' ')
		b.WriteString(printable(word))
	}
	return b.String()
}

// printable is text without what a terminal might obey.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, "?"))
}

// inAngles are addresses in angle brackets, also such as have spaces.
var inAngles = regexp.MustCompile(`<[^<>]*@[^<>]*>`)

// maxDetail is about how many octets of a reply are shown.
const maxDetail = 400
