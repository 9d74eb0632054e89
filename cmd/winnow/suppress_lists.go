package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"winnow/address"
	"winnow/listio"
	"winnow/suppress"
	"winnow/validate"
)

func suppressImportCommand(ui *tui) *cobra.Command {
	var r remembering
	var reading reading
	var reason, note string
	cmd := &cobra.Command{
		Use:   "import LIST",
		Short: "Suppress all addresses of a list: one that you kept until now, or a service's",
		Long: `Suppresses all addresses of a list: one address a line, or a CSV list with a column
of addresses, with a name before it or without ("Jane Doe" <jane@acme.com>). Rows
without an address are passed over; one that is no address, or has a quote that never
closes, is named by its number, the others are taken, and the exit code is 2. So it is
with a row that has an address also in another cell, unless in a column that has a
name or --column says which one is meant.

A list that winnow suppress export wrote as csv says of each row what is held against
it, since when and until when: all of that is taken as it stands there, and what has
ended meanwhile is passed over. With --reason, it is read as any other list.

Bounces themselves say more than such a list: winnow bounces import.`,
		Example: `  winnow suppress import unsubscribed.csv --reason complaint
  winnow suppress import bounced.txt --note "from the old service"`,
		Args: oneList,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("reason", reason, standingFlag...); err != nil {
				return err
			}
			defer ui.stopOnSignal()()
			o := suppress.Order{Note: note, Who: whoAmI()}
			o.Standing, _ = suppress.ParseStanding(reason)
			return importList(cmd.Context(), ui, &r, &reading, args[0], o, !cmd.Flags().Changed("reason"))
		},
	}
	r.addStore(cmd)
	r.addPolicy(cmd)
	reading.add(cmd)
	fs := cmd.Flags()
	fs.StringVar(&reason, "reason", "hard", "what is held against them, `WORD`: hard (mail bounces), complaint (their owners want\nnone), soft (leave them out for now)")
	fs.StringVar(&note, "note", "", "keep this `TEXT` with each (imported from LIST)")
	fs.BoolVarP(&ui.quiet, "quiet", "q", false, "say nothing but errors")
	complete(cmd, "reason", standingFlag...)
	return cmd
}

// importList suppresses the addresses of a list, a batch at a time. What a list of our
// own says of each is believed if mayTell is set.
func importList(ctx context.Context, ui *tui, r *remembering, reading *reading, path string, o suppress.Order, mayTell bool) error {
	src, list, err := reading.openNamed(ctx, ui, path)
	if err != nil {
		return fmt.Errorf("%w; nothing was suppressed", err)
	}
	defer src.Close()
	kept, isKept := suppress.KeptIn(list.Header)
	instead := "imported from " + src.Name()
	if isKept = isKept && mayTell; isKept {
		ui.note("winnow: it is an export of winnow's: each entry stays what it was")
	} else if o.Note == "" {
		o.Note = instead
	}
	l, err := r.changing(ctx, ui)
	if err != nil {
		return err
	}
	defer l.Close()

	tell := func(_ string, o suppress.Order) (suppress.Order, error) { return o, nil }
	if isKept {
		now := time.Now().Add(time.Minute) // what ends in a minute has ended when it is kept
		tell = func(row string, o suppress.Order) (suppress.Order, error) {
			return kept.Order(o, list.Values(row), instead, now)
		}
	}
	in := importing{ui: ui, list: list, order: o, columns: len(list.Header), tell: tell, keep: func(orders []suppress.Order) (suppress.Ordered, error) { return l.Suppress(ctx, orders...) }}
	if list.Header == nil && reading.column != "" {
		in.columns = list.Cells
	}
	rows := list.Blocks()
	for {
		b, err := rows.Next()
		switch {
		case errors.Is(err, io.EOF):
			err = in.flush()
			letGo := ""
			if in.letGo > 0 {
				letGo = fmt.Sprintf("; %s passed over, let go meanwhile", number(in.letGo))
			}
			ui.note("winnow: %s%s", ordered(in.done), letGo)
			in.sayBeside()
			if err == nil && in.bad+in.beside > 0 {
				err = exit(exitUsage)
			}
			return err
		case errors.Is(err, listio.ErrQuote):
			rows.Skip()
			in.refuse("%s", err)
		case err != nil:
			err = errors.Join(err, in.flush())
			return fmt.Errorf("read %s: %w; %s of the rows before it suppressed", src.Name(), err, number(in.taken))
		default:
			err = in.block(b)
			rows.Release(b)
		}
		if err != nil && !errors.Is(err, listio.ErrQuote) {
			ui.note("winnow: until then %s; import again: nothing counts twice", ordered(in.done))
			return err
		}
	}
}

// importing is an import on its way.
type importing struct {
	ui    *tui
	list  *listio.List
	order suppress.Order
	tell  func(row string, o suppress.Order) (suppress.Order, error) // makes o what the row says; see suppress.Kept
	keep  func([]suppress.Order) (suppress.Ordered, error)

	columns int // from the first, whose cells are known to be something else
	beside  int // rows with another address in another cell

	orders     []suppress.Order // not kept yet
	done       suppress.Ordered
	taken, bad int
	letGo      int // rows of what ended meanwhile
}

func (in *importing) block(b *listio.Block) error {
	for i := range b.Len() {
		row := b.Row(i)
		cell, _ := in.list.Cell(row)
		if err := in.takeCell(row, cell); err == nil {
			in.lookBeside(row, cell, b.First+i)
		} else {
			// A quote that nobody meant makes one row of many lines, which may be good.
			if strings.ContainsAny(strings.TrimRight(row, "\r\n"), "\r\n") {
				for line := range strings.Lines(row) {
					if !in.take(line) {
						in.refuse("row %d: a quote in it does not end where the cell does", b.First+i)
					}
				}
			} else {
				in.refuse("row %d: %s", b.First+i, err)
			}
		}
		if len(in.orders) >= suppress.Batch {
			if err := in.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// take takes a line for a row. It reports whether nothing is wrong with it: its quotes
// close, and it has an address, or none at all.
func (in *importing) take(line string) bool {
	if strings.Count(line, `"`)%2 != 0 {
		return false
	}
	cell, _ := in.list.Cell(line)
	return in.takeCell(line, cell) == nil
}

// takeCell takes the address in a row's cell; one that says "none" is passed over. The
// error says what is wrong with the row, without the address.
func (in *importing) takeCell(row, cell string) error {
	if validate.NoAddress(cell) {
		return nil
	}
	cell = bare(cell)
	if _, err := address.Parse(strings.TrimSpace(cell)); err != nil {
		return errors.New(faultText(err))
	}
	o, err := in.tell(row, in.order)
	switch {
	case errors.Is(err, suppress.ErrLetGo):
		in.letGo++
		return nil
	case err != nil:
		return err
	}
	o.Address = strings.Clone(cell)
	in.orders = append(in.orders, o)
	return nil
}

// mostBeside is how many rows with another address are named; of more it is the list
// that has two columns of them.
const mostBeside = 10

// lookBeside names a row that has an address in a cell which is not taken, and of which
// nobody said what it is: somebody else who wants no mail, perhaps.
func (in *importing) lookBeside(row, taken string, number int) {
	if strings.Count(row, "@") <= strings.Count(taken, "@") {
		return
	}
	for i, cell := range in.list.Values(row) {
		if i == in.list.Column || i < in.columns || !hasAddress(cell) {
			continue
		}
		if in.beside++; in.beside <= mostBeside {
			in.ui.say("winnow: row %d: an address stands also in another cell; that one is left out", number)
		}
		return
	}
}

func (in *importing) sayBeside() {
	if in.beside > mostBeside {
		in.ui.say("winnow: and so in %s", counted(in.beside-mostBeside, "more row"))
	}
	if in.beside > 0 {
		in.ui.say("winnow: write one address a row, to have all of them suppressed; --column N says that the other cells are something else")
	}
}

// hasAddress tells whether a text names an address.
func hasAddress(text string) bool {
	if !strings.Contains(text, "@") {
		return false
	}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>()[],;\"", r) }) {
		if _, err := address.Parse(strings.TrimPrefix(word, "mailto:")); err == nil {
			return true
		}
	}
	return false
}

func (in *importing) refuse(format string, args ...any) {
	in.bad++
	in.ui.say("winnow: "+format+"; it is left out", args...)
}

func (in *importing) flush() error {
	n, err := in.keep(in.orders)
	if err != nil {
		return err
	}
	in.done.Add(n)
	in.taken, in.orders = in.taken+len(in.orders), in.orders[:0]
	return nil
}

// named is a cell such as "Jane Doe" <jane@acme.com>, between delimiters.
var named = regexp.MustCompile(`(^|[,;\t|\r])[ \t]*"[^"\r\n]*"[ \t]*<([^<>",;|\s]+@[^<>",;|\s]+)>[ \t]*`)

// bare takes the name off an address in angle brackets.
func bare(cell string) string {
	cell = strings.TrimSpace(cell)
	open := strings.LastIndexByte(cell, '<')
	if open < 0 || !strings.HasSuffix(cell, ">") || strings.Contains(cell[:open], "@") {
		return cell
	}
	return cell[open+1 : len(cell)-1]
}

// openNamed opens a list as open does, in which a mail program may have written names
// in quotes before the addresses: to a list, their quotes are open.
func (r *reading) openNamed(ctx context.Context, ui *tui, path string) (*listio.Source, *listio.List, error) {
	comma, err := r.comma()
	if err != nil {
		return nil, nil, err
	}
	as, err := openSource(ctx, ui, path)
	if err != nil {
		return nil, nil, err
	}
	defer as.Close()
	out, in := io.Pipe()
	go func() { in.CloseWithError(withoutNames(in, as.Open())) }()
	src, err := listio.Spool(out, as.Name())
	out.Close() // ends the other side
	if err != nil {
		return nil, nil, err
	}
	own := *r
	head := make([]byte, len(suppress.KeptHeader))
	if n, _ := io.ReadFull(src.Open(), head); own.column == "" && string(head[:n]) == suppress.KeptHeader {
		own.column = "email" // it also has who made an entry, whose name looks like an address
	}
	return own.list(ui, src, comma)
}

// withoutNames copies a list, line by line, without the names before addresses. A line
// of over 64 KiB is no list's, and goes on in pieces.
func withoutNames(to io.Writer, from io.Reader) error {
	lines := bufio.NewReaderSize(from, 64<<10)
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			err = nil
		}
		if bytes.IndexByte(line, '<') >= 0 {
			line = named.ReplaceAll(line, []byte("$1$2"))
		}
		if _, err := to.Write(line); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// faultText says what is wrong with an address, without the address.
func faultText(err error) string {
	var fault *address.Error
	if errors.As(err, &fault) {
		return fault.Rule.Text()
	}
	return "it is no address"
}

func suppressExportCommand(ui *tui) *cobra.Command {
	var r remembering
	var format, output string
	var only []string
	var temporary, force bool
	var names []string
	long := strings.Builder{}
	long.WriteString("Writes who may not be mailed again as a list that a sending service takes:\n\n")
	for _, f := range suppress.Formats() {
		names = append(names, f.Name)
		fmt.Fprintf(&long, "  %-10s %s\n", f.Name, f.About)
	}
	long.WriteString(`
What ends by itself some day (soft refusals, disabled mailboxes) is left out, for a
service's list has no end; --temporary writes it as well. A service that has a list
of bounces and one of complaints gets each by --only.`)
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write who may not be mailed again as a list that a sending service takes",
		Long:  long.String(),
		Example: `  winnow suppress export --format mailgun --only hard -o bounces.csv
  winnow suppress export --format plain`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", format, names...); err != nil {
				return err
			}
			for _, word := range only {
				if err := oneOf("only", word, standingFlag...); err != nil {
					return err
				}
			}
			l, err := r.reading(cmd.Context(), ui)
			if err != nil {
				return err
			}
			defer l.Close()
			wanted := func(e *suppress.Entry) bool {
				if len(only) > 0 && !slices.Contains(only, e.Standing.String()) {
					return false
				}
				return temporary || e.Until.IsZero()
			}
			if output == "" || output == "-" {
				return export(cmd.Context(), l, ui.results(cmd.Context()), format, wanted)
			}
			if _, err := os.Stat(output); err == nil && !force {
				return fmt.Errorf("%s is there already: name another file, or give --force", output)
			}
			f, err := listio.Create(output)
			if err != nil {
				return err
			}
			defer f.Abort()
			if err := export(cmd.Context(), l, f, format, wanted); err != nil {
				return err
			}
			return f.Commit()
		},
	}
	r.add(cmd)
	r.addPolicy(cmd)
	fs := cmd.Flags()
	fs.StringVar(&format, "format", "csv", "write in this `FORMAT`: "+strings.Join(names, ", "))
	fs.StringVarP(&output, "output", "o", "-", "write to `FILE` (- is standard output)")
	fs.Var((*words)(&only), "only", "write only entries that are hard, complaint or soft, `WORDS` by comma")
	fs.BoolVar(&temporary, "temporary", false, "write also what is let go some day")
	fs.BoolVar(&force, "force", false, "replace FILE")
	complete(cmd, "format", names...)
	complete(cmd, "only", standingFlag...)
	return cmd
}

// export writes the entries that are wanted.
func export(ctx context.Context, l *ledger, to io.Writer, format string, wanted func(*suppress.Entry) bool) error {
	if l != nil && l.Hashed() {
		return errors.New("export entries: the store keeps hashes, of which nobody can tell the addresses; winnow suppress list shows the hashes")
	}
	for _, f := range suppress.Formats() {
		if f.Name != format {
			continue
		}
		x, err := suppress.NewExporter(to, f)
		if err != nil {
			return err
		}
		if err := l.entries(ctx, func(e suppress.Entry) error {
			if !wanted(&e) {
				return nil
			}
			return x.Write(&e)
		}); err != nil {
			return err
		}
		return x.Flush()
	}
	return fmt.Errorf("there is no format %q", format)
}
