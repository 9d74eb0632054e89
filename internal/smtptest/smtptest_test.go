package smtptest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/smtptest"
)

func start(t testing.TB, text string) *smtptest.Server {
	t.Helper()
	d, err := smtptest.ParseDialogue(text)
	require.NoError(t, err)
	s, err := smtptest.NewServer(d)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// talk sends each command when the last was answered, and returns the first
// line of each reply, the greeting first; "closed" where there was none.
func talk(t testing.TB, s *smtptest.Server, commands ...string) []string {
	t.Helper()
	c, err := textproto.Dial("tcp", s.Addr())
	require.NoError(t, err)
	defer c.Close()
	var got []string
	read := func() {
		code, text, err := c.ReadResponse(0)
		if err != nil {
			got = append(got, "closed")
			return
		}
		first, _, _ := strings.Cut(text, "\n")
		got = append(got, fmt.Sprint(code, " ", first))
	}
	read()
	for _, command := range commands {
		if err := c.PrintfLine("%s", command); err != nil {
			got = append(got, "closed")
			continue
		}
		read()
	}
	return got
}

func TestRepliesByNetSMTP(t *testing.T) {
	s := start(t, `
# a host with one mailbox
greeting 220 mx.test ESMTP
ehlo 250-mx.test\n250-PIPELINING\n250 SIZE 1000
rcpt known@acme.com 250 2.1.5 ok
rcpt *@full.com 452 4.2.2 over quota
rcpt * 550 5.1.1 no such user
`)
	c, err := smtp.Dial(s.Addr())
	require.NoError(t, err)
	require.NoError(t, c.Hello("probe.test"))
	ok, size := c.Extension("SIZE")
	require.True(t, ok)
	require.Equal(t, "1000", size)
	require.NoError(t, c.Mail("me@probe.test"))
	require.NoError(t, c.Rcpt("Known@ACME.com"))
	for address, want := range map[string]int{"a@full.com": 452, "b@acme.com": 550} {
		var e *textproto.Error
		require.ErrorAs(t, c.Rcpt(address), &e)
		require.Equal(t, want, e.Code)
	}
	_, err = c.Data()
	require.ErrorContains(t, err, "554")
	require.NoError(t, c.Noop())
	require.NoError(t, c.Reset())
	require.NoError(t, c.Quit())
	s.Close()

	seen := s.Transcript()
	require.Contains(t, seen, "RCPT TO:<Known@ACME.com>")
	require.Equal(t, "EHLO probe.test", seen[0])
	require.Equal(t, "QUIT", seen[len(seen)-1])
	require.Equal(t, 1, s.Sessions())
}

func TestTalk(t *testing.T) {
	const mail, rcpt, ok = "MAIL FROM:<>", "RCPT TO:<a@b.com>", "250 2.1.5 ok"
	tests := []struct {
		name, dialogue string
		commands, want []string
	}{
		{
			name:     "defaults",
			commands: []string{"HELO me", mail, rcpt, "DATA", "NOOP", "VRFY a", "XYZZY", "STARTTLS", "QUIT", "NOOP"},
			want: []string{"220 smtptest ESMTP", "250 smtptest", "250 2.1.0 ok", "550 5.1.1 no such user",
				"554 5.5.1 no mail is taken here", "250 2.0.0 ok", "252 2.5.0 try it", "500 5.5.1 command not known",
				"500 5.5.1 command not known", "221 2.0.0 bye", "closed"},
		},
		{
			name:     "sequence",
			dialogue: "rcpt * 250 2.1.5 ok",
			commands: []string{rcpt, mail, rcpt, mail, "RSET", rcpt},
			want: []string{"220 smtptest ESMTP", "503 5.5.1 bad sequence of commands", "250 2.1.0 ok", ok,
				"503 5.5.1 bad sequence of commands", "250 2.0.0 ok", "503 5.5.1 bad sequence of commands"},
		},
		{
			name:     "refused sender",
			dialogue: "mail *@bad.test 550 5.7.1 not you",
			commands: []string{"MAIL FROM:<a@bad.test> SIZE=1", rcpt, "mail from: <a@good.test>"},
			want: []string{"220 smtptest ESMTP", "550 5.7.1 not you", "503 5.5.1 bad sequence of commands",
				"250 2.1.0 ok"},
		},
		{
			name:     "syntax",
			commands: []string{"MAIL", "MAIL FROM:a@b.com", "MAIL TO:<a@b.com>", "MAIL FROM:<a@b.com"},
			want: []string{"220 smtptest ESMTP", "501 5.5.4 no such syntax", "501 5.5.4 no such syntax",
				"501 5.5.4 no such syntax", "501 5.5.4 no such syntax"},
		},
		{
			name:     "greylisting",
			dialogue: "first 2 rcpt *@b.com 451 4.7.1 later\nrcpt * 250 2.1.5 ok",
			commands: []string{mail, rcpt, rcpt, rcpt},
			want:     []string{"220 smtptest ESMTP", "250 2.1.0 ok", "451 4.7.1 later", "451 4.7.1 later", ok},
		},
		{
			name:     "too many recipients",
			dialogue: "after 1 rcpt 421 4.7.0 too many\nrcpt * 250 2.1.5 ok",
			commands: []string{mail, rcpt, rcpt, rcpt},
			want:     []string{"220 smtptest ESMTP", "250 2.1.0 ok", ok, "421 4.7.0 too many", "closed"},
		},
		{
			name:     "close",
			dialogue: "close after rcpt 2\nrcpt * 250 2.1.5 ok",
			commands: []string{mail, rcpt, rcpt, rcpt},
			want:     []string{"220 smtptest ESMTP", "250 2.1.0 ok", ok, ok, "closed"},
		},
		{
			name:     "busy",
			dialogue: "greeting 421 4.3.2 not now",
			commands: []string{"EHLO me"},
			want:     []string{"421 4.3.2 not now", "closed"},
		},
		{
			name:     "delay",
			dialogue: "delay greeting 1ms\ndelay rcpt a@* 1ms\nrcpt a*m 250 2.1.5 ok",
			commands: []string{mail, rcpt, "RCPT TO:<b@b.com>"},
			want:     []string{"220 smtptest ESMTP", "250 2.1.0 ok", ok, "550 5.1.1 no such user"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, talk(t, start(t, tt.dialogue), tt.commands...))
		})
	}
}

// All commands at once: the replies come in their order.
func TestPipelining(t *testing.T) {
	s := start(t, "delay rcpt 2@* 1ms\nrcpt 1@b.com 250 2.1.5 one\nrcpt 2@b.com 452 4.2.2 two")
	conn, err := net.Dial("tcp", s.Addr())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<1@b.com>\r\nRCPT TO:<2@b.com>\r\nRCPT TO:<3@b.com>\r\nRSET\r\nQUIT\r\n")
	require.NoError(t, err)
	var got []string
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		got = append(got, lines.Text())
	}
	require.NoError(t, lines.Err())
	require.Equal(t, []string{
		"220 smtptest ESMTP",
		"250-smtptest", "250-PIPELINING", "250 ENHANCEDSTATUSCODES",
		"250 2.1.0 ok", "250 2.1.5 one", "452 4.2.2 two", "550 5.1.1 no such user",
		"250 2.0.0 ok", "221 2.0.0 bye",
	}, got)
}

// Close ends a session that waits for an hour, and a second one does nothing.
func TestClose(t *testing.T) {
	s := start(t, "delay rcpt 1h")
	c, err := textproto.Dial("tcp", s.Addr())
	require.NoError(t, err)
	defer c.Close()
	_, _, err = c.ReadResponse(220)
	require.NoError(t, err)
	require.NoError(t, c.PrintfLine("MAIL FROM:<>"))
	_, _, err = c.ReadResponse(250)
	require.NoError(t, err)
	require.NoError(t, c.PrintfLine("RCPT TO:<a@b.com>"))
	s.Close()
	_, err = c.ReadLine()
	require.Error(t, err)
	s.Close()
}

func TestConcurrentSessions(t *testing.T) {
	s := start(t, "first 10 rcpt * 250 2.1.5 ok")
	var mu sync.Mutex
	taken := 0
	var clients sync.WaitGroup
	for range 20 {
		clients.Go(func() {
			got := talk(t, s, "MAIL FROM:<>", "RCPT TO:<a@b.com>", "QUIT")
			mu.Lock()
			defer mu.Unlock()
			if got[2] == "250 2.1.5 ok" {
				taken++
			}
		})
	}
	clients.Wait()
	require.Equal(t, 10, taken)
	require.Equal(t, 20, s.Sessions())
	require.Len(t, s.Transcript(), 60)
}

func TestAddress(t *testing.T) {
	s, err := smtptest.NewServerAt("127.0.0.2:0", smtptest.Dialogue{})
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(s.Addr(), "127.0.0.2:"))
	_, err = smtptest.NewServerAt(s.Addr(), smtptest.Dialogue{})
	require.ErrorContains(t, err, "in use")
	s.Close()
	for _, bad := range []string{"192.0.2.1:0", "0.0.0.0:0", "localhost:0", ""} {
		_, err := smtptest.NewServerAt(bad, smtptest.Dialogue{})
		require.ErrorContains(t, err, "smtptest: ", bad)
	}
}

func TestParseDialogueErrors(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"unknown word", "greeting 220 hi\n\nhello 250 hi", `line 3: "hello" is none of`},
		{"data", "data 354 go on", `line 1: "data" is none of`},
		{"no reply", "rcpt a@b.com", `line 1: "" does not begin with a reply code`},
		{"no code", "rcpt a@b.com ok", `line 1: "ok" does not begin with a reply code`},
		{"bad code", "rcpt * 650 hm", `line 1: "650 hm" does not begin with a reply code`},
		{"two codes", `ehlo 250-a\n251 b`, `line 1: "251 b" has another code`},
		{"no hyphen", `ehlo 250 a\n250 b`, `line 1: "250 a": all lines but the last`},
		{"hyphen at the end", `ehlo 250-a\n250-b`, `line 1: "250-b": all lines but the last`},
		{"an address too many", "ehlo a@b.com 250 hi", "line 1: ehlo has no address"},
		{"two stars", "rcpt *@*.com 250 hi", `line 1: "*@*.com" has more than one *`},
		{"delay", "delay rcpt soon", `line 1: "soon" is no duration`},
		{"delay of what", "delay 2s", `line 1: "" is no duration`},
		{"close", "close rcpt 3", `line 1: want "close after COMMAND COUNT"`},
		{"close when", "close after rcpt", `line 1: "" is no count`},
		{"first", "first rcpt * 250 ok", `line 1: "rcpt" is no count`},
		{"after", "after 0 rcpt * 250 ok", `line 1: "0" is no count`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := smtptest.ParseDialogue(tt.text)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func FuzzParseDialogue(f *testing.F) {
	f.Add("greeting 220 hi\nehlo 250-a\\n250 b\nrcpt *@b.com 550 no")
	f.Add("first 1 rcpt * 451\nafter 2 mail a 250 ok\ndelay rcpt a 2s\nclose after rcpt 3\n# x")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := smtptest.ParseDialogue(text); err != nil {
			require.Contains(t, err.Error(), "dialogue: ")
		}
	})
}

func TestInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, err := smtptest.ParseDialogue("drip greeting 1s\ngreeting 220 hi\nraw rcpt odd@acme.com \"what?\\n\"\nclose before rset 1")
		require.NoError(t, err)
		s := smtptest.NewInMemory(d)
		s.Move(10 * time.Millisecond)
		conn, err := s.Dial()
		require.NoError(t, err)
		in := bufio.NewReader(conn)
		begin := time.Now()
		line := func() string {
			text, err := in.ReadString('\n')
			require.NoError(t, err)
			return text
		}
		require.Equal(t, "220 hi\r\n", line())
		require.Equal(t, 8*time.Second+10*time.Millisecond, time.Since(begin), "eight bytes, and the way")
		fmt.Fprint(conn, "MAIL FROM:<>\r\nRCPT TO:<odd@acme.com>\r\nRSET\r\n")
		require.Equal(t, "250 2.1.0 ok\r\n", line())
		require.Equal(t, "what?\n", line())
		_, err = in.ReadString('\n')
		require.ErrorIs(t, err, io.EOF)

		conn.SetReadDeadline(time.Now().Add(time.Second))
		_, err = in.ReadByte()
		require.ErrorIs(t, err, io.EOF, "an end is an end")
		conn.Close()
		_, err = conn.Write([]byte("x"))
		require.Error(t, err)
		s.Close()
		_, err = s.Dial()
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
	})
}

func TestReadDeadlineInMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := smtptest.Pipe()
		client.SetReadDeadline(time.Now().Add(time.Minute))
		begin := time.Now()
		_, err := client.Read(make([]byte, 1))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.Equal(t, time.Minute, time.Since(begin))
		client.SetReadDeadline(time.Time{})
		server.Write([]byte("x"))
		n, err := client.Read(make([]byte, 1))
		require.NoError(t, err)
		require.Equal(t, 1, n)
		client.Close()
		server.Close()
	})
}

func TestNewRulesThatAreWrong(t *testing.T) {
	for _, text := range []string{"close rcpt 1", "close before rcpt x", "drip rcpt x", "raw rcpt a@b.com 250", `raw rcpt ""`, `raw shout "x"`, `raw rcpt "\q"`} {
		_, err := smtptest.ParseDialogue(text)
		require.ErrorContains(t, err, "line 1", text)
	}
}
