//go:build linux || darwin

package realdns

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
)

// StartUnbound runs an Unbound that asks the server at stub for the zones named,
// the first of which must resolve, and nobody for anything else: all other names
// are NXDOMAIN, and nothing leaves the machine. What it writes goes into dir. It does not validate.
func StartUnbound(dir, stub string, zones ...string) (*Daemon, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("realdns: %w", err)
	}
	var config strings.Builder
	fmt.Fprintf(&config, `server:
	interface: %s@%s
	num-threads: 1
	username: ""
	chroot: ""
	directory: %q
	pidfile: %q
	use-syslog: no
	logfile: ""
	do-ip6: no
	do-not-query-localhost: no
	module-config: "iterator"
	access-control: 127.0.0.0/8 allow
	local-zone: "." static
`, host, port, dir, filepath.Join(dir, "unbound.pid"))
	for _, zone := range zones {
		fmt.Fprintf(&config, "\tlocal-zone: %q transparent\n", zone+".")
	}
	config.WriteString("remote-control:\n\tcontrol-enable: no\n")
	for _, zone := range zones {
		fmt.Fprintf(&config, "stub-zone:\n\tname: %q\n\tstub-addr: %s\n", zone+".", strings.Replace(stub, ":", "@", 1))
	}
	return start("unbound", dir, addr, config.String(), zones[0], "-d", "-c", filepath.Join(dir, "unbound.conf"))
}
