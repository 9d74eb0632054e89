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
		{"a hyphen, in brackets", "<-jane@acme.com>:", []string{"-jane@acme.com"}},
		{"a space, in brackets", "<jane doe@acme.com>: 550 no", nil},
		{"a comma, in brackets", "<jane,doe@acme.com>, <bob@acme.com>", []string{"bob@acme.com"}},
		{"two at signs", "info@jane@acme.com", nil},
		{"a route in brackets", "<@relay.example:jane@acme.com>", []string{"jane@acme.com"}},
		{"a type in brackets", "<rfc822;jane@acme.com>", []string{"jane@acme.com"}},
		{"a link in brackets", "Jane<mailto:jane@acme.com>", []string{"jane@acme.com"}},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, addresses(test.text)) })
	}
}
