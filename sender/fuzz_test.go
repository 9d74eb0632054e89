package sender_test

import (
	"bufio"
	"bytes"
	"context"
	"net/textproto"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/sender"
)

func FuzzRecords(f *testing.F) {
	for _, seed := range []string{"v=DKIM1; k=rsa; p=AAAA", "v=DMARC1; p=none; rua=mailto:a@b.c!10m,x; pct=5; t=y", "v=DMARC1;p", ";;=;",
		"version: STSv1\r\nmode: enforce\nmx: *.a.com\nmax_age: 1", ":", "\\034\\\"\\9999\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _, _ = sender.ParseKey(text), sender.ParsePolicy(text), sender.ParseSTS(text)
		require.LessOrEqual(t, len(sender.Unescape(text)), len(text))
	})
}

// echo answers every question with the same record.
type echo string

func (e echo) Ask(_ context.Context, name string, t sender.Type) sender.Answer {
	if t == sender.TXT && len(name)%3 > 0 {
		return sender.Answer{Outcome: sender.Records, Records: []sender.Record{{Text: string(e)}}}
	}
	return sender.Answer{Outcome: sender.Outcome(len(name) % 4)}
}

// A record that includes itself and others, many times over, comes to an end.
func FuzzSPF(f *testing.F) {
	for _, seed := range []string{"v=spf1 include:a.b include:bb.b a:c mx/24//64 ip4:1.2.3.0/24 ip6:::1 exists:%{i}.x -all", "v=spf1 redirect=_spf.%{d}",
		"v=spf1 ?all", "v=spf1 - = : / a/ -", "v=spf1 redirect= include: ip4:x ip6:1.2.3.4 foo=bar ~ptr"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, record string) {
		if !strings.HasPrefix(record, "v=spf1 ") {
			return
		}
		require.Less(t, sender.WalkSPF(record, echo(record)), 10_000)
	})
}

func FuzzReply(f *testing.F) {
	f.Add([]byte("220-mx.acme.com\r\n220 ESMTP\r\n"))
	f.Add([]byte("250-mx [192.0.2.1]\n250"))
	f.Add([]byte("220-\xff\xfe\r\n\r\n"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		lines, err := sender.ReadReply(&textproto.Conn{Reader: *textproto.NewReader(bufio.NewReader(bytes.NewReader(wire)))})
		if err == nil {
			require.NotEmpty(t, lines)
			require.GreaterOrEqual(t, len(lines[0]), 3)
		}
	})
}
