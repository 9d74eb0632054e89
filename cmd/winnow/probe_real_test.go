//go:build linux

package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/internal/realsmtp"
)

// TestProbeExim cleans a list of 2,000 addresses whose mail hosts are a real Exim's,
// and holds each row against the server's own table.
func TestProbeExim(t *testing.T) {
	if testing.Short() || raceDetector { // package probe's own tests look for races over Exim
		t.Skip("it takes a quarter of a minute")
	}
	if err := realsmtp.EximReady(t.Context()); errors.Is(err, realsmtp.ErrAbsent) {
		t.Skip(err)
	} else {
		require.NoError(t, err)
	}
	const rows = 2000
	domains, list := realsmtp.Lab("exim", rows)
	server, err := realsmtp.StartExim(domains...)
	require.NoError(t, err)
	defer server.Stop()

	ours := fmt.Sprintf("mx00.gmx.net A %[1]s\nprobe.sender-one.com A %[1]s\n%s PTR probe.sender-one.com\n", server.Host("").Addr(), reverse(server.Host("").Addr().String()))
	zone, err := dnstest.ParseZone(dnstest.Canaries + ours + server.Zone())
	require.NoError(t, err)
	dns, err := dnstest.NewServer(zone)
	require.NoError(t, err)
	defer dns.Close()

	dir := t.TempDir()
	path, out := filepath.Join(dir, "list.csv"), filepath.Join(dir, "out.csv")
	var text strings.Builder
	text.WriteString("email\n")
	for _, r := range list {
		text.WriteString(r.Address + "\n")
	}
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	var stdout, stderr bytes.Buffer
	code := run([]string{"clean", path, "-o", out, "--probe", "--helo", "probe.sender-one.com", "--from", "<>", "--allow-private",
		"--mail-port", fmt.Sprint(server.Port()), "--resolver", dns.Addr(), "--store", "none", "--patience", "15s", "--manners", "none", "--max-removed", "100%", "--quiet"},
		strings.NewReader(""), &stdout, &stderr)
	t.Log(stderr.String())
	require.Zero(t, code)

	f, err := os.Open(out)
	require.NoError(t, err)
	defer f.Close()
	cells, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Len(t, cells, 1+rows)
	status, reason := slices.Index(cells[0], "winnow_status"), slices.Index(cells[0], "winnow_reason")
	wrong := 0
	for i, want := range list {
		row := cells[1+i]
		require.Equal(t, want.Address, row[0], "row %d", 2+i)
		code, ofSMTP := strings.CutPrefix(row[reason], "smtp.")
		if row[status] != want.Status || len(want.Codes) > 0 && !(ofSMTP && slices.Contains(want.Codes, code)) {
			if wrong++; wrong <= 20 {
				t.Errorf("row %d: %s (%s): %v, want %s %v", 2+i, want.Address, want.Manner, row[1:4], want.Status, want.Codes)
			}
		}
	}
	require.Zero(t, wrong)
}

// reverse is the name under which an IPv4 address has its PTR.
func reverse(ip string) string {
	parts := strings.Split(ip, ".")
	slices.Reverse(parts)
	return strings.Join(parts, ".") + ".in-addr.arpa"
}
