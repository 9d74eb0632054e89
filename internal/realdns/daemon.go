//go:build linux || darwin

// Package realdns answers one question: how do I start a real name server?
//
// It runs NSD and Unbound, as the distribution has them, on loopback and
// unprivileged ports, from a folder of their own, and ends them. Nothing of the
// system's own servers is read, asked or touched.
package realdns

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/miekg/dns"
)

// Daemon is a name server that runs.
type Daemon struct {
	Addr string // host:port, UDP and TCP

	dir   string
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process has
	stop  func()
}

// find returns the program's file: on PATH, or where the system keeps its daemons.
func find(program string) (string, error) {
	file, err := exec.LookPath(program)
	for _, folder := range []string{"/usr/sbin", "/usr/local/sbin"} {
		if err == nil {
			break
		}
		if found, elsewhere := exec.LookPath(filepath.Join(folder, program)); elsewhere == nil {
			file, err = found, nil
		}
	}
	if err != nil {
		return "", fmt.Errorf("realdns: %w", err)
	}
	return file, nil
}

// start writes config into dir and runs the program on it until it answers probe.
func start(program, dir, addr, config, probe string, args ...string) (*Daemon, error) {
	file, err := find(program)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, program+".conf"), []byte(config), 0o600); err != nil {
		return nil, fmt.Errorf("realdns: %w", err)
	}
	log, err := os.Create(filepath.Join(dir, program+".out"))
	if err != nil {
		return nil, fmt.Errorf("realdns: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(file, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it forks, and all must end
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("realdns: %w", err)
	}
	d := &Daemon{Addr: addr, dir: dir, cmd: cmd, ended: make(chan struct{})}
	d.stop = sync.OnceFunc(d.end)
	go func() {
		_ = cmd.Wait()
		close(d.ended)
	}()
	if err := d.ready(probe); err != nil {
		d.Stop()
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("realdns: start %s: %w: %s", program, err, bytes.TrimSpace(said))
	}
	return d, nil
}

// ready waits until the SOA of name is answered.
func (d *Daemon) ready(name string) error {
	const patience = 30 * time.Second
	client := &dns.Client{Timeout: 200 * time.Millisecond}
	query := new(dns.Msg).SetQuestion(dns.Fqdn(name), dns.TypeSOA)
	var last error
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		r, _, err := client.Exchange(query, d.Addr)
		if err == nil && r.Rcode == dns.RcodeSuccess {
			return nil
		}
		if last = err; err == nil {
			last = errors.New(dns.RcodeToString[r.Rcode])
		}
		select {
		case <-d.ended:
			return fmt.Errorf("it ended: %v", d.cmd.ProcessState)
		case <-time.After(20 * time.Millisecond):
		}
	}
	return fmt.Errorf("no answer within %v: %w", patience, last)
}

// Stop ends the server and all that it forked. A second call does nothing.
func (d *Daemon) Stop() { d.stop() }

func (d *Daemon) end() {
	const patience = 5 * time.Second
	_ = d.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-d.ended:
	case <-time.After(patience):
	}
	_ = syscall.Kill(-d.cmd.Process.Pid, syscall.SIGKILL)
	<-d.ended
}

// freeAddr returns an address on loopback that nobody has, of UDP and TCP.
func freeAddr() (string, error) {
	const tries = 20
	var errs error
	for range tries {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", fmt.Errorf("realdns: %w", err)
		}
		addr := listener.Addr().String()
		packets, err := net.ListenPacket("udp", addr)
		if err == nil {
			err = packets.Close()
		}
		if err = errors.Join(err, listener.Close()); err == nil {
			return addr, nil
		}
		errs = errors.Join(errs, err)
	}
	return "", fmt.Errorf("realdns: %w", errs)
}
