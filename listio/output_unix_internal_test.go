//go:build unix

package listio

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A disk that is full: every write to /dev/full fails so.
func TestAFullDiskKeepsItsError(t *testing.T) {
	for _, test := range []struct {
		name  string
		bytes int
	}{
		{name: "found out while writing", bytes: 1 << 20},
		{name: "found out by Finish", bytes: 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				t.Skip("no /dev/full here:", err)
			}
			path := filepath.Join(t.TempDir(), "clean.csv")
			out, err := Create(path)
			require.NoError(t, err)
			require.NoError(t, out.file.Close())
			out.file = full
			out.buf.Reset(full)

			_, err = out.Write(make([]byte, test.bytes))
			if test.bytes > out.buf.Size() {
				require.ErrorIs(t, err, syscall.ENOSPC)
				_, err = out.Write([]byte("more"))
				require.ErrorIs(t, err, syscall.ENOSPC)
			} else {
				require.NoError(t, err)
			}
			for range 2 {
				require.ErrorIs(t, out.Finish(), syscall.ENOSPC)
				err := out.Commit()
				require.ErrorIs(t, err, syscall.ENOSPC)
				require.ErrorContains(t, err, path)
			}
			require.NoFileExists(t, path)
			out.Abort()
			require.NoFileExists(t, out.TempPath())
		})
	}
}
