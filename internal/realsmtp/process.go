//go:build linux

package realsmtp

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// process is a daemon and all that it forks: a session of the system's own.
type process struct {
	cmd   *exec.Cmd
	out   string        // the file of what it said
	ended chan struct{} // closed when it has
}

// start runs cmd, what it says goes into the file out. It ends at the latest with this program.
func start(cmd *exec.Cmd, out string) (*process, error) {
	file, err := os.Create(out)
	if err != nil {
		return nil, fmt.Errorf("realsmtp: %w", err)
	}
	defer file.Close()
	cmd.Stdout, cmd.Stderr = file, file
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setsid, cmd.SysProcAttr.Pdeathsig = true, syscall.SIGTERM
	p := &process{cmd: cmd, out: out, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The signal comes when the thread ends that has forked.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
			close(p.ended)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("realsmtp: %w", err)
	}
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
