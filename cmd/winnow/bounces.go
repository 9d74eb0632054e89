package main

import "github.com/spf13/cobra"

func bouncesCommand(ui *tui) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bounces",
		Short: "Read, record and count what came back: bounces, complaints, automatic answers",
		Long: `Works on what came back: bounce mails, complaints of feedback loops, logs of mail
servers, webhooks and exports of sending services.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(bouncesReadCommand(ui), bouncesImportCommand(ui), bouncesReportCommand(ui))
	usageErrors(cmd)
	return cmd
}
