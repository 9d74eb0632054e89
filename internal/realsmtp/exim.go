//go:build linux

package realsmtp

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"text/template"
)

//go:embed exim.conf.tmpl
var eximConf string

// StartExim runs an Exim over domains. No part of it has privileges: it is a copy
// of the program without its set-user-ID bit, and where we are root it runs as
// nobody. It offers STARTTLS, PIPELINING and SMTPUTF8.
func StartExim(domains ...Domain) (*Server, error) {
	s, err := newServer("exim", domains)
	if err != nil {
		return nil, err
	}
	if err := s.exim(); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) exim() error {
	program, err := find("exim4")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAbsent, err)
	}
	code, err := os.ReadFile(program)
	if err != nil {
		return fmt.Errorf("realsmtp: %w", err)
	}
	copied := s.in("exim4")
	if err := os.WriteFile(copied, code, 0o755); err != nil {
		return fmt.Errorf("realsmtp: %w", err)
	}
	who, err := unprivileged()
	if err != nil {
		return err
	}
	conf, err := s.eximConf(who)
	if err != nil {
		return err
	}
	cert, key, err := certificate(s.MX(""))
	if err != nil {
		return err
	}
	manners, boxes := s.eximTables()
	for name, text := range map[string]string{
		"exim.conf": conf, "manners": manners, "boxes": boxes, "cert.pem": string(cert), "key.pem": string(key),
	} {
		if err := s.write(name, text); err != nil {
			return err
		}
	}
	for _, folder := range []string{"spool", "log"} {
		if err := os.Mkdir(s.in(folder), 0o700); err != nil {
			return fmt.Errorf("realsmtp: %w", err)
		}
	}
	cmd := exec.Command(copied, "-C", s.in("exim.conf"), "-bdf")
	cmd.Dir = s.dir
	if os.Geteuid() == 0 {
		if err := s.give(who); err != nil {
			return err
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: who.uid, Gid: who.gid}}
	}
	p, err := s.start(cmd, "out")
	if err != nil {
		return err
	}
	if err := p.answers(s.Host("")); err != nil {
		return fmt.Errorf("%w: %s", err, s.Log())
	}
	return nil
}

func (s *Server) eximConf(who account) (string, error) {
	var conf strings.Builder
	values := map[string]any{
		"Name": s.MX(""), "Dir": s.dir, "Port": s.port, "User": who.user, "Group": who.group, "GreyFor": GreyFor, "SlowBy": SlowBy,
		"BlocksGreeting": BlocksGreeting.addr(), "Slow": Slow.addr(), "Hosts": hosts("; "),
	}
	t, err := template.New("exim.conf").Option("missingkey=error").Parse(eximConf)
	if err == nil {
		err = t.Execute(&conf, values)
	}
	if err != nil {
		return "", fmt.Errorf("realsmtp: %w", err)
	}
	return conf.String(), nil
}

// eximTables are two files to be searched line by line: what a domain's manner
// is, and what there is of a recipient.
func (s *Server) eximTables() (manners, boxes string) {
	var of, to strings.Builder
	for name, d := range s.domains {
		fmt.Fprintf(&of, "%s: %s\n", name, d.Manner)
		for local := range d.recipients() {
			if b, is := d.box(local); is {
				fmt.Fprintf(&to, "%s@%s: %s\n", local, name, b)
			}
		}
	}
	return of.String(), to.String()
}

// hosts are the addresses of all manners.
func hosts(between string) string {
	var all []string
	for m := range numManners {
		all = append(all, m.addr().String())
	}
	return strings.Join(all, between)
}

// account is a user of the system.
type account struct {
	user, group string
	uid, gid    uint32
}

// unprivileged is us, and nobody where we are root.
func unprivileged() (account, error) {
	who, err := user.Current()
	if err == nil && who.Uid == "0" {
		who, err = user.Lookup("nobody")
	}
	if err != nil {
		return account{}, fmt.Errorf("realsmtp: %w", err)
	}
	return accountOf(who)
}

func accountOf(who *user.User) (account, error) {
	group, err := user.LookupGroupId(who.Gid)
	if err != nil {
		return account{}, fmt.Errorf("realsmtp: %w", err)
	}
	uid, err := strconv.ParseUint(who.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("realsmtp: %w", err)
	}
	gid, err := strconv.ParseUint(who.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("realsmtp: %w", err)
	}
	return account{user: who.Username, group: group.Name, uid: uint32(uid), gid: uint32(gid)}, nil
}

// give makes all of the folder the account's.
func (s *Server) give(who account) error {
	err := filepath.WalkDir(s.dir, func(name string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, int(who.uid), int(who.gid))
	})
	if err != nil {
		return fmt.Errorf("realsmtp: %w", err)
	}
	return nil
}
