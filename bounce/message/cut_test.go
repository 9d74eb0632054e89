package message_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce/message"
)

// toCut are reports on one address that begins as others do: jane@acme.com,
// jane@acme.com.a.
func toCut() map[string]string {
	const who = "jane@acme.com.au"
	head := "Return-Path: <>\nFrom: MAILER-DAEMON@mx.shop.example\nTo: news@shop.example\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
	report := head + "Content-Type: multipart/report; report-type=delivery-status; boundary=\"BB-b1@mx.example.net\"\n\n"
	text := "Your message could not be delivered.\n\n<" + who + ">: host mx.acme.com.au said: 550 5.1.1 User unknown\n"
	fields := "Reporting-MTA: dns; mx.shop.example\n\nFinal-Recipient: rfc822; " + who + "\nOriginal-Recipient: rfc822;" + who + "\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
	part := func(kind, encoding, body string) string {
		return "--BB-b1@mx.example.net\nContent-Type: " + kind + "\nContent-Transfer-Encoding: " + encoding + "\n\n" + body + "\n"
	}
	original := part("message/rfc822", "7bit", "From: news@shop.example\nTo: "+who+"\nSubject: Spring\nMessage-ID: <1@shop.example>\n\nHello, ask ann@acme.com\n")
	end := "--BB-b1@mx.example.net--\n"
	coded := func(s string) string {
		var b strings.Builder
		for s = base64.StdEncoding.EncodeToString([]byte(s)); len(s) > 44; s = s[44:] {
			b.WriteString(s[:44] + "\n")
		}
		return b.String() + s + "\n"
	}
	soft := strings.ReplaceAll(strings.ReplaceAll(fields, "=", "=3D"), "acme.com.au", "acme.com=\n.au")
	return map[string]string{
		"report":           report + part("text/plain", "7bit", text) + part("message/delivery-status", "7bit", fields) + original + end,
		"fields first":     report + part("message/delivery-status", "7bit", fields) + part("text/plain", "7bit", text) + original + end,
		"fields alone":     report + part("message/delivery-status", "7bit", fields) + end,
		"quoted-printable": report + part("message/delivery-status", "quoted-printable", soft) + end,
		"base64":           report + part("text/plain", "base64", coded(text)) + part("message/delivery-status", "base64", coded(fields)) + end,
		"one part":         head + "\n" + text,
		"one part, base64": head + "Content-Transfer-Encoding: base64\n\n" + coded(text),
		"exim":             head + "X-Failed-Recipients: " + who + "\n\nThis message was created automatically by mail delivery software.\n\n  " + who + "\n    host mx.acme.com.au said: 550 5.1.1 User unknown\n",
	}
}

// A mail that is cut off anywhere names nobody else than the whole one did, also
// where the next mail of a mailbox or the end of a line stands behind the cut.
func TestReadCut(t *testing.T) {
	rules := rules(t)
	for name, whole := range toCut() {
		t.Run(name, func(t *testing.T) {
			events, err := message.Read(t.Context(), []byte(whole), rules)
			require.NoError(t, err)
			require.Len(t, events, 1)
			require.Equal(t, "jane@acme.com.au", events[0].Recipient)
			require.Equal(t, "hard", events[0].Class.String())
			damaged := 0
			for i := strings.Index(whole, "\n\n") - 30; i < len(whole); i++ {
				for _, behind := range []string{"", "\n", "\n\n"} {
					if i < strings.Index(whole, "\n\n") && behind != "" {
						continue // it looks like a header without a body
					}
					raw := []byte(whole[:i] + behind)
					events, err := message.Read(t.Context(), raw, rules)
					for _, e := range events {
						if behind != "" && !strings.Contains(whole, "multipart/") && strings.HasPrefix("jane@acme.com.au", e.Recipient) {
							// Of a mail of one part nothing says that more was to come. It is told, and not for good.
							require.Contains(t, []bool{e.Recipient == "jane@acme.com.au", e.Class.String() != "hard"}, true, "%d: %q", i, raw[max(0, i-60):])
							continue
						}
						require.Equal(t, "jane@acme.com.au", e.Recipient, "cut at %d: %q", i, raw[max(0, i-60):])
					}
					if len(events) == 0 {
						require.Error(t, err, "nothing is said of a mail cut at %d: %q", i, raw[max(0, i-60):])
						damaged++
					}
				}
			}
			require.Positive(t, damaged)
		})
	}
}

// What was told of some is read, and that others may be lost is said.
func TestReadCutSeveral(t *testing.T) {
	whole := mail(t, "dsn-several")
	end := bytes.Index(whole, []byte("bob@acme.com")) + len("bob@acme.co")
	status := bytes.Index(whole, []byte("delivery-status\n"))
	require.Greater(t, end, 0)
	require.Greater(t, status, 0)
	at := bytes.LastIndex(whole, []byte("Final-Recipient: rfc822; ann@acme.com"))
	require.Greater(t, at, 0)
	events, err := message.Read(t.Context(), whole[:at+len("Final-Recipient: rfc822; ann@acm")], rules(t))
	require.ErrorIs(t, err, message.ErrCut)
	var got []string
	for _, e := range events {
		got = append(got, fmt.Sprintf("%s %s", e.Recipient, e.Happened))
	}
	require.NotEmpty(t, got)
	require.NotContains(t, strings.Join(got, " "), "ann@acm ")
}

// What needs no more than stands there is whole: a mail without a last line end, or
// without the line that closes its parts, behind the mail that came back.
func TestReadNotCut(t *testing.T) {
	for name, whole := range toCut() {
		events, err := message.Read(t.Context(), []byte(strings.TrimRight(whole, "\n")), rules(t))
		if strings.HasPrefix(name, "one part") {
			continue // its last line is the reply
		}
		require.NoError(t, err, name)
		require.Len(t, events, 1, name)
	}
	whole := toCut()["report"]
	events, err := message.Read(t.Context(), []byte(strings.TrimSuffix(whole, "--BB-b1@mx.example.net--\n")), rules(t))
	require.NoError(t, err)
	require.Len(t, events, 1)
}
