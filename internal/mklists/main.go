// Command mklists makes the lists that winnow embeds (validate/data/*.txt)
// from published packages, pinned in a lock file by version and checksum.
//
//	go run ./internal/mklists -dir validate/data            the lists of the lock file, byte for byte
//	go run ./internal/mklists -dir validate/data -update    newest versions first, into the lock file
//
// It reads beside the lock file the lists that are written by hand (relay,
// real, squats), writes disposable, free and role, and the packages' licences
// into NOTICE. What it left out, and why, goes to standard error. The packages
// come through the npm command, which must be installed.
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

const lockName = "lists.lock"

func run(ctx context.Context, args []string, report io.Writer) error {
	flags := flag.NewFlagSet("mklists", flag.ContinueOnError)
	flags.SetOutput(report)
	dir := flags.String("dir", "validate/data", "folder of the lists and their lock file")
	notice := flags.String("notice", "NOTICE", "file for the packages' licences")
	update := flags.Bool("update", false, "pin the newest versions first")
	if err := flags.Parse(args); err != nil {
		return err
	}
	lockPath := filepath.Join(*dir, lockName)
	if *update {
		lock, err := newestPins(ctx)
		if err != nil {
			return fmt.Errorf("pin the newest packages: %w", err)
		}
		if err := writeLock(lockPath, lock); err != nil {
			return err
		}
	}
	lock, err := readLock(lockPath)
	if err != nil {
		return err
	}
	fixed, err := readFixed(*dir)
	if err != nil {
		return err
	}
	packages, missing, err := fetchAll(ctx, lock, report)
	if err != nil {
		return err
	}
	made, err := makeLists(packages, fixed, report)
	if err != nil {
		return err
	}
	for _, l := range made {
		if err := l.write(*dir, lock, missing, report); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		return errors.New("the lists were made without some packages; their headers say which")
	}
	return writeNotice(*notice, lock, packages)
}
