package bounce_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

func raw(text string) bounce.Reply { return bounce.Reply{Text: text} }

// What a server says is not always what it seems to say.
func TestTraps(t *testing.T) {
	for _, test := range []struct {
		name   string
		reply  bounce.Reply
		reason bounce.Reason
		class  bounce.Class
	}{
		{"Orange is full under the code of the unknown", raw("552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]"), bounce.MailboxFull, bounce.Soft},
		{"Gmail's 5.2.1, disabled", raw("550 5.2.1 The email account that you tried to reach is disabled."), bounce.MailboxDisabled, bounce.Hard},
		{"Gmail's 5.2.1, too quickly", raw("550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered."), bounce.RecipientRate, bounce.Soft},
		{"Microsoft's 5.4.1", raw("550 5.4.1 Recipient address rejected: Access denied. [AM0EUR02FT012.eop-EUR02.prod.protection.outlook.com]"), bounce.RecipientUnknown, bounce.Hard},
		{"IANA's 5.4.1", raw("550 5.4.1 No answer from host"), bounce.Network, bounce.Soft},
		{"Microsoft's 5.1.10", raw("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"), bounce.RecipientUnknown, bounce.Hard},
		{"everybody's 5.1.10", raw("556 5.1.10 <jane@acme.com>: null MX"), bounce.NullMX, bounce.Hard},
		{"a blocklist", raw("550 5.7.1 Service unavailable; client [192.0.2.1] blocked using bl.spamcop.net"), bounce.IPReputation, bounce.Block},
		{"a blocklist in a link", raw("550 5.7.1 rejected, see https://www.spamhaus.org/query/ip/192.0.2.1"), bounce.IPReputation, bounce.Block},
		{"Microsoft's S3140", raw("550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140)."), bounce.IPReputation, bounce.Block},
		{"Yahoo's TSS04", raw("421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred"), bounce.SenderRate, bounce.Block},
		{"Yahoo's BL21", raw("553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1"), bounce.IPReputation, bounce.Block},
		{"too many recipients are no full mailbox", raw("452 4.5.3 Too many recipients"), bounce.SenderRate, bounce.Block},
		{"the sender's null MX", raw("550 5.7.27 Sender address has null MX"), bounce.SenderRejected, bounce.Block},
		{"CONNECT indicts nobody", bounce.Reply{Stage: bounce.StageConnect, Text: "550 5.1.1 User unknown"}, bounce.Policy, bounce.Block},
		{"EHLO indicts nobody", bounce.Reply{Stage: bounce.StageHelo, Text: "550 Host unknown"}, bounce.Policy, bounce.Block},
		{"MAIL indicts nobody", raw("550 5.1.1 User unknown (in reply to MAIL FROM command)"), bounce.Policy, bounce.Block},
		{"MAIL in other words", raw("mx.acme.com rejected your message during MAIL FROM: 550 5.1.1 user unknown"), bounce.Policy, bounce.Block},
		{"521 at CONNECT", bounce.Reply{Stage: bounce.StageConnect, Text: "521 does not accept mail"}, bounce.Policy, bounce.Block},
		{"unknown after DATA", raw("550 5.1.1 User unknown (in reply to end of DATA command)"), bounce.RecipientUnknown, bounce.Hard},
		{"the command is no word of the server", raw("551 <jane@acme.com> is a deactivated mailbox (in reply to RCPT TO command)"), bounce.MailboxDisabled, bounce.Hard},
		{"unknown, but 4xx", raw("450 4.1.1 <jane@acme.com>: Recipient address rejected: User unknown in local recipient table"), bounce.RecipientUnknown, bounce.Soft},
		{"5xx, but enhanced 4", raw("550 4.1.1 User unknown"), bounce.RecipientUnknown, bounce.Soft},
		{"no code is not final", raw("User unknown"), bounce.RecipientUnknown, bounce.Soft},
		{"our address has words", raw("550 5.7.1 <user-unknown@does-not-exist.example>: rejected by policy"), bounce.Policy, bounce.Block},
		{"our host has words", raw("550 5.1.1 <jane@acme.com> unknown, not for mail from spam.policy.example.com"), bounce.RecipientUnknown, bounce.Hard},
		{"our link has words", raw("550 5.7.1 refused: http://acme.com/no/such/user/unknown"), bounce.Policy, bounce.Block},
		{"words end at bounds", raw("550 5.1.1 recipient unknown"), bounce.RecipientUnknown, bounce.Hard},
		{"lines are joined", raw("550-5.1.1 The email account that you tried to\r\n550 5.1.1 reach does not exist"), bounce.RecipientUnknown, bounce.Hard},
		{"bare 550", raw("550"), bounce.Undetermined, bounce.Undecided},
		{"a command that was not understood, with a code of the recipient's", bounce.Reply{Code: 503, Enhanced: "5.1.1"}, bounce.Protocol, bounce.Block},
		{"a code of commands is none of the mailbox", bounce.Reply{Code: 550, Enhanced: "5.5.2", Text: "jane@acme.com"}, bounce.Protocol, bounce.Block},
		{"words of the mailbox, with a code of commands", raw("503 5.5.1 <jane@acme.com>: user unknown"), bounce.RecipientUnknown, bounce.Hard},
		{"5.5.0 is said of anything", raw("550 5.5.0 user unknown"), bounce.RecipientUnknown, bounce.Hard},
		{"the greeting refused", raw("host mx.acme.com[192.0.2.1] refused to talk to me: 550 user unknown"), bounce.IPReputation, bounce.Block},
		{"what another host said decides", raw("550 5.1.1 <jane@acme.com>: Recipient address rejected: undeliverable address: host mx.acme.com[192.0.2.1] said: 554 5.7.1 Go away (in reply to RCPT TO command)"), bounce.Policy, bounce.Block},
		{"what another host said is not final", raw("550 5.1.1 <jane@acme.com>: Recipient address rejected: undeliverable address: host mx.acme.com[192.0.2.1] said: 450 4.1.1 user unknown"), bounce.RecipientUnknown, bounce.Soft},
		{"another host did not say", raw("550 5.1.1 <jane@acme.com>: Recipient address rejected: undeliverable address: "), bounce.RecipientUnknown, bounce.Hard},
		{"the command of the server's own words", raw("550 no such user (in reply to our callback of news@acme.com)"), bounce.SenderRejected, bounce.Block},
		{"bare 5.1.1", bounce.Reply{Enhanced: "5.1.1"}, bounce.RecipientUnknown, bounce.Hard},
		{"bare 552", raw("552"), bounce.MailboxFull, bounce.Soft},
		{"bare 421", raw("421"), bounce.DeferredSystem, bounce.Soft},
		{"250", raw("250 2.1.5 User unknown? No: Ok"), bounce.Delivered, bounce.None},
		{"nothing", bounce.Reply{}, bounce.Undetermined, bounce.Undecided},
		{"Latin-1", raw("550 Empf\xe4nger unbekannt"), bounce.RecipientUnknown, bounce.Hard},
		{"an mbox line", raw("From jane@acme.com Thu Jan  1 00:00:00 2026\n550 5.1.1 User unknown"), bounce.RecipientUnknown, bounce.Hard},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := bounce.Classify(test.reply)
			require.Equal(t, test.reason.String(), r.Reason.String(), "by %q", r.Rule)
			require.Equal(t, test.class.String(), r.Class.String())
		})
	}
}

func TestReading(t *testing.T) {
	for _, test := range []struct {
		name, text     string
		code           int
		enhanced, host string
		stage          bounce.Stage
	}{
		{"plain", "550 5.1.1 no", 550, "5.1.1", "", bounce.StageUnknown},
		{"many lines", "550-5.7.1 a\n550 5.7.1 b", 550, "5.7.1", "", bounce.StageUnknown},
		{"diagnostic", "smtp; 552 5.2.2 full", 552, "5.2.2", "", bounce.StageUnknown},
		{"Postfix", "host mx.acme.com[192.0.2.1] said: 450 4.1.1 later (in reply to RCPT TO command)", 450, "4.1.1", "mx.acme.com", bounce.StageRcpt},
		{"Exim", "SMTP error from remote mail server after MAIL FROM:<jane@acme.com> SIZE=2022: 553 5.7.1 no", 553, "5.7.1", "", bounce.StageMail},
		{"Exim, connecting", "host mx.acme.com [192.0.2.1] SMTP error from remote mail server after initial connection: 554 go", 554, "", "mx.acme.com", bounce.StageConnect},
		{"Sendmail", ">>> RCPT To:<jane@acme.com>\n<<< 550 no", 550, "", "", bounce.StageRcpt},
		{"behind", "550 no such user (#5.1.1)", 550, "5.1.1", "", bounce.StageUnknown},
		{"an address is no code", "550 host 5.1.1.1 refused", 550, "", "", bounce.StageUnknown},
		{"a number is no code", "delivered to 450 people", 0, "", "", bounce.StageUnknown},
		{"of another class", "451 try later (5.1.1)", 451, "", "", bounce.StageUnknown},
		{"a refusal for a greeting", "220-mx.acme.com 421 4.2.1 Service refused", 421, "4.2.1", "", bounce.StageUnknown},
		{"taken, with a number in it", "250 2.0.0 Ok: queued as 421 4F2", 250, "2.0.0", "", bounce.StageUnknown},
		{"signed", "550 5.4.1 no [A.B.prod.protection.outlook.com]", 550, "5.4.1", "A.B.prod.protection.outlook.com", bounce.StageUnknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := bounce.Classify(raw(test.text))
			require.Equal(t, test.code, r.Code)
			require.Equal(t, test.enhanced, r.Enhanced)
			require.Equal(t, test.host, r.Host)
			require.Equal(t, test.stage, r.Stage)
		})
	}
}

func TestRetryIn(t *testing.T) {
	require.Equal(t, 5*time.Minute, bounce.Classify(raw("451 4.7.1 Greylisted for 5 minutes")).RetryIn)
	require.Equal(t, 300*time.Second, bounce.Classify(raw("450 4.7.1 please try again in 300 seconds")).RetryIn)
	require.Equal(t, 15*time.Minute, bounce.Classify(raw("451 4.7.1 Greylisted")).RetryIn)
	require.Zero(t, bounce.Classify(raw("550 5.1.1 User unknown")).RetryIn)

	for _, tt := range []struct {
		name, text string
		want       time.Duration // 0: it names none
	}{
		{"minutes", "451 4.7.1 Greylisted for 5 minutes", 5 * time.Minute},
		{"in brackets", "4.7.1 Greylisted (300 seconds left)", 300 * time.Second},
		{"Exim wraps its words", "451-Temporarily rejected. Try again in 1\r\n451 second", time.Second},
		{"the codes taken off", "Temporarily rejected. Try again in 2\nseconds", 2 * time.Second},
		{"with an enhanced code on each line", "4.7.1 please come back in 10\n4.7.1 minutes", 10 * time.Minute},
		{"the number begins a line", "greylisted, come back in\n60 seconds", time.Minute},
		{"as a clock", "451 4.7.1 Greylisting in action, please come back in 00:05:00", 5 * time.Minute},
		{"a time of day", "451 refused at 17:05:00", 0},
		{"an address of IPv6", "451 refused 20:01:00:db", 0},
		{"no unit", "451 4.7.1 error 300 of ours", 0},
		{"nothing", "450", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wait, ok := bounce.AskedToWait(tt.text)
			require.Equal(t, tt.want, wait)
			require.Equal(t, tt.want > 0, ok)
		})
	}
}

func TestOverrode(t *testing.T) {
	r := bounce.Classify(raw("550 5.1.1 User unknown; client host blocked using zen.spamhaus.org"))
	require.Equal(t, bounce.IPReputation, r.Reason)
	require.Contains(t, r.Overrode, "unknown")
	require.Contains(t, r.Overrode, "enhanced 5.1.1")
}

// Every reply code and every enhanced one says what the sheet says, and only final
// ones are hard.
func TestSheet(t *testing.T) {
	require.Len(t, bounce.Codes(), 18)
	for _, c := range bounce.Codes() {
		require.Equal(t, c.Alone, bounce.Classify(bounce.Reply{Code: c.Number}).Reason, c.Number)
	}
	for _, s := range bounce.Statuses() {
		require.NotEqual(t, bounce.Hard, bounce.Classify(bounce.Reply{Enhanced: "4." + s.Code}).Class, s.Code)
		for _, stage := range []bounce.Stage{bounce.StageConnect, bounce.StageHelo, bounce.StageMail} {
			require.NotEqual(t, bounce.Hard, bounce.Classify(bounce.Reply{Code: 550, Enhanced: "5." + s.Code, Stage: stage}).Class, s.Code)
		}
	}
	_, err := bounce.StatusOf("5.9.9")
	require.Error(t, err)
}

// Every reason has its words, and only recipient and domain are ever hard.
func TestReasons(t *testing.T) {
	for _, r := range bounce.Reasons() {
		require.NotEmpty(t, r.String())
		require.NotEmpty(t, r.Text())
		require.NotEmpty(t, r.Todo())
		back, err := bounce.ParseReason(r.String())
		require.NoError(t, err)
		require.Equal(t, r, back)
	}
	_, err := bounce.ParseReason("bad_hair")
	require.Error(t, err)
}

func TestOwnRules(t *testing.T) {
	rules, err := bounce.Embedded()
	require.NoError(t, err)
	own, err := rules.With("own.toml", []byte(`
date = "2026-11-24"
source = "our partner's mail"
[[rule]]
id = "partner"
reason = "mailbox_full"
words = ["{account} says nay"]
catches = ["550 The mailbox says nay"]
leaves = ["550 The oracle says nay"]
[[rule]]
id = "unknown"
reason = "policy"
words = ["user unknown"]
catches = ["550 5.1.1 user unknown"]
leaves = ["550 mailbox full"]
`))
	require.NoError(t, err)
	require.Equal(t, "partner", own.Classify(raw("550 5.1.1 mailbox says nay")).Rule)
	require.Equal(t, bounce.Policy, own.Classify(raw("550 5.1.1 User unknown")).Reason, "one of the same id takes its place")
	require.Equal(t, bounce.RecipientUnknown, rules.Classify(raw("550 5.1.1 User unknown")).Reason, "the others are as they were")

	scoped, err := rules.With("own.toml", []byte("[[rule]]\nid = 'a'\nreason = 'moved'\nwords = ['xyzzy']\nproviders = ['gmail']\nstages = ['rcpt']\ncodes = ['55']\n"))
	require.NoError(t, err)
	at := bounce.Reply{Stage: bounce.StageRcpt, Text: "550 xyzzy", Host: "gmail-smtp-in.l.google.com"}
	require.Equal(t, bounce.Moved, scoped.Classify(at).Reason)
	elsewhere, later, other := at, at, at
	elsewhere.Host, later.Stage, other.Code = "mx.acme.com", bounce.StageData, 503
	for _, r := range []bounce.Reply{elsewhere, later, other} {
		require.NotEqual(t, bounce.Moved, scoped.Classify(r).Reason, r)
	}

	for _, test := range []struct{ name, file, says string }{
		{"no TOML", "[[rule", "own.toml"},
		{"key", "[[rule]]\nid='a'\nword=['x']", "there is no key rule.word"},
		{"reason", "[[rule]]\nid='a'\nreason='tired'\nwords=['x']", `rule a: there is no reason "tired"`},
		{"all", "[[rule]]\nid='a'\nreason='policy'", "fits every reply"},
		{"list", "[[rule]]\nid='a'\nreason='policy'\nwords=['{x}']", "there is no list {x}"},
		{"id", "[[rule]]\nreason='policy'\nwords=['x']", "id"},
		{"twice", "[[rule]]\nid='a'\nreason='policy'\nwords=['x']\n[[rule]]\nid='a'\nreason='policy'\nwords=['y']", "not the only one"},
		{"stage", "[[rule]]\nid='a'\nreason='policy'\nwords=['x']\nstages=['quit']", `no stage "quit"`},
		{"code", "[[rule]]\nid='a'\nreason='policy'\nwords=['x']\ncodes=['5xx']", "reply code"},
		{"enhanced", "[[rule]]\nid='a'\nreason='policy'\nwords=['x']\nenhanced=['7']", "enhanced"},
		{"provider", "[[rule]]\nid='a'\nreason='policy'\nwords=['x']\nproviders=['hal']", `no provider "hal"`},
		{"regexp", "[[rule]]\nid='a'\nreason='policy'\nregexp='('", "rule a"},
		{"nothing to find", "[[rule]]\nid='a'\nreason='policy'\nwords=['!']", "no words"},
		{"gap", "[[rule]]\nid='a'\nreason='policy'\nwords=['.. x']", "begins with a gap"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := rules.With("own.toml", []byte(test.file))
			require.ErrorContains(t, err, test.says)
		})
	}
}

// The lint sees what it is for.
func TestLintFinds(t *testing.T) {
	rules, err := bounce.Embedded()
	require.NoError(t, err)
	own, err := rules.With("own.toml", []byte(`
[[rule]]
id = "a"
reason = "policy"
words = ["purple"]
catches = ["550 purple", "550 green"]
leaves = ["550 purple rain"]
[[rule]]
id = "b"
reason = "virus"
words = ["purple cow"]
`))
	require.NoError(t, err)
	found := strings.Join(own.Lint(), "\n")
	for _, part := range []string{
		`rule a: it needs a source and a date`, `rule a: it should catch "550 green"`, `rule a: it fits "550 purple rain"`,
		`rule b: it needs a reply that it catches`, `rule b: the words "purple cow" can not be reached: rule a says policy`,
	} {
		require.Contains(t, found, part)
	}
}

func TestLong(t *testing.T) {
	for _, word := range []string{"user ", "a", "(", "\x80", "ユ", "550-5.1.1 ", "not ", "1.", "a@b ", "account .. not ", "{", "\n"} {
		bounce.Classify(raw("550 " + strings.Repeat(word, 300<<10/len(word))))
	}
}

func FuzzClassify(f *testing.F) {
	for _, text := range everyday {
		f.Add(text, 0, "")
	}
	f.Add("smtp; 550 Empf\xe4nger unbekannt", 550, "5.1.1")
	f.Add("550 user unknown: undeliverable address: undeliverable address: host mx.acme.com said: 450 4.1.1 no such user", 0, "")
	f.Fuzz(func(t *testing.T, text string, code int, enhanced string) {
		r := bounce.Classify(bounce.Reply{Text: text, Code: code, Enhanced: enhanced})
		if r.Class == bounce.Hard {
			require.True(t, r.Final())
			require.False(t, r.CodeOnly() && (r.Code == 503 || strings.HasPrefix(r.Enhanced, "5.5.")), r.Rule)
			require.True(t, r.Target == bounce.Recipient || r.Target == bounce.Domain)
			require.True(t, r.Stage == bounce.StageUnknown || r.Stage >= bounce.StageRcpt)
		}
		require.True(t, r.Code == 0 || r.Code >= 200 && r.Code <= 599)
		require.NotEmpty(t, r.Class.String())
	})
}

func TestConclude(t *testing.T) {
	final := bounce.Reply{Enhanced: "5.0.0"}
	tests := []struct {
		name   string
		reason bounce.Reason
		reply  bounce.Reply
		class  bounce.Class
		action bounce.Action
	}{
		{"a complaint needs no reply", bounce.Complaint, bounce.Reply{}, bounce.Complained, bounce.SuppressAlways},
		{"hard where it is final", bounce.RecipientUnknown, final, bounce.Hard, bounce.Remove},
		{"soft where it is not", bounce.RecipientUnknown, bounce.Reply{}, bounce.Soft, bounce.Retry},
		{"no such reason", bounce.Reason(250), final, bounce.Undecided, bounce.Retry},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := bounce.Conclude(tt.reason, tt.reply, "label x")
			require.Equal(t, tt.class, res.Class)
			require.Equal(t, tt.action, res.Action)
			require.Equal(t, "label x", res.Rule)
			require.Equal(t, tt.reply, res.Reply)
		})
	}
}
