package imap_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	wire "github.com/emersion/go-imap/v2"
	"github.com/stretchr/testify/require"

	"winnow/bounce/imap"
)

// read reads a mailbox whole; the mails are their places and texts.
func read(t testing.TB, url string, opt imap.Options) (places []string, texts []string, err error) {
	err = imap.Read(t.Context(), url, opt, func(m imap.Message) error {
		places = append(places, m.Place)
		texts = append(texts, string(m.Raw))
		return nil
	})
	return places, texts, err
}

// patient is how long a server may be silent that is not said to be: a busy machine's.
const patient = 3 * time.Second

func TestReadLeavesTheMailboxAsItWas(t *testing.T) {
	s := start(t, about{})
	s.add("INBOX", 1, 3, "")
	s.user.Append("INBOX", strings.NewReader("Subject: 4\r\n\r\nseen\r\n"), &wire.AppendOptions{Flags: []wire.Flag{wire.FlagSeen, "$own"}})
	before := s.flags("INBOX")
	places, texts, err := read(t, s.url("inbox"), imap.Options{Password: secret, CA: s.ca, Batch: 2})
	require.NoError(t, err)
	link := "imaps://" + s.address + "/INBOX;uid="
	require.Equal(t, []string{link + "1", link + "2", link + "3", link + "4"}, places)
	require.Equal(t, "Subject: 1\r\n\r\nbounced\r\n", texts[0])
	require.Equal(t, before, s.flags("INBOX"))
	require.Len(t, before, 4)
}

func TestRead(t *testing.T) {
	t.Run("an empty mailbox", func(t *testing.T) {
		s := start(t, about{})
		places, _, err := read(t, s.url(""), imap.Options{Password: secret, CA: s.ca})
		require.NoError(t, err)
		require.Empty(t, places)
	})
	t.Run("a folder with a name of its own", func(t *testing.T) {
		s := start(t, about{caps: []wire.Cap{wire.CapESearch}})
		require.NoError(t, s.user.Create("Rückläufer/2026", nil))
		s.add("Rückläufer/2026", 1, 2, "")
		places, _, err := read(t, s.url("R%C3%BCckl%C3%A4ufer/2026"), imap.Options{Password: secret, CA: s.ca})
		require.NoError(t, err)
		require.Equal(t, "imaps://"+s.address+"/Rückläufer/2026;uid=2", places[1])
	})
	t.Run("a long mail", func(t *testing.T) {
		s := start(t, about{})
		s.add("INBOX", 1, 1, strings.Repeat("x", 1000))
		s.add("INBOX", 2, 2, "")
		var cut []bool
		err := imap.Read(t.Context(), s.url(""), imap.Options{Password: secret, CA: s.ca, MaxSize: 100}, func(m imap.Message) error {
			require.LessOrEqual(t, len(m.Raw), 100)
			require.Contains(t, string(m.Raw), "\r\n\r\nbounced")
			cut = append(cut, m.Truncated)
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, []bool{true, false}, cut)
	})
	t.Run("since a day", func(t *testing.T) {
		s := start(t, about{})
		for i, day := range []int{1, 18, 20, 21} {
			s.user.Append("INBOX", strings.NewReader(fmt.Sprintf("Subject: %d\r\n\r\n", i)), &wire.AppendOptions{Time: time.Date(2026, 5, day, 12, 0, 0, 0, time.UTC)})
		}
		places, _, err := read(t, s.url(""), imap.Options{Password: secret, CA: s.ca, Since: time.Date(2026, 5, 21, 0, 0, 0, 0, time.UTC)})
		require.NoError(t, err)
		require.Len(t, places, 2, "the day before is read as well")
	})
	t.Run("STARTTLS", func(t *testing.T) {
		s := start(t, about{plain: true})
		s.add("INBOX", 1, 1, "")
		places, _, err := read(t, strings.Replace(s.url(""), "imaps", "imap", 1), imap.Options{Password: secret, CA: s.ca})
		require.NoError(t, err)
		require.Equal(t, []string{"imap://" + s.address + "/INBOX;uid=1"}, places)
	})
	t.Run("without TLS, on this machine", func(t *testing.T) {
		s := start(t, about{noTLS: true})
		s.add("INBOX", 1, 1, "")
		places, _, err := read(t, strings.Replace(s.url(""), "imaps", "imap", 1), imap.Options{Password: secret, Plain: true})
		require.NoError(t, err)
		require.Len(t, places, 1)
	})
	t.Run("by a token", func(t *testing.T) {
		s := start(t, about{})
		s.add("INBOX", 1, 1, "")
		places, _, err := read(t, s.url(""), imap.Options{Token: "good", CA: s.ca})
		require.NoError(t, err)
		require.Len(t, places, 1)
	})
}

// What goes wrong before the first mail, and that the password is in no error.
func TestReadSaysWhatToDo(t *testing.T) {
	s := start(t, about{})
	plain := start(t, about{noTLS: true})
	_, strangers := certificate(t)
	silent, silentCA := scripted(t, [2]string{"LOGIN", "silence"})
	echo, echoCA := scripted(t, [2]string{"LOGIN", "T BAD what is LOGIN " + user + " " + secret + "?\r\n"})
	own := imap.Options{Password: secret, CA: s.ca}
	for _, test := range []struct {
		name, url string
		opt       imap.Options
		want      string
	}{
		{"wrong password", s.url(""), imap.Options{Password: "other", CA: s.ca}, "look at WINNOW_IMAP_PASSWORD"},
		{"wrong token", s.url(""), imap.Options{Token: "bad", CA: s.ca}, "get a new one"},
		{"no password", s.url(""), imap.Options{CA: s.ca}, "there is no password"},
		{"no such mailbox", s.url("Nowhere"), own, "No such mailbox"},
		{"an unknown authority", s.url(""), imap.Options{Password: secret, CA: strangers}, "--imap-ca"},
		{"another's name", strings.Replace(s.url(""), "127.0.0.1", "localhost", 1), own, "not who it should be"},
		{"not TLS", strings.Replace(plain.url(""), "imap:", "imaps:", 1), own, "does not speak TLS"},
		{"TLS from the start", strings.Replace(s.url(""), "imaps:", "imap:", 1), own, "perhaps it is imaps://"},
		{"no STARTTLS", strings.Replace(plain.url(""), "imaps:", "imap:", 1), own, "does not begin TLS"},
		{"silence", silent, imap.Options{Password: secret, CA: silentCA, Timeout: 50 * time.Millisecond}, "silent for 50ms"},
		{"a server that repeats it", echo, imap.Options{Password: secret, CA: echoCA}, "what is LOGIN " + user + " …?"},
		{"nobody there", "imaps://me@127.0.0.1:1/INBOX", own, "connection refused"},
		{"without TLS, elsewhere", "imap://me@mail.acme.test/INBOX", imap.Options{Password: secret, Plain: true}, "another machine"},
		{"a folder that is missing", s.url(""), imap.Options{Password: secret, CA: s.ca, After: imap.Move}, "folder is missing"},
		{"a folder that is itself", s.url(""), imap.Options{Password: secret, CA: s.ca, After: imap.Move, Folder: "Inbox"}, "another folder"},
		{"single mails cannot be deleted", s.url(""), imap.Options{Password: secret, CA: s.ca, After: imap.Delete}, "--imap-after seen"},
		{"single mails cannot be moved", s.url(""), imap.Options{Password: secret, CA: s.ca, After: imap.Move, Folder: "Done"}, "--imap-after seen"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s.user.Append("INBOX", strings.NewReader("Subject: x\r\n\r\n"), &wire.AppendOptions{})
			_, _, err := read(t, test.url, test.opt)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), secret)
		})
	}
}

func TestAfter(t *testing.T) {
	plus, move := []wire.Cap{wire.CapUIDPlus}, []wire.Cap{wire.CapUIDPlus, wire.CapMove}
	for _, test := range []struct {
		name          string
		caps          []wire.Cap
		opt           imap.Options
		left, in      []uint32 // UIDs that are left, and that are in Done
		flagsOfTheOne []wire.Flag
	}{
		{"leave", plus, imap.Options{}, []uint32{1, 2, 3, 4}, nil, nil},
		{"seen", nil, imap.Options{After: imap.Seen}, []uint32{1, 2, 3, 4}, nil, []wire.Flag{wire.FlagSeen}},
		{"delete", plus, imap.Options{After: imap.Delete}, []uint32{4}, nil, nil},
		{"move", move, imap.Options{After: imap.Move, Folder: "Done"}, []uint32{4}, []uint32{1, 2, 3}, nil},
		{"move by copy", plus, imap.Options{After: imap.Move, Folder: "Done"}, []uint32{4}, []uint32{1, 2, 3}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, about{caps: test.caps})
			require.NoError(t, s.user.Create("Done", nil))
			s.add("INBOX", 1, 3, "")
			test.opt.Password, test.opt.CA, test.opt.Batch = secret, s.ca, 2
			n := 0
			err := imap.Read(t.Context(), s.url(""), test.opt, func(m imap.Message) error {
				if n++; n == 1 { // one that another client is about to expunge, and that came later: it is not ours to take
					s.user.Append("INBOX", strings.NewReader("Subject: 4\r\n\r\n"), &wire.AppendOptions{Flags: []wire.Flag{wire.FlagDeleted}})
				}
				return nil
			})
			require.NoError(t, err)
			require.Equal(t, 3, n)
			left := s.flags("INBOX")
			require.ElementsMatch(t, test.left, keys(left))
			require.ElementsMatch(t, test.in, keys(s.flags("Done")))
			require.ElementsMatch(t, test.flagsOfTheOne, left[1])
		})
	}
	t.Run("what is to stay", func(t *testing.T) {
		s := start(t, about{caps: plus})
		s.add("INBOX", 1, 3, "")
		opt := imap.Options{Password: secret, CA: s.ca, After: imap.Delete, Batch: 2}
		err := imap.Read(t.Context(), s.url(""), opt, func(m imap.Message) error {
			if m.UID == 2 {
				return fmt.Errorf("a letter: %w", imap.ErrLeave)
			}
			return nil
		})
		require.NoError(t, err)
		require.ElementsMatch(t, []uint32{2}, keys(s.flags("INBOX")))
	})
	t.Run("no such folder", func(t *testing.T) {
		s := start(t, about{caps: move})
		s.add("INBOX", 1, 3, "")
		places, _, err := read(t, s.url(""), imap.Options{Password: secret, CA: s.ca, After: imap.Move, Folder: "Done"})
		require.ErrorContains(t, err, "No such mailbox")
		require.Empty(t, places, "it is told before a mail is read")
		require.Len(t, s.flags("INBOX"), 3)
	})
}

func keys(m map[uint32][]wire.Flag) (all []uint32) {
	for k := range m {
		all = append(all, k)
	}
	return all
}

// A mail is touched only when it was committed.
func TestCommitGoesFirst(t *testing.T) {
	full := errors.New("disk full")
	for _, test := range []struct {
		name         string
		each, commit int // which of them fails
		left         int
	}{
		{"each fails in the first batch", 2, 0, 6},
		{"the first commit fails", 0, 1, 6},
		{"each fails in the second batch", 4, 0, 4},
		{"the second commit fails", 0, 2, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, about{caps: []wire.Cap{wire.CapUIDPlus}})
			s.add("INBOX", 1, 6, "")
			mails, commits := 0, 0
			opt := imap.Options{Password: secret, CA: s.ca, After: imap.Delete, Batch: 2, Commit: func() error {
				if commits++; commits == test.commit {
					return full
				}
				return nil
			}}
			err := imap.Read(t.Context(), s.url(""), opt, func(imap.Message) error {
				if mails++; mails == test.each {
					return full
				}
				return nil
			})
			require.ErrorIs(t, err, full)
			require.Len(t, s.flags("INBOX"), test.left)
		})
	}
}

// Wherever the line drops, each mail comes once, and what was to be deleted is.
func TestDroppedLine(t *testing.T) {
	for _, at := range []int64{3000, 4500, 6000, 7500, 9000} {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			s := start(t, about{caps: []wire.Cap{wire.CapUIDPlus}, cut: []int64{at}})
			s.add("INBOX", 1, 60, strings.Repeat("x", 80))
			places, texts, err := read(t, s.url(""), imap.Options{Password: secret, CA: s.ca, Batch: 20, After: imap.Delete})
			require.NoError(t, err)
			require.EqualValues(t, 2, s.lines.Load())
			require.Len(t, places, 60)
			require.Len(t, slices.Compact(slices.Sorted(slices.Values(texts))), 60)
			require.Empty(t, s.flags("INBOX"))
		})
	}
	t.Run("again and again, but something comes", func(t *testing.T) {
		t.Parallel()
		s := start(t, about{cut: []int64{6000, 6000, 6000}})
		s.add("INBOX", 1, 60, strings.Repeat("x", 80))
		places, _, err := read(t, s.url(""), imap.Options{Password: secret, CA: s.ca, Batch: 20})
		require.NoError(t, err)
		require.Len(t, places, 60)
		require.Greater(t, s.lines.Load(), int64(2))
	})
	t.Run("and nothing comes", func(t *testing.T) {
		t.Parallel()
		url, ca := scripted(t, [2]string{"UID SEARCH", "drop"}, [2]string{"EXAMINE", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nT OK\r\n"})
		_, _, err := read(t, url, imap.Options{Password: secret, CA: ca})
		require.ErrorContains(t, err, "the line dropped")
	})
}

const mail = "* %d FETCH (UID %d BODY[]<0> {13}\r\nSubject: x\r\n\r FLAGS ())\r\n"

// Servers do odd things; no mail is lost by them without a word.
func TestOddServers(t *testing.T) {
	inbox := [2]string{"EXAMINE", "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nT OK\r\n"}
	two := [2]string{"UID SEARCH", "* SEARCH 11 12\r\nT OK\r\n"}
	first, second := fmt.Sprintf(mail, 1, 11), fmt.Sprintf(mail, 2, 12)
	for _, test := range []struct {
		name    string
		answers [][2]string
		want    []uint32
		skipped int
		err     string
	}{
		{name: "well", answers: [][2]string{{"UID FETCH", first + second + "T OK\r\n"}}, want: []uint32{11, 12}},
		{name: "the same one twice, and one that nobody asked for", answers: [][2]string{{"UID FETCH", first + first + fmt.Sprintf(mail, 3, 13) + second + "T OK\r\n"}}, want: []uint32{11, 12}},
		{name: "news of flags before the mail", want: []uint32{12, 11}, answers: [][2]string{
			{"UID FETCH 11:12", "* 1 FETCH (UID 11 FLAGS (\\Seen))\r\n" + first + second + "T OK\r\n"},
			{"UID SEARCH UID 11", "* SEARCH 11\r\nT OK\r\n"}, {"UID FETCH 11", first + "T OK\r\n"}}},
		{name: "deleted by another client", want: []uint32{12}, answers: [][2]string{
			{"UID FETCH", second + "T OK\r\n"}, {"UID SEARCH UID 11", "* SEARCH\r\nT OK\r\n"}}},
		{name: "one that is not handed out", want: []uint32{12}, skipped: 1, answers: [][2]string{
			{"UID FETCH", "* 1 FETCH (UID 11 BODY[]<0> NIL)\r\n" + second + "T OK\r\n"}, {"UID SEARCH UID 11", "* SEARCH 11\r\nT OK\r\n"}}},
		{name: "refused", answers: [][2]string{{"UID FETCH", "T NO [SERVERBUG] the disk is broken\r\n"}}, err: "the disk is broken"},
		{name: "made anew meanwhile", want: []uint32{11}, err: "read it again", answers: [][2]string{
			{"UID FETCH", first + "* 2 FETCH (UID 12 BODY[]<0> {13}\r\nSub"}, {"UID FETCH", "drop"},
			{"EXAMINE", "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nT OK\r\n"}, {"EXAMINE", "* 2 EXISTS\r\n* OK [UIDVALIDITY 8] x\r\nT OK\r\n"}}},
		{name: "nonsense, once", want: []uint32{11, 12}, answers: [][2]string{
			{"UID SEARCH", "* SEARCH 11 x\r\nT OK\r\n"}, {"UID FETCH", first + second + "T OK\r\n"}}},
		{name: "the largest number", answers: [][2]string{{"UID SEARCH", "* SEARCH 4294967295\r\nT OK\r\n"}, {"UID FETCH", fmt.Sprintf(mail, 1, uint32(4294967295)) + "T OK\r\n"}}, want: []uint32{4294967295}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			url, ca := scripted(t, append(test.answers, inbox, two)...)
			var got []uint32
			var skipped []string
			opt := imap.Options{Password: secret, CA: ca, Timeout: patient, Skipped: func(place string, err error) { skipped = append(skipped, place) }}
			err := imap.Read(t.Context(), url, opt, func(m imap.Message) error {
				got = append(got, m.UID)
				require.Equal(t, "Subject: x\r\n\r", string(m.Raw))
				return nil
			})
			if test.err == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, test.err)
			}
			require.Equal(t, test.want, got)
			require.Len(t, skipped, test.skipped)
		})
	}
}

// Where there is no MOVE, nothing is deleted that was not copied.
func TestMoveThatFails(t *testing.T) {
	url, ca := scripted(t,
		[2]string{"SELECT", "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nT OK\r\n"},
		[2]string{"UID SEARCH", "* SEARCH 11\r\nT OK\r\n"},
		[2]string{"UID FETCH", fmt.Sprintf(mail, 1, 11) + "T OK\r\n"},
		[2]string{"UID COPY", "T NO [OVERQUOTA] full\r\n"},
		[2]string{"UID STORE", "T NO deleted\r\n"})
	_, _, err := read(t, url, imap.Options{Password: secret, CA: ca, After: imap.Move, Folder: "Done"})
	require.ErrorContains(t, err, "full")
	require.NotContains(t, err.Error(), "deleted")
}

func TestCancel(t *testing.T) {
	for _, test := range []struct {
		name string
		opt  [2]string
	}{
		{"while it waits", [2]string{"UID FETCH", "silence"}},
		{"in the middle of a mail", [2]string{"UID FETCH", "* 1 FETCH (UID 11 BODY[]<0> {1000}\r\nSub"}},
		{"while it logs in", [2]string{"LOGIN", "silence"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			url, ca := scripted(t, test.opt, [2]string{"EXAMINE", "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nT OK\r\n"}, [2]string{"UID SEARCH", "* SEARCH 11\r\nT OK\r\n"})
			ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer stop()
			ended := make(chan error, 1)
			go func() {
				ended <- imap.Read(ctx, url, imap.Options{Password: secret, CA: ca}, func(imap.Message) error { return nil })
			}()
			select {
			case err := <-ended:
				require.ErrorIs(t, err, context.DeadlineExceeded)
			case <-time.After(20 * time.Second): // less than the server may be silent
				t.Fatal("it does not end")
			}
		})
	}
	t.Run("between mails", func(t *testing.T) {
		s := start(t, about{})
		s.add("INBOX", 1, 2000, strings.Repeat("x", 1000))
		ctx, stop := context.WithCancel(t.Context())
		n := 0
		err := imap.Read(ctx, s.url(""), imap.Options{Password: secret, CA: s.ca}, func(imap.Message) error { n++; stop(); return nil })
		require.ErrorIs(t, err, context.Canceled)
		require.Less(t, n, 2000)
	})
}

// A mailbox of 100,000 mails is read in memory that has room for some.
func TestBigMailbox(t *testing.T) {
	if testing.Short() {
		t.Skip("100,000 mails take too long with -short")
	}
	for _, caps := range [][]wire.Cap{nil, {wire.CapESearch}} {
		s := start(t, about{caps: caps})
		s.add("INBOX", 1, 100_000, "")
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		n, commits, most := 0, 0, uint64(0)
		opt := imap.Options{Password: secret, CA: s.ca, Commit: func() error {
			if commits++; commits%20 == 0 {
				runtime.GC()
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
			}
			return nil
		}}
		start := time.Now()
		err := imap.Read(t.Context(), s.url(""), opt, func(m imap.Message) error { n++; return nil })
		require.NoError(t, err)
		t.Logf("%v: %d mails, %d commits, %.0f mails/s, %d KB above the server's", caps, n, commits, float64(n)/time.Since(start).Seconds(), (int64(most)-int64(before.HeapAlloc))>>10)
		require.Equal(t, 100_000, n)
		require.Equal(t, 200, commits)
		require.Less(t, most, before.HeapAlloc+8<<20)
	}
}
