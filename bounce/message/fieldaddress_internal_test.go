package message

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFieldAddress(t *testing.T) {
	for _, test := range []struct{ name, value, want string }{
		{"typed", "rfc822; jane@acme.com", "jane@acme.com"},
		{"in brackets", "RFC822; <jane@acme.com>", "jane@acme.com"},
		{"no type", "jane@acme.com", "jane@acme.com"},
		{"xtext", "rfc822;jane+40acme.com", "jane@acme.com"},
		{"a tag is no xtext", "rfc822;jane+2B@acme.com", "jane+2B@acme.com"},
		{"RFC 6533", `utf-8; j\x{fc}rgen@acme.com`, "jürgen@acme.com"},
		{"a route", "rfc822; @relay.example:jane@acme.com", "jane@acme.com"},
		{"of a single name", "rfc822; jane@localhost", "jane@localhost"},
		{"X.400", "X400; /C=DE/S=JANE/", ""},
		{"a pipe", "rfc822; |/usr/bin/procmail", ""},
		{"nothing", "", ""},
		{"a name before it", "rfc822; Jane Doe <jane@acme.com>", "jane@acme.com"},
		{"a comment behind it", "rfc822; jane@acme.com (bob@acme.org)", "jane@acme.com"},
		{"a comma behind it", "rfc822; jane@acme.com,", "jane@acme.com"},
		{"the root of DNS", "rfc822; jane@acme.com.", "jane@acme.com"},
		{"a link", "rfc822; mailto:jane@acme.com", "jane@acme.com"},
		{"of Exchange", "rfc822;SMTP=jane@acme.com", "jane@acme.com"},
		{"quotes in a pair", "rfc822; 'jane@acme.com'", "jane@acme.com"},
		{"a quoted local part", `rfc822; "jane doe"@acme.com`, `"jane doe"@acme.com`},
		{"an encoded word", "rfc822; =?utf-8?B?asO8cmdlbg==?=@acme.com", "jürgen@acme.com"},
		{"of an IP address", "rfc822; jane@[192.0.2.1]", "jane@[192.0.2.1]"},
		{"a hyphen is a part of it", "rfc822; -jane@acme.com", "-jane@acme.com"},
		{"so is a quote alone", "rfc822; 'jane@acme.com", "'jane@acme.com"},
		{"and a dot", "rfc822; .jane@acme.com", ".jane@acme.com"},
		{"a space in it", "rfc822; jane doe@acme.com", ""},
		{"a comma in it", "rfc822; jane,doe@acme.com", ""},
		{"a bracket in it", "rfc822; jane(doe@acme.com", ""},
		{"two at signs", "rfc822; info@jane@acme.com", ""},
		{"two addresses", "rfc822; jane@acme.com, bob@acme.org", ""},
		{"a slash in its domain", "rfc822; jane@acme.com/x", ""},
		{"two domains", "rfc822; jane@acme.com acme.org", ""},
		{"a quote in its domain", "rfc822; jane@acme.com'x.net", ""},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, fieldAddress(test.value)) })
	}
}
