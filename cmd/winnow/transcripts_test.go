package main

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/probe"
)

func saidTo(host, text string) probe.Line {
	return probe.Line{Session: 1, Host: host, Addr: netip.MustParseAddrPort("192.0.2.1:25"), At: time.Unix(0, 0), Who: probe.We, Text: text}
}

// A name may be as long as DNS allows, which is longer than a file's may be with what stands behind it.
func TestTranscriptsOfLongNames(t *testing.T) {
	dir := t.TempDir()
	kept, err := openTranscripts(dir)
	require.NoError(t, err)
	long := strings.Repeat(strings.Repeat("a", 62)+".", 4)[:250]
	for _, host := range []string{long + "x", "mx.acme.com", long + "y", "../" + long, "../up", long + "x"} {
		kept.keep(saidTo(host, "EHLO "+host))
	}
	require.NoError(t, kept.close())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 5)
	found := map[string]int{}
	for _, e := range entries {
		require.LessOrEqual(t, len(e.Name()), 255)
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		for line := range strings.Lines(string(text)) {
			found[strings.TrimSpace(line[strings.Index(line, "EHLO "):])]++
		}
	}
	require.Equal(t, map[string]int{"EHLO " + long + "x": 2, "EHLO mx.acme.com": 1, "EHLO " + long + "y": 1, "EHLO ../" + long: 1, "EHLO ../up": 1}, found)
}

// What can not be kept of one host is told at the end; of the others all is kept.
func TestTranscriptsThatCanNotBeKept(t *testing.T) {
	dir := t.TempDir()
	for _, host := range []string{"mx.bad.com", "mx.worse.com"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, host+".txt"), 0o700))
	}
	kept, err := openTranscripts(dir)
	require.NoError(t, err)
	const hosts = 2*openFiles + 1
	for round := range 2 {
		for i := range hosts {
			kept.keep(saidTo(fmt.Sprintf("mx%d.acme.com", i), fmt.Sprint(round)))
			kept.keep(saidTo("mx.worse.com", "NOOP"))
			kept.keep(saidTo("mx.bad.com", "NOOP"))
		}
	}
	err = kept.close()
	require.ErrorContains(t, err, "mx.bad.com.txt")
	require.ErrorContains(t, err, "and of 1 other host")
	for i := range hosts {
		text, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("mx%d.acme.com.txt", i)))
		require.NoError(t, err)
		require.Equal(t, 2, strings.Count(string(text), "\n"))
	}
	var none *transcripts
	none.keep(saidTo("mx.acme.com", "NOOP"))
	require.NoError(t, none.close())
}
