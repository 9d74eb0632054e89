package message_test

import (
	"strings"
	"testing"

	"winnow/bounce/message"
)

// hostile are mails of about a megabyte that would cost much if anything in them were
// looked at again for each of something else.
var hostile = map[string]func() string{
	"recipients": func() string {
		return "From: MAILER-DAEMON@acme.com\nSubject: failure notice\n\ncould not be delivered\n" + numbered("<", "@acme.com>:\n550 no\n", 1<<20)
	},
	"status fields": func() string {
		return "From: MAILER-DAEMON@acme.com\nContent-Type: message/delivery-status\n\n" + numbered("Final-Recipient: rfc822; ", "@acme.com\nAction: failed\nStatus: 5.0.0\n\n", 1<<20)
	},
	"folded": func() string {
		return "From: MAILER-DAEMON@acme.com\nSubject: failure notice" + strings.Repeat("\n a", 1<<19) + "\n\ncould not be delivered to <jane@acme.com>\n"
	},
	"folded field": func() string {
		return "From: MAILER-DAEMON@acme.com\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; jane@acme.com\nDiagnostic-Code: smtp; 550" + strings.Repeat("\n a", 1<<19)
	},
	"ats": func() string {
		return "From: MAILER-DAEMON@acme.com\nSubject: failure notice\n\ncould not be delivered " + strings.Repeat(`"@`, 1<<19)
	},
	"a long line": func() string {
		return "From: MAILER-DAEMON@acme.com\nSubject: failure notice\n\ncould not be delivered to jane@acme.com" + strings.Repeat("a@", 1<<19)
	},
	"boundaries": func() string {
		return "From: MAILER-DAEMON@acme.com\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Type: multipart/mixed; boundary=b\n\n", 1<<20/48)
	},
	"no boundary": func() string {
		return "From: MAILER-DAEMON@acme.com\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--c\nContent-Type: multipart/mixed\n\n", 1<<20/37)
	},
	"boundaries in a line": func() string {
		return "From: MAILER-DAEMON@acme.com\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + strings.Repeat("--b", 1<<20/3)
	},
	"soft breaks": func() string {
		return "From: MAILER-DAEMON@acme.com\nSubject: failure notice\nContent-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("a@b.example=\n", 1<<20/13) + "x"
	},
	"base64": func() string {
		return "From: MAILER-DAEMON@acme.com\nSubject: failure notice\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("YUBi\n", 1<<20/5)
	},
	"marks before a subject": func() string {
		return "From: bob@acme.com\nSubject: " + strings.Repeat("[a]", 1<<20/3) + "\n\ncould not be delivered\n"
	},
	"headers": func() string {
		return "From: MAILER-DAEMON@acme.com\nSubject: failure notice\n\ncould not be delivered\n" + strings.Repeat("A: b\n", 1<<20/5)
	},
	"tags": func() string {
		return "From: MAILER-DAEMON@acme.com\nSubject: failure notice\nContent-Type: text/html\n\n" + strings.Repeat("<style>", 1<<20/7)
	},
}

func numbered(before, behind string, size int) string {
	var b strings.Builder
	for n := 0; b.Len() < size; n++ {
		b.WriteString(before)
		for d := n; ; d /= 26 {
			b.WriteByte('a' + byte(d%26))
			if d < 26 {
				break
			}
		}
		b.WriteString(behind)
	}
	return b.String()
}

// BenchmarkHostile has to stay within 50 ms a megabyte, but for the thousands of
// recipients of "status fields", who are all told of.
func BenchmarkHostile(b *testing.B) {
	rules := rules(b)
	for name, make := range hostile {
		raw := []byte(make())
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = message.Read(b.Context(), raw, rules)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N)/(float64(len(raw))/(1<<20)), "ms/MB")
		})
	}
}
