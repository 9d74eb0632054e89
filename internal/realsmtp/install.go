//go:build linux

package realsmtp

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gofrs/flock"
)

// ErrAbsent: a server is not there, and it can not or shall not be fetched.
var ErrAbsent = errors.New("realsmtp: absent")

// The package must not start a server of its own, in whatever kind of container
// or machine: policy-rc.d says so while it is installed.
const installExim = `set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap 'rm -f /usr/sbin/policy-rc.d' EXIT
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod +x $policy
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends exim4-daemon-light
`

// EximReady returns nil if Exim is there. With WINNOW_INSTALL=1 in the
// environment, where there is apt-get and we are root, it installs it first; else
// the error wraps ErrAbsent.
func EximReady(ctx context.Context) error {
	if _, err := find("exim4"); err == nil {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Getenv("WINNOW_INSTALL") != "1" || os.Geteuid() != 0 {
		return fmt.Errorf("%w: no exim4: apt-get install exim4-daemon-light, or set WINNOW_INSTALL=1 as root", ErrAbsent)
	}
	unlock, err := lockInstall()
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := find("exim4"); err == nil {
		return nil
	}
	if said, err := exec.CommandContext(ctx, "sh", "-c", installExim).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: install exim4: %w: %s", ErrAbsent, err, said)
	}
	return nil
}

// lockInstall waits for its turn: tests of several packages run at once.
func lockInstall() (unlock func(), err error) {
	lock := flock.New(filepath.Join(os.TempDir(), "winnow-install.lock"))
	if err := lock.Lock(); err != nil {
		return nil, fmt.Errorf("realsmtp: install: %w", err)
	}
	return func() { _ = lock.Unlock() }, nil
}
