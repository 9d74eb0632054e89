//go:build linux

package realsmtp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"winnow/internal/debian"
)

// Postfix and postgrey are unpacked, not installed: Debian's mail servers exclude
// each other, and nothing of the system shall be other than before.
type packages struct {
	root string   // where they are unpacked
	libs []string // where their shared libraries are
	perl []string // where postgrey's modules are
}

// PostfixReady returns nil if Postfix and postgrey are there to be started. With
// WINNOW_INSTALL=1 in the environment, on Debian and as root, they are fetched once,
// with what they need that the system has not, into a folder of the user's cache. Else the
// error wraps ErrAbsent.
func PostfixReady(ctx context.Context) error {
	_, err := unpacked(ctx)
	return err
}

// unpacked fetches and unpacks unless that was done before.
func unpacked(ctx context.Context) (packages, error) {
	if os.Geteuid() != 0 {
		return packages{}, fmt.Errorf("%w: Postfix starts only as root", ErrAbsent)
	}
	for _, program := range []string{"apt-get", "apt-cache", "dpkg", "dpkg-query", "perl"} {
		if _, err := find(program); err != nil {
			return packages{}, fmt.Errorf("%w: Postfix is fetched on Debian only: %w", ErrAbsent, err)
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return packages{}, fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	unlock, err := debian.Lock()
	if err != nil {
		return packages{}, err
	}
	defer unlock()
	version, err := exec.CommandContext(ctx, "dpkg", "--print-architecture").Output()
	if err != nil {
		return packages{}, fmt.Errorf("realsmtp: %w", err)
	}
	system, _ := os.ReadFile("/etc/debian_version")
	name := "postfix-" + strings.ReplaceAll(string(bytes.TrimSpace(system)), "/", "-") + "-" + string(bytes.TrimSpace(version))
	root := filepath.Join(cache, "winnow", "realsmtp", name)
	if _, err := os.Stat(root); errors.Is(err, os.ErrNotExist) {
		if os.Getenv("WINNOW_INSTALL") != "1" {
			return packages{}, fmt.Errorf("%w: no Postfix in %s: set WINNOW_INSTALL=1 and it is fetched", ErrAbsent, root)
		}
		if err := fetch(ctx, root); err != nil {
			return packages{}, err
		}
	}
	return inside(root)
}

// fetch unpacks the packages into root, which is there only when they all are.
func fetch(ctx context.Context, root string) error {
	if err := os.MkdirAll(filepath.Dir(root), 0o700); err != nil {
		return fmt.Errorf("realsmtp: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(root), "fetch-")
	if err != nil {
		return fmt.Errorf("realsmtp: %w", err)
	}
	defer os.RemoveAll(work)
	names, err := missing(ctx)
	if err != nil { // most images come without lists of packages
		if said, err := exec.CommandContext(ctx, "apt-get", "update", "-qq").CombinedOutput(); err != nil {
			return fmt.Errorf("%w: apt-get update: %w: %s", ErrAbsent, err, said)
		}
		names, err = missing(ctx)
	}
	if err != nil {
		return err
	}
	get := exec.CommandContext(ctx, "apt-get", append([]string{"download", "-qq"}, names...)...)
	get.Dir = work
	if said, err := get.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: apt-get download: %w: %s", ErrAbsent, err, said)
	}
	debs, err := filepath.Glob(filepath.Join(work, "*.deb"))
	if err != nil {
		return fmt.Errorf("realsmtp: %w", err)
	}
	for _, deb := range debs {
		if said, err := exec.CommandContext(ctx, "dpkg", "-x", deb, filepath.Join(work, "root")).CombinedOutput(); err != nil {
			return fmt.Errorf("%w: unpack %s: %w: %s", ErrAbsent, filepath.Base(deb), err, said)
		}
	}
	if err := os.Rename(filepath.Join(work, "root"), root); err != nil {
		return fmt.Errorf("realsmtp: %w", err)
	}
	return nil
}

// missing are Postfix and postgrey, and the libraries that they need and the
// system has not.
func missing(ctx context.Context) ([]string, error) {
	tree, err := exec.CommandContext(ctx, "apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts",
		"--no-breaks", "--no-replaces", "--no-enhances", "postfix", "postgrey").Output()
	if err != nil {
		return nil, fmt.Errorf("%w: apt-cache knows no postfix and postgrey: %w", ErrAbsent, err)
	}
	names := []string{"postfix", "postgrey"}
	for line := range strings.Lines(string(tree)) {
		name := strings.TrimSpace(line)
		if !strings.HasPrefix(line, "lib") || installed(ctx, name) || !downloadable(ctx, name) {
			continue
		}
		names = append(names, name)
	}
	return names, nil
}

func installed(ctx context.Context, name string) bool {
	status, err := exec.CommandContext(ctx, "dpkg-query", "-W", "-f", "${db:Status-Status}\n", name).Output()
	return err == nil && bytes.HasPrefix(status, []byte("installed"))
}

// downloadable is not said of a package that others only provide.
func downloadable(ctx context.Context, name string) bool {
	policy, err := exec.CommandContext(ctx, "apt-cache", "policy", name).Output()
	lines := bufio.NewScanner(bytes.NewReader(policy))
	for err == nil && lines.Scan() {
		if version, is := strings.CutPrefix(strings.TrimSpace(lines.Text()), "Candidate: "); is {
			return version != "(none)"
		}
	}
	return false
}

// inside finds what is where below root.
func inside(root string) (packages, error) {
	p := packages{root: root, libs: []string{filepath.Join(root, "usr/lib/postfix")}, perl: []string{filepath.Join(root, "usr/share/perl5")}}
	for _, program := range []string{"usr/lib/postfix/sbin/master", "usr/sbin/postgrey"} {
		if _, err := os.Stat(filepath.Join(root, program)); err != nil {
			return packages{}, fmt.Errorf("realsmtp: what was fetched is not whole, remove it: %w", err)
		}
	}
	for _, pattern := range []string{"lib/*-linux-*", "usr/lib/*-linux-*"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return packages{}, fmt.Errorf("realsmtp: %w", err)
		}
		p.libs = append(p.libs, found...)
	}
	modules, err := filepath.Glob(filepath.Join(root, "usr/lib/*/perl5/*"))
	if err != nil {
		return packages{}, fmt.Errorf("realsmtp: %w", err)
	}
	p.perl = append(p.perl, modules...)
	return p, nil
}
