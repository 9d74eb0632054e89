// Package imap answers one question: which mails lie in this mailbox?
//
// [Read] hands them out one by one, raw. It opens the mailbox with EXAMINE and
// fetches with BODY.PEEK (RFC 3501 sections 6.3.2 and 6.4.5), so that the mailbox
// stays as it was, "unread" included, unless [Options.After] wants otherwise. It
// reads no mail itself: what one says is the caller's business.
//
// Nothing is said on a line that is not encrypted, and no certificate is taken
// unseen. A line that drops is mended, and no mail is handed out twice for it.
package imap

import (
	"context"
	"crypto/x509"
	"errors"
	"time"
)

// Message is one mail.
type Message struct {
	Place       string // "imaps://mail.example/INBOX;uid=12"
	UID         uint32
	UIDValidity uint32 // under another one the same UID is another mail (RFC 3501 section 2.3.1.1)
	Raw         []byte // each's only until it returns
	Truncated   bool   // it is longer than Options.MaxSize; this is its beginning
}

// Options say how a mailbox is read. All but a password or a token may be left out.
type Options struct {
	Password string
	Token    string         // an OAuth access token, in place of a password
	CA       *x509.CertPool // who may sign the server's certificate; nil: whom the system trusts
	Plain    bool           // imap:// to this machine itself may go without TLS

	// Since leaves out mails that came on an earlier day. The server counts days in
	// a zone of its own, so one day more is read: rather a mail again than none.
	Since   time.Time
	MaxSize int64         // of what is fetched of a mail; 0: 4 MiB
	Timeout time.Duration // how long the server may be silent; 0: 30 s

	After  After
	Folder string // for Move; it must be there
	Batch  int    // mails between two commits; 0: 500

	// Commit, where there is one, is called when each has accepted a batch, and
	// must make sure that it is not lost. Only then does After touch these mails.
	Commit func() error
	// Skipped is told of a mail that the server does not hand out.
	Skipped func(place string, err error)
}

// ErrLeave is what each says of a mail that is to stay as it is, whatever After says:
// nothing of it was kept.
var ErrLeave = errors.New("imap: this mail stays as it is")

// After is what becomes of a mail that was read.
type After uint8

const (
	Leave  After = iota // as it was
	Seen                // marked as read
	Delete              // expunged
	Move                // to Options.Folder
)

const (
	defaultMaxSize = 4 << 20
	defaultTimeout = 30 * time.Second
	defaultBatch   = 500
)

func (o Options) filled() Options {
	if o.MaxSize <= 0 {
		o.MaxSize = defaultMaxSize
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Batch <= 0 {
		o.Batch = defaultBatch
	}
	if o.Commit == nil {
		o.Commit = func() error { return nil }
	}
	if o.Skipped == nil {
		o.Skipped = func(string, error) {}
	}
	return o
}

// Read hands out the mails of the mailbox at url, the oldest first, those that came
// in before it was opened:
//
//	imaps://user@host[:port]/MAILBOX   TLS from the start (RFC 8314)
//	imap://user@host[:port]/MAILBOX    STARTTLS, always
//
// A user's @ may stand as it is, or as %40. Without a mailbox it is the INBOX.
// An error of each, but [ErrLeave], or of Commit ends the reading. Where an error is returned, the
// mails since the last Commit count as not read, and the mailbox has them as they were.
// It ends with ctx.
func Read(ctx context.Context, url string, opt Options, each func(Message) error) error {
	box, err := parse(url)
	if err != nil {
		return err
	}
	if err := opt.check(box); err != nil {
		return err
	}
	r := &reading{box: box, Options: opt.filled(), each: each}
	if err := r.run(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err() // the line was cut because of it
		}
		return err
	}
	return nil
}
