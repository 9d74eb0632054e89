package listio_test

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"winnow/listio"
)

func TestAppendRow(t *testing.T) {
	const plain = "id,email,city\n1,a@example.com,x\n"
	for _, test := range []struct {
		name, list string
		row        string
		ours       []string
		want       string
	}{
		{name: "behind its own bytes", list: plain, row: "1, a@example.com ,\"x\"\n", ours: []string{"valid", "", "send"}, want: "1, a@example.com ,\"x\",valid,,send\n"},
		{name: "its own end", list: plain, row: "1,a@example.com,x\r\n", ours: []string{"v"}, want: "1,a@example.com,x,v\r\n"},
		{name: "its own end, CR", list: plain, row: "1,a@example.com,x\r", ours: []string{"v"}, want: "1,a@example.com,x,v\r"},
		{name: "its own end, CR CR LF", list: plain, row: "1,a@example.com,x\r\r\n", ours: []string{"v"}, want: "1,a@example.com,x,v\r\r\n"},
		{name: "no end", list: "id,email\r\n1,a@example.com", row: "1,a@example.com", ours: []string{"v"}, want: "1,a@example.com,v\r\n"},
		{name: "short", list: plain, row: "1\n", ours: []string{"v"}, want: "1,,,v\n"},
		{name: "short and quoted", list: plain, row: "\"1,1\"\n", ours: []string{"v"}, want: "\"1,1\",,,v\n"},
		{name: "blank", list: plain, row: "\r\n", ours: []string{"v"}, want: ",,,v\r\n"},
		{name: "long", list: plain, row: "1,a@example.com,x,y,\n", ours: []string{"v"}, want: "1,a@example.com,x,y,,v\n"},
		{name: "nothing of ours", list: plain, row: "1,a@example.com,x\n", want: "1,a@example.com,x\n"},
		{name: "formulas", list: plain, row: "1,2,3\n", ours: []string{"=1+1", "+1", "-1", "@x", "\tx", "\rx", "1-1"}, want: "1,2,3,'=1+1,'+1,'-1,'@x,'\tx,\"'\rx\",1-1\n"},
		{name: "cells of ours that need quotes", list: plain, row: "1,2,3\n", ours: []string{"a,b", "a\"b", "a\nb", "a;b", "=\",\""}, want: "1,2,3,\"a,b\",\"a\"\"b\",\"a\nb\",a;b,\"'=\"\",\"\"\"\n"},
		{name: "semicolons", list: "id;email\n1;a@example.com\n", row: "1\n", ours: []string{"a,b", "a;b"}, want: "1;;a,b;\"a;b\"\n"},
		{name: "no header", list: "a@example.com\nb@example.com\n", row: "a@example.com\n", ours: []string{"v"}, want: "a@example.com,v\n"},
		{name: "old columns at the end", list: "id,email,winnow_status,winnow_text\n1,a@example.com,old,\"old,\"\n", row: "1,a@example.com,old,\"old,\"\n", ours: []string{"v", "w"}, want: "1,a@example.com,v,w\n"},
		{name: "old columns, short row", list: "id,email,winnow_status,winnow_text\n1,a@example.com,old,old\n", row: "1\n", ours: []string{"v"}, want: "1,,v\n"},
		{name: "old columns, blank row", list: "winnow_status,id,email\nold,1,a@example.com\n", row: "\n", ours: []string{"v"}, want: ",,v\n"},
		{name: "old columns behind a long row stand at its end", list: "id,email,winnow_status\n1,a@example.com,old\n", row: "1,a@example.com,more,even more,old\n", ours: []string{"v"}, want: "1,a@example.com,more,even more,v\n"},
		{name: "old columns amid others", list: "winnow_status,id,winnow_text,email\nold,1,old,a@example.com\n", row: "old,\"1\",old,a@example.com,more\n", ours: []string{"v"}, want: "\"1\",a@example.com,more,v\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := list(t, test.list, listio.Options{})
			require.Equal(t, "before"+test.want, string(l.AppendRow([]byte("before"), test.row, test.ours)))
		})
	}
}

func TestAppendHeader(t *testing.T) {
	names := []string{"winnow_status", "winnow_text"}
	for _, test := range []struct{ name, list, want string }{
		{name: "behind its own bytes", list: "\"id\", email\r\n1,a@example.com\r\n", want: "\"id\", email,winnow_status,winnow_text\r\n"},
		{name: "without the byte order mark", list: "\xef\xbb\xbfemail\na@example.com\n", want: "email,winnow_status,winnow_text\n"},
		{name: "old ones are replaced", list: "email,winnow_text,id,winnow_x\na@example.com,,1,\n", want: "email,id,winnow_status,winnow_text\n"},
		{name: "none", list: "a@example.com\n", want: ""},
		{name: "what stands above it", list: "sep=;\n\nid;email\n1;a@example.com\n", want: "sep=;\n\nid;email;winnow_status;winnow_text\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, string(list(t, test.list, listio.Options{}).AppendHeader(nil, names)))
		})
	}
}

// A list that winnow wrote, read and written again with the same cells of ours, is the same list.
func TestWrittenTwiceIsWrittenOnce(t *testing.T) {
	rewrite := func(t *testing.T, text string) string {
		l := list(t, text, listio.Options{})
		out := l.AppendHeader(nil, []string{"winnow_status", "winnow_suggestion"})
		rows, _, err := readAll(t, l)
		require.NoError(t, err)
		for _, row := range rows {
			out = l.AppendRow(out, row, []string{"risky", "a@example.com"})
		}
		return string(out)
	}
	once := rewrite(t, "name,email\r\n\"Doe, J\",a@example.con\r\nshort\r\nlong,b@example.com,,x\r\n\r\nz,c@example.com")
	require.Equal(t, once, rewrite(t, once))
	require.Equal(t, 6, strings.Count(once, "\r\n"))
}

// What AppendRow writes reads as the cells the row had and ours, also by another's reader where that one can read it.
func TestAppendRowKeepsEveryCell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		comma := rapid.SampledFrom([]byte(",;\t|")).Draw(t, "comma")
		cell := rapid.StringOf(rapid.SampledFrom([]rune("ab@.\"' =,;\t|\r\né")))
		quote := func(cell string) string { return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"` }
		var want, raw []string
		for range rapid.IntRange(1, 5).Draw(t, "cells") {
			c := cell.Draw(t, "cell")
			want = append(want, c)
			if strings.ContainsAny(c, "\"\r\n"+string(comma)) || rapid.Bool().Draw(t, "quoted") {
				c = quote(c)
			}
			raw = append(raw, c)
		}
		ours := rapid.SliceOfN(cell, 1, 4).Draw(t, "ours")
		end := rapid.SampledFrom([]string{"\n", "\r\n", "\r", "\r\r\n"}).Draw(t, "end")
		row := strings.Join(raw, string(comma)) + end

		const header = "a\x00b\x00email\n"
		src, err := listio.Spool(strings.NewReader(strings.ReplaceAll(header, "\x00", string(comma))+row), "list.csv")
		require.NoError(t, err)
		defer src.Close()
		l, err := listio.Open(src, listio.Options{Comma: comma, Column: "3"})
		require.NoError(t, err)
		block, err := l.Blocks().Next()
		require.NoError(t, err)
		require.Equal(t, 1, block.Len())
		require.Equal(t, row, block.Row(0))

		out := string(l.AppendRow(nil, row, ours))
		require.True(t, strings.HasPrefix(out, strings.TrimSuffix(row, end)), "its own bytes come first")
		require.True(t, strings.HasSuffix(out, end))
		for len(want) < 3 {
			want = append(want, "")
		}
		for _, c := range ours {
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
				c = "'" + c
			}
			want = append(want, c)
		}

		// Each cell in turn is asked for as the address cell of a list with as many columns.
		wide := strings.Repeat("x"+string(comma), len(want)-1) + "x\n" + out
		again, err := listio.Spool(strings.NewReader(wide), "list.csv")
		require.NoError(t, err)
		defer again.Close()
		for i := range want {
			l, err := listio.Open(again, listio.Options{Comma: comma, Column: string(rune('1' + i))})
			require.NoError(t, err)
			value, cells := l.Cell(out)
			require.Equal(t, want[i], value)
			require.Equal(t, len(want), cells)
		}

		// encoding/csv knows no CR as a row's end, and makes one of CRLF in a cell.
		if !strings.Contains(out, "\r") {
			r := csv.NewReader(strings.NewReader(out))
			r.Comma = rune(comma)
			r.LazyQuotes = true // ' "' is a cell
			theirs, err := r.Read()
			require.NoError(t, err)
			require.True(t, slices.Equal(want, theirs), "%q, encoding/csv %q", want, theirs)
		}
	})
}

func TestAppendCorrected(t *testing.T) {
	const plain = "id,email,city\n1,a@example.com,x\n"
	for _, test := range []struct {
		name, list string
		row        string
		value      string
		want       string
	}{
		{name: "the cell alone", list: plain, row: "1,<a@example.com> ,\"x\"\r\n", value: "a@example.com", want: "1,a@example.com,\"x\"\r\n"},
		{name: "quoted stays quoted", list: plain, row: "1,\"A <a@example.com>\",x\n", value: "a@example.com", want: "1,\"a@example.com\",x\n"},
		{name: "quotes before it", list: plain, row: "\"1,1\",a@example.con,\"5\"\" pipe\"", value: "a@example.com", want: "\"1,1\",a@example.com,\"5\"\" pipe\""},
		{name: "a value that needs quotes", list: plain, row: "1,x,y\n", value: "\"a b\"@example.com", want: "1,\"\"\"a b\"\"@example.com\",y\n"},
		{name: "the last cell", list: "id,email\n1,a@example.com\n", row: "1,a@example.con\r", value: "a@example.com", want: "1,a@example.com\r"},
		{name: "an empty last cell", list: "id,email\n1,a@example.com\n", row: "1,\n", value: "a@example.com", want: "1,a@example.com\n"},
		{name: "too short", list: plain, row: "1\n", value: "a@example.com", want: "1\n"},
		{name: "too long", list: plain, row: "1,a@example.con,x,y\n", value: "a@example.com", want: "1,a@example.com,x,y\n"},
		{name: "semicolons", list: "id;email\n1;a@example.com\n", row: "1,1;a@example.con;\n", value: "a@example.com", want: "1,1;a@example.com;\n"},
		{name: "no formula guard: an address is an address", list: plain, row: "1,+a@example.con,x\n", value: "+a@example.com", want: "1,+a@example.com,x\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := list(t, test.list, listio.Options{})
			require.Equal(t, "before"+test.want, string(l.AppendCorrected([]byte("before"), test.row, test.value)))
			if cell, _ := l.Cell(test.row); test.want != test.row {
				require.NotEqual(t, test.value, cell)
				corrected, _ := l.Cell(test.want)
				require.Equal(t, test.value, corrected)
			}
		})
	}
}

func TestAppendCells(t *testing.T) {
	l := list(t, "id;email\r\n1;a@example.com\r\n", listio.Options{})
	require.Equal(t, "12;'+a@example.com;\"x;y\";\r\n", string(l.AppendCells(nil, []string{"12", "+a@example.com", "x;y", ""})))
}
