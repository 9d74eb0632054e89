package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"winnow/policy"
	"winnow/report"
	"winnow/store"
	"winnow/suppress"
)

// remembering are the flags of every command that asks what became of earlier mail.
type remembering struct {
	store, hashKey, from string
	policyFile           string // of commands that have no other use for one; see asking
}

func (r *remembering) add(cmd *cobra.Command) {
	r.addStore(cmd)
	cmd.Flags().StringVar(&r.from, "from-domain", "", "mail is to be sent from `DOMAIN`: suppress also who refuses just this one")
}

func (r *remembering) addStore(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&r.store, "store", "", "what became of earlier mail is kept in `FILE` (a file of yours; see winnow store);\nnone asks and keeps nothing")
	fs.StringVar(&r.hashKey, "hash-key", "", "the store keeps addresses as hashes, by the key in `FILE`")
}

// addPolicy adds the flag of a policy for a command that has no others of it.
func (r *remembering) addPolicy(cmd *cobra.Command) {
	cmd.Flags().StringVar(&r.policyFile, "policy", "", "read the policy from `FILE` (TOML)")
}

// policy reads the policy file of a command that has no other use for one.
func (r *remembering) policy() (policy.Policy, error) {
	if r.policyFile == "" {
		return policy.Default(), nil
	}
	p, err := policy.Load(r.policyFile)
	if err != nil {
		return p, usageError{err}
	}
	return p, nil
}

// place returns the path of the store, policy.NoStore for none, and whether somebody
// named it.
func (r *remembering) place(p policy.Policy) (path string, named bool, err error) {
	path = p.Store
	if r.store != "" {
		path = r.store
	}
	if path != "" {
		return path, true, nil
	}
	path, err = store.Place(runtime.GOOS, os.Getenv)
	if err != nil {
		return "", false, usageError{fmt.Errorf("%w: name a file with --store, or --store none to ask nothing that was kept", err)}
	}
	return path, false, nil
}

// options are those of the ledger. Now is suppress's own.
func (r *remembering) options(p policy.Policy) (suppress.Options, error) {
	o := suppress.Options{Policy: p.Suppress}
	if r.from != "" {
		if err := p.SetFrom(r.from); err != nil {
			return o, usageError{err}
		}
		o.Policy.From = p.Suppress.From
	}
	file := p.HashKey
	if r.hashKey != "" {
		file = r.hashKey
	}
	if file == "" {
		return o, nil
	}
	key, err := os.ReadFile(file)
	if err != nil {
		return o, usageError{fmt.Errorf("read the key for hashes: %w", err)}
	}
	o.Key = key
	return o, nil
}

// ledger is an open one with its store.
type ledger struct {
	*suppress.Ledger
	store *store.Store
}

// Close closes the store of a ledger; nil has none.
func (l *ledger) Close() {
	if l != nil {
		_ = l.store.Close()
	}
}

// toAsk opens the ledger for asking. It is nil if nothing was ever kept, and where
// nothing is to be asked. It makes no file.
func (r *remembering) toAsk(ctx context.Context, p policy.Policy) (*ledger, error) {
	o, err := r.options(p)
	if err != nil {
		return nil, err
	}
	path, named, err := r.place(p)
	if err != nil || path == policy.NoStore {
		return nil, err
	}
	// Asked here first: to make ready for a store would take as long as all of a
	// check of one address.
	if info, err := os.Stat(path); !named && (errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0) {
		return nil, nil
	}
	s, err := store.Read(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w: nothing was kept there yet", err)
		}
		return nil, goAround(err)
	}
	return newLedger(ctx, s, o)
}

// toKeep opens the ledger for reading and writing, and makes it if need be.
func (r *remembering) toKeep(ctx context.Context, ui *tui, p policy.Policy) (*ledger, error) {
	o, err := r.options(p)
	if err != nil {
		return nil, err
	}
	path, _, err := r.place(p)
	if err != nil {
		return nil, err
	}
	if path == policy.NoStore {
		return nil, usageError{errors.New("--store none keeps nothing: name a file")}
	}
	info, err := os.Stat(path)
	begins := err == nil && info.Size() == 0
	s, err := store.Open(path)
	if err != nil {
		return nil, goAround(err)
	}
	if err := s.Proof(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	l, err := newLedger(ctx, s, o)
	if begins && err == nil {
		ui.say("winnow: %s was empty: a new store begins in it", path) // it may have been cut off
	}
	return l, err
}

func newLedger(ctx context.Context, s *store.Store, o suppress.Options) (*ledger, error) {
	l, err := suppress.New(ctx, s, o)
	if err != nil {
		return nil, goAround(errors.Join(err, s.Close()))
	}
	return &ledger{l, s}, nil
}

// goAround adds to an error that nobody is to be mailed past it unknowingly.
func goAround(err error) error {
	if errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrFull) {
		return err // what to do is said below it: see exitCode
	}
	return fmt.Errorf("%w (--store none goes on without: people who complained may be mailed)", err)
}

// storeOf tells of a loaded history for the summary.
func storeOf(x *suppress.Index) *report.Store {
	s := &report.Store{Path: x.Path(), Entries: int64(x.Len())}
	if at := x.Imported(); !at.IsZero() {
		at = at.UTC().Truncate(time.Second)
		s.LastImport = &at
	}
	return s
}

// whoAmI is user@host, for the trail of changes.
func whoAmI() string {
	name, host := "somebody", "somewhere"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil && h != "" {
		host = h
	}
	return name + "@" + host
}

// parseTime reads a day (UTC) or a time (RFC 3339).
func parseTime(flag, text string) (time.Time, error) {
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(form, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usageError{fmt.Errorf("--%s: %q is no day such as 2026-11-24, nor a time such as 2026-11-24T08:00:00Z", flag, text)}
}
