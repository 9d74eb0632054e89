package sender

import (
	"context"
	"net/textproto"
)

// For fuzzing: each reads bytes from outside.

func ParseKey(text string) error    { _, err := parseKey(text); return err }
func ParsePolicy(text string) error { _, err := parsePolicy(text); return err }
func ParseSTS(text string) error    { _, err := parseSTS(text); return err }
func Unescape(text string) string   { return unescape(text) }

func ReadReply(c *textproto.Conn) ([]string, error) { return readReply(c) }

// WalkSPF returns how many lookups a record takes.
func WalkSPF(record string, dns DNS) int {
	w := walk(newMemo(context.Background(), dns), "acme.com", record)
	w.results("acme.com", record)
	return w.lookups
}
