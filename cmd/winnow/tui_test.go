package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/pipeline"
)

// Where there is no terminal, a long run says a line a minute, and a short one
// nothing.
func TestProgressWithoutATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told strings.Builder
		ui := newTUI(nil, nil, &told)
		for second := range int64(150) {
			ui.progress(pipeline.Write, second, 200)
			time.Sleep(time.Second)
		}
		require.Equal(t, "winnow: writing: 30%\nwinnow: writing: 61%\n", told.String())
	})
}

func TestProgressSaysWhatItWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told strings.Builder
		ui := newTUI(nil, nil, &told)
		waiting := 1204
		ui.putOff = func() int { return waiting }
		for second := range int64(150) {
			if second > 100 {
				waiting = 0
			}
			ui.progress(pipeline.Probe, second, 200)
			time.Sleep(time.Second)
		}
		require.Equal(t, "winnow: asking mail hosts: 30% (1,204 to be asked again later)\nwinnow: asking mail hosts: 61%\n", told.String())
	})
}

func TestQuietProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told strings.Builder
		ui := newTUI(nil, nil, &told)
		ui.quiet = true
		for second := range int64(150) {
			ui.progress(pipeline.Write, second, 200)
			time.Sleep(time.Second)
		}
		require.Empty(t, told.String())
	})
}
