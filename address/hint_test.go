package address_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/address"
)

func TestHint(t *testing.T) {
	for text, want := range map[string]string{
		"jane@ acme.com":                         "right after the @",
		"jane@acme .com":                         "before a dot",
		"jane@acme. com":                         "after a dot",
		"jane@ac me.com":                         "",
		"jane@acme.com ":                         "at the end",
		"jane @acme.com":                         "right before the @",
		" jane@acme.com":                         "at the start",
		"jane doe@acme.com":                      "",
		"jane@acme,com":                          "a comma",
		"jane@acme_corp.com":                     "an underscore",
		"jane@acme.com>":                         "an angle bracket",
		"jane@ac$me.com":                         "$",
		"MailTo:jane@acme.com":                   "mailto: before the address",
		"jos\ufffd@acme.com":                     "a character that was lost",
		"jane:doe@acme.com":                      "a colon",
		"jane\\doe@acme.com":                     "a backslash",
		"jane@@acme.com":                         "two in a row",
		"jane@doe@acme.com":                      "",
		"jane@.acme.com":                         "right after the @",
		"jane@acme..com":                         "two in a row",
		"jane@acmecom":                           "perhaps the one before com is missing",
		"jane@acmecouk":                          "perhaps the one before co.uk is missing",
		"jane@company":                           "",
		"jane@192.0.2.1":                         "an IP address",
		"jane@acme.c0m":                          "",
		"jane@acme.com\n":                        "a line end",
		"jane\x07@acme.com":                      "U+0007",
		"ja\u200bne@acme.com":                    "a zero-width space",
		"\u2066jane@acme.com":                    "U+2066",
		"jane＠acme.com":                          "",
		"":                                       "",
		"jane":                                   "",
		"jane@":                                  "",
		strings.Repeat("j", 65) + "@a.com":       "65 bytes",
		"j@" + strings.Repeat("a.", 130):         "",
		"j@" + strings.Repeat("a.", 127) + "com": "257 bytes",
	} {
		_, err := address.Parse(text)
		var e *address.Error
		require.True(t, errors.As(err, &e), "%+q", text)
		require.Equal(t, want, e.Hint(text), "%+q: %v", text, err)
	}
}
