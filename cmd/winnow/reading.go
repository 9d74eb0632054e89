package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"winnow/listio"
)

// reading are the flags of every command that reads a list.
type reading struct {
	column    string
	delimiter string
}

func (r *reading) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&r.column, "column", "", "the `COLUMN` that holds the addresses: its header, or its number from 1")
	fs.StringVar(&r.delimiter, "delimiter", "", "the `CHARACTER` between cells: , ; | or tab (found by looking)")
}

// open opens the list at path ("-" is standard input), and tells where its
// addresses are. The caller closes the source.
func (r *reading) open(ctx context.Context, ui *tui, path string) (*listio.Source, *listio.List, error) {
	comma, err := r.comma()
	if err != nil {
		return nil, nil, err
	}
	src, err := openSource(ctx, ui, path)
	if err != nil {
		return nil, nil, err
	}
	return r.list(ui, src, comma)
}

// list makes out the list in a source, which it closes on error.
func (r *reading) list(ui *tui, src *listio.Source, comma byte) (*listio.Source, *listio.List, error) {
	list, err := listio.Open(src, listio.Options{Column: r.column, Comma: comma})
	if err != nil {
		src.Close()
		return nil, nil, fmt.Errorf("read %s: %w", src.Name(), err)
	}
	ui.note("winnow: the addresses of %s are in %s: %s", src.Name(), list.ColumnName, list.Why)
	return src, list, nil
}

func (r *reading) comma() (byte, error) {
	switch r.delimiter {
	case "":
		return 0, nil
	case "tab", `\t`, "\t":
		return '\t', nil
	case ",", ";", "|":
		return r.delimiter[0], nil
	}
	return 0, usageError{fmt.Errorf("--delimiter: %q is none of , ; | tab", r.delimiter)}
}

// openSource opens the list. A read from standard input is left behind when ctx
// ends: nothing can interrupt it.
func openSource(ctx context.Context, ui *tui, path string) (*listio.Source, error) {
	if path != "-" {
		return listio.OpenFile(path)
	}
	if ui.stdinIsTerminal() {
		ui.note("winnow: reading the list from standard input; end it with Ctrl-D")
	}
	type spooled struct {
		src *listio.Source
		err error
	}
	done := make(chan spooled, 1)
	go func() {
		src, err := listio.Spool(ui.stdin, "standard input")
		done <- spooled{src, err}
	}()
	select {
	case s := <-done:
		return s.src, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
