package listio_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/listio"
)

// contacts writes a list of six columns and about 70 bytes a row; one row in quotedEvery has a quoted comma, 0: none.
func contacts(tb testing.TB, rows, quotedEvery int) string {
	tb.Helper()
	var b bytes.Buffer
	b.WriteString("id,email,first,last,city,since\n")
	for i := range rows {
		city := "Rotterdam"
		if quotedEvery > 0 && i%quotedEvery == 0 {
			city = `"Den Haag, NL"`
		}
		fmt.Fprintf(&b, "%07d,jane.doe%d@example%d.com,Jane,Doe-Smith,%s,2023-04-17\n", i, i, i%997, city)
	}
	path := filepath.Join(tb.TempDir(), "contacts.csv")
	require.NoError(tb, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

func open(tb testing.TB, path string, o listio.Options) *listio.List {
	tb.Helper()
	src, err := listio.OpenFile(path)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, src.Close()) })
	list, err := listio.Open(src, o)
	require.NoError(tb, err)
	return list
}

func BenchmarkSplit(b *testing.B) {
	for _, bench := range []struct {
		name        string
		quotedEvery int
	}{
		{name: "plain"},
		{name: "quoted-1-in-7", quotedEvery: 7},
		{name: "quoted-all", quotedEvery: 1},
	} {
		b.Run(bench.name, func(b *testing.B) {
			const rows = 500_000
			path := contacts(b, rows, bench.quotedEvery)
			list := open(b, path, listio.Options{})
			info, err := os.Stat(path)
			require.NoError(b, err)
			b.SetBytes(info.Size())
			for b.Loop() {
				seen := 0
				for r := list.Blocks(); ; {
					block, err := r.Next()
					if errors.Is(err, io.EOF) {
						break
					}
					require.NoError(b, err)
					seen += block.Len()
					r.Release(block)
				}
				require.Equal(b, rows, seen)
			}
		})
	}
}

var benchRows = []struct{ name, row string }{
	{name: "plain", row: "0000017,jane.doe17@example17.com,Jane,Doe-Smith,Rotterdam,2023-04-17\n"},
	{name: "quoted", row: "0000017,jane.doe17@example17.com,Jane,Doe-Smith,\"Den Haag, NL\",2023-04-17\n"},
}

func BenchmarkCell(b *testing.B) {
	list := open(b, contacts(b, 100, 7), listio.Options{})
	for _, bench := range benchRows {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if value, cells := list.Cell(bench.row); value != "jane.doe17@example17.com" || cells != 6 {
					b.Fatal(value, cells)
				}
			}
		})
	}
}

func BenchmarkAppendRow(b *testing.B) {
	list := open(b, contacts(b, 100, 7), listio.Options{})
	ours := []string{"valid", "", "the mailbox takes mail", "send", "", "dns", "role.function", "google"}
	for _, bench := range benchRows {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				dst = list.AppendRow(dst[:0], bench.row, ours)
			}
			require.Contains(b, string(dst), "2023-04-17,valid,,the mailbox")
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	src, err := listio.OpenFile(contacts(b, 20_000, 7))
	require.NoError(b, err)
	defer src.Close()
	for b.Loop() {
		_, err := listio.Open(src, listio.Options{})
		require.NoError(b, err)
	}
}
