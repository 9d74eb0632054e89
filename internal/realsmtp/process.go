//go:build linux

package realsmtp

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// process is a daemon and all that it forks: a session of the system's own.
type process struct {
	cmd   *exec.Cmd
	out   string        // the file of what it said
	ended chan struct{} // closed when it has
	watch io.WriteCloser
}

// watch waits until it is told that all is well, or that nobody is left to tell it: then this
// program was killed, and it ends the session and removes the folder. A signal on
// the parent's death would be lost when a daemon changes its user.
const watch = `read -r well || { kill -TERM -"$1"; sleep 1; kill -KILL -"$1"; rm -rf "$2"; }`

// start runs cmd for the server, what it says goes into the file out of its folder.
func (s *Server) start(cmd *exec.Cmd, out string) (*process, error) {
	file, err := os.Create(s.in(out))
	if err != nil {
		return nil, fmt.Errorf("realsmtp: %w", err)
	}
	defer file.Close()
	cmd.Stdout, cmd.Stderr = file, file
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setsid = true
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("realsmtp: %w", err)
	}
	p := &process{cmd: cmd, out: file.Name(), ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.ended)
	}()
	watcher := exec.Command("sh", "-c", watch, "sh", strconv.Itoa(cmd.Process.Pid), s.dir)
	watcher.Dir = "/"
	watcher.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if p.watch, err = watcher.StdinPipe(); err == nil {
		err = watcher.Start()
	}
	if err != nil {
		p.watch = nil
		p.end()
		return nil, fmt.Errorf("realsmtp: %w", err)
	}
	go func() { _ = watcher.Wait() }()
	s.running = append(s.running, p)
	return p, nil
}

// end ends it and all that it forked, and waits until they are gone.
func (p *process) end() {
	const patience = 5 * time.Second
	session := -p.cmd.Process.Pid
	_ = syscall.Kill(session, syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(patience):
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if err := syscall.Kill(session, syscall.SIGKILL); errors.Is(err, syscall.ESRCH) {
			break
		}
	}
	<-p.ended
	if p.watch != nil {
		_, _ = io.WriteString(p.watch, "well\n")
		_ = p.watch.Close()
	}
}

// answers waits until the server at addr greets, in whatever words.
func (p *process) answers(addr netip.AddrPort) error {
	const patience = 30 * time.Second
	var last error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if last = greets(addr); last == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("realsmtp: %s ended: %v: %s", filepath.Base(p.cmd.Path), p.cmd.ProcessState, p.said())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return fmt.Errorf("realsmtp: %s: no answer within %v: %w: %s", filepath.Base(p.cmd.Path), patience, last, p.said())
}

func (p *process) said() []byte {
	said, _ := os.ReadFile(p.out)
	return bytes.TrimSpace(said)
}

func greets(addr netip.AddrPort) error {
	const patience = 10 * time.Second
	conn, err := net.Dial("tcp", addr.String())
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := conn.Read(make([]byte, 512)); err != nil {
		return err
	}
	_, err = conn.Write([]byte("QUIT\r\n"))
	return err
}

// freePort returns a port that nobody has at any of the hosts' addresses.
func freePort() (uint16, error) {
	const tries = 50
	var errs error
	for range tries {
		port, err := portOf(0)
		if err == nil {
			return port, nil
		}
		errs = errors.Join(errs, err)
	}
	return 0, fmt.Errorf("realsmtp: no free port: %w", errs)
}

// portOf listens at all addresses in turn, the first of which chooses.
func portOf(port uint16) (uint16, error) {
	for m := range numManners {
		l, err := net.Listen("tcp", netip.AddrPortFrom(m.addr(), port).String())
		if err != nil {
			return 0, err
		}
		defer l.Close()
		port = netip.MustParseAddrPort(l.Addr().String()).Port()
	}
	return port, nil
}

// find returns the program's file: on PATH, or where the system keeps its daemons.
func find(program string) (string, error) {
	if file, err := exec.LookPath(program); err == nil {
		return file, nil
	}
	return exec.LookPath(filepath.Join("/usr/sbin", program))
}
