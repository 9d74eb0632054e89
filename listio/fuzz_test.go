package listio_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/listio"
)

// FuzzOpen opens any bytes as a list: if it can be opened, all of them come out again.
func FuzzOpen(f *testing.F) {
	for _, s := range []string{
		"name,email\nJane,jane@example.com\n", "\xef\xbb\xbfa@example.com\r\n\r\n", "sep=;\nemail;winnow_x\na@b.c;1;2\n", "\n\nemail\n\"a@b.c\"\r",
		"a@b.c|\"x\n", "PK\x03\x04", "sep=\t\r\nemail\r\na@b.c", "sep=l\na@b.cld\n", "\r\r\nemail\r\r\na@b.c\r\r", "email,\"a\"\"\n\"\n\"x@y.z\",=1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if text == "" {
			t.Skip("an empty file is refused before it is opened as a list")
		}
		l, err := listio.Open(source(t, text, "list.csv"), listio.Options{})
		if err != nil {
			return
		}
		rows, numbers, err := readAll(t, l)
		all := l.HeaderRow() + strings.Join(rows, "")
		if l.Dialect.BOM {
			all = "\xef\xbb\xbf" + all
		}
		if err != nil {
			require.ErrorContains(t, err, "never closes")
			require.True(t, strings.HasPrefix(text, all))
		} else {
			require.Equal(t, text, all)
		}
		require.Less(t, l.Column, l.Cells)
		for i, row := range rows {
			require.Equal(t, numbers[0]+i, numbers[i])
			value, cells := l.Cell(row)
			require.Positive(t, cells)
			require.LessOrEqual(t, len(value), len(row))
			out := string(l.AppendRow(nil, row, []string{"valid"}))
			require.Contains(t, out, string(l.Dialect.Comma)+"valid")
		}
	})
}
