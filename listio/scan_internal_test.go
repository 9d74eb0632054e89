package listio

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// carefulSplit is split by the careful scanner alone, of a text that is all there.
func carefulSplit(s string, comma byte) (ends []int) {
	for i := 0; i < len(s); {
		end, open := rowEnd(s, i, comma)
		if open >= 0 {
			break
		}
		if i = end; i < len(s) {
			i = behindEnd(s, i)
		}
		ends = append(ends, i)
	}
	return ends
}

// FuzzSplit reads any bytes in blocks of any size: the rows are those of the careful scanner, none lost, doubled or
// altered, and Cell's fast way says what its careful way says.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{
		"a,b\nc,d\n", "a,b\r\nc,d", "a\rb\r\rc", "a\r\r\nb\r\r\r\n", "\"a\r\n\"\r\nb", "\"a\"\"\",b\r\n\"\"\n", "5\" x,\"6\" y\",\"z",
		"\"\r", "\r", "\n", "\"\"", "\"\"\"", "a,\"b\"c\",d\n", ",,\n\"a\"\r\r\n", "a\nb\r", "\"a\n\"\"", "\xff\x00,\n",
	} {
		for _, size := range []uint8{1, 2, 3, 7, 255} {
			f.Add(s, byte(','), size, uint8(1))
		}
	}
	f.Fuzz(func(t *testing.T, s string, comma byte, size, column uint8) {
		if !canDelimit(comma) || size == 0 {
			t.Skip("no delimiter that a list can have, or no size")
		}
		src, err := Spool(strings.NewReader(s), "fuzz")
		if errors.Is(err, ErrEmpty) {
			t.Skip("an empty list has no rows to split")
		}
		require.NoError(t, err)
		defer src.Close()
		want := carefulSplit(s, comma)
		require.Equal(t, want, split(nil, s, comma, true))

		r := src.reader(comma, 0, 1)
		r.size = int(size)
		l := &List{Dialect: Dialect{Comma: comma}, sep: string(comma), Column: int(column)}
		var ends []int
		read := 0
		for {
			var b *Block
			if b, err = r.Next(); err != nil {
				break
			}
			require.EqualValues(t, read, b.Offset)
			require.Equal(t, len(ends)+1, b.First)
			require.Equal(t, s[read:read+len(b.Text)], b.Text)
			require.Equal(t, len(b.Text), b.Ends[len(b.Ends)-1])
			for i, end := range b.Ends {
				ends = append(ends, read+end)
				value, cells := l.Cell(b.Row(i))
				careful, carefulCells := carefulCell(bodyOf(b.Row(i)), comma, l.Column)
				require.Equal(t, careful, value)
				require.Equal(t, carefulCells, cells)
			}
			read += len(b.Text)
			r.Release(b)
		}
		require.Equal(t, want, ends)
		if errors.Is(err, io.EOF) {
			require.Equal(t, len(s), read)
			require.EqualValues(t, len(s), r.Read())
		} else {
			require.ErrorContains(t, err, "never closes")
			require.Less(t, read, len(s))
		}
	})
}

func TestBodyOfIsWhatStandsBeforeTheEnd(t *testing.T) {
	for _, body := range []string{"", "a", "a,b", "\"\r\n\"", "\"a\r\""} {
		for _, end := range []string{"", "\n", "\r", "\r\n", "\r\r\n"} {
			require.Equal(t, body, bodyOf(body+end))
		}
	}
}
