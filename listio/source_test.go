package listio_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/listio"
)

func TestOpenFileReadsMoreThanOnce(t *testing.T) {
	path := write(t, "list.csv", "email\na@example.com\n")
	src, err := listio.OpenFile(path)
	require.NoError(t, err)
	defer src.Close()
	require.Equal(t, path, src.Name())
	require.EqualValues(t, 20, src.Size())

	first, second := src.Open(), src.Open()
	require.NoError(t, iotest.TestReader(first, []byte("email\na@example.com\n")))
	all, err := io.ReadAll(second)
	require.NoError(t, err)
	require.Equal(t, "email\na@example.com\n", string(all))
}

func TestOpenFileRefuses(t *testing.T) {
	folder := t.TempDir()
	_, err := listio.OpenFile(filepath.Join(folder, "gone.csv"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "gone.csv: no such file")

	_, err = listio.OpenFile(folder)
	require.ErrorContains(t, err, "is a folder")

	_, err = listio.OpenFile(write(t, "empty.csv", ""))
	require.ErrorIs(t, err, listio.ErrEmpty)
	require.ErrorContains(t, err, "empty.csv")

	_, err = listio.OpenFile(os.DevNull)
	require.ErrorContains(t, err, "name it -")
}

func TestChanged(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, path string)
		says   string // "" if nothing changed
	}{
		{name: "nothing", change: func(*testing.T, string) {}},
		{name: "longer", says: "it had 14 bytes, now 28", change: func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte("a@example.com\nb@example.com\n"), 0o600))
		}},
		{name: "written to", says: "it was written to", change: func(t *testing.T, path string) {
			require.NoError(t, os.Chtimes(path, time.Time{}, time.Unix(1_000_000_000, 0)))
		}},
		{name: "replaced", says: "another file", change: func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path+".new", []byte("b@example.com\n"), 0o600))
			require.NoError(t, os.Rename(path+".new", path))
		}},
		{name: "gone", says: "changed since it was opened", change: func(t *testing.T, path string) {
			require.NoError(t, os.Remove(path))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, "list.csv", "a@example.com\n")
			src, err := listio.OpenFile(path)
			require.NoError(t, err)
			defer src.Close()
			test.change(t, path)
			if test.says == "" {
				require.NoError(t, src.Changed())
				return
			}
			require.ErrorContains(t, src.Changed(), test.says)
		})
	}
}

func TestAListThatGrowsIsReadAsItWas(t *testing.T) {
	path := write(t, "list.csv", "a@example.com\nb@example.com")
	src, err := listio.OpenFile(path)
	require.NoError(t, err)
	defer src.Close()
	l, err := listio.Open(src, listio.Options{})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte("a@example.com\nb@example.com\nc@example.com\n"), 0o600))
	rows, _, err := readAll(t, l)
	require.NoError(t, err)
	require.Equal(t, []string{"a@example.com\n", "b@example.com"}, rows)
}

func TestAListThatShrinksIsAnError(t *testing.T) {
	path := write(t, "list.csv", "a@example.com\nb@example.com\n")
	src, err := listio.OpenFile(path)
	require.NoError(t, err)
	defer src.Close()
	l, err := listio.Open(src, listio.Options{})
	require.NoError(t, err)
	require.NoError(t, os.Truncate(path, 14))
	_, _, err = readAll(t, l)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "row 1: the list got shorter")
}

func TestSpool(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	src, err := listio.Spool(iotest.OneByteReader(strings.NewReader("a@example.com\n")), "-")
	require.NoError(t, err)
	require.Equal(t, "-", src.Name())
	require.EqualValues(t, 14, src.Size())
	require.NoError(t, src.Changed())
	if runtime.GOOS != "windows" {
		left, err := os.ReadDir(folder)
		require.NoError(t, err)
		require.Empty(t, left, "the copy has no name")
	}
	for range 2 {
		all, err := io.ReadAll(src.Open())
		require.NoError(t, err)
		require.Equal(t, "a@example.com\n", string(all))
	}
	require.NoError(t, src.Close())

	_, err = listio.Spool(strings.NewReader(""), "standard input")
	require.ErrorIs(t, err, listio.ErrEmpty)
	_, err = listio.Spool(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("ab"))), "-")
	require.ErrorIs(t, err, iotest.ErrTimeout)
}
