package listio

import (
	"fmt"
	"strings"
)

const bom = "\xef\xbb\xbf"

// foreign returns an error that wraps ErrFormat, names what head, the first bytes of a list, is, and says what to do,
// or nil where it is text.
func foreign(head string) error {
	const save = "save it as CSV UTF-8"
	for _, f := range []struct{ magic, name, todo string }{
		{"PK\x03\x04", archive(head), save},
		{"PK\x05\x06", "an empty zip archive", "is this the right file?"},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)", save},
		{"\x1f\x8b", "compressed by gzip", "gunzip it first"},
		{"\x28\xb5\x2f\xfd", "compressed by zstd", "unzstd it first"},
		{"BZh", bzip2(head), "bunzip2 it first"},
		{"\xfd7zXZ\x00", "compressed by xz", "unxz it first"},
		{"%PDF-", "a PDF document", "export the list as CSV UTF-8"},
		{"SQLite format 3\x00", "an SQLite database", "export the table as CSV UTF-8"},
		{"\xff\xfe", "UTF-16", save},
		{"\xfe\xff", "UTF-16", save},
	} {
		if f.name != "" && strings.HasPrefix(head, f.magic) {
			return fmt.Errorf("%w: it is %s: %s", ErrFormat, f.name, f.todo)
		}
	}
	text := strings.TrimLeft(strings.TrimPrefix(head, bom), " \t\r\n")
	for _, f := range []struct{ start, name string }{
		{"{\"", "JSON"}, {"[{", "JSON"}, {"[\"", "JSON"},
		{"<!doctype", "a web page"}, {"<html", "a web page"}, {"<?xml", "XML"},
		{"begin:vcard", "a set of vCards (.vcf)"}, {"begin:vcalendar", "a calendar (.ics)"},
	} {
		if len(text) >= len(f.start) && strings.EqualFold(text[:len(f.start)], f.start) {
			return fmt.Errorf("%w: it is %s: export the list as CSV UTF-8", ErrFormat, f.name)
		}
	}
	nul := strings.IndexByte(head, 0)
	if nul < 0 {
		return nil
	}
	if isUTF16(head) {
		return fmt.Errorf("%w: it is UTF-16: %s", ErrFormat, save)
	}
	return fmt.Errorf("%w: it is a binary file (byte %d is NUL): %s", ErrFormat, nul+1, save)
}

// archive names what is in the zip archive that head is the start of.
func archive(head string) string {
	const names = 8 * kib // where the names of an archive's first files stand
	head = head[:min(len(head), names)]
	switch {
	case strings.Contains(head, "application/vnd.oasis.opendocument"):
		return "an OpenDocument file (.ods)"
	case strings.Contains(head, "xl/"):
		return "an Excel workbook (.xlsx)"
	case strings.Contains(head, "[Content_Types].xml"):
		return "an Office document (.xlsx or the like)"
	}
	return "a zip archive"
}

// bzip2 returns "" where head is a text that happens to begin with bzip2's three letters.
func bzip2(head string) string {
	if len(head) >= 10 && head[4:10] == "1AY&SY" {
		return "compressed by bzip2"
	}
	return ""
}

// isUTF16 says whether a text without a byte order mark looks like UTF-16: every other byte of Western text is NUL.
func isUTF16(head string) bool {
	head = head[:min(len(head), 4*kib)]
	var nuls [2]int
	for i := range len(head) {
		if head[i] == 0 {
			nuls[i%2]++
		}
	}
	many, few := max(nuls[0], nuls[1]), min(nuls[0], nuls[1])
	return many >= len(head)/4 && few <= many/16
}
