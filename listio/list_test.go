package listio_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/listio"
)

func TestOpenReadsListsAsPeopleHaveThem(t *testing.T) {
	for _, test := range []struct {
		name      string
		list      string
		file      string // the list's name, "list.csv" if empty
		comma     byte   // ',' if 0
		newline   string // "\n" if empty
		head      string
		header    []string
		column    int
		called    string
		cells     int
		rows      []string
		addresses []string
		first     int // row number of the first data row
	}{
		{
			name:   "plain CSV",
			list:   "name,email\nJane,jane@example.com\nBob,bob@example.org\n",
			head:   "name,email\n",
			header: []string{"name", "email"}, column: 1, called: "email", cells: 2, first: 2,
			rows:      []string{"Jane,jane@example.com\n", "Bob,bob@example.org\n"},
			addresses: []string{"jane@example.com", "bob@example.org"},
		},
		{
			name:   "CRLF, no final newline",
			list:   "name,email\r\nJane,jane@example.com\r\nBob,bob@example.org",
			head:   "name,email\r\n",
			header: []string{"name", "email"}, column: 1, called: "email", cells: 2, first: 2, newline: "\r\n",
			rows:      []string{"Jane,jane@example.com\r\n", "Bob,bob@example.org"},
			addresses: []string{"jane@example.com", "bob@example.org"},
		},
		{
			name:   "old Mac",
			list:   "name,email\rJane,jane@example.com\r\rBob,bob@example.org\r",
			head:   "name,email\r",
			header: []string{"name", "email"}, column: 1, called: "email", cells: 2, first: 2, newline: "\r",
			rows:      []string{"Jane,jane@example.com\r", "\r", "Bob,bob@example.org\r"},
			addresses: []string{"jane@example.com", "", "bob@example.org"},
		},
		{
			name:   "all endings mixed",
			list:   "email,n\na@example.com,1\r\nb@example.com,2\rc@example.com,3\n\rd@example.com,4\r\r\ne@example.com,5",
			head:   "email,n\n",
			header: []string{"email", "n"}, called: "email", cells: 2, first: 2,
			rows:      []string{"a@example.com,1\r\n", "b@example.com,2\r", "c@example.com,3\n", "\r", "d@example.com,4\r\r\n", "e@example.com,5"},
			addresses: []string{"a@example.com", "b@example.com", "c@example.com", "", "d@example.com", "e@example.com"},
		},
		{
			name:   "text mode's CR CR LF is one row end",
			list:   "email\r\r\na@example.com\r\r\n",
			head:   "email\r\r\n",
			header: []string{"email"}, called: "email", cells: 1, first: 2, newline: "\r\n",
			rows:      []string{"a@example.com\r\r\n"},
			addresses: []string{"a@example.com"},
		},
		{
			name:   "byte order mark and semicolons of a German Excel",
			list:   "\xef\xbb\xbfName;E-Mail-Adresse\r\nMüller, Hans;hans@example.de\r\nMaier, Eva;eva@example.de\r\n",
			head:   "Name;E-Mail-Adresse\r\n",
			header: []string{"Name", "E-Mail-Adresse"}, column: 1, called: "E-Mail-Adresse", cells: 2, first: 2, comma: ';', newline: "\r\n",
			rows:      []string{"Müller, Hans;hans@example.de\r\n", "Maier, Eva;eva@example.de\r\n"},
			addresses: []string{"hans@example.de", "eva@example.de"},
		},
		{
			name:   "decimal commas",
			list:   "1,5;a@example.com;2,7\n2,5;b@example.com;3,7\n",
			column: 1, called: "column 2", cells: 3, first: 1, comma: ';',
			rows:      []string{"1,5;a@example.com;2,7\n", "2,5;b@example.com;3,7\n"},
			addresses: []string{"a@example.com", "b@example.com"},
		},
		{
			name:   "tabs",
			list:   "Name\tEmail\nDoe, Jane\tjane@example.com\n",
			head:   "Name\tEmail\n",
			header: []string{"Name", "Email"}, column: 1, called: "Email", cells: 2, first: 2, comma: '\t',
			rows:      []string{"Doe, Jane\tjane@example.com\n"},
			addresses: []string{"jane@example.com"},
		},
		{
			name:   "pipes",
			list:   "Email|Tags\njane@example.com|a,b;c\nbob@example.com|a,b;c\n",
			head:   "Email|Tags\n",
			header: []string{"Email", "Tags"}, called: "Email", cells: 2, first: 2, comma: '|',
			rows:      []string{"jane@example.com|a,b;c\n", "bob@example.com|a,b;c\n"},
			addresses: []string{"jane@example.com", "bob@example.com"},
		},
		{
			name:   "a plain list of addresses",
			list:   "a@example.com\nb@example.com\n",
			called: "column 1", cells: 1, first: 1,
			rows:      []string{"a@example.com\n", "b@example.com\n"},
			addresses: []string{"a@example.com", "b@example.com"},
		},
		{
			name:   "a plain list that ends in .tsv",
			list:   "a@example.com\nb@example.com\n",
			file:   "list.TSV",
			called: "column 1", cells: 1, first: 1, comma: '\t',
			rows:      []string{"a@example.com\n", "b@example.com\n"},
			addresses: []string{"a@example.com", "b@example.com"},
		},
		{
			name:   "a plain list that begins with a malformed address",
			list:   "bob@\nb@example.com\n",
			called: "column 1", cells: 1, first: 1,
			rows:      []string{"bob@\n", "b@example.com\n"},
			addresses: []string{"bob@", "b@example.com"},
		},
		{
			name:   "one address and nothing else",
			list:   "a@example.com",
			called: "column 1", cells: 1, first: 1,
			rows:      []string{"a@example.com"},
			addresses: []string{"a@example.com"},
		},
		{
			name:   "blank lines are rows, those above the header are of the header",
			list:   "\n\nemail\n\na@example.com\n\n",
			head:   "\n\nemail\n",
			header: []string{"email"}, called: "email", cells: 1, first: 4,
			rows:      []string{"\n", "a@example.com\n", "\n"},
			addresses: []string{"", "a@example.com", ""},
		},
		{
			name:   "blank lines above data",
			list:   "\r\na@example.com\r\n",
			called: "column 1", cells: 1, first: 1, newline: "\r\n",
			rows:      []string{"\r\n", "a@example.com\r\n"},
			addresses: []string{"", "a@example.com"},
		},
		{
			name:   "a delimiter declared to spreadsheets",
			list:   "sep=;\r\nname;email\r\nx;a@example.com\r\n",
			head:   "sep=;\r\nname;email\r\n",
			header: []string{"name", "email"}, column: 1, called: "email", cells: 2, first: 2, comma: ';', newline: "\r\n",
			rows:      []string{"x;a@example.com\r\n"},
			addresses: []string{"a@example.com"},
		},
		{
			name:   "newlines in quoted cells",
			list:   "note,email\n\"two\nlines, \"\"quoted\"\"\r\n\",a@example.com\nx,b@example.com\n",
			head:   "note,email\n",
			header: []string{"note", "email"}, column: 1, called: "email", cells: 2, first: 2,
			rows:      []string{"\"two\nlines, \"\"quoted\"\"\r\n\",a@example.com\n", "x,b@example.com\n"},
			addresses: []string{"a@example.com", "b@example.com"},
		},
		{
			name:   "a header of two lines",
			list:   "note,\"email\naddress\"\nx,a@example.com\n",
			head:   "note,\"email\naddress\"\n",
			header: []string{"note", "email\naddress"}, column: 1, called: "email address", cells: 2, first: 2,
			rows:      []string{"x,a@example.com\n"},
			addresses: []string{"a@example.com"},
		},
		{
			name:   "everything quoted, addresses with doubled quotes",
			list:   "\"name\",\"email\"\n\"Doe, Jane\",\"\"\"jane doe\"\"@example.com\"\n\"\",\"b@example.com\"\n",
			head:   "\"name\",\"email\"\n",
			header: []string{"name", "email"}, column: 1, called: "email", cells: 2, first: 2,
			rows:      []string{"\"Doe, Jane\",\"\"\"jane doe\"\"@example.com\"\n", "\"\",\"b@example.com\"\n"},
			addresses: []string{`"jane doe"@example.com`, "b@example.com"},
		},
		{
			name:   "a bare quote stands for itself",
			list:   "what,email\n5\" pipe,a@example.com\n6\" pipe, \"x,b@example.com\n",
			head:   "what,email\n",
			header: []string{"what", "email"}, column: 1, called: "email", cells: 2, first: 2,
			rows:      []string{"5\" pipe,a@example.com\n", "6\" pipe, \"x,b@example.com\n"},
			addresses: []string{"a@example.com", ` "x`},
		},
		{
			name:   "a quote amid a quoted cell stands for itself",
			list:   "what,email\n\"5\" pipe\",a@example.com\n\"say \"hi, there\" now\",b@example.com\n",
			head:   "what,email\n",
			header: []string{"what", "email"}, column: 1, called: "email", cells: 2, first: 2,
			rows:      []string{"\"5\" pipe\",a@example.com\n", "\"say \"hi, there\" now\",b@example.com\n"},
			addresses: []string{"a@example.com", "b@example.com"},
		},
		{
			name:   "rows too short and too long",
			list:   "name,email,city\nJane\nBob,bob@example.com\nEve,eve@example.com,Rome,Italy,\n",
			head:   "name,email,city\n",
			header: []string{"name", "email", "city"}, column: 1, called: "email", cells: 3, first: 2,
			rows:      []string{"Jane\n", "Bob,bob@example.com\n", "Eve,eve@example.com,Rome,Italy,\n"},
			addresses: []string{"", "bob@example.com", "eve@example.com"},
		},
		{
			name:   "bytes that are not UTF-8",
			list:   "name;email\nM\xfcller;m\xfcller@example.de\n",
			head:   "name;email\n",
			header: []string{"name", "email"}, column: 1, called: "email", cells: 2, first: 2, comma: ';',
			rows:      []string{"M\xfcller;m\xfcller@example.de\n"},
			addresses: []string{"m\xfcller@example.de"},
		},
		{
			name:   "no address at all, but a header that names them",
			list:   "name;email\nMüller, Hans;\nMaier, Eva;\n",
			head:   "name;email\n",
			header: []string{"name", "email"}, column: 1, called: "email", cells: 2, first: 2, comma: ';',
			rows:      []string{"Müller, Hans;\n", "Maier, Eva;\n"},
			addresses: []string{"", ""},
		},
		{
			name:   "old columns of ours, which hold addresses too",
			list:   "email,winnow_status,winnow_suggestion\na@example.con,risky,a@example.com\n",
			head:   "email,winnow_status,winnow_suggestion\n",
			header: []string{"email", "winnow_status", "winnow_suggestion"}, called: "email", cells: 3, first: 2,
			rows:      []string{"a@example.con,risky,a@example.com\n"},
			addresses: []string{"a@example.con"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			file, comma, newline := "list.csv", byte(','), "\n"
			if test.file != "" {
				file = test.file
			}
			if test.comma != 0 {
				comma = test.comma
			}
			if test.newline != "" {
				newline = test.newline
			}
			src := source(t, test.list, file)
			l, err := listio.Open(src, listio.Options{})
			require.NoError(t, err)
			require.Equal(t, listio.Dialect{Comma: comma, BOM: strings.HasPrefix(test.list, "\xef\xbb\xbf"), Newline: newline}, l.Dialect)
			require.Equal(t, test.head, l.HeaderRow())
			require.Equal(t, test.header, l.Header)
			require.Equal(t, test.column, l.Column)
			require.Equal(t, test.called, l.ColumnName)
			require.Equal(t, test.cells, l.Cells)
			require.NotEmpty(t, l.Why)
			require.Positive(t, l.AverageRow)

			rows, numbers, err := readAll(t, l)
			require.NoError(t, err)
			require.Equal(t, test.rows, rows)
			require.Equal(t, test.first, numbers[0])
			var addresses []string
			for _, row := range rows {
				value, cells := l.Cell(row)
				addresses = append(addresses, value)
				require.Equal(t, cells != l.Cells, l.Ragged(cells))
			}
			require.Equal(t, test.addresses, addresses)
			require.Equal(t, test.list, strings.Repeat("\xef\xbb\xbf", count(l.Dialect.BOM))+l.HeaderRow()+strings.Join(rows, ""))

			again, _, err := readAll(t, l)
			require.NoError(t, err)
			require.Equal(t, rows, again, "a second pass")
		})
	}
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

func TestOpenRefusesByName(t *testing.T) {
	for _, test := range []struct {
		name string
		list string
		is   error
		says string
	}{
		{name: "a byte order mark alone", list: "\xef\xbb\xbf", is: listio.ErrEmpty, says: "the list is empty"},
		{name: "newlines alone", list: "\r\n\n\n", is: listio.ErrEmpty, says: "the list is empty"},
		{name: "header only", list: "name,email\r\n", is: listio.ErrNoRows, says: "no rows"},
		{name: "header only, no newline", list: "email", is: listio.ErrNoRows, says: "no rows"},
		{name: "XLSX", list: "PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00[Content_Types].xml \x00xl/workbook.xml", is: listio.ErrFormat, says: "an Excel workbook (.xlsx): save it as CSV UTF-8"},
		{name: "ODS", list: "PK\x03\x04\x14\x00\x00\x08\x00\x00mimetypeapplication/vnd.oasis.opendocument.spreadsheet", is: listio.ErrFormat, says: "OpenDocument"},
		{name: "zip", list: "PK\x03\x04\x14\x00\x00\x08\x00\x00contacts.csv", is: listio.ErrFormat, says: "a zip archive"},
		{name: "old Excel", list: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00", is: listio.ErrFormat, says: "old Excel workbook (.xls): save it as CSV UTF-8"},
		{name: "gzip", list: "\x1f\x8b\x08\x00\x00\x00", is: listio.ErrFormat, says: "gunzip it first"},
		{name: "zstd", list: "\x28\xb5\x2f\xfd\x24", is: listio.ErrFormat, says: "unzstd it first"},
		{name: "bzip2", list: "BZh91AY&SY\x12\x34", is: listio.ErrFormat, says: "bunzip2 it first"},
		{name: "PDF", list: "%PDF-1.7\n%\xe2\xe3", is: listio.ErrFormat, says: "a PDF document"},
		{name: "UTF-16 with a mark", list: "\xff\xfea\x00@\x00b\x00.\x00c\x00\n\x00", is: listio.ErrFormat, says: "UTF-16: save it as CSV UTF-8"},
		{name: "UTF-16 big endian with a mark", list: "\xfe\xff\x00a\x00@\x00b", is: listio.ErrFormat, says: "UTF-16"},
		{name: "UTF-16 without a mark", list: "a\x00@\x00b\x00.\x00c\x00\n\x00", is: listio.ErrFormat, says: "UTF-16"},
		{name: "binary", list: "email\na@example.com\nx\x00y", is: listio.ErrFormat, says: "binary file (byte 22 is NUL)"},
		{name: "a quote that never closes in the header", list: "email,\"name\na@example.com,x\n", says: "row 1: the quote that opens on line 1 never closes"},
		{name: "a quote that never closes in the first row", list: "email,name\r\na@example.com,\"x\r\nb@example.com,y\r\n", says: "row 2: the quote that opens on line 2 never closes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := listio.Open(source(t, test.list, "list.csv"), listio.Options{})
			require.ErrorContains(t, err, test.says)
			if test.is != nil {
				require.ErrorIs(t, err, test.is)
			}
		})
	}
}

func TestOpenTakesTextThatOnlyBeginsLikeAnother(t *testing.T) {
	l := list(t, "BZhang@example.com\nBZh9@example.com\n", listio.Options{})
	require.Nil(t, l.Header)
}

func TestOpenWithADelimiterGiven(t *testing.T) {
	l := list(t, "a@example.com,x;y\nb@example.com,x;y\n", listio.Options{Comma: ';', Column: "1"})
	require.Equal(t, 2, l.Cells)
	value, cells := l.Cell("a@example.com,x;y\n")
	require.Equal(t, "a@example.com,x", value)
	require.Equal(t, 2, cells)

	for _, comma := range []byte("\"'\n\r@.-lL7\xe9") {
		_, err := listio.Open(source(t, "a@example.com\n", "list.csv"), listio.Options{Comma: comma})
		require.ErrorContains(t, err, "can not be a delimiter")
	}
}

func TestNextNamesTheRowThatCanNotBeRead(t *testing.T) {
	const good = "email,note\r\na@example.com,\"x\r\ny\"\r\nb@example.com,y\r\n"
	for _, test := range []struct{ name, bad, says string }{
		{name: "a quote that never closes", bad: "c@example.com,\"z\r\nd@example.com,z\r\n", says: "row 4: the quote that opens on line 5 never closes"},
		{name: "it opens in the row's third line", bad: "\"c\r\n\r\n\",\"z", says: "row 4: the quote that opens on line 7 never closes"},
		{name: "an endless row", bad: strings.Repeat("x", 17<<20), says: "row 4: is longer than 16 MiB (it begins on line 5)"},
		{name: "an endless cell", bad: "c@example.com,\"" + strings.Repeat("x\n", 9<<20), says: "row 4: the quote that opens on line 5 is not closed within 16 MiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			rows, _, err := readAll(t, list(t, good+test.bad, listio.Options{}))
			require.ErrorContains(t, err, test.says)
			require.Equal(t, []string{"a@example.com,\"x\r\ny\"\r\n", "b@example.com,y\r\n"}, rows, "what could be read comes first")
		})
	}
}

func TestTeeWritesTheWholeList(t *testing.T) {
	for _, text := range []string{
		"a@example.com\n", "\ufeffsep=;\n\n\nname;email\nJane;jane@example.com\r\nJoe;joe@example.com",
		"email\n" + strings.Repeat("jane@example.com\n", 200_000),
	} {
		var read strings.Builder
		r := list(t, text, listio.Options{}).Blocks()
		require.NoError(t, r.Tee(&read))
		for {
			b, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			r.Release(b)
		}
		require.True(t, text == read.String(), "%d bytes, not %d", read.Len(), len(text))
	}
}

func TestLongRows(t *testing.T) {
	for _, test := range []struct{ name, list string }{
		{name: "a header of 3 MiB", list: "email,\"" + strings.Repeat("name\n", 600<<10) + "\"\na@example.com,x\n"},
		{name: "a row of 15 MiB", list: "email,name\na@example.com," + strings.Repeat("x", 15<<20) + "\r\nb@example.com,y"},
		{name: "many rows of half a MiB", list: "email,name\n" + strings.Repeat("a@example.com,\""+strings.Repeat("x\n", 256<<10)+"\"\n", 8)},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := list(t, test.list, listio.Options{})
			rows, numbers, err := readAll(t, l)
			require.NoError(t, err)
			require.True(t, test.list == l.HeaderRow()+strings.Join(rows, ""), "no byte is lost")
			require.Equal(t, len(rows)+1, numbers[len(rows)-1])
			require.Equal(t, 0, l.Column)
		})
	}
}

// Who stands in the first row is no name of a column.
func TestFirstRowWithAPerson(t *testing.T) {
	for _, text := range []string{
		"Ann Lee <a@example.com>,x\nBo <b@example.com>,y\n",
		"ann@;Ann\nbob@example.com;Bob\n",
		"Ann Lee <a@example.com>\nBo <b@example.com>\n",
		"mailto:a@example.com\nb@example.com\n",
		"@example.com\nb@example.com\n",
	} {
		l := list(t, text, listio.Options{Column: "1"})
		require.Nil(t, l.Header, text)
	}
	require.NotNil(t, list(t, "Name,Contact @ work\nAnn,a@example.com\n", listio.Options{}).Header)
}

// One column is the one, if there are any addresses at all.
func TestOnlyColumn(t *testing.T) {
	l := list(t, "Bo <b@example.com> (work)\nsomebody\nAnn Lee <a@example.com> (home)\n", listio.Options{})
	require.Equal(t, 0, l.Column)
	require.Equal(t, "it is the only one", l.Why)
}

func TestSkip(t *testing.T) {
	src, err := listio.Spool(strings.NewReader("a@x.example\ne@x.example\n\"b@x.example\nc@x.example\n\"d"), "list")
	require.NoError(t, err)
	defer src.Close()
	list, err := listio.Open(src, listio.Options{})
	require.NoError(t, err)
	rows := list.Blocks()
	rows.Skip() // nothing is wrong yet
	var got []string
	for {
		b, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			require.ErrorIs(t, err, listio.ErrQuote)
			_, again := rows.Next()
			require.Equal(t, err, again)
			got = append(got, err.Error())
			rows.Skip()
			continue
		}
		for i := range b.Len() {
			got = append(got, fmt.Sprintf("row %d, byte %d: %s", b.First+i, b.Offset, strings.TrimSpace(b.Row(i))))
		}
	}
	require.Equal(t, []string{
		"row 1, byte 0: a@x.example",
		"row 2, byte 0: e@x.example",
		"row 3: the quote that opens on line 3 never closes",
		"row 4, byte 37: c@x.example",
		"row 5: the quote that opens on line 5 never closes",
	}, got)
	require.Equal(t, src.Size(), rows.Read())
}
