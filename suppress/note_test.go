package suppress_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/address"
	"winnow/suppress"
)

func TestNotes(t *testing.T) {
	for name, o := range map[string]suppress.Options{"in clear": {}, "hashed": {Key: []byte("sixteen bytes or more")}} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, o)
			jane, joe := address.Address{Local: "jane", Domain: "acme.com"}, address.Address{Local: "joe", Domain: "acme.com"}
			other := address.Address{Local: "JANE", Domain: "acme.com"} // the same mailbox
			require.NoError(t, b.KeepNotes(t.Context(), "smtp", []suppress.Note{{jane, []byte("250"), today}, {joe, []byte("550"), daysAgo(40)}}))
			require.NoError(t, b.KeepNotes(t.Context(), "else", []suppress.Note{{jane, nil, today}}))
			find := func(topic string, a address.Address) (string, bool) {
				n, ok, err := b.Note(t.Context(), topic, a)
				require.NoError(t, err)
				if ok {
					require.Equal(t, a, n.Addr)
				}
				return string(n.Value), ok
			}
			said, ok := find("smtp", jane)
			require.True(t, ok)
			require.Equal(t, "250", said)
			_, ok = find("smtp", other)
			require.False(t, ok, "what is said of one spelling is not said of another")
			_, ok = find("smt", jane)
			require.False(t, ok)

			require.Equal(t, name == "in clear", strings.Contains(b.Masked("<jane@acme.com>: no such user", jane), "jane"))
			if name == "hashed" {
				data, err := os.ReadFile(b.path)
				require.NoError(t, err)
				require.NotContains(t, string(data), "jane")
			}

			p, err := b.Purge(t.Context(), daysAgo(30), false, "me")
			require.NoError(t, err)
			require.Zero(t, p)
			_, ok = find("smtp", joe)
			require.False(t, ok)
			f, err := b.Forget(t.Context(), "Jane@acme.com", "me", false)
			require.NoError(t, err)
			require.Equal(t, suppress.Forgotten{Notes: 2}, f, "all spellings of the mailbox are forgotten")
			_, ok = find("smtp", jane)
			require.False(t, ok)
			_, ok = find("else", jane)
			require.False(t, ok)
		})
	}
}
