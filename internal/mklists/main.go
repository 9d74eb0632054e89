// Command mklists makes the lists that winnow embeds (validate/data/*.txt)
// from published packages, pinned in a lock file by version and checksum.
//
//	go run ./internal/mklists                the lists of the lock file, byte for byte
//	go run ./internal/mklists -update        newest versions first, into the lock file
//	go run ./internal/mklists -check         change nothing; fail unless the lists are those of the lock file
//
// It reads beside the lock file the lists that are written by hand (relay,
// real, squats), and writes the packages' licences into NOTICE. What it left
// out, and why, goes to standard error.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"winnow/internal/listmaker"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mklists:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, report io.Writer) error {
	flags := flag.NewFlagSet("mklists", flag.ContinueOnError)
	flags.SetOutput(report)
	dir := flags.String("dir", "validate/data", "folder of the lists and their lock file")
	notice := flags.String("notice", "NOTICE", "file for the packages' licences")
	update := flags.Bool("update", false, "pin the newest versions first")
	check := flags.Bool("check", false, "write nothing, and fail where that would change a file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *update && *check {
		return errors.New("-check holds the lists against the lock file that is there: leave -update out")
	}
	registry := listmaker.FromEnvironment(os.Getenv)
	lockPath := filepath.Join(*dir, listmaker.LockName)
	if *update {
		lock, err := registry.NewestLock(ctx)
		if err != nil {
			return fmt.Errorf("pin the newest packages: %w", err)
		}
		if err := listmaker.WriteLock(lockPath, lock); err != nil {
			return err
		}
	}
	lock, err := listmaker.ReadLock(lockPath)
	if err != nil {
		return err
	}
	hand, err := readHand(*dir)
	if err != nil {
		return err
	}
	packages, err := registry.Fetch(ctx, lock, nil)
	if err != nil {
		return err
	}
	made, err := listmaker.Make(packages, hand)
	if err != nil {
		return err
	}
	files := map[string][]byte{*notice: packages.Notice()}
	for _, f := range made.Files {
		files[filepath.Join(*dir, f.Name+".txt")] = f.Text
	}
	if *check {
		return compare(files)
	}
	fmt.Fprint(report, made.LeftOut)
	for _, f := range made.Files {
		old, _ := os.ReadFile(filepath.Join(*dir, f.Name+".txt")) // none the first time
		d := listmaker.Compare(old, f.Text)
		fmt.Fprintf(report, "%s: %d entries, %d new, %d gone\n", f.Name, d.After, len(d.New), len(d.Gone))
	}
	return listmaker.WriteFiles(files)
}

func readHand(dir string) (h listmaker.Hand, err error) {
	for name, into := range map[string]*string{"relay": &h.Relay, "real": &h.Real, "squats": &h.Squats} {
		text, err := os.ReadFile(filepath.Join(dir, name+".txt"))
		if err != nil {
			return h, fmt.Errorf("read a list that is written by hand: %w", err)
		}
		*into = string(text)
	}
	return h, nil
}

// compare says which files are not what they would be made to be.
func compare(files map[string][]byte) error {
	var other []error
	for path, want := range files {
		have, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, want) {
			other = append(other, fmt.Errorf("%s is not what the lock file makes; run make lists", path))
		}
	}
	return errors.Join(other...)
}
