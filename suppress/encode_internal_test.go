package suppress

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

// Bytes that are no event are an error, never a panic; what is read can be written
// and read again.
func FuzzFields(f *testing.F) {
	f.Add(encode(&bounce.Event{Recipient: "jane@acme.com", Result: bounce.Classify(bounce.Reply{Text: "550 5.1.1 no"})}, aside{"gmail", "acme.com", true, 1795521600000}))
	f.Add([]byte{eventVersion})
	f.Add([]byte{eventVersion, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, value []byte) {
		var fs, again fields
		if err := fs.read(value); err != nil {
			return
		}
		e := fs.event(time.Unix(1e9, 0))
		require.NoError(t, again.read(encode(&e, fs.aside())))
		require.Equal(t, e, again.event(time.Unix(1e9, 0)))
		require.Equal(t, fs.aside(), again.aside())
	})
}
