package listio_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/listio"
)

func TestLockFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".clean.csv.lock")
	unlock, err := listio.LockFile(path)
	require.NoError(t, err)
	require.FileExists(t, path)
	_, err = listio.LockFile(path)
	require.ErrorIs(t, err, listio.ErrLocked)
	require.ErrorContains(t, err, path)
	unlock()
	require.NoFileExists(t, path)

	again, err := listio.LockFile(path)
	require.NoError(t, err)
	unlock()
	require.FileExists(t, path, "to unlock twice does not take another's lock away")
	again()
}

func TestLockFileLeftOver(t *testing.T) {
	path := write(t, "lock", "")
	unlock, err := listio.LockFile(path)
	require.NoError(t, err)
	unlock()
	_, err = os.Stat(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = listio.LockFile(filepath.Join(path, "gone", "lock"))
	require.Error(t, err)
	require.NotErrorIs(t, err, listio.ErrLocked)
}

// Many take it, remove it and take it again: never two at once.
func TestLockFileIsHeldByOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var holders, taken atomic.Int32
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for taken.Load() < 200 {
				unlock, err := listio.LockFile(path)
				if errors.Is(err, listio.ErrLocked) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d hold it", n)
				}
				// Others open the file now, and find it gone or another's once this one has let go.
				for range 3 {
					runtime.Gosched()
					if _, err := os.Stat(path); err != nil {
						t.Error("what is held has no name:", err)
					}
				}
				taken.Add(1)
				holders.Add(-1)
				unlock()
			}
		})
	}
	wg.Wait()
}
