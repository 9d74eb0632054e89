package imap

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// mailbox is where mails lie.
type mailbox struct {
	tls  bool // from the start
	user string
	host string // without port
	port string
	name string
	link string // scheme, host and name, without the user: it is the beginning of places
}

var (
	errForm     = errors.New("a mailbox is named imaps://user@host/INBOX (imap:// for STARTTLS)")
	errPassword = errors.New("the password does not belong into the address of the mailbox: a command line is seen by everybody on the machine, and kept in histories and logs; " +
		"put it into WINNOW_IMAP_PASSWORD, or into a file named by --imap-password-file")
)

// Is reports whether text names a mailbox rather than a file.
func Is(text string) bool {
	return strings.HasPrefix(text, "imaps://") || strings.HasPrefix(text, "imap://")
}

// Check says what is wrong with the address of a mailbox. It asks nobody.
func Check(url string) error {
	_, err := parse(url)
	return err
}

// parse reads a mailbox's address (RFC 5092, without what nobody uses). Its errors
// never hold the text: a password may stand in it.
func parse(text string) (mailbox, error) {
	if !Is(text) {
		return mailbox{}, errForm
	}
	// By hand, since a password may hold what ends the user for a parser.
	if _, behind, _ := strings.Cut(text, "://"); strings.Contains(behind, "@") {
		if user, _, _ := strings.Cut(behind, "@"); strings.Contains(user, ":") {
			return mailbox{}, errPassword
		}
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		return mailbox{}, errForm
	}
	if u.User == nil || u.User.Username() == "" {
		return mailbox{}, fmt.Errorf("%w: the user is missing", errForm)
	}
	if _, has := u.User.Password(); has {
		return mailbox{}, errPassword
	}
	box := mailbox{tls: u.Scheme == "imaps", user: u.User.Username(), host: u.Hostname(), port: u.Port(), name: strings.TrimPrefix(u.Path, "/")}
	if box.name == "" || strings.EqualFold(box.name, "INBOX") { // RFC 3501 section 5.1: in any case
		box.name = "INBOX"
	}
	box.link = u.Scheme + "://" + u.Host + "/" + box.name
	switch {
	case box.port != "":
	case box.tls:
		box.port = "993"
	default:
		box.port = "143"
	}
	return box, nil
}

// place names one mail of it.
func (m *mailbox) place(uid uint32) string { return fmt.Sprintf("%s;uid=%d", m.link, uid) }

// local reports whether it lies on this machine, by its name alone: a resolver is
// not asked whom to trust.
func (m *mailbox) local() bool {
	addr, err := netip.ParseAddr(m.host)
	return m.host == "localhost" || err == nil && addr.IsLoopback()
}

func (m *mailbox) address() string { return net.JoinHostPort(m.host, m.port) }

// check says why box cannot be read with these options.
func (o *Options) check(box mailbox) error {
	switch {
	case o.Password == "" && o.Token == "":
		return fmt.Errorf("there is no password for %s: put it into WINNOW_IMAP_PASSWORD, or into a file named by --imap-password-file; an OAuth token into WINNOW_IMAP_TOKEN", box.link)
	case o.Plain && box.tls:
		return errors.New("without TLS it is imap://, not imaps://")
	case o.Plain && !box.local():
		return fmt.Errorf("%s is another machine: without TLS everybody on the way could read the password and the mails", box.host)
	case o.After == Move && o.Folder == "":
		return errors.New("where are the mails to be moved to? The folder is missing")
	case o.After == Move && strings.EqualFold(o.Folder, box.name):
		return fmt.Errorf("the mails lie in %s: move them to another folder", box.name)
	}
	return nil
}
