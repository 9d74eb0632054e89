package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"winnow/validate"
)

// version is set when a release is built (-ldflags "-X main.version=…").
var version string

func versionString() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}

func versionCommand(ui *tui) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, and the date of each embedded list",
		Example: "  winnow version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(ui.stdout, "winnow %s (%s, %s/%s)\n", versionString(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			if err != nil {
				return err
			}
			for _, l := range validate.EmbeddedLists().Info() {
				if _, err := fmt.Fprintf(ui.stdout, "  %-12s %s  %7d entries\n", l.Name, l.Date, l.Count); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
