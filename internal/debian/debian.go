//go:build linux || darwin

// Package debian answers one question: how does a test come by a program that Debian has?
package debian

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gofrs/flock"
)

// ErrNotAsked: nobody asked to install anything, or we can not.
var ErrNotAsked = errors.New("debian: not asked to install, or not able to (WINNOW_INSTALL=1, apt-get, root)")

// The packages must not start servers of their own, in whatever kind of container
// or machine: policy-rc.d says so while they are installed.
const install = `set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap 'rm -f /usr/sbin/policy-rc.d' EXIT
	printf '#!/bin/sh\nexit 101\n' >$policy
	chmod +x $policy
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@"
`

// Install installs packages unless there says that all is there. It does so only with
// WINNOW_INSTALL=1 in the environment, where there is apt-get and we are or may become
// root; else the error wraps ErrNotAsked.
func Install(ctx context.Context, there func() bool, packages ...string) error {
	if there() {
		return nil
	}
	argv := append([]string{"sh", "-c", install, "install"}, packages...)
	if _, err := exec.LookPath("apt-get"); err != nil || os.Getenv("WINNOW_INSTALL") != "1" {
		return ErrNotAsked
	}
	if os.Geteuid() != 0 {
		if _, err := exec.LookPath("sudo"); err != nil {
			return ErrNotAsked
		}
		argv = append([]string{"sudo", "-n"}, argv...)
	}
	unlock, err := Lock()
	if err != nil {
		return err
	}
	defer unlock()
	if there() {
		return nil
	}
	if said, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("debian: install %v: %w: %s", packages, err, said)
	}
	if !there() {
		return fmt.Errorf("debian: %v are installed, and something is wanting all the same", packages)
	}
	return nil
}

// Lock waits for its turn to install or fetch: tests of several packages run at once.
func Lock() (unlock func(), err error) {
	lock := flock.New(filepath.Join(os.TempDir(), "winnow-install.lock"))
	if err := lock.Lock(); err != nil {
		return nil, fmt.Errorf("debian: %w", err)
	}
	return func() { _ = lock.Unlock() }, nil
}
