package read

import (
	"bufio"
	"fmt"
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
	short   bool     // too little to tell whose it is
}

var feedCases = [][]feedCase{postfixCases, eximCases, sesCases, sendgridCases, mailgunCases, postmarkCases, sparkpostCases, brevoCases, mailjetCases}

// told is an event in a line: place, recipient, what happened, class/reason, and what
// else is known.
func told(e bounce.Event) string {
	s := fmt.Sprintf("%s: %s %s %s/%s", e.Source, e.Recipient, e.Happened, e.Class, e.Reason)
	if !e.At.IsZero() {
		s += " at " + e.At.Format(time.RFC3339Nano)
	}
	for _, more := range []struct{ name, value string }{{"label", e.SourceLabel}, {"id", e.MessageID}, {"campaign", e.Campaign}, {"from", e.From}} {
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
			if tt.short {
				require.Empty(t, names, tt.name)
			} else {
				require.Equal(t, []string{tt.format}, names, tt.name)
			}
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
