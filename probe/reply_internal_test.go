package probe

import (
	"bufio"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestReadReply(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		code     int
		text     string
		err      error
	}{
		{"one line", "250 ok\r\n", 250, "ok", nil},
		{"no text", "250\r\n", 250, "", nil},
		{"a space and no text", "250 \r\n", 250, "", nil},
		{"lines", "550-5.1.1 no\r\n550-such\r\n550 user\r\n", 550, "5.1.1 no\nsuch\nuser", nil},
		{"LF alone", "250-a\n250 b\n", 250, "a\nb", nil},
		{"the last line bare", "250-a\r\n250\r\n", 250, "a\n", nil},
		{"a tab", "250\tok\r\n", 250, "ok", nil},
		{"eight bits", "550 \xff\xfe\r\n", 550, "\xff\xfe", nil},
		{"a CR within", "250 a\rb\r\n", 250, "a\rb", nil},
		{"longer than the buffer", "250 " + strings.Repeat("x", 10_000) + "\r\n", 250, strings.Repeat("x", maxHead-5) + " … " + strings.Repeat("x", maxTail), nil},
		{"as long as is kept", "250 " + strings.Repeat("x", maxHead+maxTail) + "\r\n", 250, strings.Repeat("x", maxHead+maxTail), nil},
		{"long, with both its ends", "550-5.1.1 " + strings.Repeat("x", 3000) + "\r\n550-y\r\n550 z\r\n", 550,
			"5.1.1 " + strings.Repeat("x", maxHead-5-6) + " … " + strings.Repeat("x", maxTail-4) + "\ny\nz", nil},
		{"long, of wide characters", "250 a" + strings.Repeat("€", 2000) + "\r\n", 250,
			"a" + strings.Repeat("€", (maxHead-6)/3) + " … " + strings.Repeat("€", maxTail/3), nil},
		{"long, of eight bits", "250 " + strings.Repeat("\xff", 3000) + "\r\n", 250, strings.Repeat("\xff", maxHead-5-3) + " … " + strings.Repeat("\xff", maxTail), nil},
		{"too long", "250 " + strings.Repeat("x", maxReply) + "\r\n", 0, "", errGarbled},
		{"too long altogether", strings.Repeat("250-"+strings.Repeat("x", 1000)+"\r\n", 100) + "250 x\r\n", 0, "", errGarbled},
		{"endless", "250 " + strings.Repeat("x", 3*maxReply), 0, "", errGarbled},
		{"as many lines as may be", strings.Repeat("250-\r\n", maxLines-1) + "250 \r\n", 250, strings.Repeat("\n", maxLines-1), nil},
		{"too many lines", strings.Repeat("250-\r\n", maxLines) + "250 \r\n", 0, "", errGarbled},
		{"another code", "250-a\r\n550 b\r\n", 0, "", errGarbled},
		{"no code", "hello\r\n", 0, "", errGarbled},
		{"a code of 1", "150 ok\r\n", 0, "", errGarbled},
		{"four digits", "2500 ok\r\n", 0, "", errGarbled},
		{"an empty line", "\r\n", 0, "", errGarbled},
		{"nothing", "", 0, "", io.EOF},
		{"the end in a line", "250 o", 0, "", io.ErrUnexpectedEOF},
		{"the end between lines", "250-ok\r\n", 0, "", io.ErrUnexpectedEOF},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, in := range []io.Reader{strings.NewReader(tt.in), iotest.OneByteReader(strings.NewReader(tt.in))} {
				code, text, err := readReply(bufio.NewReader(in), func([]byte) {})
				require.ErrorIs(t, err, tt.err)
				require.Equal(t, tt.code, code)
				require.Equal(t, tt.text, text)
			}
		})
	}
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{"250 ok\r\n", "550-5.1.1 no\r\n550 such user\r\n", "250-a\n550 b\n", "421\r\n", "\xff", "250-" + strings.Repeat("x", 5000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := bufio.NewReader(strings.NewReader(s))
		code, text, err := readReply(r, func([]byte) {})
		if err != nil {
			require.Zero(t, code)
			require.Empty(t, text)
			return
		}
		require.True(t, code >= 200 && code <= 599, code)
		require.LessOrEqual(t, strings.Count(text, "\n"), maxLines)
		require.LessOrEqual(t, len(text), maxHead+maxTail)

		// Written again, it is read again as the same, and what stands behind is left alone.
		var again strings.Builder
		lines := strings.Split(text, "\n")
		for i, line := range lines {
			sep := "-"
			if i == len(lines)-1 {
				sep = " "
			}
			again.WriteString(string(s[:3]) + sep + line + "\r\n")
		}
		again.WriteString("250 next\r\n")
		r = bufio.NewReader(strings.NewReader(again.String()))
		code2, text2, err := readReply(r, func([]byte) {})
		require.NoError(t, err)
		require.Equal(t, code, code2)
		require.Equal(t, text, text2)
		next, _, err := readReply(r, func([]byte) {})
		require.NoError(t, err)
		require.Equal(t, 250, next)
	})
}

// What the replies that we know mean does not change by what is left out of long ones.
func TestKnownRepliesAreKeptWhole(t *testing.T) {
	known, err := os.Open("../bounce/testdata/replies.tsv")
	require.NoError(t, err)
	defer known.Close()
	lines := bufio.NewScanner(known)
	var longest int
	for lines.Scan() {
		longest = max(longest, len(lines.Bytes()))
	}
	require.NoError(t, lines.Err())
	require.Positive(t, longest)
	require.Less(t, 2*longest, maxHead)
}
