//go:build linux || darwin

// Command benchclean holds winnow clean against other ways through the same
// list: wc -l, cat, encoding/csv and Miller. All run in turn, three times over,
// so that what else the machine does falls on each alike.
//
//	benchclean -winnow bin/winnow -csvcopy bin/csvcopy list10m.csv
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "benchclean:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("benchclean", flag.ContinueOnError)
	flags.SetOutput(stderr)
	winnow := flags.String("winnow", "bin/winnow", "the winnow to measure")
	csvcopy := flags.String("csvcopy", "bin/csvcopy", "the encoding/csv copy program")
	times := flags.Int("times", 3, "how often each way is run")
	parent := flags.String("dir", "", "`folder` for what is written (default a memory-backed one)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 || *times < 1 {
		return errors.New("usage: benchclean [-winnow FILE] [-csvcopy FILE] [-times N] [-dir DIR] LIST")
	}
	list := flags.Arg(0)

	size, err := warm(list)
	if err != nil {
		return err
	}
	if *parent == "" {
		*parent = roomyFolder(size)
	}
	dir, err := os.MkdirTemp(*parent, "benchclean-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "out")

	fmt.Fprintf(stdout, "%s, %.1f MB, written to %s; the median of %d; %d CPUs, %s\n\n",
		list, megabytes(size), *parent, *times, runtime.NumCPU(), runtime.Version())
	results := measureAll(ctx, ways(*winnow, *csvcopy, list, out), out, *times, stderr)
	if err := ctx.Err(); err != nil {
		return err
	}
	return writeReport(stdout, size, results)
}

// The names of the ways that others are held against.
const (
	countLines    = "wc -l"
	csvCopy       = "encoding/csv copy"
	miller        = "mlr --csv cat"
	winnowKeep    = "winnow clean --duplicates keep"
	winnowDefault = "winnow clean"
)

func ways(winnow, csvcopy, list, out string) []way {
	clean := []string{winnow, "clean", "--offline", "--quiet", "--max-removed", "100%", "--force", "--out-dir", out}
	// Done, or done with a gate met: the list has what gates are for.
	done := []int{0, 3}
	return []way{
		{name: countLines, argv: []string{"wc", "-l", list}},
		{name: "cat to a file", argv: []string{"cat", list}, stdout: filepath.Join(out, "cat.csv")},
		{name: csvCopy, argv: []string{csvcopy, list, filepath.Join(out, "copy.csv")}},
		{name: miller, argv: []string{"mlr", "--csv", "cat", list}, stdout: filepath.Join(out, "mlr.csv"),
			absent: "not on PATH (apt-get install miller)"},
		{name: winnowKeep, argv: append(clean[:len(clean):len(clean)], "--duplicates", "keep", list), done: done},
		{name: winnowDefault, argv: append(clean[:len(clean):len(clean)], list), done: done},
	}
}

// warm reads the list once, so that no way pays for the disk, and returns its size in bytes.
func warm(list string) (int64, error) {
	f, err := os.Open(list)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n, err := io.Copy(io.Discard, f)
	if err == nil && n == 0 {
		err = fmt.Errorf("%s is empty", list)
	}
	return n, err
}

// roomyFolder is the memory-backed folder where there is one with room for what
// is written of a list of so many bytes, else the temporary folder.
func roomyFolder(list int64) string {
	const shm, timesTheList = "/dev/shm", 4
	var fs syscall.Statfs_t
	if syscall.Statfs(shm, &fs) == nil && int64(fs.Bavail)*int64(fs.Bsize) > timesTheList*list {
		return shm
	}
	return os.TempDir()
}
