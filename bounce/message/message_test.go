package message_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/bounce/message"
)

func rules(t testing.TB) *bounce.Rules {
	t.Helper()
	rules, err := bounce.Embedded()
	require.NoError(t, err)
	return rules
}

func mail(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name+".eml"))
	require.NoError(t, err)
	return raw
}

// cases are the mails of testdata, written after the manner of those who send them,
// and what is to be read out of each: recipient, what happened, reason, class.
var cases = []struct {
	name string
	want []string
	err  error
}{
	{"dsn-postfix", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"dsn-several", []string{
		"info@forward.example failed mailbox_full soft", "bob@acme.com delayed recipient_unknown soft", "ann@acme.com delivered delivered none", "tom@acme.com delivered delivered none",
	}, nil},
	{"dsn-utf8", []string{"jürgen@acme.com failed recipient_unknown hard"}, nil},
	{"dsn-xtext", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"dsn-no-boundary", []string{"jane@acme.com failed ip_reputation block"}, nil},
	{"dsn-base64", []string{"jane@acme.com failed mailbox_disabled hard"}, nil},
	{"dsn-nested", []string{"jane@acme.com failed domain_invalid hard"}, nil},
	{"dsn-stage", []string{"jane@acme.com failed policy block"}, nil},
	{"dsn-vague", []string{"jane@acme.com failed restricted block"}, nil},
	{"dsn-advice", []string{"jane@acme.com failed policy block"}, nil},
	{"dsn-forwarded", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"dsn-forwarded-whole", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"dsn-in-a-letter", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"qmail", []string{"jane@acme.com failed recipient_unknown hard", "bob@acme.com failed mailbox_full soft", "ann@acme.com failed policy block"}, nil},
	{"reply-names-another", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"mbox-from", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"exim", []string{"jane@acme.com failed recipient_unknown hard", "bob@acme.com failed expired soft"}, nil},
	{"exim-delayed", []string{"jane@acme.com delayed recipient_unknown soft"}, nil},
	{"sendmail-transcript", []string{"jane@acme.com failed recipient_unknown hard", "bob@acme.org failed ip_reputation block"}, nil},
	{"exchange-old", []string{"jane@acme.com failed recipient_unknown hard", "bob@acme.com failed recipient_unknown hard"}, nil},
	{"notes", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"reason-first", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"reason-shared", []string{"jane@acme.com failed mailbox_full soft", "bob@acme.com failed mailbox_full soft"}, nil},
	{"reason-below", []string{"jane@acme.com failed recipient_unknown hard", "bob@acme.com failed recipient_unknown hard", "ann@acme.com failed mailbox_full soft"}, nil},
	{"reason-of-another", []string{"jane@acme.com failed undetermined undetermined", "bob@acme.com failed recipient_unknown hard"}, nil},
	{"ask-for-help", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"in-a-sentence", []string{"jane@acme.com failed auth_failure block"}, nil},
	{"iso-2022-jp", []string{"taro@mobile.example failed recipient_unknown hard"}, nil},
	{"gb2312-base64", []string{"li@gongsi.example failed recipient_unknown hard"}, nil},
	{"koi8-r", []string{"ivan@pochta.example failed recipient_unknown hard"}, nil},
	{"html", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"expired", []string{"jane@acme.com failed expired soft"}, nil},
	{"only-to", []string{"jane@acme.com failed network soft"}, nil},
	{"arf", []string{"jane@acme.com complaint complaint complaint", "bob@acme.com complaint complaint complaint"}, nil},
	{"arf-to", []string{"jane@acme.com complaint complaint complaint"}, nil},
	{"arf-redacted", []string{" complaint complaint complaint"}, nil},
	{"arf-long", []string{"jane@acme.com complaint complaint complaint"}, nil},
	{"arf-not-spam", nil, nil},
	{"arf-auth", []string{"jane@acme.com unknown auth_failure block"}, nil},
	{"vacation", []string{"jane@acme.com auto-reply auto_reply none"}, nil},
	{"vacation-de", []string{"jane@acme.com auto-reply auto_reply none"}, nil},
	{"challenge", []string{"jane@acme.com challenge auto_reply none"}, nil},
	{"no-bounce", nil, nil},
	{"newsletter", nil, nil},
	{"html-no-spaces", []string{"1234567@youxiang.example failed recipient_unknown hard"}, nil},
	{"in-whole-sentences", []string{"jane@acme-gone.com failed domain_invalid hard"}, nil},
	{"dsn-related", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"outlook-de", []string{"jane@acme.com failed recipient_unknown hard"}, nil},
	{"latin-1", []string{"paul@laposte.example failed recipient_unknown hard"}, nil},
	{"fields-in-text", []string{"jane@acme.com failed expired soft"}, nil},
	{"boundary-lost-indent", []string{"4915551234@mobile.example failed recipient_unknown hard"}, nil},
	{"postmaster-letter", nil, nil},
	{"quarantine", nil, nil},
	{"self", nil, message.ErrNoRecipient},
}

func TestRead(t *testing.T) {
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			events, err := message.Read(t.Context(), mail(t, test.name), rules(t))
			require.ErrorIs(t, err, test.err)
			var got []string
			for _, e := range events {
				got = append(got, fmt.Sprintf("%s %s %s %s", e.Recipient, e.Happened, e.Reason, e.Class))
				require.LessOrEqual(t, len(e.Text), 2<<10)
			}
			require.Equal(t, test.want, got, "%+v", events)
		})
	}
	files, err := filepath.Glob("testdata/*.eml")
	require.NoError(t, err)
	require.Len(t, files, len(cases), "a mail of testdata is not in the table")
}

// Line ends are the same to it.
func TestReadLineEnds(t *testing.T) {
	for _, test := range cases {
		raw := bytes.ReplaceAll(mail(t, test.name), []byte("\r\n"), []byte("\n"))
		unix, _ := message.Read(t.Context(), raw, rules(t))
		dos, _ := message.Read(t.Context(), bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")), rules(t))
		require.Equal(t, unix, dos, test.name)
		if !bytes.Contains(raw, []byte("\r")) {
			mac, _ := message.Read(t.Context(), bytes.ReplaceAll(raw, []byte("\n"), []byte("\r")), rules(t))
			require.Equal(t, unix, mac, test.name)
		}
	}
}

func TestReadFields(t *testing.T) {
	events, err := message.Read(t.Context(), mail(t, "dsn-postfix"), rules(t))
	require.NoError(t, err)
	e := events[0]
	require.Equal(t, "spring-1@shop.example", e.MessageID)
	require.Equal(t, "spring", e.Campaign)
	require.Equal(t, "shop.example", e.From)
	require.Equal(t, "failed", e.SourceLabel)
	require.Equal(t, "mx.acme.com", e.Host)
	require.Equal(t, 550, e.Code)
	require.Equal(t, "5.1.1", e.Enhanced)
	require.Equal(t, "550 5.1.1 <jane@acme.com>: Recipient address rejected: User unknown in virtual mailbox table", e.Text)
	require.Equal(t, "2026-03-03 08:01:00 +0000 UTC", e.At.String(), "the mail's date, where the last attempt's is not told")

	events, err = message.Read(t.Context(), mail(t, "dsn-several"), rules(t))
	require.NoError(t, err)
	require.Equal(t, "2026-03-03 08:00:31 +0000 UTC", events[0].At.String())

	events, err = message.Read(t.Context(), mail(t, "arf-redacted"), rules(t))
	require.NoError(t, err)
	require.Equal(t, "spring-1@shop.example", events[0].MessageID)
	require.Equal(t, "abuse", events[0].SourceLabel)
	require.Equal(t, bounce.SuppressAlways, events[0].Action)
}

// What is no mail is an error, and breaks nothing.
func TestReadDamaged(t *testing.T) {
	for _, raw := range []string{"", "\n\n", "no header here", strings.Repeat("\x00", 100)} {
		_, err := message.Read(t.Context(), []byte(raw), rules(t))
		require.ErrorIs(t, err, message.ErrNoMail, "%q", raw)
	}
	deep := "From: MAILER-DAEMON@acme.com\nSubject: failure notice\n"
	for i := range 3000 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=%d\n\n--%d\n", i, i)
	}
	_, err := message.Read(t.Context(), []byte(deep), rules(t))
	require.ErrorIs(t, err, message.ErrCut)
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	require.NoError(f, err)
	for _, name := range files {
		raw, err := os.ReadFile(name)
		require.NoError(f, err)
		if len(raw) < 20<<10 {
			f.Add(raw)
		}
	}
	f.Add([]byte("From: a\nContent-Type: multipart/x; boundary=\n\n--\nContent-\n--\n"))
	rules := rules(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		events, err := message.Read(t.Context(), raw, rules)
		if err != nil && len(events) > 0 && !errors.Is(err, message.ErrCut) {
			t.Fatalf("events and the error %v", err)
		}
		for _, e := range events {
			if e.Happened == bounce.WasDelayed && e.Class == bounce.Hard {
				t.Fatalf("hard, and yet it is tried on: %+v", e)
			}
			if e.Recipient == "" && e.Happened != bounce.WasComplained && e.Happened != bounce.WasUnknown {
				t.Fatalf("of nobody: %+v", e)
			}
		}
	})
}

// BenchmarkRead reads the mails of testdata, one after the other.
func BenchmarkRead(b *testing.B) {
	var mails [][]byte
	for _, test := range cases {
		if test.name != "arf-long" {
			mails = append(mails, mail(b, test.name))
		}
	}
	rules := rules(b)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		_, _ = message.Read(b.Context(), mails[n%len(mails)], rules)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

// BenchmarkReadLong reads a report that gives back a whole megabyte, as a part and
// below its words.
func BenchmarkReadLong(b *testing.B) {
	filling := bytes.Repeat([]byte("550 5.1.1 <bob@acme.com> user unknown, see our page on --mail-- at @acme\n"), 1<<20/73)
	rules := rules(b)
	for _, name := range []string{"dsn-postfix", "qmail", "reason-first"} {
		raw := mail(b, name)
		if end := bytes.LastIndex(raw, []byte("--b1--")); end > 0 {
			raw = append(append(bytes.Clone(raw[:end]), filling...), raw[end:]...)
		} else {
			raw = append(bytes.Clone(raw), filling...)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				_, _ = message.Read(b.Context(), raw, rules)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N)/(float64(len(raw))/(1<<20)), "ms/MB")
		})
	}
}
