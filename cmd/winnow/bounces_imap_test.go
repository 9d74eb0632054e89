package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"winnow/bounce/imap"
)

func TestIMAPFlags(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
		return path
	}
	secret := file("secret", "s3cret\r\nsecond\n", 0o600)
	for _, test := range []struct {
		name  string
		args  []string
		want  imap.Options
		err   string
		usage bool
		told  string
	}{
		{name: "none", want: imap.Options{Password: "from-env", Token: "token-env"}},
		{name: "a file beats the environment", args: []string{"--imap-password-file", secret}, want: imap.Options{Password: "s3cret"}},
		{name: "others can read it", args: []string{"--imap-password-file", file("open", "s3cret", 0o644)}, want: imap.Options{Password: "s3cret"}, told: "chmod 600"},
		{name: "it is empty", args: []string{"--imap-password-file", file("empty", "\n", 0o600)}, err: "is empty"},
		{name: "it is missing", args: []string{"--imap-password-file", filepath.Join(dir, "missing")}, err: "no such file"},
		{name: "seen", args: []string{"--imap-after", "seen", "--imap-password-file", secret}, want: imap.Options{Password: "s3cret", After: imap.Seen}},
		{name: "delete", args: []string{"--imap-after=delete", "--imap-password-file", secret}, want: imap.Options{Password: "s3cret", After: imap.Delete}},
		{name: "move", args: []string{"--imap-after", "move=Done/a=b", "--imap-password-file", secret}, want: imap.Options{Password: "s3cret", After: imap.Move, Folder: "Done/a=b"}},
		{name: "move to nowhere", args: []string{"--imap-after", "move="}, err: "none of seen", usage: true},
		{name: "something else", args: []string{"--imap-after", "burn"}, err: "none of seen", usage: true},
		{name: "no day", args: []string{"--imap-since", "yesterday"}, err: "2026-05-31", usage: true},
		{name: "no certificate", args: []string{"--imap-ca", secret}, err: "no certificate"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(imapPassword, "from-env")
			t.Setenv(imapToken, "token-env")
			var f imapFlags
			cmd := &cobra.Command{}
			f.add(cmd)
			require.NoError(t, cmd.ParseFlags(test.args))
			var told bytes.Buffer
			got, err := f.options(newTUI(nil, nil, &told))
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				require.Equal(t, test.usage, errors.As(err, new(usageError)))
				require.NotContains(t, err.Error(), "s3cret")
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			require.Contains(t, told.String(), test.told)
		})
	}
	t.Run("nobody is asked with a password in the address", func(t *testing.T) {
		var f imapFlags
		err := f.readMailbox(t.Context(), newTUI(nil, nil, &bytes.Buffer{}), "imaps://me:s3cret@mail.acme.test/INBOX", nil, nil, nil)
		require.ErrorContains(t, err, imapPassword)
		require.NotContains(t, err.Error(), "s3cret")
	})
}
