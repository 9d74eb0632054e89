package read

import (
	"bufio"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

// FuzzFeeds reads anything as anything: nothing panics, an event has a recipient and a
// place, and what one format takes for its own no other does for long.
func FuzzFeeds(f *testing.F) {
	for _, cases := range feedCases {
		for _, tt := range cases {
			f.Add(tt.file)
		}
	}
	rules, err := bounce.Embedded()
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, file string) {
		for _, format := range feeds {
			format.looks([]byte(file[:min(len(file), headSize)]))
			err := format.read(&input{
				tally: &Tally{}, owner: owner,

				Reader: bufio.NewReaderSize(strings.NewReader(file), headSize),
				rules:  rules,
				event: func(e bounce.Event) error {
					require.Contains(t, e.Recipient, "@")
					require.NotEmpty(t, e.Source)
					require.False(t, strings.HasPrefix(e.MessageID, "<"))
					require.False(t, e.Happened == bounce.WasDelayed && e.Class == bounce.Hard, "a mail that is tried on removes nobody")
					return nil
				},
				damaged: func(place string, err error) {
					require.NotEmpty(t, place)
					require.True(t, utf8.ValidString(err.Error()) || !utf8.ValidString(file))
				},
			})
			if err != nil {
				require.Contains(t, err.Error(), "header")
			}
		}
	})
}

// FuzzObjects: what stands in a line of its own is read whatever its neighbours are.
func FuzzObjects(f *testing.F) {
	for _, line := range []string{`{"a":1}`, `{"a":"`, `{"a":[{`, `[{"a":1},`, `"`, `}`, `]`, `\`, `{"items":[`, `{"a":`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		line = strings.NewReplacer("\n", "", "\r", "").Replace(line)
		file := line + "\n{\"x\":\"1\"}\n{\"x\":\"2\"}\n{\"x\":\"3\"}\n"
		found := false
		err := eachObject(bufio.NewReader(strings.NewReader(file)), "items", func(_ string, o object) error {
			found = found || o.text("x") == "3"
			return nil
		}, func(string, error) {})
		require.NoError(t, err)
		require.True(t, found, "%q", line)
	})
}
