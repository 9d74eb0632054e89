package listio

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"sync"

	"github.com/gofrs/flock"
)

// LockFile takes the lock that is the file path, which it makes if need be, until unlock is called, which removes
// the file. The error wraps ErrLocked while another process, or another call in this one, holds it. A process that
// dies lets go of it, whatever file it leaves behind.
func LockFile(path string) (unlock func(), err error) {
	for {
		lock := flock.New(path, flock.SetPermissions(0o600))
		held, err := lock.TryLock()
		if err != nil {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), lock.Close())
		}
		if !held {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, ErrLocked), lock.Close())
		}
		// Whoever held it before may have removed the file between our opening and our locking it: then we hold
		// a file without a name, and another run may hold the one that has the name now.
		same, err := isAt(lock, path)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), lock.Close())
		}
		if same {
			return sync.OnceFunc(func() { release(lock, path) }), nil
		}
		if err := lock.Close(); err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
	}
}

// isAt says whether the file that is locked is the one that has the name path.
func isAt(lock *flock.Flock, path string) (bool, error) {
	named, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	locked, err := lock.Stat()
	return err == nil && os.SameFile(named, locked), err
}

func release(lock *flock.Flock, path string) {
	// Windows removes no open file, so that there the order is safe the other way about. Elsewhere the file must go
	// while it is held: once let go, it may be another's.
	if runtime.GOOS == "windows" {
		lock.Close()
		os.Remove(path)
		return
	}
	os.Remove(path)
	lock.Close()
}
