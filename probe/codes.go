package probe

import (
	"strings"

	"winnow/bounce"
	"winnow/verdict"
)

// The codes beyond the reasons of a reply.
const (
	CatchAll      = "catch-all"
	Full          = "full"
	Blocklisted   = "blocked"
	NotAsked      = "not-asked"
	NotUTF8       = "no-utf8"
	Unreliable    = "unreliable"
	AllRefused    = "all-refused"
	NotFinal      = "not-final"
	UnverifiedYes = "unverified-yes"
	WasDropped    = "dropped"
	WasTimeout    = "timeout"
)

// beyond are the codes that are no bounce.Reason.
var beyond = [...]Code{
	{CatchAll, verdict.Risky, bounce.Domain, "its domain takes mail for everybody, also for recipients that were made up",
		"nobody can tell from outside whether the mailbox is there; send with care, and watch what bounces"},
	{Unreliable, verdict.Risky, bounce.Domain, "its mail host says yes to everybody at first and refuses later",
		"the yes proves nothing; send with care, and watch what bounces"},
	{NotUTF8, verdict.Risky, bounce.Domain, "the local part is not ASCII, and its mail host does not take such addresses (SMTPUTF8)",
		"look for another spelling of the address"},
	{AllRefused, verdict.Unknown, bounce.Domain, "its mail host refuses every address of the domain, the postmaster's too",
		"the domain's mail is broken, or the host refuses us under another name; ask again on another day"},
	{NotFinal, verdict.Unknown, bounce.Recipient, "its mail host says that there is no such mailbox, but not for good",
		"ask again on another day"},
	{UnverifiedYes, verdict.Unknown, bounce.Nobody, "its mail host takes it, but whether it takes everything could not be found out",
		"ask again later"},
	{Blocklisted, verdict.Unknown, bounce.Sender, "its mail provider refused us, and was not asked any further",
		"see at the top of the summary what was refused, and mend that (winnow doctor)"},
	{NotAsked, verdict.Unknown, bounce.Sender, "its mail host was not asked",
		"see the detail for why: the budget, the patience, the port or the network"},
	{WasTimeout, verdict.Unknown, bounce.System, "its mail host did not answer in time",
		"ask again later"},
	{WasDropped, verdict.Unknown, bounce.System, "its mail host broke the connection before it answered",
		"ask again later"},
}

// codeOf is the code of a reason; "" for those that no probe meets.
func codeOf(r bounce.Reason) string {
	switch r {
	case bounce.MailboxFull:
		return Full
	case bounce.Complaint, bounce.AutoReply, bounce.Delivered, bounce.Expired:
		return ""
	}
	return strings.ReplaceAll(r.String(), "_", "-")
}

// Codes returns all codes in a fixed order: those of replies, by bounce.Reasons, then the others.
func Codes() []Code {
	var all []Code
	for _, r := range bounce.Reasons() {
		code := codeOf(r)
		if code == "" {
			continue
		}
		facts := bounce.Conclude(r, bounce.Reply{Stage: bounce.StageRcpt, Code: 550}, "")
		c := Code{Code: code, Grade: verdict.Unknown, About: facts.Target, Text: r.Text(), Todo: r.Todo()}
		switch {
		case facts.Class == bounce.Hard:
			c.Grade = verdict.Invalid
		case r == bounce.MailboxFull:
			c.Grade = verdict.Risky
		}
		all = append(all, c)
	}
	return append(all, beyond[:]...)
}
