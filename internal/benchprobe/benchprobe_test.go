//go:build linux

package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/realsmtp"
	"winnow/internal/smtptest"
)

// TestMain is also the proxy and the clients that a run starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "-proxy" || os.Args[1] == "-client") {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestList(t *testing.T) {
	l := list{n: 4000, domains: 4, unknown: 10}
	served := l.served()
	require.Len(t, served, 4)
	var known int
	for i := range l.n {
		_, is := served[i%4].Boxes[l.local(i)]
		require.Equal(t, l.known(i), is, "%s@%s", l.local(i), l.domain(i))
		require.Equal(t, served[i%4].Name, l.domain(i))
		if is {
			known++
		}
	}
	require.InDelta(t, 3600, known, 40)
}

func TestTally(t *testing.T) {
	l := list{n: 3, domains: 3}
	var got tally
	got.count(l, 0, dead)
	got.count(l, 1, open)
	l.unknown = 100
	got.count(l, 2, alive)
	require.Equal(t, tally{Asked: 3, Alive: 1, Dead: 1, Open: 1}, got)
}

func TestPlainClients(t *testing.T) {
	const mailboxes = "rcpt user* 250 ok"
	o := options{list: list{n: 6, domains: 3}, floor: 100, connections: 2}
	for _, tt := range []struct {
		name, dialogue string
		want           tally
		floor, ceiling int // sessions
	}{
		{name: "as the list says", dialogue: mailboxes, want: tally{Asked: 6}, floor: 6, ceiling: 3},
		{name: "all are refused", dialogue: "", want: tally{Asked: 6, Dead: 6}, floor: 6, ceiling: 3},
		{name: "all are taken", dialogue: "rcpt * 250 ok", want: tally{Asked: 6, Open: 6}, floor: 6, ceiling: 3},
		{name: "put off", dialogue: "rcpt * 451 4.7.1 later", want: tally{Asked: 6, Open: 6}, floor: 6, ceiling: 3},
		{name: "no greeting for us", dialogue: "greeting 554 no", want: tally{Asked: 6, Open: 6}, floor: 6, ceiling: 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := smtptest.ParseDialogue(tt.dialogue)
			require.NoError(t, err)
			for client, sessions := range map[string]int{floor: 2 * tt.floor, secured: 2 * tt.floor, kinder: tt.floor, pipelined: tt.ceiling} {
				s, err := smtptest.NewServer(d)
				require.NoError(t, err)
				defer s.Close()
				var out bytes.Buffer
				require.NoError(t, ask(t.Context(), client, s.Addr(), o, &out))
				got := readTally(t, out.Bytes())
				got.Seconds = 0
				require.Equal(t, tt.want, got, client)
				require.Equal(t, sessions, s.Sessions(), client)
			}
		})
	}
	require.ErrorContains(t, ask(t.Context(), "swaks", "", o, io.Discard), `no client "swaks"`)
}

// readTally reads what a client says.
func readTally(t *testing.T, line []byte) tally {
	t.Helper()
	s, err := read(line)
	require.NoError(t, err)
	return s
}

func TestLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const by = 20 * time.Millisecond
		near, from := net.Pipe()
		to, far := net.Pipe()
		ended := make(chan struct{})
		go func() {
			late(to, from, by)
			close(ended)
		}()
		begun := time.Now()
		buffer := make([]byte, 8)
		for _, word := range []string{"one", "two"} {
			_, err := near.Write([]byte(word))
			require.NoError(t, err)
		}
		require.Zero(t, time.Since(begun), "the second waits for the first")
		for _, word := range []string{"one", "two"} {
			n, err := far.Read(buffer)
			require.NoError(t, err)
			require.Equal(t, word, string(buffer[:n]))
			require.Equal(t, by, time.Since(begun))
		}
		require.NoError(t, near.Close())
		<-ended
		require.Equal(t, 2*by, time.Since(begun))
	})
}

func TestReport(t *testing.T) {
	o := options{list: list{n: 100}, places: []string{"near"}}
	var out bytes.Buffer
	require.NoError(t, writeReport(&out, o, []sample{
		{client: floor, place: "near", tally: tally{Asked: 100, Seconds: 10}, connections: 100},
		{client: polite, place: "near", tally: tally{Asked: 100, Seconds: 0.5}, connections: 10},
		{client: rude, place: "near", tally: tally{Asked: 100, Seconds: 1, Dead: 2, Open: 3}, connections: 20},
	}))
	for _, line := range []string{
		"near        100       200          20.0 x               -           10         0.100 x          0.00            0             0     0  winnow\n",
		"met     near, winnow: 20.0 x the probes/s (at least 20)\n",
		"met     near, winnow: 0.100 x the connections (at most 0.125)\n",
		"met     near, winnow: 0 good addresses called dead (none)\n",
		"met     near, winnow: 100 of 100 answered (all)\n",
		"missed  near, winnow, unmannered: 10.0 x the probes/s (at least 20)\n",
		"missed  near, winnow, unmannered: 0.200 x the connections (at most 0.125)\n",
		"missed  near, winnow, unmannered: 2 good addresses called dead (none)\n",
		"missed  near, winnow, unmannered: 97 of 100 answered (all)\n",
	} {
		require.Contains(t, out.String(), line)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range []string{"x", "-n 0", "-connections 0", "-domains 0"} {
		require.ErrorContains(t, run(t.Context(), strings.Fields(args), nil, io.Discard, io.Discard), "usage: ", args)
	}
}

func TestRun(t *testing.T) {
	err := realsmtp.PostfixReady(t.Context())
	if errors.Is(err, realsmtp.ErrAbsent) {
		t.Skip(err)
	}
	require.NoError(t, err)
	var out, progress bytes.Buffer
	args := []string{"-n", "60", "-domains", "6", "-floor", "30", "-connections", "6", "-far", "4ms"}
	require.NoError(t, run(t.Context(), args, nil, &out, &progress), "%s%s", &out, &progress)
	for _, place := range []string{"near", "far"} {
		require.Regexp(t, place+` +60 +[0-9]+ +[0-9.]+ x +[0-9.]+ x +6 +0.050 x +[0-9.]+ +0 +0 +0  ceiling`, out.String())
		require.Regexp(t, place+` +30 +[0-9]+ +1.0 x +[0-9.]+ x +60 +1.000 x +[0-9.]+ +0 +0 +0  a connection a probe`, out.String())
		for _, client := range []string{polite, rude} {
			require.Regexp(t, "(?m)^met .*"+place+", "+client+": 0 good addresses called dead", out.String())
			require.Regexp(t, "(?m)^met .*"+place+", "+client+": 60 of 60 answered", out.String())
		}
	}
	require.ErrorContains(t, run(t.Context(), []string{"-n", "1", "-places", "mars"}, nil, io.Discard, io.Discard), `no place "mars"`)
}
