//go:build linux

package realsmtp

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strings"
	"text/template"
)

//go:embed postfix.main.tmpl
var postfixMain string

//go:embed postfix.master.tmpl
var postfixMaster string

// Postfix is how a Postfix is other than it comes. The zero is Postfix's own
// limits, as most have them: an error sleep of 1 s from the 10th refusal of a session
// on, 421 after the 20th, 50 connections of one client, 1,000 recipients a mail.
type Postfix struct {
	// RecipientLimit: from the next recipient of a mail on, the answer is 452 4.5.3. 0 is 1,000.
	RecipientLimit int
	// Unlimited lifts what limits how many connections and mails there may be: for
	// benchmarks, in which one client stands for many. Errors are limited all the same.
	Unlimited bool
	// Processes serve at once, a connection each. 0 is 100.
	Processes int
}

// The accounts that Postfix runs as must not be one another's, nor root's. These
// are there on every Debian; on the machine, they own nothing that is run.
const (
	postfixOwner = "mail"
	postfixGroup = "uucp"
)

// StartPostfix runs a Postfix over domains, and a postgrey where one of them
// greylists. It must be root, and fetches both if need be: see PostfixReady. It
// offers STARTTLS, PIPELINING and SMTPUTF8.
func StartPostfix(ctx context.Context, how Postfix, domains ...Domain) (*Server, error) {
	p, err := unpacked(ctx)
	if err != nil {
		return nil, err
	}
	s, err := newServer("postfix", domains)
	if err != nil {
		return nil, err
	}
	if err := s.postfix(p, how); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) postfix(p packages, how Postfix) error {
	greyPort, err := s.postgrey(p)
	if err != nil {
		return err
	}
	for _, folder := range []string{"conf", "log"} {
		if err := os.Mkdir(s.in(folder), 0o755); err != nil {
			return fmt.Errorf("realsmtp: %w", err)
		}
	}
	if err := s.queue(); err != nil {
		return err
	}
	cert, key, err := certificate(s.MX(""))
	if err != nil {
		return err
	}
	if err := s.postfixConf(p, how, greyPort); err != nil {
		return err
	}
	files := s.postfixTables()
	files["cert.pem"], files["key.pem"] = string(cert), string(key)
	for name, text := range files {
		if err := s.write(name, text); err != nil {
			return err
		}
	}
	if err := os.Chmod(s.in("key.pem"), 0o600); err != nil {
		return fmt.Errorf("realsmtp: %w", err)
	}
	environment := []string{"LD_LIBRARY_PATH=" + strings.Join(p.libs, ":"), "PATH=/usr/bin:/bin"}
	index := exec.Command(p.root+"/usr/sbin/postmap", "-c", s.in("conf"), "hash:"+s.in("boxes"))
	index.Env = environment
	if said, err := index.CombinedOutput(); err != nil {
		return fmt.Errorf("realsmtp: postmap: %w: %s", err, said)
	}
	cmd := exec.Command(p.root+"/usr/lib/postfix/sbin/master", "-c", s.in("conf"), "-d")
	cmd.Dir, cmd.Env = s.dir, environment
	running, err := s.start(cmd, "out")
	if err != nil {
		return err
	}
	if err := running.answers(s.Host("")); err != nil {
		return fmt.Errorf("%w: %s", err, s.Log())
	}
	return nil
}

// queue makes the folders that Postfix wants, as its own package would.
func (s *Server) queue() error {
	owner, err := user.Lookup(postfixOwner)
	if err != nil {
		return fmt.Errorf("realsmtp: %w", err)
	}
	who, err := accountOf(owner)
	if err != nil {
		return err
	}
	for _, folder := range []string{"data", "queue", "queue/active", "queue/bounce", "queue/corrupt", "queue/defer", "queue/deferred", "queue/flush",
		"queue/hold", "queue/incoming", "queue/maildrop", "queue/pid", "queue/private", "queue/public", "queue/saved", "queue/trace"} {
		if err := os.Mkdir(s.in(folder), 0o755); err != nil {
			return fmt.Errorf("realsmtp: %w", err)
		}
		if folder == "queue" || folder == "queue/pid" {
			continue // root's
		}
		if err := os.Lchown(s.in(folder), int(who.uid), int(who.gid)); err != nil {
			return fmt.Errorf("realsmtp: %w", err)
		}
	}
	return nil
}

func (s *Server) postfixConf(p packages, how Postfix, greyPort uint16) error {
	type host struct {
		Addr   string
		Manner string
	}
	var all []host
	for m := range numManners {
		all = append(all, host{m.addr().String(), m.String()})
	}
	values := map[string]any{
		"Name": s.MX(""), "Dir": s.dir, "Root": p.root, "Libs": strings.Join(p.libs, ":"), "Port": s.port, "Hosts": all, "GreyPort": greyPort,
		"Owner": postfixOwner, "Group": postfixGroup, "SlowBy": SlowBy,
		"RecipientLimit": how.RecipientLimit, "Unlimited": how.Unlimited, "Processes": how.Processes,
	}
	for name, text := range map[string]string{"main.cf": postfixMain, "master.cf": postfixMaster} {
		var conf strings.Builder
		t, err := template.New(name).Option("missingkey=error").Parse(text)
		if err == nil {
			err = t.Execute(&conf, values)
		}
		if err != nil {
			return fmt.Errorf("realsmtp: %w", err)
		}
		if err := s.write("conf/"+name, conf.String()); err != nil {
			return err
		}
	}
	return nil
}

// postfixTables are its files: which domains are served, who has a mailbox, and
// which domains and recipients are answered otherwise.
func (s *Server) postfixTables() map[string]string {
	const (
		full     = "552 5.2.2 Mailbox is full / over quota"
		disabled = "550 5.2.1 This account has been disabled"
		deferred = "451 4.3.0 Temporary failure, try again later"
		blocked  = "550 5.7.1 Service unavailable; Client host [127.0.0.1] blocked using zen.example.org"
	)
	special := map[Box]string{Full: full, Disabled: disabled, Deferred: deferred}
	wholly := map[Manner]string{Greylists: "greylist", Defers: deferred, BlocksSender: blocked}
	var domains, manners, boxes, access strings.Builder
	for name, d := range s.domains {
		fmt.Fprintf(&domains, "%s x\n", name)
		if answer, is := wholly[d.Manner]; is {
			fmt.Fprintf(&manners, "%s %s\n", name, answer)
		}
		if d.Manner == CatchAll {
			fmt.Fprintf(&boxes, "@%s x\n", name)
		}
		for local := range d.recipients() {
			if b, is := d.box(local); !is {
				continue
			} else if answer, is := special[b]; is {
				fmt.Fprintf(&access, "%s@%s %s\n", local, name, answer)
			} else {
				fmt.Fprintf(&boxes, "%s@%s x\n", local, name)
			}
		}
	}
	return map[string]string{"domains": domains.String(), "manners": manners.String(), "boxes": boxes.String(), "access": access.String()}
}
