package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"winnow/pipeline"
)

// tui is the only code that talks to people. Results go to stdout, everything
// for people to stderr.
type tui struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	quiet          bool
	stop           context.CancelCauseFunc // ends the run

	mu       sync.Mutex
	bar      *progressbar.ProgressBar
	stage    pipeline.Stage
	ended    [pipeline.Write + 1]bool
	nextLine time.Time
	putOff   func() int // addresses that mail hosts want to be asked for again; nil: none are
}

func newTUI(stdin io.Reader, stdout, stderr io.Writer) *tui {
	return &tui{stdin: stdin, stdout: stdout, stderr: stderr}
}

// say tells people something, on a line of its own.
func (t *tui) say(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	fmt.Fprintf(t.stderr, format+"\n", args...)
}

// note is say, unless people asked for quiet.
func (t *tui) note(format string, args ...any) {
	if !t.quiet {
		t.say(format, args...)
	}
}

// fail tells why a command did not do what it was asked to: each of several errors on
// a line of its own.
func (t *tui) fail(err error) {
	t.say("winnow: %s", strings.ReplaceAll(err.Error(), "\n", "\nwinnow: "))
}

// clear takes the bar off the line.
func (t *tui) clear() {
	if t.bar != nil {
		_ = t.bar.Clear()
		fmt.Fprint(t.stderr, "\r\x1b[K") // with what the terminal echoed behind it, such as ^C
	}
}

const lineEvery = time.Minute // where there is no terminal for a bar

var stages = [...]struct {
	title string
	of    string // what is counted; "" is bytes
}{
	pipeline.Survey:  {title: "reading"},
	pipeline.Resolve: {title: "asking DNS", of: "domains"},
	pipeline.Probe:   {title: "asking mail hosts", of: "addresses"},
	pipeline.Write:   {title: "writing"},
}

// progress shows how far a stage has come: as a bar where stderr is a terminal,
// else as a line a minute. Resolve runs beside Survey and is shown behind it.
func (t *tui) progress(s pipeline.Stage, done, total int64) {
	if t.quiet || total <= 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if s == pipeline.Resolve && !t.ended[pipeline.Survey] || t.ended[s] {
		return
	}
	t.ended[s] = done >= total && stages[s].of == ""
	if !isTerminal(t.stderr) {
		if now := time.Now(); t.nextLine.IsZero() {
			t.nextLine = now.Add(lineEvery)
		} else if now.After(t.nextLine) {
			t.nextLine = now.Add(lineEvery)
			fmt.Fprintf(t.stderr, "winnow: %s: %d%%%s\n", stages[s].title, 100*done/total, t.waiting(s))
		}
		return
	}
	if t.bar == nil || t.stage != s {
		t.clear()
		t.bar, t.stage = newBar(t.stderr, s, total), s
	}
	if s == pipeline.Probe {
		t.bar.Describe(stages[s].title + t.waiting(s))
	}
	t.bar.ChangeMax64(total)
	_ = t.bar.Set64(done)
}

// waiting says what a stage waits for.
func (t *tui) waiting(s pipeline.Stage) string {
	if s != pipeline.Probe || t.putOff == nil {
		return ""
	}
	n := t.putOff()
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s to be asked again later)", number(n))
}

func newBar(w io.Writer, s pipeline.Stage, total int64) *progressbar.ProgressBar {
	options := []progressbar.Option{
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(fmt.Sprintf("%-17s", stages[s].title)),
		progressbar.OptionSetWidth(24),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(s != pipeline.Probe), // who makes us wait does not say how long,
		progressbar.OptionThrottle(100 * time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionUseANSICodes(false),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
	}
	if stages[s].of == "" {
		options = append(options, progressbar.OptionShowBytes(true))
	} else {
		options = append(options, progressbar.OptionShowIts(), progressbar.OptionSetItsString(stages[s].of))
	}
	return progressbar.NewOptions64(total, options...)
}

// results is where a command writes its results until ctx ends. A write that is
// stuck by then, in a pipe that nobody reads, is left behind.
func (t *tui) results(ctx context.Context) io.Writer { return resultWriter{ctx, t.stdout} }

type resultWriter struct {
	ctx context.Context
	to  io.Writer
}

func (w resultWriter) Write(p []byte) (int, error) {
	type written struct {
		n   int
		err error
	}
	done := make(chan written, 1)
	own := bytes.Clone(p) // p is the caller's again if the write is left behind
	go func() {
		n, err := w.to.Write(own)
		done <- written{n, err}
	}()
	select {
	case r := <-done:
		return r.n, r.err
	case <-w.ctx.Done():
		return 0, w.ctx.Err()
	}
}

// input is standard input until ctx ends. A read that waits by then, for somebody who
// types, is left behind. It is nil where there is none.
func (t *tui) input(ctx context.Context) io.Reader {
	if t.stdin == nil {
		return nil
	}
	return &inputReader{ctx: ctx, from: t.stdin}
}

type inputReader struct {
	ctx  context.Context
	from io.Reader
	own  []byte // p is the caller's again if a read is left behind
}

func (r *inputReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if len(r.own) < len(p) {
		r.own = make([]byte, len(p))
	}
	type taken struct {
		n   int
		err error
	}
	done, into := make(chan taken, 1), r.own[:len(p)]
	go func() {
		n, err := r.from.Read(into)
		done <- taken{n, err}
	}()
	select {
	case t := <-done:
		return copy(p, into[:t.n]), t.err
	case <-r.ctx.Done():
		r.own = nil
		return 0, r.ctx.Err()
	}
}

// endProgress takes the bar away.
func (t *tui) endProgress() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	t.bar = nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// stdinIsTerminal tells whether somebody would have to type the input.
func (t *tui) stdinIsTerminal() bool {
	f, ok := t.stdin.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
