package read

import (
	"bytes"
	"strings"
)

// unknownForm is ErrFormat of a file of which more can be said.
type unknownForm struct{ hint string }

func (e *unknownForm) Error() string {
	if e.hint == "" {
		return ErrFormat.Error()
	}
	return ErrFormat.Error() + ": " + e.hint
}

func (e *unknownForm) Unwrap() error { return ErrFormat }

// hints are forms that are not read, with what to do.
var hints = [...]struct {
	is   func(head []byte) bool
	hint string
}{
	{isUTF16, "it is UTF-16; save it as UTF-8"},
	{func(h []byte) bool { return bytes.HasPrefix(h, []byte("PK\x03\x04")) }, "it is a zip archive, or a workbook of a spreadsheet; unpack it, or save the sheet as CSV"},
	{isTar, "it is a tar archive; unpack it, and name the folder"},
	{func(h []byte) bool {
		return hasAnyPrefix(h, "BZh", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "7z\xbc\xaf\x27\x1c", "Rar!")
	}, "it is compressed, and not by gzip; unpack it"},
	{func(h []byte) bool { return hasAnyPrefix(h, "\xd0\xcf\x11\xe0", "!BDN") }, "it is a file of Outlook (.msg, .pst); export the mails as .eml or mbox"},
	{isListOfSuppressed, "it is a service's list of whom it mails no more, which does not say what became of a mail; winnow suppress import LIST --reason complaint takes the addresses of one in"},
	{func(h []byte) bool { return bytes.IndexByte(h, '\r') >= 0 && bytes.IndexByte(h, '\n') < 0 }, "its lines end in CR alone; save it with the line ends of Unix or Windows"},
}

// unknown is why a file that begins so is not read.
func unknown(head []byte) error {
	for _, h := range hints {
		if h.is(head) {
			return &unknownForm{h.hint}
		}
	}
	return &unknownForm{}
}

func hasAnyPrefix(head []byte, prefixes ...string) bool {
	for _, p := range prefixes {
		if bytes.HasPrefix(head, []byte(p)) {
			return true
		}
	}
	return false
}

// isUTF16 knows UTF-16 by its mark, or by the zeros in what is mostly ASCII.
func isUTF16(head []byte) bool {
	if hasAnyPrefix(head, "\xff\xfe", "\xfe\xff") {
		return true
	}
	head = head[:min(len(head), 512)]
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i&1]++
		}
	}
	half := len(head) / 2
	return half >= 8 && (zeros[0] > half*3/4 && zeros[1] == 0 || zeros[1] > half*3/4 && zeros[0] == 0)
}

// isTar knows an archive by its magic (POSIX 1003.1, ustar).
func isTar(head []byte) bool {
	const at = 257
	return len(head) >= at+5 && string(head[at:at+5]) == "ustar"
}

// isListOfSuppressed knows SES's list of suppressed addresses, and Mailgun's lists of
// complaints and of unsubscribed ones.
//
// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ListSuppressedDestinations.html
// https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/complaints
func isListOfSuppressed(head []byte) bool {
	has := func(words ...string) bool {
		for _, w := range words {
			if !bytes.Contains(head, []byte(w)) {
				return false
			}
		}
		return true
	}
	switch {
	case isJSON(head):
		return has("SuppressedDestination") || has(`"EmailAddress"`, `"LastUpdateTime"`) || has(`"address"`, `"created_at"`) && !has(`"code"`)
	default:
		first, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("\n"))
		columns := "," + strings.ToLower(strings.ReplaceAll(strings.TrimSpace(string(first)), `"`, "")) + ","
		return strings.Contains(columns, ",address,") && strings.Contains(columns, ",created_at,") || strings.Contains(columns, ",emailaddress,") && strings.Contains(columns, ",lastupdatetime,")
	}
}
