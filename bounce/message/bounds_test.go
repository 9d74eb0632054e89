package message_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce/message"
)

// ending is a context that ends after it was asked so often.
type ending struct {
	context.Context
	asked, after int
}

func (c *ending) Err() error {
	if c.asked++; c.asked > c.after {
		return context.Canceled
	}
	return nil
}

// The end of the context ends the reading of a mail that has much to tell, and nothing
// of it is told then.
func TestReadEnds(t *testing.T) {
	const many = 2000
	for name, raw := range map[string]string{
		"fields": report("It failed.", numbered("Final-Recipient: rfc822; ", "@acme.com\nAction: failed\nStatus: 5.1.1\n\n", many*70)),
		"words":  letter("could not be delivered\n" + numbered("", "@acme.com\n550 no\n", 20000)),
		"header": "X-Failed-Recipients: " + numbered("", "@acme.com,", 20000) + "x@acme.com\n" + letter("550 no"),
	} {
		t.Run(name, func(t *testing.T) {
			whole := &ending{Context: t.Context(), after: 1 << 30}
			events, err := message.Read(whole, []byte(raw), rules(t))
			require.NoError(t, err)
			require.Greater(t, len(events), 300)
			require.GreaterOrEqual(t, whole.asked, len(events), "it is asked for each")

			cut := &ending{Context: t.Context(), after: 100}
			events, err = message.Read(cut, []byte(raw), rules(t))
			require.ErrorIs(t, err, context.Canceled)
			require.Empty(t, events)
			require.Less(t, cut.asked, 120, "it went on")
		})
	}
}

// A header that names recipients without end is read as far as fields are.
func TestReadManyRecipients(t *testing.T) {
	raw := "X-Failed-Recipients: " + numbered("", "@acme.com,", 200000) + "x@acme.com\n" + letter("550 no")
	require.Greater(t, strings.Count(raw, "@"), 10000)
	events, err := message.Read(t.Context(), []byte(raw), rules(t))
	require.NoError(t, err)
	require.Len(t, events, 5000)
}
