package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"winnow/bounce/imap"
)

// Where secrets come from. A flag for them would show them to the whole machine.
const (
	imapPassword = "WINNOW_IMAP_PASSWORD"
	imapToken    = "WINNOW_IMAP_TOKEN"
)

// imapFlags are the flags of every command that reads mailboxes by IMAP.
type imapFlags struct {
	passwordFile string
	ca           string
	after        string
	since        string
	plain        bool
}

func (f *imapFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.passwordFile, "imap-password-file", "", "the mailbox's password is the first line of `FILE` (else it is in "+imapPassword+",\nor an OAuth token in "+imapToken+")")
	fs.StringVar(&f.ca, "imap-ca", "", "trust the mail server's certificate if an authority in `FILE` (PEM) signed it")
	fs.StringVar(&f.after, "imap-after", "", "do `WHAT` to mails once they are taken in: seen, delete or move=FOLDER\n(nothing: they stay as they were)")
	fs.StringVar(&f.since, "imap-since", "", "leave out mails that came to the mailbox before this `DAY`, 2026-05-31")
	fs.BoolVar(&f.plain, "imap-plain", false, "let imap:// to this machine itself go without TLS")
	complete(cmd, "imap-after", "seen", "delete", "move=")
}

// readMailbox hands out the mails of the mailbox at url. commit, if any, is called
// when each has taken a batch and before the mailbox is changed, as --imap-after
// wants it: it must make sure that nothing of the batch is lost.
func (f *imapFlags) readMailbox(ctx context.Context, ui *tui, url string, commit func() error, damaged func(place string, err error), each func(imap.Message) error) error {
	if err := imap.Check(url); err != nil {
		return usageError{err}
	}
	opt, err := f.options(ui)
	if err != nil {
		return err
	}
	opt.Commit, opt.Skipped = commit, damaged
	return imap.Read(ctx, url, opt, each)
}

func (f *imapFlags) options(ui *tui) (opt imap.Options, err error) {
	opt.Plain = f.plain
	switch action, folder, _ := strings.Cut(f.after, "="); {
	case f.after == "":
	case f.after == "seen":
		opt.After = imap.Seen
	case f.after == "delete":
		opt.After = imap.Delete
	case action == "move" && folder != "":
		opt.After, opt.Folder = imap.Move, folder
	default:
		return opt, usageError{fmt.Errorf("--imap-after: %q is none of seen, delete, move=FOLDER", f.after)}
	}
	if f.since != "" {
		if opt.Since, err = time.Parse(time.DateOnly, f.since); err != nil {
			return opt, usageError{fmt.Errorf("--imap-since: %q is no day such as 2026-05-31", f.since)}
		}
	}
	if f.ca != "" {
		pem, err := os.ReadFile(f.ca)
		if err != nil {
			return opt, fmt.Errorf("read the authority of the mail server: %w", err)
		}
		opt.CA = x509.NewCertPool()
		if !opt.CA.AppendCertsFromPEM(pem) {
			return opt, fmt.Errorf("read the authority of the mail server: %s: there is no certificate in it (-----BEGIN CERTIFICATE-----)", f.ca)
		}
	}
	if opt.Password, err = f.password(ui); err != nil {
		return opt, err
	}
	if f.passwordFile == "" {
		opt.Token = os.Getenv(imapToken)
	}
	return opt, nil
}

// password finds the password. That there is none is for the mailbox to say.
func (f *imapFlags) password(ui *tui) (string, error) {
	if f.passwordFile == "" {
		return os.Getenv(imapPassword), nil
	}
	info, err := os.Stat(f.passwordFile)
	if err != nil {
		return "", fmt.Errorf("read the mailbox's password: %w", err)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 && info.Mode().IsRegular() && os.PathSeparator == '/' {
		ui.say("winnow: others on this machine can read the password in %s: chmod 600 it", f.passwordFile)
	}
	text, err := os.ReadFile(f.passwordFile)
	if err != nil {
		return "", fmt.Errorf("read the mailbox's password: %w", err)
	}
	password, _, _ := strings.Cut(string(text), "\n")
	if password = strings.TrimSuffix(password, "\r"); password == "" {
		return "", errors.New("read the mailbox's password: the first line of " + f.passwordFile + " is empty")
	}
	return password, nil
}
