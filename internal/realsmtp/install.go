//go:build linux

package realsmtp

import (
	"context"
	"errors"
	"fmt"

	"winnow/internal/debian"
)

// ErrAbsent: a server is not there, and it can not or shall not be fetched.
var ErrAbsent = errors.New("realsmtp: absent")

// EximReady returns nil if Exim is there. With WINNOW_INSTALL=1 in the
// environment, where there is apt-get and we are or may become root, it installs it first; else
// the error wraps ErrAbsent.
func EximReady(ctx context.Context) error {
	there := func() bool {
		_, err := find("exim4")
		return err == nil
	}
	if err := debian.Install(ctx, there, "exim4-daemon-light"); err != nil {
		return fmt.Errorf("%w: no exim4 (apt-get install exim4-daemon-light): %w", ErrAbsent, err)
	}
	return nil
}
