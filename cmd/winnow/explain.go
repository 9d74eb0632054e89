package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"winnow/validate"
	"winnow/verdict"
)

func explainCommand(ui *tui) *cobra.Command {
	var list bool
	cmd := &cobra.Command{
		Use:   "explain CODE...",
		Short: "Say what one of winnow's codes means, and what to do",
		Example: `  winnow explain domain.missing
  winnow explain --list`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			var codes []string
			for _, info := range validate.All() {
				codes = append(codes, info.Code+"\t"+info.Text)
			}
			return codes, cobra.ShellCompDirectiveNoFileComp
		},
		Args: func(_ *cobra.Command, args []string) error {
			if list != (len(args) == 0) {
				return fmt.Errorf("name a code, or use --list to see them all")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, codes []string) error {
			if list {
				return explainAll(ui.stdout)
			}
			for i, code := range codes {
				k, ok := validate.KindOf(code)
				if !ok {
					return usageError{fmt.Errorf("there is no code %q%s (winnow explain --list shows all)", code, near(code))}
				}
				if i > 0 {
					fmt.Fprintln(ui.stdout)
				}
				if err := explain(ui.stdout, k); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "show every code on a line of its own")
	return cmd
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
