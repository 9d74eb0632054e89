package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"winnow/address"
	"winnow/mx"
	"winnow/validate"
	"winnow/verdict"
)

type mxFlags struct {
	asking
	format string
}

func mxCommand(ui *tui) *cobra.Command {
	var f mxFlags
	cmd := &cobra.Command{
		Use:   "mx DOMAIN... | -",
		Short: "Say who takes a domain's mail, and what DNS was asked",
		Long: `Asks DNS who takes mail for each domain, as winnow does to judge an address, and
shows everything: the mail hosts with their addresses, each question with its
answer, and what winnow makes of it. "-" reads one domain a line from standard
input. An address stands for its domain. What is no domain is named on standard
error, with its line, and is an object with "error" in jsonl.

The answers come in the order of the domains. "confirmed" says that an answer can
be believed: big providers resolved, made-up names did not, and of a denial a
second resolver, where there is one, said the same.

Exit codes: 0 done; 2 something was no domain; 4 the resolver is dead or lies.`,
		Example: `  winnow mx gmail.com
  winnow mx --resolver 192.0.2.53,198.51.100.53 acme.com bücher.example
  winnow mx - --format jsonl < domains.txt`,
		Args: func(_ *cobra.Command, args []string) error {
			if strings.TrimSpace(strings.Join(args, "")) == "" {
				return errors.New("name a domain, or - to read them from standard input")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(cmd.Context(), ui, args)
		},
	}
	fs := cmd.Flags()
	fs.StringVar(&f.format, "format", "text", "answer in this `FORMAT`: text, or jsonl (one JSON object a line)")
	fs.DurationVar(&f.timeout, "timeout", 0, "wait this `TIME` for each answer, tries and all (5s, or the policy's)")
	f.addDNS(cmd, ui)
	complete(cmd, "format", "text", "jsonl")
	return cmd
}

func (f *mxFlags) run(ctx context.Context, ui *tui, args []string) error {
	p, err := f.policy()
	if err != nil {
		return err
	}
	if f.format != "text" && f.format != "jsonl" {
		return usageError{fmt.Errorf("--format: %q is neither text nor jsonl", f.format)}
	}
	if f.changed("timeout") && f.timeout <= 0 {
		return usageError{errors.New("--timeout: it must be above 0, such as 5s")}
	}
	names, err := argsOrLines(ui, args, "domain")
	if err != nil {
		return err
	}
	opt, err := f.options(p, ui)
	if err != nil {
		return err
	}
	defer ui.stopOnSignal()()
	r, v, results := opt.Resolver, validate.New(opt), ui.results(ctx)
	var bad, printed, asked bool
	lines := args[0] == "-"
	for _, arg := range args {
		if strings.TrimSpace(arg) == "" {
			bad = true
			ui.say("winnow: %s: an empty text names no domain", strconv.Quote(arg))
		}
	}
	err = inOrder(ctx, names, diagnoser(r, v), func(d diagnosis) error {
		asked = asked || d.fault == nil
		if d.fault != nil {
			bad = true
			place := ""
			if lines {
				place = fmt.Sprintf("line %d: ", d.place)
			}
			ui.say("winnow: %s%s: %s", place, printable(shortened(d.text)), d.fault)
			if f.format != "jsonl" {
				return nil
			}
		}
		out := d.readable(printed)
		if f.format == "jsonl" {
			var err error
			if out, err = d.json(); err != nil {
				return err
			}
		}
		printed = true
		_, err := results.Write(out)
		return err
	})
	switch {
	case err != nil:
		return err
	case bad:
		return exit(exitUsage)
	case asked && r.Err() != nil:
		if errors.Is(r.Err(), mx.ErrUnproven) { // of the dead and of liars has been told
			ui.say("winnow: %s", r.Err())
		}
		return exit(exitShallow)
	}
	return nil
}

// diagnosis is what came of one domain.
type diagnosis struct {
	text   string // as it was given
	place  int    // among all that was given, blank ones too; from 1 on
	fault  error  // why it names no domain; then there is nothing else
	answer mx.Answer
	asked  []mx.Exchange
	domain *validate.Domain
	grade  verdict.Grade // of the domain alone
	kind   verdict.Kind  // that decided; 0 if nothing is to be said
}

// diagnoser asks for the domain that a text is, or that it is an address of. The
// error is ctx's.
func diagnoser(r *mx.Resolver, v *validate.Validator) func(context.Context, string) (diagnosis, error) {
	return func(ctx context.Context, text string) (diagnosis, error) {
		d := diagnosis{text: text}
		name, err := domainOf(text)
		if err != nil {
			d.fault = err
			return d, nil
		}
		if d.answer, d.asked, err = r.Trace(ctx, name); err != nil {
			return d, err
		}
		d.domain = v.Domain(name)
		v.SetMX(d.domain, d.answer)
		d.grade, d.kind = gravest(v, d.domain.Kinds)
		return d, nil
	}
}

// domainOf reads a domain, or that of an address, in any of the forms that people
// write one in.
func domainOf(text string) (string, error) {
	// IDNA's other full stops (RFC 3490 section 3.1) are typed with keyboards of Chinese and Japanese.
	text = strings.NewReplacer("。", ".", "．", ".", "｡", ".").Replace(text)
	name, err := address.ParseDomain(strings.TrimSuffix(text[strings.LastIndexByte(text, '@')+1:], "."))
	var broken *address.Error
	switch {
	case text == ".":
		return "", errors.New("the root of DNS takes no mail: name a domain")
	case strings.Contains(text, "://"):
		return "", errors.New("this is a URL: name its domain alone")
	case isIP(text):
		return "", errors.New("an IP address has no mail exchangers: name a domain")
	case errors.As(err, &broken):
		return "", errors.New(broken.Rule.Text())
	case strings.HasPrefix(name, "["):
		return "", errors.New("mail to an IP address asks no DNS")
	}
	return name, nil
}

func isIP(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}

// shortened returns so much of a text as tells it from others.
func shortened(text string) string {
	const most = 80
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "…"
}

// gravest returns what decides of kinds; 0 if there is none.
func gravest(v *validate.Validator, kinds verdict.Set) (verdict.Grade, verdict.Kind) {
	for g := verdict.Invalid; ; g-- {
		if k := kinds.And(v.Kinds(g)).First(); k != 0 || g == verdict.Valid {
			return g, k
		}
	}
}

// atOnce is how many domains are asked for side by side; that many answers at
// most wait for an earlier one.
const atOnce = 64

// inOrder asks for the domain of each text, many at once, and calls each with what
// came, in order. Blank texts are left out. It ends with the texts, with the first
// error, or with ctx; it does not wait for texts then.
//
//	texts ─┬─▶ ask, side by side
//	       └─▶ order, a channel for each ─▶ each
func inOrder(ctx context.Context, texts iter.Seq2[string, error], ask func(context.Context, string) (diagnosis, error), each func(diagnosis) error) error {
	type came struct {
		diagnosis
		err error
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	order := make(chan chan came, atOnce)
	go func() { // left behind where it waits for a text
		defer close(order)
		place := 0
		for text, err := range texts {
			place++
			text = strings.TrimSpace(text)
			if text == "" && err == nil {
				continue
			}
			one := make(chan came, 1)
			select {
			case order <- one:
			case <-ctx.Done():
				return
			}
			if err != nil {
				one <- came{err: err}
				return
			}
			go func(place int) {
				d, err := ask(ctx, text)
				d.place = place
				one <- came{d, err}
			}(place)
		}
	}()
	for {
		select {
		case one, ok := <-order:
			if !ok {
				return ctx.Err()
			}
			next := <-one // soon, where ctx ends
			if next.err != nil {
				return next.err
			}
			if err := each(next.diagnosis); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
