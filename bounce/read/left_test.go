package read_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/bounce/read"
)

// What tells of no mail is left out, counted and named; what another service posts is
// read as its own.
func TestLeft(t *testing.T) {
	const (
		sendgrid  = `{"event":"bounce","type":"bounce","email":"jane@acme.com","timestamp":1754000000,"reason":"550 5.1.1 user unknown","sg_event_id":"a","sg_message_id":"m"}`
		spam      = `{"event":"spamreport","email":"ann@acme.com","timestamp":1754000000,"sg_event_id":"b","sg_message_id":"m2"}`
		unsub     = `{"event":"unsubscribe","email":"bob@acme.com","timestamp":1754000000,"sg_event_id":"c","sg_message_id":"m3"}`
		group     = `{"event":"group_unsubscribe","email":"bob@acme.com","timestamp":1754000000,"sg_event_id":"d","sg_message_id":"m3"}`
		dropped   = `{"event":"dropped","email":"tom@acme.com","reason":"Spam Reporting Address","timestamp":1754000000,"sg_event_id":"e","sg_message_id":"m4"}`
		opened    = `{"event":"open","email":"tom@acme.com","timestamp":1754000000,"sg_event_id":"f","sg_message_id":"m4"}`
		ses       = `{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General","timestamp":"2026-03-01T08:00:00Z","bouncedRecipients":[{"emailAddress":"kim@acme.com","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},"mail":{"messageId":"x"}}`
		sesListed = `{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList","bouncedRecipients":[{"emailAddress":"kim@acme.com"}]},"mail":{"messageId":"x"}}`
		mailgun   = `{"event-data":{"event":"unsubscribed","recipient":"kay@acme.com","timestamp":1754000000,"log-level":"info"}}`
		mailgunC  = `{"event-data":{"event":"failed","reason":"suppress-complaint","severity":"permanent","recipient":"kay@acme.com","timestamp":1754000000,"log-level":"error","delivery-status":{"code":607}}}`
		postmark  = `{"RecordType":"SubscriptionChange","Recipient":"kay@acme.com","SuppressionReason":"ManualSuppression"}`
		sparkpost = `{"msys":{"unsubscribe_event":{"type":"list_unsubscribe","rcpt_to":"kay@acme.com"}}}`
		brevo     = `{"event":"unsubscribed","email":"kay@acme.com","ts_epoch":1754000000000,"message-id":"1"}`
		mailjet   = `{"event":"unsub","email":"kay@acme.com","time":1754000000,"MessageID":1,"mj_contact_id":2}`
		page      = `{"pages":1}`
	)
	tests := []struct {
		name, from, file string
		events           []string
		left             string
		unwanted         int
		err              string
	}{
		{name: "of one service", file: sendgrid + unsub + group + dropped + opened + opened, events: []string{"jane@acme.com"}, left: "2 open, 1 dropped/Spam Reporting Address, 1 group_unsubscribe, 1 unsubscribe", unwanted: 3},
		{name: "each service's word", file: strings.Join([]string{mailgun, mailgunC, postmark, sparkpost, brevo, mailjet, sesListed}, "\n"),
			left: "2 unsubscribed, 1 Bounce/OnAccountSuppressionList, 1 SubscriptionChange/ManualSuppression, 1 list_unsubscribe, 1 suppress-complaint, 1 unsub", unwanted: 6},
		{name: "two services in one file", file: sendgrid + "\n" + ses + "\n" + spam, events: []string{"jane@acme.com", "kim@acme.com", "ann@acme.com"}, left: ""},
		{name: "the other first", file: ses + "\n" + sendgrid + "\n" + page, events: []string{"kim@acme.com", "jane@acme.com"}, left: "1 of no known kind"},
		{name: "the user says whose", from: "ses", file: sendgrid + "\n" + ses + "\n" + spam, events: []string{"kim@acme.com"}, left: "2 of sendgrid"},
		{name: "none is", from: "ses", file: sendgrid + "\n" + spam + "\n" + page, err: "no record in it is one of ses: 2 of sendgrid, 1 of no known kind"},
		{name: "none is anybody's", from: "sendgrid", file: page, err: "no record in it is one of sendgrid: 1 of no known kind"},
		{name: "no row is", from: "sendgrid", file: "email,name\njane@acme.com,Jane\n", err: "no record in it is one of sendgrid"},
		{name: "no line is", from: "postfix", file: sendgrid, err: "no line in it is one of postfix"},
		{name: "a log without anything yet", from: "exim", file: "\n"},
		{name: "only what is left out", from: "sendgrid", file: unsub, left: "1 unsubscribe", unwanted: 1},
		{name: "nothing yet", from: "ses", file: "[]"},
		{name: "brevo as CSV", file: "st_text,email,ts,mid\nUnsubscribed,kay@acme.com,01-03-2026 08:00:00,1\nDelivered,jane@acme.com,01-03-2026 08:00:00,2\n", events: []string{"jane@acme.com"}, left: "1 Unsubscribed", unwanted: 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			tally, err := read.Files(t.Context(), []string{"-"}, read.Options{Format: test.from, Stdin: strings.NewReader(test.file)},
				func(e bounce.Event) error { got = append(got, e.Recipient); return nil },
				func(source string, err error) { t.Errorf("damaged: %s: %v", source, err) })
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.events, got)
			require.Equal(t, test.left, tally.Left.String())
			require.Equal(t, test.unwanted, tally.Left.Unwanted())
		})
	}
}

// The last row of an export that was cut off may end in half an address.
func TestRowCut(t *testing.T) {
	for _, test := range []struct {
		name, file      string
		events, damaged []string
	}{
		{"cut in the address", "created,reason,email\n1754000000,550 5.1.1 user unknown,ann@acme.com\n1754000000,550 5.1.1 user unknown,jane@acme.com", []string{"ann@acme.com"}, []string{"-: line 3"}},
		{"whole", "created,reason,email\n1754000000,550 5.1.1 user unknown,jane@acme.com\n", []string{"jane@acme.com"}, nil},
		{"without a line end, the address whole", "email,created,reason\njane@acme.com,1754000000,550 5.1.1 jane@acme.com unknown user", []string{"jane@acme.com"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got, damaged []string
			_, err := read.Files(t.Context(), []string{"-"}, read.Options{Stdin: strings.NewReader(test.file)},
				func(e bounce.Event) error { got = append(got, e.Recipient); return nil },
				func(source string, _ error) { damaged = append(damaged, source) })
			require.NoError(t, err)
			require.Equal(t, test.events, got)
			require.Equal(t, test.damaged, damaged)
		})
	}
}

// What files say is printed: nothing in it moves a terminal's cursor, or is endless.
func TestLeftWords(t *testing.T) {
	var file strings.Builder
	for i := range 1000 {
		file.WriteString(`{"event":"` + strings.Repeat("x", i) + `\u001b[31m","email":"a@acme.com","sg_event_id":"a"}` + "\n")
	}
	tally, err := read.Files(t.Context(), []string{"-"}, read.Options{Stdin: strings.NewReader(file.String())}, func(bounce.Event) error { return nil }, nil)
	require.NoError(t, err)
	require.Equal(t, 1000, tally.Left.All())
	require.NotContains(t, tally.Left.String(), "\x1b")
	require.Less(t, len(tally.Left.String()), 700)
	require.LessOrEqual(t, len(tally.Left), 201)
}

// A time that is more than a day ahead is none. A delivery without one would clear
// refusals that came after it.
func TestFuture(t *testing.T) {
	at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(time.RFC3339) }
	for _, test := range []struct {
		name   string
		ahead  time.Duration
		future int
	}{
		{"next year", 400 * 24 * time.Hour, 1},
		{"in two days", 48 * time.Hour, 1},
		{"a clock that is fast", 20 * time.Hour, 0},
		{"yesterday", -24 * time.Hour, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := `{"eventType":"Delivery","mail":{"messageId":"x"},"delivery":{"timestamp":"` + at(test.ahead) + `","recipients":["jane@acme.com"],"smtpResponse":"250 ok"}}` +
				`{"eventType":"Bounce","mail":{"messageId":"x"},"bounce":{"bounceType":"Permanent","bounceSubType":"General","timestamp":"` + at(test.ahead) + `","bouncedRecipients":[{"emailAddress":"bob@acme.com","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]}}`
			var got []bounce.Event
			var damaged []string
			tally, err := read.Files(t.Context(), []string{"-"}, read.Options{Stdin: strings.NewReader(file)},
				func(e bounce.Event) error { got = append(got, e); return nil },
				func(source string, err error) { damaged = append(damaged, source+": "+err.Error()) })
			require.NoError(t, err)
			require.Equal(t, test.future, tally.Future)
			require.Equal(t, test.future, tally.Damaged)
			require.Len(t, damaged, test.future)
			require.Len(t, got, 2-test.future)
			bounced := got[len(got)-1]
			require.Equal(t, "bob@acme.com hard", bounced.Recipient+" "+bounced.Class.String())
			require.Equal(t, test.future == 1, bounced.At.IsZero())
		})
	}
}

// What is in no form that is known is told with what to do, where that is plain.
func TestHints(t *testing.T) {
	utf16 := func(s string, low bool) string {
		var b strings.Builder
		for _, c := range []byte(s) {
			if low {
				b.WriteString(string([]byte{c, 0}))
			} else {
				b.WriteString(string([]byte{0, c}))
			}
		}
		return b.String()
	}
	const mail = "From: MAILER-DAEMON@mx.acme.com\nSubject: failure notice\n\n<jane@acme.com>:\n550 5.1.1 User unknown\n"
	for _, test := range []struct{ name, file, hint string }{
		{"UTF-16 with its mark", "\xff\xfe" + utf16(mail, true), "it is UTF-16"},
		{"UTF-16 without", utf16(mail, false), "it is UTF-16"},
		{"JSON in UTF-16", "\xff\xfe" + utf16(`{"event":"bounce"}`, true), "it is UTF-16"},
		{"zip", "PK\x03\x04\x14\x00", "zip archive"},
		{"tar", strings.Repeat("a", 257) + "ustar\x0000", "tar archive"},
		{"xz", "\xfd7zXZ\x00\x00", "not by gzip"},
		{"Outlook", "\xd0\xcf\x11\xe0\xa1\xb1", "Outlook"},
		{"SES's list", `{"SuppressedDestinationSummaries":[{"EmailAddress":"jane@acme.com","Reason":"COMPLAINT","LastUpdateTime":"2026-03-01T08:00:00Z"}]}`, "winnow suppress import"},
		{"Mailgun's list", `{"items":[{"address":"jane@acme.com","created_at":"Fri, 21 Oct 2011 11:02:55 UTC"}]}`, "winnow suppress import"},
		{"Mailgun's list as CSV", "address,tags,created_at\njane@acme.com,*,x\n", "winnow suppress import"},
		{"a mailbox with CR alone", strings.ReplaceAll("From MAILER-DAEMON Tue Mar  3 09:01:00 2026\n"+mail, "\n", "\r"), "CR alone"},
		{"a note", "a note\n", "this is no mail, mailbox, log or export that is known"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			require.NoError(t, os.WriteFile(path, []byte(test.file), 0o600))
			_, err := files(t, read.Options{}, path)
			require.ErrorIs(t, err, read.ErrFormat)
			require.ErrorContains(t, err, test.hint)
			require.NotContains(t, err.Error(), "read: this")
		})
	}
	out, err := files(t, read.Options{Stdin: strings.NewReader(strings.ReplaceAll(mail, "\n", "\r"))}, "-")
	require.NoError(t, err)
	require.Equal(t, []string{"jane@acme.com -"}, out.events)
}
