//go:build linux

package realsmtp

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// postgrey runs one if a domain greylists, as nobody. It returns its port, 0 if none does.
func (s *Server) postgrey(p packages) (uint16, error) {
	greylists := false
	for _, d := range s.domains {
		greylists = greylists || d.Manner == Greylists
	}
	if !greylists {
		return 0, nil
	}
	who, err := unprivileged()
	if err != nil {
		return 0, err
	}
	db := s.in("grey")
	if err := os.Mkdir(db, 0o700); err != nil {
		return 0, fmt.Errorf("realsmtp: %w", err)
	}
	if err := os.Lchown(db, int(who.uid), int(who.gid)); err != nil {
		return 0, fmt.Errorf("realsmtp: %w", err)
	}
	if err := s.write("nothing", ""); err != nil {
		return 0, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("realsmtp: %w", err)
	}
	addr := netip.MustParseAddrPort(l.Addr().String())
	if err := l.Close(); err != nil {
		return 0, fmt.Errorf("realsmtp: %w", err)
	}
	// Its modules are named here, because it heeds no environment; and copied,
	// because it loads some of them when it is nobody, who has no way into a cache.
	args := []string{"-T"}
	for i, folder := range p.perl {
		copied := s.in("perl" + strconv.Itoa(i))
		if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
			return 0, fmt.Errorf("realsmtp: %w", err)
		}
		args = append(args, "-I"+copied)
	}
	args = append(args, p.root+"/usr/sbin/postgrey", "--inet="+addr.String(), "--delay="+strconv.Itoa(GreyFor), "--dbdir="+db,
		"--user="+who.user, "--group="+who.group, "--auto-whitelist-clients=0", "--greylist-text=Greylisted for %s seconds, see http://postgrey.schweikert.ch/help/%r.html",
		"--whitelist-clients="+s.in("nothing"), "--whitelist-recipients="+s.in("nothing"))
	running, err := s.start(exec.Command("perl", args...), "out.postgrey")
	if err != nil {
		return 0, err
	}
	return addr.Port(), running.listens(addr)
}

// listens waits until somebody takes connections at addr.
func (p *process) listens(addr netip.AddrPort) error {
	const patience = 30 * time.Second
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if conn, err := net.Dial("tcp", addr.String()); err == nil {
			return conn.Close()
		}
		select {
		case <-p.ended:
			return fmt.Errorf("realsmtp: postgrey ended: %v: %s", p.cmd.ProcessState, p.said())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return fmt.Errorf("realsmtp: postgrey: nobody listens within %v: %s", patience, p.said())
}
