//go:build linux || darwin

package realdns

import (
	"context"
	"errors"
	"fmt"

	"winnow/internal/debian"
)

// ErrAbsent: NSD or Unbound is not installed, and nobody asked to install it.
var ErrAbsent = errors.New("realdns: nsd and unbound are not installed: apt-get install nsd unbound, or set WINNOW_INSTALL=1 as root")

// Ready returns nil if NSD and Unbound are there. With WINNOW_INSTALL=1 in the
// environment, where there is apt-get and we are or may become root, it installs
// them first; else the error wraps ErrAbsent.
func Ready(ctx context.Context) error {
	err := debian.Install(ctx, installed, "nsd", "unbound")
	if errors.Is(err, debian.ErrNotAsked) {
		return ErrAbsent
	}
	if err != nil {
		return fmt.Errorf("realdns: %w", err)
	}
	return nil
}

func installed() bool {
	for _, program := range []string{"nsd", "nsd-control", "unbound"} {
		if _, err := find(program); err != nil {
			return false
		}
	}
	return true
}
