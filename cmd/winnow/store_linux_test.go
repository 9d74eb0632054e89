package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/store"
	"winnow/suppress"
)

// Of a store whose disk is full, what was erased may still be in the files: that is said,
// and not that all is whole.
func TestEraseOnAFullDisk(t *testing.T) {
	if can, err := condition("disk"); err != nil || !can {
		t.Skip("no small disk can be mounted here")
	}
	for _, tt := range []struct{ name, command, done, again string }{
		{"forget", "forget jane@acme.com", "Erased 0 events, 1 entry made by hand, 1 change.", "Nothing is kept of it."},
		{"purge", "store purge --all --older-than 1d", "winnow: erased 0 events and 1 entry\n", "winnow: erased 0 events and 0 entries\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, mount(dir, "size=4m"))
			t.Cleanup(func() { require.NoError(t, exec.Command("umount", dir).Run()) })
			path := filepath.Join(dir, "store.db")
			winnow := func(command string) (code int, said string) {
				var out bytes.Buffer
				code = run(append(strings.Fields(command), "--store", path), strings.NewReader(""), &out, &out)
				return code, out.String()
			}

			// While somebody has it open, what is new stands in the file beside it alone; the
			// store's own would have to grow to take it in.
			s, err := store.Open(path)
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			keep := func(when time.Time, addresses ...string) {
				l, err := suppress.New(t.Context(), s, suppress.Options{Now: func() time.Time { return when }})
				require.NoError(t, err)
				var orders []suppress.Order
				for _, a := range addresses {
					orders = append(orders, suppress.Order{Address: a, Standing: suppress.Hard, Who: "jo@desk"})
				}
				_, err = l.Suppress(t.Context(), orders...)
				require.NoError(t, err)
			}
			now := time.Now()
			keep(now.AddDate(0, 0, -9), "jane@acme.com")
			many := make([]string, 2000)
			for i := range many {
				many[i] = fmt.Sprintf("person.%d@acme.com", i)
			}
			keep(now, many...)
			const leave = 150 << 10 // a deletion fits in, and what is new does not
			var disk syscall.Statfs_t
			require.NoError(t, syscall.Statfs(dir, &disk))
			fill := filepath.Join(dir, "fill")
			require.NoError(t, os.WriteFile(fill, make([]byte, int64(disk.Bavail)*disk.Bsize-leave), 0o600))

			code, said := winnow(tt.command)
			require.Equal(t, exitFailed, code)
			require.Contains(t, said, tt.done)
			require.Contains(t, said, "winnow: it is erased, but not yet scrubbed: write to the store: "+path+": its disk is full: ")
			require.Contains(t, said, "winnow: what was erased can still be found in the store's files; run this again once there is room where it is\n")
			require.NotContains(t, said, "whole")
			_, said = winnow("suppress list")
			require.NotContains(t, said, "jane")
			require.Contains(t, said, "person.1999@acme.com")

			require.NoError(t, os.Remove(fill))
			code, said = winnow(tt.command)
			require.Equal(t, exitDone, code, said)
			require.Contains(t, said, tt.again)
			require.NoError(t, s.Close())
			files, err := filepath.Glob(path + "*")
			require.NoError(t, err)
			for _, file := range files {
				data, err := os.ReadFile(file)
				require.NoError(t, err)
				require.NotContains(t, string(data), "jane", file)
			}
		})
	}
}
