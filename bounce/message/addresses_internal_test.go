package message

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAddresses(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"plain", "to jane@acme.com.", []string{"jane@acme.com"}},
		{"several", "<jane@acme.com>,bob+x@mail.acme.co.uk", []string{"jane@acme.com", "bob+x@mail.acme.co.uk"}},
		{"quoted", `"jane doe"@acme.com`, []string{`"jane doe"@acme.com`}},
		{"UTF-8", "jürgen@bücher.example", []string{"jürgen@bücher.example"}},
		{"all in another script", "用户@例子.广告", []string{"用户@例子.广告"}},
		{"no spaces", "邮件地址（li@acme.com）不存在", []string{"li@acme.com"}},
		{"no spaces, no marks", "宛先taro@acme.co.jpへの送信", []string{"taro@acme.co.jp"}},
		{"typographic quotes", "“jane@acme.com”", []string{"jane@acme.com"}},
		{"no dot", "root@localhost", nil},
		{"an IP address", "jane@192.0.2.1", nil},
		{"in a link", "https://user@acme.com/", nil},
		{"nothing before", "@acme.com", nil},
		{"decorated", "*jane@acme.com*", []string{"jane@acme.com"}},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, addresses(test.text)) })
	}
}

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
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, fieldAddress(test.value)) })
	}
}
