//go:build linux || darwin

package realdns

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gofrs/flock"
)

// ErrAbsent: NSD or Unbound is not installed, and nobody asked to install it.
var ErrAbsent = errors.New("realdns: nsd and unbound are not installed: apt-get install nsd unbound, or set WINNOW_INSTALL=1 as root")

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
apt-get install -y -qq --no-install-recommends nsd unbound
`

// Ready returns nil if NSD and Unbound are there. With WINNOW_INSTALL=1 in the
// environment, where there is apt-get and we are or may become root, it installs
// them first; else the error wraps ErrAbsent.
func Ready(ctx context.Context) error {
	if installed() {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Getenv("WINNOW_INSTALL") != "1" {
		return ErrAbsent
	}
	argv := []string{"sh", "-c", install}
	if os.Geteuid() != 0 {
		if _, err := exec.LookPath("sudo"); err != nil {
			return ErrAbsent
		}
		argv = append([]string{"sudo", "-n"}, argv...)
	}
	// Tests of several packages run at once.
	lock := flock.New(filepath.Join(os.TempDir(), "winnow-install.lock"))
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("realdns: install: %w", err)
	}
	defer func() { _ = lock.Unlock() }()
	if installed() {
		return nil
	}
	if said, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("realdns: install: %w: %s", err, said)
	}
	if !installed() {
		return fmt.Errorf("realdns: install: no nsd or unbound all the same")
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
