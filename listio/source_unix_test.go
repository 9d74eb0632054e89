//go:build unix

package listio_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/listio"
)

func TestAPipeIsRefusedWithoutWaitingForIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	_, err := listio.OpenFile(path)
	require.ErrorContains(t, err, "pipe it in and name it -")
	_, err = listio.Create(path)
	require.ErrorContains(t, err, "is a pipe or a device")
}
