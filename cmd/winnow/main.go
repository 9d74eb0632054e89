// Winnow finds the addresses of a list that will bounce, before the mail is sent.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"winnow/listio"
	"winnow/store"
	"winnow/suppress"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// The exit codes.
const (
	exitDone       = 0
	exitFailed     = 1   // could not finish
	exitUsage      = 2   // the command line is at fault
	exitGate       = 3   // a gate was met, or an address is invalid
	exitShallow    = 4   // done, but less deep than asked
	exitHangup     = 129 // SIGHUP
	exitInterrupt  = 130 // SIGINT
	exitTerminated = 143 // SIGTERM
)

// exit is an error that has been told to people already.
type exit int

func (exit) Error() string { return "" }

// unchanged is an error that left every output as it was.
type unchanged struct{ error }

func (e unchanged) Unwrap() error { return e.error }

// usageError is an error in the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// run is the whole program: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	signal.Ignore(syscall.SIGPIPE) // a closed pipe is an error of its write, not the end of the run
	ui := newTUI(stdin, stdout, stderr)
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	ui.stop = stop

	root := rootCommand(ui, args)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return exitCode(ctx, ui, root.ExecuteContext(ctx))
}

func exitCode(ctx context.Context, ui *tui, err error) int {
	var (
		code   exit
		sig    signalled
		usage  usageError
		column *listio.ColumnError
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(context.Cause(ctx), &sig) && (errors.Is(err, context.Canceled) || errors.As(err, new(signalled))):
		if errors.As(err, new(unchanged)) {
			ui.say("winnow: stopped; no output was changed")
		} else {
			ui.say("winnow: stopped")
		}
		switch sig.Signal {
		case syscall.SIGTERM:
			return exitTerminated
		case syscall.SIGHUP:
			return exitHangup
		}
		return exitInterrupt
	case errors.As(err, &code):
		return int(code)
	case errors.Is(err, syscall.EPIPE):
		return exitFailed // whoever read has gone: nobody is left to be told
	case errors.As(err, &usage), errors.As(err, &column):
		ui.fail(err)
		return exitUsage
	}
	ui.fail(err)
	switch {
	case errors.Is(err, suppress.ErrUnscrubbed):
		when := "no other winnow runs"
		if errors.Is(err, store.ErrFull) {
			when = "there is room where it is"
		}
		ui.say("winnow: what was erased can still be found in the store's files; run this again once %s", when)
	case errors.Is(err, store.ErrDamaged):
		ui.say("winnow: put your backup of the store in its place, or begin another one (--store FILE) and import again what you have; --store none goes on without: people who complained may be mailed")
	case errors.Is(err, store.ErrFull):
		ui.say("winnow: make room where the store is; what was in it before is whole")
	}
	return exitFailed
}

// signalled is why a run was stopped.
type signalled struct{ os.Signal }

func (s signalled) Error() string { return s.String() }

// stopOnSignal stops the run at the first SIGINT, SIGTERM or, unless somebody wants it ignored (nohup),
// SIGHUP; the second one kills.
// It is for a command that waits or writes files. One that does neither is ended well
// enough by the system, and need not start the two threads that listening takes.
func (t *tui) stopOnSignal() (done func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	quit := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			t.stop(signalled{s})
		case <-quit:
			signal.Stop(signals)
		}
	}()
	return func() { close(quit) }
}

// commands makes each command, by the name that it is called by.
var commands = []struct {
	name string
	make func(*tui) *cobra.Command
}{
	{"clean", cleanCommand}, {"check", checkCommand}, {"fix", fixCommand}, {"demo", demoCommand}, {"doctor", doctorCommand},
	{"bounces", bouncesCommand}, {"explain", explainCommand}, {"lists", listsCommand}, {"mx", mxCommand},
	{"suppress", suppressCommand}, {"store", storeCommand}, {"forget", forgetCommand}, {"version", versionCommand},
}

// rootCommand makes winnow itself and the command that args begin with; all of them
// for who asks for help, or for what is not there. A command that has an address
// waiting need not pay for the others.
func rootCommand(ui *tui, args []string) *cobra.Command {
	root := &cobra.Command{
		Use:   "winnow",
		Short: "Find the addresses of a list that will bounce, before the mail is sent",
		Long: `winnow reads a list, finds the addresses that will bounce, says why, and never
throws a good one away: what could not be found out is "unknown", not "invalid".

Exit codes: 0 done; 1 could not finish; 2 wrong usage; 3 a gate was met (--fail-on,
--max-removed), an address that was checked is invalid, or a check of doctor fails; 4
done, but less deep than asked (dead or lying resolver); 130, 143 interrupted.`,
		Example: `  winnow clean contacts.csv         a list, written apart beside it
  winnow check bob@gmial.com        one address
  winnow fix contacts.csv           correct plain slips, and log every change
  winnow demo                       see it work, without a network`,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{errors.New(err.Error() + " (see " + cmd.CommandPath() + " -h)")}
	})
	named := func(name string) bool { return len(args) > 0 && args[0] == name }
	for _, c := range commands {
		if named(c.name) {
			root.AddCommand(c.make(ui))
			root.CompletionOptions.DisableDefaultCmd = true
		}
	}
	if !root.HasSubCommands() {
		root.Version = versionString()
		for _, c := range commands {
			root.AddCommand(c.make(ui))
		}
	}
	for _, c := range root.Commands() {
		c.Args = asUsage(c.Args)
	}
	root.Args = asUsage(func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		text := fmt.Sprintf("there is no command %q", args[0])
		if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
			text += "; did you mean " + strings.Join(near, " or ") + "?"
		}
		return errors.New(text)
	})
	return root
}

// asUsage makes the errors of an argument check usage errors.
func asUsage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{errors.New(err.Error() + " (see " + cmd.CommandPath() + " -h)")}
		}
		return nil
	}
}
