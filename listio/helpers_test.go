package listio_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/listio"
)

// source spools text under a name.
func source(tb testing.TB, text, name string) *listio.Source {
	tb.Helper()
	src, err := listio.Spool(strings.NewReader(text), name)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, src.Close()) })
	return src
}

func list(tb testing.TB, text string, o listio.Options) *listio.List {
	tb.Helper()
	l, err := listio.Open(source(tb, text, "list.csv"), o)
	require.NoError(tb, err)
	return l
}

// readAll returns all rows of a list, and the error that ended them, nil for io.EOF.
func readAll(tb testing.TB, l *listio.List) (rows []string, numbers []int, err error) {
	tb.Helper()
	r := l.Blocks()
	for seq := 0; ; seq++ {
		b, err := r.Next()
		if err != nil {
			_, again := r.Next()
			require.Equal(tb, err, again)
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return rows, numbers, err
		}
		require.Equal(tb, seq, b.Seq)
		require.Positive(tb, b.Len())
		for i := range b.Len() {
			rows = append(rows, strings.Clone(b.Row(i)))
			numbers = append(numbers, b.First+i)
		}
		require.Equal(tb, b.Offset+int64(len(b.Text)), r.Read())
		r.Release(b)
	}
}

// write makes a file in a new folder and returns its path.
func write(tb testing.TB, name, text string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	require.NoError(tb, os.WriteFile(path, []byte(text), 0o600))
	return path
}
