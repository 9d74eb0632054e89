package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"winnow/pipeline"
	"winnow/probe"
	"winnow/validate"
	"winnow/verdict"
)

type checkFlags struct {
	asking
	history   remembering
	probing   probing
	verbose   bool
	force     bool
	format    string
	timeout   time.Duration
	unordered bool
}

func checkCommand(ui *tui) *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check ADDRESS... | -",
		Short: "Judge single addresses, or a stream of them",
		Long: `Judges each address and says why. "-" reads one address a line from standard
input, and answers each on a line as soon as it is known, in order.

With --probe, the address's mail host is asked whether it would take mail for it; none
is sent. -v shows what is said.

Exit code 3 says that an address is invalid. One that is unknown is not: let it pass.`,
		Example: `  winnow check bob@gmial.com
  winnow check --format jsonl bob@gmial.com ann@example.org
  winnow check - --format jsonl < addresses.txt
  winnow check --probe -v --helo mail.acme.com --from news@acme.com bob@example.net`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name an address, or - to read them from standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return check(cmd.Context(), ui, args, f)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.format, "format", "text", "answer in this `FORMAT`: text, or jsonl (one JSON object a line)")
	fs.DurationVar(&f.timeout, "timeout", 10*time.Second, "answer within this `TIME` (with --probe, 2m and --patience); what is not found out by\nthen is unknown")
	fs.BoolVar(&f.unordered, "unordered", false, "answer each address as soon as it is known, not in order")
	f.asking.add(cmd, ui)
	f.history.add(cmd)
	f.probing.add(cmd, 0, 0, &f.force)
	fs.BoolVarP(&f.verbose, "verbose", "v", false, "with --probe, show on standard error what is said to mail hosts, and by them")
	fs.BoolVar(&f.force, "force", false, "with --probe, probe though --helo is not our address's name (PTR)")
	complete(cmd, "format", "text", "jsonl")
	return cmd
}

func check(ctx context.Context, ui *tui, args []string, f checkFlags) error {
	p, err := f.asking.policy()
	if err != nil {
		return err
	}
	if f.format != "text" && f.format != "jsonl" {
		return usageError{fmt.Errorf("--format: %q is neither text nor jsonl", f.format)}
	}
	if f.timeout <= 0 {
		return usageError{errors.New("--timeout: it must be above 0, such as 5s")}
	}
	if err := f.probing.lay(p, &f.asking); err != nil {
		return usageError{err}
	}
	if f.probing.how != probeOff && !f.changed("timeout") {
		f.timeout = 2*time.Minute + f.probing.patience // the first of its hosts may hang
	}
	opt, err := f.options(p, ui)
	if err != nil {
		return err
	}
	known, err := f.history.toAsk(ctx, p)
	if err != nil {
		return err
	}
	defer known.Close()
	if known != nil {
		opt.History = known
	}
	var said func(probe.Line)
	if f.verbose {
		said = showLines(ui)
	}
	probed, err := f.probing.prober(ctx, ui, p, &f.asking, &f.history, &opt, said)
	if err != nil {
		return err
	}
	defer probed()
	var invalid, shallow bool
	answer := func(to io.Writer, r verdict.Result) error {
		invalid = invalid || r.Status == verdict.Invalid.String()
		shallow = shallow || r.Status == verdict.Unknown.String() && r.Depth == verdict.DepthSyntax.String()
		return f.print(to, r, args[0] == "-")
	}
	if v := validate.New(opt); f.offline && !slices.Contains(args, "-") {
		err = checkNow(ctx, v, args, func(r verdict.Result) error { return answer(ui.stdout, r) })
	} else {
		err = f.stream(ctx, ui, v, args, answer)
	}
	switch {
	case err != nil:
		return err
	case invalid:
		return exit(exitGate)
	case opt.Unprobed != "":
		return exit(exitShallow)
	case shallow && opt.Resolver != nil && opt.Resolver.Err() != nil: // not this domain's fault: the resolver's
		return exit(exitShallow)
	}
	return nil
}

// checkNow judges addresses for which nothing has to be waited, one after another.
func checkNow(ctx context.Context, v *validate.Validator, addresses []string, each func(verdict.Result) error) error {
	for _, a := range addresses {
		r, err := v.Check(ctx, a)
		if err != nil {
			return err
		}
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

// stream judges addresses that are waited for, or whose domains are asked for, many
// at once.
func (f *checkFlags) stream(ctx context.Context, ui *tui, v *validate.Validator, args []string, answer func(io.Writer, verdict.Result) error) error {
	lines, err := argsOrLines(ui, args, "address")
	if err != nil {
		return err
	}
	defer ui.stopOnSignal()()
	results := ui.results(ctx)
	return pipeline.Stream{Validator: v, Timeout: f.timeout, Unordered: f.unordered}.Run(ctx, lines,
		func(r verdict.Result) error { return answer(results, r) })
}

// argsOrLines returns the arguments, or standard input's lines where they are "-";
// what says what each is.
func argsOrLines(ui *tui, args []string, what string) (iter.Seq2[string, error], error) {
	if !slices.Contains(args, "-") {
		return func(yield func(string, error) bool) {
			for _, a := range args {
				if !yield(a, nil) {
					return
				}
			}
		}, nil
	}
	if len(args) > 1 {
		return nil, usageError{fmt.Errorf("- reads each %s from standard input: give no others beside it", what)}
	}
	if ui.stdinIsTerminal() {
		ui.note("winnow: type each %s on a line of its own; end with Ctrl-D", what)
	}
	return readLines(ui.stdin), nil
}

// maxLine is far more than any address can have, white space included.
const maxLine = 16 << 20

func readLines(r io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		in := bufio.NewReader(r)
		var line []byte
		for n := 1; ; {
			piece, err := in.ReadSlice('\n')
			line = append(line, piece...)
			switch {
			case errors.Is(err, bufio.ErrBufferFull) && len(line) <= maxLine:
				continue
			case errors.Is(err, bufio.ErrBufferFull):
				yield("", fmt.Errorf("read standard input: line %d is longer than 16 MiB", n))
				return
			case err != nil && !errors.Is(err, io.EOF):
				yield("", fmt.Errorf("read standard input: %w", err))
				return
			}
			text := strings.TrimRight(string(line), "\r\n")
			if n == 1 {
				text = strings.TrimPrefix(text, "\ufeff")
			}
			if err == nil && !yield(text, nil) {
				return
			}
			if err != nil {
				if len(line) > 0 {
					yield(text, nil)
				}
				return
			}
			line, n = line[:0], n+1
		}
	}
}

// print writes one answer with one call, so that it is there at once.
func (f *checkFlags) print(w io.Writer, r verdict.Result, numbered bool) error {
	if !numbered {
		r.Row = 0
	}
	var b bytes.Buffer
	if f.format == "jsonl" {
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(r); err != nil {
			return fmt.Errorf("print an answer: %w", err)
		}
	} else {
		printText(&b, r)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func printText(b *bytes.Buffer, r verdict.Result) {
	fmt.Fprintf(b, "%s: %s", printable(r.Email), r.Status)
	if r.Reason != "" {
		fmt.Fprintf(b, " (%s)", r.Reason)
	}
	b.WriteByte('\n')
	for _, found := range r.Findings {
		fmt.Fprintf(b, "  %s", found.Text)
		if found.Detail != "" {
			fmt.Fprintf(b, ": %s", found.Detail)
		}
		if found.Code != r.Reason {
			fmt.Fprintf(b, " (%s)", found.Code)
		}
		b.WriteByte('\n')
	}
	if r.Suggestion != "" {
		fmt.Fprintf(b, "  did you mean %s?\n", printable(r.Suggestion))
	}
	action := r.Action
	if k, ok := validate.KindOf(r.Reason); ok && r.Action != verdict.Send.String() {
		action += ": " + validate.Info(k).Todo
	}
	fmt.Fprintf(b, "  %s\n  depth %s: %s\n", action, r.Depth, notLookedAt(r.Depth))
}

// showLines shows what is said to mail hosts, session by session as far as they do not
// go on at once.
func showLines(ui *tui) func(probe.Line) {
	var mu sync.Mutex
	last := 0
	return func(l probe.Line) {
		mu.Lock()
		defer mu.Unlock()
		if l.Session != last {
			last = l.Session
			ui.say("%s (%s), session %d", l.Host, l.Addr, l.Session)
		}
		ui.say("  %c: %s", l.Who, printable(l.Text))
	}
}

// notLookedAt says how little is known at a depth.
func notLookedAt(depth string) string {
	switch depth {
	case verdict.DepthSyntax.String():
		return "only the address itself was looked at; nothing is known of its domain"
	case verdict.DepthDNS.String():
		return "DNS was asked for its domain; the mailbox was not asked for"
	case verdict.DepthSMTP.String():
		return "its mail host was asked for it"
	}
	return ""
}

// printable shows what a terminal would hide or obey.
func printable(s string) string {
	if s == "" {
		return `""`
	}
	if q := strconv.Quote(s); !utf8.ValidString(s) || q[1:len(q)-1] != s && strings.IndexFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) >= 0 {
		return q
	}
	return s
}
