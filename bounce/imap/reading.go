package imap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	wire "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// reading is one Read. What it knows outlives a line:
//
//	todo ─batch─▶ open ─each─▶ accepted ─Commit─▶ kept ─After─▶ done
type reading struct {
	Options
	box  mailbox
	each func(Message) error

	opened   bool // once
	validity uint32
	byMove   bool        // the server has MOVE
	todo     wire.UIDSet // ascending: so that a range of a million costs as much as one mail
	open     []wire.UID  // of the batch, what was not yet handed out
	accepted wire.UIDSet
	kept     wire.UIDSet
	handed   int
	body     bytes.Buffer
}

// mendAfter is how long a line that dropped is left alone.
const mendAfter = time.Second

// run reads on, over as many lines as it takes. A line that brings nothing new ends it.
func (r *reading) run(ctx context.Context) error {
	for mended := false; ; mended = true {
		before := r.handed
		err := r.session(ctx)
		if !errors.As(err, &lost{}) || mended && r.handed == before {
			return err
		}
		select {
		case <-time.After(mendAfter):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// session reads on over one line.
func (r *reading) session(ctx context.Context) error {
	l, err := dial(ctx, &r.box, &r.Options)
	if err != nil {
		return err
	}
	defer l.hangUp()
	if err := r.enter(l); err != nil {
		return err
	}
	for {
		if err := r.fetch(l); err != nil {
			return err
		}
		if err := r.settle(l); err != nil {
			return err
		}
		if r.take(); len(r.open) == 0 {
			break
		}
	}
	_ = l.wait(func() error { return l.Logout().Wait() }) // all is done: a server that is rude now is no fault
	return nil
}

// enter opens the mailbox. The first time it learns which mails there are, later
// ones that they still go by the same numbers.
func (r *reading) enter(l *line) error {
	if err := r.able(l); err != nil {
		return err
	}
	var box *wire.SelectData
	err := l.do("open the mailbox", func() (err error) {
		box, err = l.Select(r.box.name, &wire.SelectOptions{ReadOnly: r.After == Leave}).Wait()
		return err
	})
	switch {
	case err != nil:
		return err
	case r.opened && box.UIDValidity != r.validity:
		return fmt.Errorf("%s was made anew while it was read (its UIDVALIDITY was %d, now it is %d): read it again", r.box.link, r.validity, box.UIDValidity)
	case r.opened || box.NumMessages == 0:
		return nil
	}
	criteria := &wire.SearchCriteria{}
	if !r.Since.IsZero() {
		criteria.Since = r.Since.AddDate(0, 0, -1)
	}
	if r.todo, err = l.find(criteria); err != nil {
		return err
	}
	r.opened, r.validity = true, box.UIDValidity
	return nil
}

// find asks for the UIDs of mails.
func (l *line) find(criteria *wire.SearchCriteria) (uids wire.UIDSet, err error) {
	err = l.do("list the mails", func() error {
		var opt *wire.SearchOptions
		if l.Caps().Has(wire.CapESearch) {
			opt = &wire.SearchOptions{ReturnAll: true} // "1:100000" in place of all these numbers
		}
		data, err := l.UIDSearch(criteria, opt).Wait()
		if err == nil {
			uids, _ = data.All.(wire.UIDSet)
		}
		return err
	})
	if err == nil && uids.Dynamic() {
		return nil, fmt.Errorf("list the mails of %s: the server answers with a number that is none", l.box.link)
	}
	return uids, err
}

// take makes the next batch. There is none where open stays empty.
func (r *reading) take() {
	for len(r.open) < r.Batch && len(r.todo) > 0 {
		first := &r.todo[0]
		r.open = append(r.open, first.Start)
		if first.Start == first.Stop {
			r.todo = r.todo[1:]
		} else {
			first.Start++
		}
	}
}

// fetch hands out what is open.
func (r *reading) fetch(l *line) error {
	if len(r.open) == 0 {
		return nil
	}
	if err := r.ask(l, wire.UIDSetNum(r.open...)); err != nil {
		return err
	}
	if len(r.open) == 0 {
		return nil
	}
	// What did not come was deleted by somebody meanwhile; or its answer was lost
	// among news of its flags. So those that are still there are asked for again.
	there, err := l.find(&wire.SearchCriteria{UID: []wire.UIDSet{wire.UIDSetNum(r.open...)}})
	if err != nil {
		return err
	}
	r.open = slices.DeleteFunc(r.open, func(uid wire.UID) bool { return !there.Contains(uid) })
	if len(r.open) > 0 {
		if err := r.ask(l, wire.UIDSetNum(r.open...)); err != nil {
			return err
		}
	}
	for _, uid := range r.open {
		r.Skipped(r.box.place(uint32(uid)), errors.New("the server lists this mail, but does not hand it out"))
	}
	r.open = r.open[:0]
	return nil
}

// ask fetches these mails, and hands out each as it comes.
func (r *reading) ask(l *line, uids wire.UIDSet) error {
	var fetch *imapclient.FetchCommand
	err := l.do("fetch the mails", func() error {
		fetch = l.Fetch(uids, &wire.FetchOptions{UID: true, BodySection: []*wire.FetchItemBodySection{{
			Peek:    true,
			Partial: &wire.SectionPartial{Size: r.MaxSize + 1}, // one more tells that there is more
		}}})
		return nil
	})
	if err != nil {
		return err
	}
	for {
		var uid wire.UID
		var came, end bool
		err := l.do("fetch the mails", func() (err error) {
			msg := fetch.Next()
			if msg == nil {
				end = true
				return fetch.Close()
			}
			uid, came, err = r.receive(msg)
			return err
		})
		switch {
		case err != nil || end:
			return err // of a literal that broke off nothing more may be read: its reader is the client's again
		case !came:
			continue
		}
		if err := r.hand(uid); err != nil {
			l.conn.Close() // so that what is under way ends
			_ = fetch.Close()
			return err
		}
	}
}

// receive takes a mail off the line, into r.body.
func (r *reading) receive(msg *imapclient.FetchMessageData) (uid wire.UID, came bool, err error) {
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = item.UID
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			r.body.Reset()
			want := min(item.Literal.Size(), r.MaxSize+1)
			n, err := io.Copy(&r.body, io.LimitReader(item.Literal, want))
			if err == nil && n < want {
				err = io.ErrUnexpectedEOF
			}
			if err != nil {
				return uid, false, err
			}
			came = true
		}
	}
	return uid, came, nil
}

// hand gives a mail to each. What was not asked for, or came before, is no mail.
func (r *reading) hand(uid wire.UID) error {
	i := slices.Index(r.open, uid)
	if i < 0 {
		return nil
	}
	m := Message{Place: r.box.place(uint32(uid)), UID: uint32(uid), UIDValidity: r.validity, Raw: r.body.Bytes()}
	if int64(len(m.Raw)) > r.MaxSize {
		m.Raw, m.Truncated = m.Raw[:r.MaxSize], true
	}
	err := r.each(m)
	if err != nil && !errors.Is(err, ErrLeave) {
		return err
	}
	r.open = slices.Delete(r.open, i, i+1)
	if err == nil {
		r.accepted.AddNum(uid)
	}
	r.handed++
	return nil
}
