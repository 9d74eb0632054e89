package imap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	wire "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"
)

// lost is the error of a line that dropped: the same may be asked again on another.
type lost struct{ error }

func (e lost) Unwrap() error { return e.error }

// line is one connection to the server. Its user is logged in.
type line struct {
	*imapclient.Client
	conn *watched
	box  *mailbox
	stop func() bool // the watch of ctx
}

// dial connects and logs in.
func dial(ctx context.Context, box *mailbox, opt *Options) (*line, error) {
	dialer := net.Dialer{Timeout: opt.Timeout}
	raw, err := dialer.DialContext(ctx, "tcp", box.address())
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", box.link, err)
	}
	l := &line{conn: watch(raw, opt.Timeout), box: box}
	l.stop = context.AfterFunc(ctx, func() { raw.Close() })
	if err := l.encrypt(opt); err != nil {
		l.hangUp()
		return nil, fmt.Errorf("connect to %s: %w", box.link, err)
	}
	if err := l.login(opt); err != nil {
		l.hangUp()
		return nil, err
	}
	return l, nil
}

// hangUp ends the line, whatever is under way.
func (l *line) hangUp() {
	l.stop()
	l.conn.Close()
	if l.Client != nil {
		l.Client.Close()
	}
}

// encrypt makes the client, on an encrypted line.
func (l *line) encrypt(opt *Options) error {
	config := &tls.Config{ServerName: l.box.host, RootCAs: opt.CA, MinVersion: tls.VersionTLS12, NextProtos: []string{"imap"}}
	err := l.wait(func() error {
		switch {
		case l.box.tls:
			conn := tls.Client(l.conn, config)
			if err := conn.Handshake(); err != nil {
				return err
			}
			l.Client = imapclient.New(conn, nil)
		case opt.Plain:
			l.Client = imapclient.New(l.conn, nil)
		default:
			var err error
			if l.Client, err = imapclient.NewStartTLS(l.conn, &imapclient.Options{TLSConfig: config}); err != nil {
				return err
			}
		}
		return l.WaitGreeting()
	})
	var (
		said    *wire.Error
		unknown *tls.CertificateVerificationError
		record  tls.RecordHeaderError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unknown):
		if invalid := (x509.HostnameError{}); errors.As(err, &invalid) {
			return fmt.Errorf("the server is not who it should be: %w", unknown.Err)
		}
		return fmt.Errorf("the server's certificate cannot be trusted: %w; if it is signed by an authority of your own, name that with --imap-ca", unknown.Err)
	case errors.As(err, &record):
		return fmt.Errorf("the server does not speak TLS there: %w; perhaps it is imap:// (port 143), which begins with STARTTLS", err)
	case errors.As(err, &said) && !l.box.tls && !opt.Plain:
		return fmt.Errorf("the server does not begin TLS (%s); try imaps://, or ask who runs it", opt.quote(said))
	case errors.As(err, &said):
		return fmt.Errorf("the server will not talk: %s", opt.quote(said))
	case !l.box.tls && errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("the server hung up before TLS could begin: %w; perhaps it is imaps:// (port 993), which begins with TLS", err)
	}
	return err
}

// login says who we are: by a token where there is one, else by password.
func (l *line) login(opt *Options) error {
	err := l.wait(func() error {
		caps := l.Caps()
		switch {
		case l.State() == wire.ConnStateAuthenticated: // PREAUTH
			return nil
		case opt.Token != "" && caps.Has(wire.AuthCap(sasl.OAuthBearer)):
			return l.Authenticate(sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: l.box.user, Token: opt.Token}))
		case opt.Token != "":
			return l.Authenticate(xoauth2{l.box.user, opt.Token})
		case caps.Has(wire.AuthCap(sasl.Plain)):
			return l.Authenticate(sasl.NewPlainClient("", l.box.user, opt.Password))
		}
		return l.Login(l.box.user, opt.Password).Wait()
	})
	var said *wire.Error
	var bearer *sasl.OAuthBearerError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &said) && opt.Token == "":
		return fmt.Errorf("log in to %s: the server refuses the user or the password: %s; look at WINNOW_IMAP_PASSWORD, and whether the provider wants a password for apps, or an OAuth token",
			l.box.link, opt.quote(said))
	case errors.As(err, &said), errors.As(err, &bearer):
		text := ""
		if said != nil {
			text = ": " + opt.quote(said)
		}
		return fmt.Errorf("log in to %s: the server refuses the token%s; get a new one, such tokens live for an hour or so", l.box.link, text)
	}
	return fmt.Errorf("log in to %s: %w", l.box.link, err)
}

// quote is what the server said, without what we keep secret: there are servers
// that repeat the command that they did not like.
func (o *Options) quote(e *wire.Error) string {
	text := e.Text
	for _, secret := range []string{o.Password, o.Token} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	if e.Code != "" {
		return fmt.Sprintf("%s [%s] %q", e.Type, e.Code, text)
	}
	return fmt.Sprintf("%s %q", e.Type, text)
}

// xoauth2 is the way of Google and Microsoft before RFC 7628.
type xoauth2 struct{ user, token string }

func (x xoauth2) Start() (string, []byte, error) {
	return "XOAUTH2", []byte("user=" + x.user + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next answers the server's words on why it refuses with nothing, as it wants it.
func (xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }

// wait runs ask, which waits for the server. If nothing at all comes for as long as
// opt.Timeout, the line is cut.
func (l *line) wait(ask func() error) error {
	l.conn.await(true)
	err := ask()
	if l.conn.await(false) {
		return fmt.Errorf("the server was silent for %s", l.conn.limit)
	}
	return err
}

// do is wait for a line that is open: unless the server refuses, an error means
// that the line is lost.
func (l *line) do(what string, ask func() error) error {
	err := l.wait(ask)
	if said := (*wire.Error)(nil); err == nil {
		return nil
	} else if errors.As(err, &said) {
		return fmt.Errorf("%s of %s: the server refuses: %s %q", what, l.box.link, said.Type, said.Text)
	}
	return lost{fmt.Errorf("%s of %s: the line dropped: %w", what, l.box.link, err)}
}

// watched is a connection that is cut when it is silent for too long while somebody
// waits. The client's own limits are for whole answers, and would end a slow line
// that is well, or a caller that takes its time.
type watched struct {
	net.Conn
	limit time.Duration

	mu      sync.Mutex
	waiting bool
	cut     bool
	timer   *time.Timer
}

func watch(c net.Conn, limit time.Duration) *watched {
	w := &watched{Conn: c, limit: limit}
	w.timer = time.AfterFunc(limit, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.waiting {
			w.cut = true
			w.Conn.Close()
		}
	})
	w.timer.Stop()
	return w
}

// await begins or ends a wait, and tells whether the connection was cut.
func (w *watched) await(on bool) (cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = on
	if w.timer.Stop(); on {
		w.timer.Reset(w.limit)
	}
	return w.cut
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting && n > 0 {
		w.timer.Reset(w.limit)
	}
	return n, err
}

// SetReadDeadline does nothing: see watched.
func (*watched) SetReadDeadline(time.Time) error { return nil }
