//go:build linux || darwin

// Command benchstart tells how much longer than an empty Go program a command
// takes to start and end. Both run in turn, many times over, so that what else the
// machine does falls on each alike.
//
//	benchstart bin/winnow check --offline jane.smith@gmail.com
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"winnow/internal/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "benchstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("benchstart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	times := flags.Int("times", 100, "how often each is run")
	goTool := flags.String("go", "go", "the go command that builds the empty program")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 || *times < 1 {
		return errors.New("usage: benchstart [-times N] [-go GO] PROGRAM [ARGUMENT...]")
	}
	dir, err := os.MkdirTemp("", "benchstart-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	empty, err := buildEmpty(ctx, *goTool, dir)
	if err != nil {
		return err
	}
	nothing, command := &result{argv: []string{empty}}, &result{argv: flags.Args()}
	for range *times {
		for _, r := range []*result{nothing, command} {
			if err := r.measure(ctx); err != nil {
				return err
			}
		}
	}
	return writeReport(stdout, nothing, command)
}

// buildEmpty builds the program that does nothing, as a release is built.
func buildEmpty(ctx context.Context, goTool, dir string) (program string, err error) {
	source := filepath.Join(dir, "empty.go")
	if err := os.WriteFile(source, []byte("package main\n\nfunc main() {}\n"), 0o600); err != nil {
		return "", err
	}
	program = filepath.Join(dir, "empty")
	build := exec.CommandContext(ctx, goTool, "build", "-trimpath", "-o", program, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build an empty program: %w: %s", err, said)
	}
	return program, nil
}

// A result is all runs of a command.
type result struct {
	argv    []string
	samples []bench.Cost
}

func (r *result) measure(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, r.argv[0], r.argv[1:]...) // its output goes nowhere
	cost, err := bench.Run(cmd)
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(r.argv, " "), err)
	}
	r.samples = append(r.samples, cost)
	return nil
}

func milliseconds(r *result) float64 {
	median := bench.Median(r.samples, func(c bench.Cost) time.Duration { return c.Elapsed }).Elapsed
	return float64(median) / float64(time.Millisecond)
}

// faults are what a start is made of.
func faults(r *result) int64 {
	return bench.Median(r.samples, func(c bench.Cost) int64 { return c.Faults }).Faults
}

// most is how many milliseconds above the empty program are to be reached.
const most = 5.0

func writeReport(w io.Writer, empty, command *result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "ms\tpage faults\t  the median of", len(command.samples))
	fmt.Fprintf(t, "%.2f\t%d\t  an empty program\n", milliseconds(empty), faults(empty))
	fmt.Fprintf(t, "%.2f\t%d\t  %s\n", milliseconds(command), faults(command), strings.Join(command.argv, " "))
	if err := t.Flush(); err != nil {
		return err
	}
	above := milliseconds(command) - milliseconds(empty)
	word := "missed"
	if above <= most {
		word = "met"
	}
	_, err := fmt.Fprintf(w, "\n%s: %.2f ms above the empty program (at most %.2f)\n", word, above, most)
	return err
}
