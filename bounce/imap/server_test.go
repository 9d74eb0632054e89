package imap_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	wire "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/stretchr/testify/require"

	"winnow/internal/selfsigned"
)

const (
	user   = "bounces@acme.test"
	secret = "very-secret"
)

// certificate makes one for this machine, and the authority that signed it: itself.
func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	c, roots, err := selfsigned.New(time.Now(), "127.0.0.1")
	require.NoError(t, err)
	return c, roots
}

// server is a real IMAP server with one user.
type server struct {
	t       testing.TB
	user    *imapmemserver.User
	ca      *x509.CertPool
	address string
	lines   atomic.Int64 // that were opened
	cut     []int64      // of these bytes, in turn, the server says so many on a line, and then it drops
}

type about struct {
	caps  []wire.Cap
	plain bool // no TLS from the start
	noTLS bool // nor STARTTLS
	cut   []int64
}

func start(t testing.TB, a about) *server {
	cert, pool := certificate(t)
	s := &server{t: t, user: imapmemserver.NewUser(user, secret), ca: pool, cut: a.cut}
	require.NoError(t, s.user.Create("INBOX", nil))
	caps := wire.CapSet{wire.CapIMAP4rev1: {}}
	for _, c := range a.caps {
		caps[c] = struct{}{}
	}
	memory := imapmemserver.New()
	memory.AddUser(s.user)
	opt := &imapserver.Options{
		Caps:         caps,
		InsecureAuth: a.noTLS,
		Logger:       log.New(io.Discard, "", 0),
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &session{memory.NewSession().(imapserver.SessionIMAP4rev2), s}, nil, nil
		},
	}
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	if !a.noTLS {
		opt.TLSConfig = config
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.address = listener.Addr().String()
	listener = &cutting{listener, s}
	if !a.plain && !a.noTLS {
		listener = tls.NewListener(listener, config)
	}
	srv := imapserver.New(opt)
	go srv.Serve(listener)
	t.Cleanup(func() { srv.Close() })
	return s
}

// session takes the token "good" as well.
type session struct {
	imapserver.SessionIMAP4rev2
	s *server
}

func (s *session) Authenticate(mech string) (sasl.Server, error) {
	switch mech {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return s.Login(user, password) }), nil
	case sasl.OAuthBearer:
		return sasl.NewOAuthBearerServer(func(o sasl.OAuthBearerOptions) *sasl.OAuthBearerError {
			if o.Token != "good" || s.Login(o.Username, secret) != nil {
				return &sasl.OAuthBearerError{Status: "invalid_token"}
			}
			return nil
		}), nil
	}
	return nil, imapserver.ErrAuthFailed
}

func (*session) AuthenticateMechanisms() []string { return []string{sasl.Plain, sasl.OAuthBearer} }

// cutting drops lines.
type cutting struct {
	net.Listener
	s *server
}

func (c *cutting) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	n := int(c.s.lines.Add(1)) - 1
	if n >= len(c.s.cut) || c.s.cut[n] == 0 {
		return conn, nil
	}
	return &dropping{Conn: conn, left: c.s.cut[n]}, nil
}

type dropping struct {
	net.Conn
	left int64
}

func (d *dropping) Write(p []byte) (int, error) {
	if d.left -= int64(len(p)); d.left < 0 {
		d.Close()
		return 0, net.ErrClosed
	}
	return d.Conn.Write(p)
}

func (s *server) url(mailbox string) string {
	return "imaps://" + user + "@" + s.address + "/" + mailbox
}

// add puts mails into a mailbox, each with its number in it.
func (s *server) add(mailbox string, from, to int, behind string) {
	for i := from; i <= to; i++ {
		_, err := s.user.Append(mailbox, bytes.NewReader(fmt.Appendf(nil, "Subject: %d\r\n\r\nbounced%s\r\n", i, behind)), &wire.AppendOptions{})
		require.NoError(s.t, err)
	}
}

// flags tells the flags of each mail that is in a mailbox now.
func (s *server) flags(mailbox string) map[uint32][]wire.Flag {
	config := &tls.Config{RootCAs: s.ca, ServerName: "127.0.0.1"}
	c, err := imapclient.DialTLS(s.address, &imapclient.Options{TLSConfig: config})
	require.NoError(s.t, err)
	defer c.Close()
	require.NoError(s.t, c.Login(user, secret).Wait())
	box, err := c.Select(mailbox, &wire.SelectOptions{ReadOnly: true}).Wait()
	require.NoError(s.t, err)
	found := map[uint32][]wire.Flag{}
	if box.NumMessages == 0 {
		return found
	}
	mails, err := c.Fetch(wire.SeqSet{{Start: 1}}, &wire.FetchOptions{UID: true, Flags: true}).Collect()
	require.NoError(s.t, err)
	for _, m := range mails {
		slices.Sort(m.Flags) // a mailbox keeps them in no order
		found[uint32(m.UID)] = m.Flags
	}
	return found
}

// scripted is a server that says what it is told to: to each command, the first
// answer whose key the command begins with, once if there are more of that key. "T" is
// the command's tag.
func scripted(t testing.TB, answers ...[2]string) (url string, ca *x509.CertPool) {
	cert, pool := certificate(t)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	var used [100]atomic.Bool
	answer := func(command string) string {
		last := ""
		for i, a := range answers {
			if strings.HasPrefix(command, a[0]) {
				if last = a[1]; !used[i].Swap(true) {
					break
				}
			}
		}
		return last
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				fmt.Fprint(conn, "* OK [CAPABILITY IMAP4rev1 UIDPLUS] hello\r\n")
				lines := bufio.NewScanner(conn)
				for lines.Scan() {
					tag, command, _ := strings.Cut(lines.Text(), " ")
					switch text := answer(command); {
					case text == "silence":
					case text == "drop":
						return
					case text != "":
						fmt.Fprint(conn, strings.ReplaceAll(text, "T ", tag+" "))
					case strings.HasPrefix(command, "CAPABILITY"):
						fmt.Fprintf(conn, "* CAPABILITY IMAP4rev1 UIDPLUS\r\n%s OK\r\n", tag)
					default:
						fmt.Fprintf(conn, "%s OK\r\n", tag)
					}
				}
			}()
		}
	}()
	return "imaps://" + user + "@" + listener.Addr().String() + "/INBOX", pool
}
