package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"winnow/bounce"
	"winnow/validate"
	"winnow/verdict"
)

func explainCommand(ui *tui) *cobra.Command {
	var list bool
	var format, own string
	cmd := &cobra.Command{
		Use:   "explain CODE... | REPLY... | -",
		Short: "Say what a code or a mail server's reply means, and what to do",
		Long: `Says what one of winnow's own codes means, or a reply of a mail server: whom it is
about, whether the address may be removed for it, and what to do. A reply is given
as it came, or as its bare code; "-" reads one reply a line from standard input.

Only a final refusal that is about the recipient or its domain is ever hard.`,
		Example: `  winnow explain domain.missing
  winnow explain 550
  winnow explain 5.1.1
  winnow explain "550 5.7.1 Service unavailable, client host [192.0.2.1] blocked"
  winnow explain - --format jsonl < replies.txt
  winnow explain --list`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var codes []string
			for _, info := range validate.All() {
				codes = append(codes, info.Code+"\t"+info.Text)
			}
			return codes, cobra.ShellCompDirectiveNoFileComp
		},
		Args: func(_ *cobra.Command, args []string) error {
			if list != (len(args) == 0) || slices.ContainsFunc(args, isBlank) {
				return fmt.Errorf("name a code or a reply, or use --list to see all codes")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkReplyFormat(format); err != nil {
				return err
			}
			if list {
				if err := explainAll(ui.stdout); err != nil {
					return err
				}
				return explainSheet(ui.stdout)
			}
			return explainEach(ui, args, format, own)
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "show every code on a line of its own: winnow's, then reply codes, enhanced codes and reasons")
	cmd.Flags().StringVar(&format, "format", "text", "answer a reply in this `FORMAT`: text, or jsonl (one JSON object a line)")
	cmd.Flags().StringVar(&own, "bounce-rules", "", "lay the rules of this `FILE` over winnow's own")
	complete(cmd, "format", "text", "jsonl")
	return cmd
}

func isBlank(arg string) bool { return strings.TrimSpace(arg) == "" }

// explainable says what is wrong with an argument, if anything is. Nothing is answered
// then: a reply without its quotes would be answered word by word.
func explainable(args []string, format string) error {
	for i, arg := range args {
		_, ours := validate.KindOf(arg)
		switch {
		case ours && format == "text":
		case ours:
			return usageError{fmt.Errorf("--format jsonl: %s is no reply", arg)}
		case arg == "-" && len(args) > 1:
			return usageError{errors.New("- reads the replies from standard input: give no others beside it")}
		case noReplyCode(arg):
			return usageError{fmt.Errorf("there is no reply code %s: they go from 200 to 599", arg)}
		case arg == "-" || looksLikeReply(arg):
		case i > 0 && looksLikeReply(args[0]):
			return usageError{fmt.Errorf("there is no code %q%s; a reply of several words stands in quotes: winnow explain %q", printable(arg), near(arg), strings.Join(args, " "))}
		default:
			return usageError{fmt.Errorf("there is no code %q%s (winnow explain --list shows all)", arg, near(arg))}
		}
	}
	return nil
}

func explainEach(ui *tui, args []string, format, own string) error {
	if err := explainable(args, format); err != nil {
		return err
	}
	var rules *bounce.Rules // not read for codes of winnow's own
	var err error
	for i, arg := range args {
		if k, ours := validate.KindOf(arg); ours {
			if i > 0 {
				fmt.Fprintln(ui.stdout)
			}
			if err := explain(ui.stdout, k); err != nil {
				return err
			}
			continue
		}
		if rules == nil {
			if rules, err = replyRules(own); err != nil {
				return err
			}
		}
		if arg == "-" {
			return explainStream(ui, rules, format)
		}
		if err := explainReply(ui.stdout, rules, arg, format, i == 0); err != nil {
			return err
		}
	}
	return nil
}

func explain(w io.Writer, k verdict.Kind) error {
	info := validate.Info(k)
	_, err := fmt.Fprintf(w, "%s\n  meaning     %s\n  grade       %s\n  about       %s\n  what to do  %s\n",
		info.Code, info.Text, info.Grade, info.About, strings.ReplaceAll(info.Todo, "\n", " "))
	return err
}

func explainAll(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, info := range validate.All() {
		fmt.Fprintf(t, "%s\t%s\t%s\n", info.Code, info.Grade, info.Text)
	}
	return t.Flush()
}

// near offers codes that hold what was typed.
func near(typed string) string {
	var found []string
	for _, info := range validate.All() {
		if last := info.Code[strings.IndexByte(info.Code, '.')+1:]; strings.Contains(info.Code, typed) || strings.Contains(typed, last) {
			found = append(found, info.Code)
		}
	}
	if len(found) == 0 || len(found) > 5 {
		return ""
	}
	return "; did you mean " + strings.Join(found, ", ") + "?"
}
