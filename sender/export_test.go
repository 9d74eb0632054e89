package sender

import (
	"context"
	"net/netip"
	"net/textproto"
)

// For fuzzing: each reads bytes from outside.

func ParseKey(text string) error    { _, err := parseKey(text); return err }
func ParsePolicy(text string) error { _, err := parsePolicy(text); return err }
func ParseSTS(text string) error    { _, err := parseSTS(text); return err }
func Unescape(text string) string   { return unescape(text) }

func ReadReply(c *textproto.Conn) ([]string, error) { return readReply(c) }

// WalkSPF returns how many lookups a record takes, and has it evaluated for addresses
// of both kinds.
func WalkSPF(record string, dns DNS) int {
	v := &survey{ctx: context.Background(), Setup: Setup{HELO: "mail.acme.com"}, dns: newMemo(context.Background(), dns)}
	w := walk(v.dns, "acme.com", record)
	w.results("acme.com", record)
	for _, addr := range []string{"198.51.99.7", "2a0f:db8::7"} {
		v.verdictOf("acme.com", "postmaster@acme.com", netip.MustParseAddr(addr))
	}
	return w.lookups
}
