package read

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

// feedCase is a file, and what is to be read from it: lines of told.
type feedCase struct {
	name    string
	format  string
	file    string
	want    []string
	damaged []string // "place: …" begins so
}

var feedCases = [][]feedCase{postfixCases, eximCases, sesCases, sendgridCases, mailgunCases, postmarkCases, sparkpostCases, brevoCases, mailjetCases}

// told is an event in a line: place, recipient, what happened, class/reason, and what
// else is known.
func told(e bounce.Event) string {
	s := fmt.Sprintf("%s: %s %s %s/%s", e.Source, e.Recipient, e.Happened, e.Class, e.Reason)
	if !e.At.IsZero() {
		s += " at " + e.At.Format(time.RFC3339Nano)
	}
	for _, more := range []struct{ name, value string }{{"label", e.SourceLabel}, {"id", idOf(&e)}, {"campaign", e.Campaign}, {"from", e.From}} {
		if more.value != "" {
			s += fmt.Sprintf(" %s=%s", more.name, more.value)
		}
	}
	return s
}

// readAs reads a file that is in memory.
func readAs(t testing.TB, f format, file string, event func(bounce.Event)) (damaged []string) {
	t.Helper()
	rules, err := bounce.Embedded()
	require.NoError(t, err)
	err = f.read(&input{
		Reader:  bufio.NewReaderSize(strings.NewReader(file), headSize),
		rules:   rules,
		tally:   &Tally{},
		owner:   owner,
		event:   func(e bounce.Event) error { event(e); return nil },
		damaged: func(place string, err error) { damaged = append(damaged, place+": "+err.Error()) },
	})
	require.NoError(t, err)
	return damaged
}

func feedNamed(t testing.TB, name string) format {
	for _, f := range feeds {
		if f.name == name {
			return f
		}
	}
	require.Fail(t, "there is no format "+name)
	return format{}
}

func TestFeeds(t *testing.T) {
	for _, cases := range feedCases {
		for _, tt := range cases {
			t.Run(tt.format+"/"+tt.name, func(t *testing.T) {
				var got []string
				damaged := readAs(t, feedNamed(t, tt.format), tt.file, func(e bounce.Event) { got = append(got, told(e)) })
				require.Equal(t, strings.Join(tt.want, "\n"), strings.Join(got, "\n"))
				require.Len(t, damaged, len(tt.damaged), "%q", damaged)
				for i, d := range damaged {
					require.True(t, strings.HasPrefix(d, tt.damaged[i]), "%q", d)
				}
			})
		}
	}
}

// TestFeedsAreReadInPieces: what is too large is told, and not kept.
func TestFeedsAreReadInPieces(t *testing.T) {
	long := strings.Repeat("x", maxObject)
	event := func(n int, more string) string {
		return fmt.Sprintf(`{"email":"%d@example.net","event":"delivered","sg_event_id":"%s"}`, n, more)
	}
	tests := []struct {
		name, file, format string
		damaged            []string
	}{
		{"an object in a line", event(1, "a") + event(2, long) + event(3, "b"), "sendgrid", []string{"line 1, item 2: an object is larger than 4 MiB"}},
		{"an object that is not closed", event(1, "a") + "\n{\"a\":[" + long + "\n" + event(3, "b"), "sendgrid", []string{"line 2: an object is not closed"}},
		{"a row", "email,created,reason,status\n1@example.net,1,250 ok,2.0.0\n2@example.net,1,\"" + long + "\",\n3@example.net,1,250 ok,\n", "sendgrid", []string{"line 3: a quote is not closed"}},
		{"a line of a log", "2026-11-04T10:00:01Z h postfix/smtp[1]: 4F1A2B: to=<1@example.net>, relay=none, dsn=5.0.0, status=bounced (" + long + ")\n" +
			"2026-11-04T10:00:01Z h postfix/smtp[1]: 4F1A2B: to=<3@example.net>, relay=none, dsn=5.0.0, status=bounced (x)\n", "postfix", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			damaged := readAs(t, feedNamed(t, tt.format), tt.file, func(e bounce.Event) { got = append(got, e.Recipient) })
			require.Equal(t, []string{"1@example.net", "3@example.net"}, got)
			require.Equal(t, tt.damaged, damaged)
		})
	}
}

// TestEventsKeepTheReply: new rules are to judge it again.
func TestEventsKeepTheReply(t *testing.T) {
	var got []bounce.Event
	keep := func(e bounce.Event) { got = append(got, e) }
	readAs(t, postfix, `2026-11-04T10:00:01Z h postfix/smtp[1]: 4F1A2B: to=<a@example.net>, relay=mx.example.net[198.51.100.1]:25, dsn=5.1.1, status=bounced (host mx.example.net[198.51.100.1] said: 550 5.1.1 No such user (in reply to RCPT TO command))`, keep)
	readAs(t, mailgun.format(), `{"event-data":{"event":"failed","severity":"permanent","recipient":"a@example.net","delivery-status":{"code":550,"message":"No such user","mx-host":"mx.example.net"}}}`, keep)
	readAs(t, ses.format(), `{"eventType":"Bounce","mail":{},"bounce":{"bounceType":"Transient","bounceSubType":"MailboxFull","bouncedRecipients":[{"emailAddress":"a@example.net"}]}}`, keep)
	require.Len(t, got, 3)
	require.Equal(t, bounce.Reply{Stage: bounce.StageRcpt, Code: 550, Enhanced: "5.1.1", Host: "mx.example.net",
		Text: "host mx.example.net[198.51.100.1] said: 550 5.1.1 No such user (in reply to RCPT TO command)"}, got[0].Reply)
	require.Equal(t, bounce.Reply{Code: 550, Enhanced: "5.0.0", Host: "mx.example.net", Text: "No such user"}, got[1].Reply)
	require.Equal(t, "label Transient/MailboxFull", got[2].Rule)
	require.Equal(t, bounce.Retry, got[2].Action)
}

// TestEachFileIsOfOneFeed: no format takes a file for its own that is another's.
func TestEachFileIsOfOneFeed(t *testing.T) {
	for _, cases := range feedCases {
		for _, tt := range cases {
			var names []string
			for _, f := range feeds {
				if f.looks([]byte(tt.file)) {
					names = append(names, f.name)
				}
			}
			require.Equal(t, []string{tt.format}, names, tt.name)
		}
	}
	for _, other := range []string{
		"", "{", "[]", "{}", "null", "\x00\x01", "email\njane@acme.com\n", "email,name\njane@acme.com,Jane\n", `[{"email":"jane@acme.com"}]`,
		"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.com\nSubject: failure notice\n\nHi. to=<jane@acme.com>, status=bounced\n",
		"From MAILER-DAEMON Wed Nov  4 10:00:01 2026\nSubject: x\n\n2026-11-04 10:00:01\n",
		"email,created\njane@acme.com,1762250401\n", // SendGrid's global unsubscribes
	} {
		for _, f := range feeds {
			require.False(t, f.looks([]byte(other)), "%s takes %q", f.name, other)
		}
	}
}

// idOf leaves out the ids that a log's server gave itself; see TestQueueIDs.
func idOf(e *bounce.Event) string {
	if strings.HasPrefix(e.MessageID, "queue:") {
		return ""
	}
	return e.MessageID
}

// A mail whose first lines are in another file is one mail all the same.
func TestQueueIDs(t *testing.T) {
	var ids []string
	readAs(t, feeds[slices.IndexFunc(feeds, func(f format) bool { return f.name == "postfix" })], `Nov 24 09:00:01 mx postfix/smtp[1]: 4F1B23C4D5: to=<jane@acme.com>, relay=mx1.acme.com[192.0.2.7]:25, delay=1, delays=0/0/1/0, dsn=4.2.2, status=deferred (host mx1.acme.com[192.0.2.7] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command))
Nov 25 09:00:01 mx postfix/smtp[1]: 4F1B23C4D5: to=<jane@acme.com>, relay=mx1.acme.com[192.0.2.7]:25, delay=1, delays=0/0/1/0, dsn=4.2.2, status=deferred (host mx1.acme.com[192.0.2.7] said: 452 4.2.2 Mailbox full (in reply to RCPT TO command))
`, func(e bounce.Event) { ids = append(ids, e.MessageID) })
	require.Equal(t, []string{"queue:4F1B23C4D5", "queue:4F1B23C4D5"}, ids)
}
