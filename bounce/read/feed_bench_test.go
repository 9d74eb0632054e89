package read

import (
	"bufio"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/bounce"
)

// BenchmarkFeeds reads about 4 MB of each format's first case, again and again, with
// the replies varied as they are in life.
func BenchmarkFeeds(b *testing.B) {
	rules, err := bounce.Embedded()
	require.NoError(b, err)
	for _, cases := range feedCases {
		tt := cases[0]
		var file strings.Builder
		for i := 0; file.Len() < 4<<20; i++ {
			file.WriteString(strings.ReplaceAll(tt.file, "@example.net", fmt.Sprintf("%d@example.net", i)))
		}
		b.Run(tt.format, func(b *testing.B) {
			b.SetBytes(int64(file.Len()))
			b.ReportAllocs()
			events := 0
			for b.Loop() {
				err := feedNamed(b, tt.format).read(&input{
					tally: &Tally{}, owner: owner,

					Reader:  bufio.NewReaderSize(strings.NewReader(file.String()), headSize),
					rules:   rules,
					event:   func(bounce.Event) error { events++; return nil },
					damaged: func(string, error) {},
				})
				require.NoError(b, err)
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
