package main

import "github.com/spf13/cobra"

func bouncesCommand(ui *tui) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bounces",
		Short: "Read what came back: bounces, complaints, automatic answers",
		Long: `Works on what came back: bounce mails, complaints of feedback loops, automatic
answers.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(bouncesReadCommand(ui), bouncesReportCommand(ui))
	for _, c := range cmd.Commands() {
		c.Args = asUsage(c.Args)
	}
	return cmd
}
