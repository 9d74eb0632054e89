package message_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce/message"
)

// report makes a notification of what stands in words, and of the fields below.
func report(words, fields string) string {
	return "Return-Path: <>\nFrom: MAILER-DAEMON@mx.shop.example\nTo: news@shop.example\nSubject: Undelivered Mail Returned to Sender\n" +
		"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b1\n\n" +
		"--b1\n\n" + words + "\n\n--b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.shop.example\n\n" + fields +
		"\n--b1\nContent-Type: message/rfc822\n\nFrom: Shop <news@shop.example>\nTo: jane@acme.com\nSubject: Spring\nMessage-ID: <1@shop.example>\n\nHello.\n\n--b1--\n"
}

// letter makes a bounce that is all words.
func letter(words string) string {
	return "Return-Path: <>\nFrom: MAILER-DAEMON@mx.shop.example\nTo: news@shop.example\nSubject: failure notice\n\n" + words +
		"\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <news@shop.example>\nFrom: Shop <news@shop.example>\nTo: jane@acme.com\nSubject: Spring\n\nHello.\n"
}

// block makes the fields of a recipient.
func block(recipient, status, diagnostic string) string {
	return "Final-Recipient: rfc822; " + recipient + "\nAction: failed\nStatus: " + status + "\nDiagnostic-Code: smtp; " + diagnostic + "\n"
}

// exim and qmail make one after the manner of these, of jane@acme.com.
func exim(after string) string {
	return letter("A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n" +
		"  jane@acme.com\n    host mx.acme.com [192.0.2.9]\n    SMTP error from remote mail server after " + after)
}

func qmail(trouble string) string {
	return letter("Hi. This is the qmail-send program at mx.shop.example.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n" +
		"<jane@acme.com>:\nConnected to 192.0.2.9 but " + trouble)
}

type told struct{ name, mail, want string }

func requireTold(t *testing.T, tests []told) {
	rules := rules(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			events, err := message.Read(t.Context(), []byte(test.mail), rules)
			var got []string
			if err != nil {
				got = append(got, err.Error())
			}
			for _, e := range events {
				got = append(got, fmt.Sprintf("%s %s %s", e.Recipient, e.Reason, e.Class))
				again, changed := rules.Again(e)
				require.False(t, changed && again.Class != e.Class, "it means something else once it is read again: %+v", again)
			}
			require.Equal(t, test.want, strings.Join(got, ", "), "%+v", events)
		})
	}
}

// Which command was answered stands beside the reply; where the reply is repeated
// without it, it was the same command.
func TestReadStage(t *testing.T) {
	const kept, gone = "jane@acme.com policy block", "jane@acme.com recipient_unknown hard"
	postfix := func(words string) string {
		return report("<jane@acme.com>: host mx.acme.com[192.0.2.9] "+words, block("jane@acme.com", "5.1.1", "550 5.1.1 user unknown"))
	}
	subject := strings.Replace(exim("MAIL FROM:<news@shop.example>:\n    550 no"), "failure notice", "Delivery failed: user unknown", 1)
	requireTold(t, []told{
		{"Exim, MAIL", exim("MAIL FROM:<news@shop.example>:\n    550 5.1.1 user unknown"), kept},
		{"Exim, pipelined MAIL", exim("pipelined MAIL FROM:<news@shop.example> SIZE=1:\n    550 5.1.1 user unknown"), kept},
		{"Exim, greeting", exim("initial connection:\n    550 no such user here"), kept},
		{"Exim, EHLO", exim("EHLO mx.shop.example:\n    550 unknown user"), kept},
		{"Exim, RCPT", exim("RCPT TO:<jane@acme.com>:\n    550 5.1.1 user unknown"), gone},
		{"Exim, end of data", exim("end of data:\n    550 5.1.1 user unknown"), gone},
		{"a subject does not tell of another command", subject, kept},
		{"qmail, MAIL", qmail("sender was rejected.\nRemote host said: 550 5.1.1 user unknown"), kept},
		{"qmail, greeting", qmail("greeting failed.\nRemote host said: 550 no such user"), kept},
		{"qmail, HELO", qmail("my name was rejected.\nRemote host said: 550 5.1.1 unknown user"), kept},
		{"a transcript below, MAIL", letter("<jane@acme.com>: 550 5.1.1 user unknown\n\nTranscript of session:\n>>> MAIL FROM:<news@shop.example>\n<<< 550 5.1.1 user unknown"), kept},
		{"a transcript below, RCPT", letter("<jane@acme.com>: 550 5.1.1 user unknown\n\nTranscript of session:\n>>> MAIL FROM:<news@shop.example>\n<<< 250 ok\n>>> RCPT TO:<jane@acme.com>\n<<< 550 5.1.1 user unknown"), gone},
		{"qmail, RCPT", letter("<jane@acme.com>:\n192.0.2.9 does not like recipient.\nRemote host said: 550 5.1.1 user unknown"), gone},
		{"Postfix, greeting", postfix("refused to talk to me: 550 5.1.1 user unknown"), kept},
		{"Postfix, MAIL", postfix("said: 550 5.1.1 user unknown (in reply to MAIL FROM command)"), kept},
		{"Postfix, RCPT", postfix("said: 550 5.1.1 user unknown (in reply to RCPT TO command)"), gone},
	})
}

// A report tells of more than one reply. That of the recipient stands in its fields,
// or nearest to it; others are another's, or of another day, or explain.
func TestReadOthersReply(t *testing.T) {
	const kept, gone, open = "jane@acme.com policy block", "jane@acme.com recipient_unknown hard", "jane@acme.com undetermined undetermined"
	refused := block("jane@acme.com", "5.7.1", "554 5.7.1 (X9)")
	transcript := "   ----- The following addresses had permanent fatal errors -----\n<jane@acme.com>\n\n   ----- Transcript of session follows -----\n... while talking to mx.acme.com.:\n" +
		">>> RCPT To:<bob@acme.com>\n<<< 550 5.1.1 %suser unknown\n>>> DATA\n<<< 554 5.7.1 (X9)\n554 5.0.0 Service unavailable"
	requireTold(t, []told{
		{"a transcript names another", report(fmt.Sprintf(transcript, "<bob@acme.com>: "), refused), kept},
		{"the same without a diagnostic", report(fmt.Sprintf(transcript, "<bob@acme.com>: "), "Final-Recipient: rfc822; jane@acme.com\nAction: failed\nStatus: 5.0.0\n"), kept},
		{"only the command names another", report(fmt.Sprintf(transcript, ""), "Final-Recipient: rfc822; jane@acme.com\nAction: failed\nStatus: 5.0.0\n"), kept},
		{"a transcript without fields", letter(fmt.Sprintf(transcript, "")), kept},
		{"a transcript names the recipient", report(strings.ReplaceAll(fmt.Sprintf(transcript, ""), "bob@", "jane@"), "Final-Recipient: rfc822; jane@acme.com\nAction: failed\nStatus: 5.0.0\n"), gone},
		{"codes that are explained", report("Your message was not delivered to jane@acme.com.\n\nCodes of this gateway:\n550 5.1.1 user unknown\n554 5.7.1 our filter did not like it", refused), kept},
		{"the same code, explained", report("What does it mean?\n550 5.1.1: the mailbox does not exist. 550 5.7.1: you are blocked.", block("jane@acme.com", "5.7.1", "550 5.7.1 [XYZ]")), kept},
		{"no enhanced code, and an explanation", report("jane@acme.com: rejected.\n\nHelp: Error 550 5.1.1: 'user unknown'. Error 554: policy.", block("jane@acme.com", "5.0.0", "554 Transaction failed")), open},
		{"words without a code", report("The user unknown to us may have moved.", block("jane@acme.com", "5.0.0", "554 Transaction failed")), open},
		{"another mail", report("A mail of yesterday to bob@acme.com:\n550 5.1.1 user unknown", block("jane@acme.com", "5.0.0", "550 no")), open},
		{"another mail, and an empty line", report("A mail of yesterday to bob@acme.com:\n\n550 5.1.1 user unknown", block("jane@acme.com", "5.0.0", "550 no")), open},
		{"another mail, in a line", letter("jane@acme.com: 550 no\n\nThese failed today:\nmail 1 to bob@acme.com: 550 5.1.1 user unknown"), open},
		{"the reply names one of two", letter("The following addresses failed:\n\n  jane@acme.com\n  bob@acme.com\n    550 5.1.1 <bob@acme.com>: user unknown"), open + ", bob@acme.com recipient_unknown hard"},
		{"it stands below the other", letter("The following addresses failed:\n\n  jane@acme.com\n    550 5.1.1 <bob@acme.com>: user unknown\n  bob@acme.com\n    550 no"), open + ", bob@acme.com recipient_unknown hard"},
		{"whom to ask is nobody else", letter("Your mail to jane@acme.com failed. Contact help@acme.com\n550 5.1.1 user unknown"), gone},
		{"the reply, told in full", report("<jane@acme.com>: 550 5.1.1 user unknown", block("jane@acme.com", "5.0.0", "550 no")), gone},
		{"handed on, by Sendmail's field", report("<bob@acme.org>: 550 5.1.1 user unknown", "X-Actual-Recipient: rfc822; bob@acme.org\n"+block("jane@acme.com", "5.0.0", "550 no")), gone},
		{"handed on, by the fields", report("<bob@acme.com>: 550 5.1.1 user unknown", "Original-Recipient: rfc822; jane@acme.com\n"+block("bob@acme.com", "5.0.0", "550 no")), gone},
		{"a second diagnostic", report("It failed.", refused+"Diagnostic-Code: smtp; 550 5.1.1 <bob@acme.com> user unknown\n"), kept},
		{"a subject explains too", strings.Replace(letter("<jane@acme.com>: 554 no"), "failure notice", "Delivery failed: user unknown", 1), open},
	})
}

// An address that is not whole is somebody else's; and where a field names somebody
// in another form, the one whom the mail was to may be a list of many.
func TestReadFieldOfNobody(t *testing.T) {
	const open = "jane@acme.com undetermined none"
	failed := func(names, reply string) string {
		return strings.Replace(letter("A message that you sent could not be delivered:\n"+reply), "\n\n", "\nX-Failed-Recipients: "+names+"\n\n", 1)
	}
	field := func(recipient string) string {
		return report("It failed.", "Final-Recipient: "+recipient+"\nAction: failed\nStatus: 5.1.1\n")
	}
	requireTold(t, []told{
		{"whole", field("rfc822; bob@acme.com"), "bob@acme.com recipient_unknown hard"},
		{"xtext, as the mail was addressed", strings.Replace(report("It failed.", "Original-Recipient: rfc822; jane+2Bnews@acme.com\n"+block("jane@acme.com", "5.1.1", "550 no")), "To: jane@", "To: jane+news@", 1), "jane+news@acme.com recipient_unknown hard"},
		{"xtext, as it became", report("It failed.", "Original-Recipient: rfc822; jane+2Bnews@acme.com\n"+block("jane+news@acme.com", "5.1.1", "550 no")), "jane+news@acme.com recipient_unknown hard"},
		{"a tag that looks like xtext", strings.Replace(report("It failed.", "Original-Recipient: rfc822; jane+2Bnews@acme.com\n"+block("jane@acme.com", "5.1.1", "550 no")), "To: jane@", "To: jane+2Bnews@", 1), "jane+2Bnews@acme.com recipient_unknown hard"},
		{"no name in it", field("rfc822;"), "jane@acme.com recipient_unknown hard"},
		{"a space in it", field("rfc822; jane doe@acme.com"), open},
		{"a comma in it", field("rfc822; jane,doe@acme.com"), open},
		{"two at signs", field("rfc822; info@jane@acme.com"), open},
		{"X.400", field("X400; c=us;a= ;p=x;"), open},
		{"unknown", field("unknown; pipe"), open},
		{"Exim's field", failed("bob@acme.com,\n ann@acme.com", "552 5.2.2 mailbox full"), "bob@acme.com mailbox_full soft, ann@acme.com mailbox_full soft"},
		{"a space in Exim's field", failed("bob@acme.com, jane doe@acme.org", "550 5.1.1 user unknown"), "bob@acme.com recipient_unknown hard"},
	})
}

// A server that asks for the sender's address before it takes its mail tells what it
// heard, in words that it has for recipients.
func TestReadOfOurs(t *testing.T) {
	const kept, gone = "jane@acme.com sender_rejected block", "jane@acme.com recipient_unknown hard"
	said := func(reply string) string { return report("It failed.", block("jane@acme.com", "5.1.1", reply)) }
	requireTold(t, []told{
		{"the address alone", said("550 5.1.1 <news@shop.example>: User unknown in virtual mailbox table"), kept},
		{"only a code", said("550 5.1.1 <news@shop.example>: rejected"), kept},
		{"it is delayed", strings.Replace(said("450 4.1.1 <news@shop.example>: User unknown"), "Action: failed\nStatus: 5", "Action: delayed\nStatus: 4", 1), kept},
		{"a callout", said("550-Verification failed for <news@shop.example>\n 550-Sent: RCPT TO:<news@shop.example>\n 550-Response: 550 5.1.1 <news@shop.example>: User unknown\n 550 Sender verify failed"), kept},
		{"in a sentence behind another", letter("A message from news@shop.example to jane@acme.com was not delivered.\nUnknown user news@shop.example at relay."), kept},
		{"in a sentence with the recipient", letter("Mail from news@shop.example to jane@acme.com could not be delivered: the mailbox news@shop.example does not exist."), kept},
		{"above the reply", letter("news@shop.example\n   550 5.1.1 user unknown\n\nYour mail to jane@acme.com could not be delivered since the above callback failed."), "jane@acme.com undetermined undetermined"},
		{"the recipient", said("550 5.1.1 <jane@acme.com>: User unknown in virtual mailbox table"), gone},
		{"the recipient, and only a code", said("550 5.1.1 <jane@acme.com>: rejected (for news@shop.example)"), gone},
		{"nobody else", said("550 5.1.1 User unknown, of a mail from <news@shop.example>"), kept},
		{"another of our domain", said("550 5.1.1 <bounce-1@shop.example>: User unknown"), kept},
		{"whom it was from", said("550 5.1.1 <jane@acme.com>: User unknown, of a mail from <news@shop.example>"), gone},
		{"a colleague", strings.ReplaceAll(said("550 5.1.1 <joe@shop.example>: User unknown"), "jane@acme.com", "jane@shop.example"), "jane@shop.example recipient_unknown hard"},
		{"between the recipient and the words", letter("Your message from news@shop.example to jane@acme.com could not be delivered: 550 user unknown"), gone},
		{"nobody", said("550 5.1.1 User unknown"), gone},
		{"it is both", strings.ReplaceAll(said("550 5.1.1 <jane@acme.com>: User unknown"), "From: Shop <news@shop.example>", "From: jane@acme.com"), gone},
	})
}

// An alias lives as long as one of its members does; and what failed for a member is
// one failure, of whom was mailed to.
func TestReadAlias(t *testing.T) {
	const doubtful, gone, taken = "team@acme.com undetermined none", "team@acme.com recipient_unknown hard", "team@acme.com delivered none"
	alias := "Original-Recipient: rfc822; team@acme.com\n"
	bob := alias + block("bob@acme.org", "5.1.1", "550 5.1.1 <bob@acme.org>: user unknown")
	amy := alias + "Final-Recipient: rfc822; amy@acme.org\nAction: delivered\nStatus: 2.0.0\n"
	ann := alias + block("ann@acme.org", "5.2.2", "552 5.2.2 mailbox full")
	tom := alias + block("tom@acme.org", "5.0.0", "550 no")
	expanded := alias + "Final-Recipient: rfc822; team@acme.com\nAction: expanded\nStatus: 2.0.0\n"
	dead := strings.Replace(bob, "bob@acme.org", "ben@acme.org", 2)
	of := func(blocks ...string) string { return report("It failed.", strings.Join(blocks, "\n")) }
	postfix := func(lines ...string) string {
		return letter("This is the mail system at host mx.shop.example.\n\n" + strings.Join(lines, "\n\n"))
	}
	const said = " (expanded from <team@acme.com>): host mx.acme.org said: "
	requireTold(t, []told{
		{"one is dead, one got it", of(bob, amy), doubtful + ", " + taken},
		{"the other way round", of(amy, bob), taken + ", " + doubtful},
		{"it was expanded", of(expanded, bob), taken + ", " + doubtful},
		{"one is dead, one is full", of(bob, ann), "team@acme.com mailbox_full soft"},
		{"one is full, one is dead", of(ann, bob), "team@acme.com mailbox_full soft"},
		{"nobody knows of one", of(tom, bob), "team@acme.com undetermined undetermined"},
		{"all are dead", of(bob, dead), gone},
		{"it was handed on to one", of(bob), gone},
		{"no alias", report("It failed.", block("team@acme.com", "5.1.1", "550 5.1.1 user unknown")+"\nFinal-Recipient: rfc822; team@acme.com\nAction: relayed\nStatus: 2.0.0\n"), gone},
		{"in words", postfix("<bob@acme.org>" + said + "550 5.1.1 user unknown"), gone},
		{"in words, one lives", postfix("<bob@acme.org>"+said+"550 5.1.1 user unknown", "<amy@acme.org>"+said+"550 spam"), "team@acme.com spam_content block"},
		{"in words, all are dead", postfix("<bob@acme.org>"+said+"550 5.1.1 user unknown", "<amy@acme.org>"+said+"550 5.1.1 no such user"), gone},
		{"in words, over two lines", letter("A message that you sent could not be delivered. The following address(es) failed:\n\n  bob@acme.org\n    (generated from team@acme.com)\n    SMTP error from remote mail server after RCPT TO:<bob@acme.org>:\n    550 5.1.1 user unknown"), gone},
		{"our own alias", postfix("<bob@acme.org> (expanded from <news@shop.example>): unknown user: \"bob\""), "bob@acme.org recipient_unknown hard"},
	})
}
