package read_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
	"winnow/bounce/read"
)

// bounced is a bounce of the mail to an address.
func bounced(address string) string {
	return "Return-Path: <>\nFrom: MAILER-DAEMON@mx.shop.example\nTo: news@shop.example\nSubject: failure notice\nDate: Tue, 3 Mar 2026 09:01:00 +0100\n\n" +
		"I'm afraid I wasn't able to deliver your message to the following addresses.\n\n<" + address + ">:\nRemote host said: 550 5.1.1 User unknown\n\n--- Below this line is a copy of the message.\n\nFrom: news@shop.example\nSubject: Spring\nMessage-ID: <1@shop.example>\n\nHello\n"
}

const letter = "From: ann@acme.com\nTo: news@shop.example\nSubject: Hello\n\nNothing came back.\n"

// outcome is what reading told.
type outcome struct {
	events  []string // recipient, and where it stands
	damaged []string
	tally   read.Tally
}

func files(t *testing.T, o read.Options, paths ...string) (outcome, error) {
	t.Helper()
	var out outcome
	tally, err := read.Files(t.Context(), paths, o,
		func(e bounce.Event) error {
			out.events = append(out.events, e.Recipient+" "+e.Source)
			require.Equal(t, bounce.RecipientUnknown, e.Reason)
			return nil
		},
		func(source string, err error) { out.damaged = append(out.damaged, source+": "+err.Error()) })
	out.tally = tally
	return out, err
}

func write(t *testing.T, dir string, contents map[string]string) {
	t.Helper()
	for name, text := range contents {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
}

func TestFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	const from = "From MAILER-DAEMON Tue Mar  3 09:01:00 2026\n"
	quoted := strings.Replace(bounced("bob@acme.com"), "Hello\n", "Hello\n\n>From here on\n>>From Tue 09:01 on\n\nFrom now on no time is in this line\n", 1)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(bounced("jane@acme.com")))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	write(t, ".", map[string]string{
		"one.eml":          bounced("jane@acme.com"),
		"letter.eml":       letter,
		"box":              from + bounced("jane@acme.com") + "\n" + from + quoted + "\n" + from + letter + "\n" + from + bounced("ann@acme.com"),
		"broken":           from + bounced("jane@acme.com") + "\n" + from + "nothing of a header\n\n" + from + bounced("ann@acme.com"),
		"dos":              strings.ReplaceAll(from+bounced("jane@acme.com")+"\n"+from+bounced("ann@acme.com"), "\n", "\r\n"),
		"packed.gz":        packed.String(),
		"empty":            "",
		"table.csv":        "email,name\njane@acme.com,Jane\n",
		"mail/new/1":       bounced("jane@acme.com"),
		"mail/cur/2:2,S":   bounced("bob@acme.com"),
		"mail/tmp/3":       bounced("not@delivered.example"),
		"mail/subscribed":  "x\n",
		"mail/.Sub/cur/4":  bounced("ann@acme.com"),
		"mail/.Sub/new/.x": "x",
		"folder/a.eml":     bounced("jane@acme.com"),
		"folder/b/c.eml":   bounced("bob@acme.com"),
		"folder/notes.txt": "a note\n",
		"folder/.hidden":   "x",
	})
	for _, test := range []struct {
		name    string
		paths   []string
		format  string
		stdin   string
		events  []string
		damaged []string
		tally   read.Tally
	}{
		{name: "a mail", paths: []string{"one.eml"}, events: []string{"jane@acme.com one.eml"}, tally: read.Tally{Files: 1, Mails: 1, Events: 1}},
		{name: "a letter", paths: []string{"letter.eml"}, tally: read.Tally{Files: 1, Mails: 1, Others: 1}},
		{name: "a mailbox", paths: []string{"box"}, events: []string{"jane@acme.com box: mail 1, line 1", "bob@acme.com box: mail 2, line 21", "ann@acme.com box: mail 4, line 53"}, tally: read.Tally{Files: 1, Mails: 4, Others: 1, Events: 3}},
		{name: "a damaged mail in one", paths: []string{"broken"}, events: []string{"jane@acme.com broken: mail 1, line 1", "ann@acme.com broken: mail 3, line 24"}, damaged: []string{"broken: mail 2, line 21: message: this is no mail: it has no header"}, tally: read.Tally{Files: 1, Mails: 3, Events: 2, Damaged: 1}},
		{name: "CRLF", paths: []string{"dos"}, events: []string{"jane@acme.com dos: mail 1, line 1", "ann@acme.com dos: mail 2, line 21"}, tally: read.Tally{Files: 1, Mails: 2, Events: 2}},
		{name: "gzip", paths: []string{"packed.gz"}, events: []string{"jane@acme.com packed.gz"}, tally: read.Tally{Files: 1, Mails: 1, Events: 1}},
		{name: "nothing yet", paths: []string{"empty"}, tally: read.Tally{}},
		{name: "a Maildir", paths: []string{"mail"}, events: []string{"ann@acme.com mail/.Sub/cur/4", "bob@acme.com mail/cur/2:2,S", "jane@acme.com mail/new/1"}, tally: read.Tally{Files: 3, Mails: 3, Events: 3}},
		{name: "a folder", paths: []string{"folder"}, events: []string{"jane@acme.com folder/a.eml", "bob@acme.com folder/b/c.eml"}, damaged: []string{"folder/notes.txt: " + read.ErrFormat.Error()}, tally: read.Tally{Files: 2, Mails: 2, Events: 2, Damaged: 1}},
		{name: "several", paths: []string{"one.eml", "packed.gz"}, events: []string{"jane@acme.com one.eml", "jane@acme.com packed.gz"}, tally: read.Tally{Files: 2, Mails: 2, Events: 2}},
		{name: "standard input", paths: []string{"-"}, stdin: from + bounced("jane@acme.com"), events: []string{"jane@acme.com -: mail 1, line 1"}, tally: read.Tally{Files: 1, Mails: 1, Events: 1}},
		{name: "a forced format", paths: []string{"one.eml"}, format: "mbox", events: []string{"jane@acme.com one.eml: mail 1, line 1"}, tally: read.Tally{Files: 1, Mails: 1, Events: 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := snapshot(t)
			out, err := files(t, read.Options{Format: test.format, Stdin: strings.NewReader(test.stdin)}, test.paths...)
			require.NoError(t, err)
			require.Equal(t, test.events, out.events)
			require.Equal(t, test.damaged, out.damaged)
			require.Equal(t, test.tally, out.tally)
			require.Equal(t, before, snapshot(t), "what was read has changed")
		})
	}

	out, err := files(t, read.Options{}, "nowhere", "table.csv", "one.eml")
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorIs(t, err, read.ErrFormat)
	require.EqualError(t, err, "read nowhere: no such file or directory\nread table.csv: "+read.ErrFormat.Error())
	require.Len(t, out.events, 1, "the others are read all the same")

	_, err = files(t, read.Options{Format: "papyrus"}, "one.eml")
	require.ErrorContains(t, err, `there is no format "papyrus"; there are mbox, `)
}

// What the system does not let be read is not damaged: nobody knows what stands there.
func TestFilesUnreadable(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".", map[string]string{"folder/a.eml": bounced("jane@acme.com"), "folder/notes.txt": "a note\n", "folder/in/b.eml": bounced("bob@acme.com")})
	require.NoError(t, os.Symlink("gone", "folder/link")) // root may read all that is there
	require.NoError(t, os.Symlink("loop", "folder/in/loop"))
	out, err := files(t, read.Options{}, "folder")
	require.EqualError(t, err, "read folder: 2 files in it could not be read")
	require.Len(t, out.events, 2)
	require.Equal(t, []string{"folder/in/loop: too many levels of symbolic links", "folder/link: no such file or directory", "folder/notes.txt: " + read.ErrFormat.Error()}, out.damaged)
	require.Equal(t, read.Tally{Files: 2, Mails: 2, Events: 2, Damaged: 1, Unreadable: 2}, out.tally)

	require.NoError(t, os.Remove("folder/in/loop"))
	_, err = files(t, read.Options{}, "folder")
	require.EqualError(t, err, "read folder: 1 file in it could not be read")
}

// snapshot is every file below, with its bytes.
func snapshot(t *testing.T) map[string]string {
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			text, err := os.ReadFile(path)
			all[path] = string(text)
			return err
		}
		return err
	}))
	return all
}

// An error of who is told, or the end of the context, ends it at once.
func TestFilesEnd(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".", map[string]string{"1.eml": bounced("jane@acme.com"), "2.eml": bounced("bob@acme.com")})
	full, told := errors.New("no space left"), 0
	_, err := read.Files(t.Context(), []string{".", "1.eml"}, read.Options{}, func(bounce.Event) error { told++; return full }, nil)
	require.ErrorIs(t, err, full)
	require.Equal(t, 1, told)

	ctx, cancel := context.WithCancel(t.Context())
	told = 0
	_, err = read.Files(ctx, []string{"."}, read.Options{}, func(bounce.Event) error { told++; cancel(); return nil }, nil)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, told)
}

// Of a mail that has no end the beginning is read, and the next one too.
func TestFilesHuge(t *testing.T) {
	const line = "the same line again and again, which is our own mail's\n"
	huge := io.MultiReader(
		strings.NewReader("From MAILER-DAEMON Tue Mar  3 09:01:00 2026\n"+bounced("jane@acme.com")),
		io.LimitReader(again(line), 40<<20/int64(len(line))*int64(len(line))),
		strings.NewReader("\n\nFrom MAILER-DAEMON Tue Mar  3 09:01:00 2026\n"+bounced("ann@acme.com")),
	)
	out, err := files(t, read.Options{Stdin: huge}, "-")
	require.NoError(t, err)
	require.Len(t, out.events, 2)
	require.Contains(t, out.events[1], "ann@acme.com -: mail 2")
}

// again reads as a text over and over.
type again string

func (a again) Read(p []byte) (n int, err error) {
	for n+len(a) <= len(p) {
		n += copy(p[n:], a)
	}
	if n == 0 {
		n = copy(p, a[:min(len(a), len(p))])
	}
	return n, nil
}

func FuzzMbox(f *testing.F) {
	f.Add([]byte("From a Tue Mar  3 09:01:00 2026\n" + bounced("jane@acme.com") + "\nFrom b Tue Mar  3 09:01:00 2026\n" + letter))
	f.Add([]byte("From \n\nFrom 10:00\n\n\n>From x"))
	f.Add(bytes.Repeat([]byte("x"), 70<<10))
	f.Fuzz(func(t *testing.T, raw []byte) {
		told := 0
		tally, err := read.Files(t.Context(), []string{"-"}, read.Options{Format: "mbox", Stdin: bytes.NewReader(raw)},
			func(bounce.Event) error { told++; return nil }, func(string, error) {})
		if bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
			return
		}
		require.NoError(t, err)
		require.Equal(t, told, tally.Events)
		require.LessOrEqual(t, tally.Others+tally.Damaged, tally.Mails)
	})
}

// BenchmarkFiles reads a mailbox of bounces.
func BenchmarkFiles(b *testing.B) {
	const mails = 1000
	var box bytes.Buffer
	for range mails {
		box.WriteString("From MAILER-DAEMON Tue Mar  3 09:01:00 2026\n" + bounced("jane@acme.com") + "\n")
	}
	b.SetBytes(int64(box.Len()))
	for b.Loop() {
		_, err := read.Files(b.Context(), []string{"-"}, read.Options{Stdin: bytes.NewReader(box.Bytes())}, func(bounce.Event) error { return nil }, func(string, error) {})
		require.NoError(b, err)
	}
	b.ReportMetric(mails*float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

// What is cut off is told, lest a bounce be lost unseen.
func TestLongMail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.eml")
	long := "From: MAILER-DAEMON@mx.acme.com\nX-Long: " + strings.Repeat("x", 17<<20) + "\n\nno such user\n"
	require.NoError(t, os.WriteFile(path, []byte(long), 0o600))
	out, err := files(t, read.Options{}, path)
	require.NoError(t, err)
	require.Len(t, out.damaged, 1)
	require.Contains(t, out.damaged[0], "longer than 16 MiB")
}

// A mail of which nothing is known afterwards is told apart: whoever empties a mailbox
// must leave it.
func TestMailboxLearnsWhatCameOfAMail(t *testing.T) {
	const bounced = "From: MAILER-DAEMON@mx.acme.com\nTo: news@shop.example\nSubject: failure notice\n\nThis is a permanent error; I've given up.\n\n<jane@acme.com>:\n550 5.1.1 User unknown\n"
	const letter = "From: ann@acme.com\nTo: news@shop.example\nSubject: your list\n\nPlease take me off it.\n"
	const cut = "From: MAILER-DAEMON@mx.acme.com\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n" +
		"Final-Recipient: rfc822; jane@acme.com\nAction: failed\nStatus: 5.1.1\n\nFinal-Recipient: rfc822; bob@ac"
	var got []error
	o := read.Options{Mailbox: func(_ context.Context, _ string, mail func(string, []byte) error, _ func(string, error)) error {
		for i, raw := range []string{bounced, letter, "", bounced, cut} {
			got = append(got, mail(fmt.Sprint(i), []byte(raw)))
		}
		return nil
	}}
	out, err := files(t, o, "imaps://me@mail.acme.com/INBOX")
	require.NoError(t, err)
	require.Equal(t, []string{"jane@acme.com 0", "jane@acme.com 3", "jane@acme.com 4"}, out.events)
	require.Equal(t, []error{nil, read.ErrNoEvent, read.ErrNoEvent, nil, read.ErrNoEvent}, got, "whom the last one names behind its end is not known")
}
