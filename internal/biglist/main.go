// Command biglist writes a made-up list of contacts, as many rows as asked, the
// same bytes each time:
//
//	go run ./internal/biglist -rows 10000000 -o list10m.csv
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"winnow/internal/biglist/contacts"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "biglist:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("biglist", flag.ContinueOnError)
	flags.SetOutput(stderr)
	rows := flags.Int("rows", 10_000_000, "how many `rows` below the header")
	path := flags.String("o", "-", "`file` to write, or - for standard output")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rows < 0 || flags.NArg() > 0 {
		return errors.New("usage: biglist [-rows N] [-o FILE]")
	}
	if *path == "-" {
		return contacts.Write(stdout, *rows)
	}
	return writeFile(*path, *rows)
}

// writeFile leaves either the whole list at path or what was there before.
func writeFile(path string, rows int) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := contacts.Write(f, rows); err != nil {
		return fmt.Errorf("write %s: %w", f.Name(), err)
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
