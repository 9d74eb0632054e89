package listmaker

import (
	"encoding/json"
	"fmt"
	"os"
)

// Pin names one version of a package, and the one tarball that it is.
type Pin struct {
	Package   string `json:"package"`
	Version   string `json:"version"`
	Date      string `json:"date"` // of publication, YYYY-MM-DD
	Licence   string `json:"licence"`
	Integrity string `json:"integrity"` // "sha512-" and base64, of the tarball
}

// LockName is the name of the lock file in the folder of the lists.
const LockName = "lists.lock"

// ReadLock reads a lock file: a pin of every source, in their order.
func ReadLock(path string) ([]Pin, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the lock file: %w", err)
	}
	var lock []Pin
	if err := json.Unmarshal(data, &lock); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(lock) != len(sources) {
		return nil, fmt.Errorf("read %s: %d packages, want %d", path, len(lock), len(sources))
	}
	for i, p := range lock {
		if p.Package != sources[i].name {
			return nil, fmt.Errorf("read %s: %s where %s was expected", path, p.Package, sources[i].name)
		}
	}
	return lock, nil
}

// WriteLock replaces a lock file.
func WriteLock(path string, lock []Pin) error {
	data, err := json.MarshalIndent(lock, "", "\t")
	if err != nil {
		return fmt.Errorf("write the lock file: %w", err)
	}
	return replace(path, append(data, '\n'))
}

// replace writes a file beside its name and renames it when whole.
func replace(path string, data []byte) error {
	whole := path + ".new"
	if err := os.WriteFile(whole, data, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(whole, path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
