//go:build linux || darwin

// Command benchstart tells how much longer than an empty Go program a command
// takes to start and end. Both run in turn, many times over, so that what else the
// machine does falls on each alike.
//
//	benchstart bin/winnow check --offline jane.smith@gmail.com
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
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

// A sample is one run.
type sample struct {
	elapsed time.Duration
	faults  int64 // pages that the system had to find or to clear: what a start is made of
}

// A result is all runs of a command.
type result struct {
	argv    []string
	samples []sample
}

func (r *result) measure(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, r.argv[0], r.argv[1:]...) // its output goes nowhere
	start := time.Now()
	err := cmd.Run()
	elapsed := time.Since(start)
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(r.argv, " "), err)
	}
	s := sample{elapsed: elapsed}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.faults = int64(usage.Minflt)
	}
	r.samples = append(r.samples, s)
	return nil
}

// median is the median of the runs by what of each, of an even number of them the lower.
func median[T cmp.Ordered](r *result, of func(sample) T) T {
	sorted := slices.SortedFunc(slices.Values(r.samples), func(a, b sample) int { return cmp.Compare(of(a), of(b)) })
	return of(sorted[(len(sorted)-1)/2])
}

func milliseconds(s sample) float64 { return float64(s.elapsed) / float64(time.Millisecond) }

func faults(s sample) int64 { return s.faults }

// most is how many milliseconds above the empty program are to be reached.
const most = 5.0

func writeReport(w io.Writer, empty, command *result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "ms\tpage faults\t  the median of", len(command.samples))
	fmt.Fprintf(t, "%.2f\t%d\t  an empty program\n", median(empty, milliseconds), median(empty, faults))
	fmt.Fprintf(t, "%.2f\t%d\t  %s\n", median(command, milliseconds), median(command, faults), strings.Join(command.argv, " "))
	if err := t.Flush(); err != nil {
		return err
	}
	above := median(command, milliseconds) - median(empty, milliseconds)
	word := "missed"
	if above <= most {
		word = "met"
	}
	_, err := fmt.Fprintf(w, "\n%s: %.2f ms above the empty program (at most %.2f)\n", word, above, most)
	return err
}
