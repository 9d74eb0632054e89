//go:build linux || darwin

package realdns

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Zone is what an NSD is authoritative for.
type Zone struct {
	Name string // without a trailing dot
	File string // in zone file format; what is below the zone is SERVFAIL where it does not exist
}

// StartNSD runs an NSD over zones, the first of which must load. What it
// writes goes into dir. A process a CPU answers, and no rate is limited.
func StartNSD(dir string, zones ...Zone) (*Daemon, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("realdns: %w", err)
	}
	in := func(name string) string { return strconv.Quote(filepath.Join(dir, name)) }
	var config strings.Builder
	fmt.Fprintf(&config, `server:
	ip-address: %s@%s
	server-count: %d
	username: ""
	chroot: ""
	zonesdir: %q
	database: ""
	pidfile: %s
	zonelistfile: %s
	xfrdfile: %s
	xfrdir: %q
	logfile: %s
	rrl-ratelimit: 0
	rrl-whitelist-ratelimit: 0
	minimal-responses: yes
	do-ip6: no
remote-control:
	control-enable: yes
	control-interface: %s
`, host, port, runtime.NumCPU(), dir, in("nsd.pid"), in("nsd.zones"), in("nsd.xfrd"), dir, in("nsd.log"), in("nsd.sock"))
	for _, z := range zones {
		fmt.Fprintf(&config, "zone:\n\tname: %q\n\tzonefile: %q\n", z.Name, z.File)
	}
	return start("nsd", dir, addr, config.String(), zones[0].Name, "-d", "-c", filepath.Join(dir, "nsd.conf"))
}

// Queries returns how many queries an NSD has heard.
func (d *Daemon) Queries() (int, error) {
	control, err := find("nsd-control")
	if err != nil {
		return 0, err
	}
	said, err := exec.Command(control, "-c", filepath.Join(d.dir, "nsd.conf"), "stats_noreset").CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("realdns: nsd-control: %w: %s", err, said)
	}
	for line := range strings.Lines(string(said)) {
		if n, ok := strings.CutPrefix(line, "num.queries="); ok {
			return strconv.Atoi(strings.TrimSpace(n))
		}
	}
	return 0, fmt.Errorf("realdns: nsd-control said no number of queries")
}
