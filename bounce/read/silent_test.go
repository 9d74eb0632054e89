package read_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/bounce/read"
)

// A report that gives a status and no reply is judged by its words, where they say why.
func TestSilentReply(t *testing.T) {
	tests := []struct{ name, words, status, diagnostic, want string }{
		{"spam", "Your message to jane@acme.com was refused as spam.", "5.1.1", "", "block/spam_content"},
		{"spam, below a greeting", "This is the mail system of acme.com.\n\nYour message to jane@acme.com was refused as spam.", "5.1.1", "", "block/spam_content"},
		{"full", "The mailbox of jane@acme.com is full.", "5.1.1", "", "soft/mailbox_full"},
		{"no word", "Your message to jane@acme.com could not be delivered.", "5.1.1", "", "hard/recipient_unknown"},
		{"unknown", "jane@acme.com: 550 no such user", "5.1.1", "", "hard/recipient_unknown"},
		{"a reply", "Your message to jane@acme.com was refused as spam.", "5.1.1", "550 5.1.1 no such user", "hard/recipient_unknown"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			mail := "Return-Path: <>\nFrom: MAILER-DAEMON@mx.shop.example\nTo: news@shop.example\nSubject: Undelivered Mail Returned to Sender\n" +
				"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b1\n\n" +
				"--b1\n\n" + tt.words + "\n\n--b1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.shop.example\n\n" +
				"Final-Recipient: rfc822; jane@acme.com\nAction: failed\nStatus: " + tt.status + "\nDiagnostic-Code: smtp; " + tt.diagnostic + "\n\n--b1--\n"
			var got []string
			_, err := read.Files(t.Context(), []string{"-"}, read.Options{Stdin: strings.NewReader(mail)}, func(e bounce.Event) error {
				got = append(got, e.Class.String()+"/"+e.Reason.String())
				return nil
			}, func(_ string, err error) { t.Error(err) })
			require.NoError(t, err)
			require.Equal(t, []string{tt.want}, got)
		})
	}
}
