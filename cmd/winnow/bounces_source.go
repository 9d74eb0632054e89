package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"winnow/bounce"
	"winnow/bounce/imap"
	"winnow/bounce/read"
)

// bounceSource are the flags of every command that reads what came back: files,
// standard input, mailboxes.
type bounceSource struct {
	from, own string
	imap      imapFlags
}

func (s *bounceSource) add(cmd *cobra.Command, ui *tui) {
	fs := cmd.Flags()
	fs.StringVar(&s.from, "from", "", "take the files for this `KIND`, whatever they look like")
	fs.StringVar(&s.own, "bounce-rules", "", "lay the rules of this `FILE` over winnow's own")
	fs.BoolVarP(&ui.quiet, "quiet", "q", false, "errors only on standard error")
	s.imap.add(cmd)
	complete(cmd, "from", namesOfKinds()...)
}

func namesOfKinds() (names []string) {
	for _, k := range read.Formats() {
		names = append(names, k[0])
	}
	return names
}

// kindsOfFiles says what can be read, for a command's help.
func kindsOfFiles() string {
	var b strings.Builder
	for _, k := range read.Formats() {
		fmt.Fprintf(&b, "\n  %-10s %s", k[0], k[1])
	}
	return b.String()
}

// read calls each with every event of paths. commit, which may be nil, makes sure
// that what each was given is not lost; it is called before --imap-after changes a
// mailbox. What is damaged is told and skipped.
func (s *bounceSource) read(ctx context.Context, ui *tui, paths []string, commit func() error, each func(bounce.Event) error) (read.Tally, error) {
	if names := namesOfKinds(); s.from != "" && !slices.Contains(names, s.from) {
		return read.Tally{}, usageError{fmt.Errorf("--from: there is no kind of file %q; there are %s", s.from, strings.Join(names, ", "))}
	}
	if i := slices.Index(paths, "-"); i >= 0 && slices.Contains(paths[i+1:], "-") {
		return read.Tally{}, usageError{errors.New("- is standard input, which can be read once")}
	}
	for _, path := range paths {
		if strings.Contains(path, "://") {
			if err := imap.Check(path); err != nil {
				return read.Tally{}, usageError{err}
			}
		}
	}
	rules, err := replyRules(s.own)
	if err != nil {
		return read.Tally{}, err
	}
	if slices.Contains(paths, "-") && ui.stdinIsTerminal() {
		ui.note("winnow: reading what came back from standard input; end it with Ctrl-D")
	}
	return read.Files(ctx, paths, read.Options{
		Rules: rules, Format: s.from, Stdin: ui.input(ctx),
		Mailbox: func(ctx context.Context, url string, mail func(string, []byte) error, damaged func(string, error)) error {
			return s.imap.readMailbox(ctx, ui, url, commit, damaged, func(m imap.Message) error {
				err := mail(m.Place, m.Raw)
				if errors.Is(err, read.ErrNoEvent) {
					return imap.ErrLeave // it may be a letter, and nothing of it is kept
				}
				return err
			})
		},
	}, each, func(source string, err error) { ui.say("winnow: %s: %s; skipped", source, err) })
}

// events yields the events of paths, and says what was read.
func (s *bounceSource) events(ctx context.Context, ui *tui, paths []string) iter.Seq2[bounce.Event, error] {
	return func(yield func(bounce.Event, error) bool) {
		enough := errors.New("enough")
		tally, err := s.read(ctx, ui, paths, nil, func(e bounce.Event) error {
			if !yield(e, nil) {
				return enough
			}
			return nil
		})
		ui.note("winnow: %s", tallied(tally, 0))
		if err != nil && !errors.Is(err, enough) {
			yield(bounce.Event{}, err)
		}
	}
}
