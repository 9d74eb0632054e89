package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// pin is a package's line of the lock file.
type pin struct {
	Package   string `json:"package"`
	Version   string `json:"version"`
	Date      string `json:"date"` // of publication, YYYY-MM-DD
	Licence   string `json:"licence"`
	Integrity string `json:"integrity"` // "sha512-" and base64, of the tarball
}

// readLock reads the lock file: a pin of every source, in their order.
func readLock(path string) ([]pin, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the lock file: %w", err)
	}
	var lock []pin
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

func writeLock(path string, lock []pin) error {
	data, err := json.MarshalIndent(lock, "", "\t")
	if err != nil {
		return fmt.Errorf("write the lock file: %w", err)
	}
	return replace(path, append(data, '\n'))
}

// newestPins asks for the newest version of every source.
func newestPins(ctx context.Context) ([]pin, error) {
	lock := make([]pin, 0, len(sources))
	for _, s := range sources {
		p, err := newestPin(ctx, s.name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		lock = append(lock, p)
	}
	return lock, nil
}

func newestPin(ctx context.Context, name string) (pin, error) {
	var of struct {
		Version   string `json:"version"`
		Licence   string `json:"license"`
		Integrity string `json:"dist.integrity"`
	}
	if err := npmView(ctx, &of, name, "version", "license", "dist.integrity"); err != nil {
		return pin{}, err
	}
	var times map[string]time.Time
	if err := npmView(ctx, &times, name, "time"); err != nil {
		return pin{}, err
	}
	published, ok := times[of.Version]
	if !ok || of.Integrity == "" || of.Licence == "" {
		return pin{}, errors.New("the registry tells no date, licence or checksum")
	}
	return pin{
		Package: name, Version: of.Version, Date: published.UTC().Format(time.DateOnly),
		Licence: of.Licence, Integrity: of.Integrity,
	}, nil
}

func npmView(ctx context.Context, into any, args ...string) error {
	out, err := exec.CommandContext(ctx, "npm", append([]string{"view", "--json"}, args...)...).Output()
	if err != nil {
		return fmt.Errorf("npm view: %w", err)
	}
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("npm view: %w", err)
	}
	return nil
}
