package imap

import (
	"fmt"

	wire "github.com/emersion/go-imap/v2"
)

// able makes sure, before a mail is read, that After can be done to it and to
// nothing else.
func (r *reading) able(l *line) error {
	if r.After != Delete && r.After != Move {
		return nil
	}
	var plus bool
	err := l.do("see what can be done with the mails", func() error {
		plus, r.byMove = l.Caps().Has(wire.CapUIDPlus), l.Caps().Has(wire.CapMove)
		return nil
	})
	switch {
	case err != nil:
		return err
	case !plus && (r.After == Delete || !r.byMove):
		// Without UIDPLUS (RFC 4315) there is only EXPUNGE, which takes with it
		// whatever anybody has marked.
		return fmt.Errorf("the server of %s cannot take single mails out of a mailbox (it has neither UIDPLUS nor MOVE for it): use --imap-after seen, or none", r.box.link)
	case r.After == Delete:
		return nil
	}
	return l.do(fmt.Sprintf("look for the folder %q beside the mails", r.Folder), func() error {
		_, err := l.Status(r.Folder, &wire.StatusOptions{UIDValidity: true}).Wait()
		return err
	})
}

// settle has the caller keep what was accepted, and then does to it what After says.
// If the line drops meanwhile, it is called again: all of it may be done twice.
func (r *reading) settle(l *line) error {
	if len(r.accepted) > 0 {
		if err := r.Commit(); err != nil {
			return err
		}
		r.kept, r.accepted = r.accepted, nil
	}
	if len(r.kept) == 0 {
		return nil
	}
	var err error
	switch r.After {
	case Seen:
		err = r.mark(l, wire.FlagSeen)
	case Delete:
		err = r.remove(l)
	case Move:
		err = r.move(l)
	}
	if err == nil {
		r.kept = nil
	}
	return err
}

func (r *reading) mark(l *line, flag wire.Flag) error {
	return l.do("mark the mails", func() error {
		return l.Store(r.kept, &wire.StoreFlags{Op: wire.StoreFlagsAdd, Silent: true, Flags: []wire.Flag{flag}}, nil).Close()
	})
}

func (r *reading) remove(l *line) error {
	if err := r.mark(l, wire.FlagDeleted); err != nil {
		return err
	}
	return l.do("delete the mails", func() error { return l.UIDExpunge(r.kept).Close() })
}

// move moves, by MOVE (RFC 6851) where there is one. Else the mails are copied, and
// removed only once the server says that they were.
func (r *reading) move(l *line) error {
	err := l.do(fmt.Sprintf("move the mails to %q, out", r.Folder), func() (err error) {
		if r.byMove {
			_, err = l.Move(r.kept, r.Folder).Wait()
		} else {
			_, err = l.Copy(r.kept, r.Folder).Wait()
		}
		return err
	})
	if err != nil || r.byMove {
		return err
	}
	return r.remove(l)
}
