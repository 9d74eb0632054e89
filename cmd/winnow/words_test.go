package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

func TestWords(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want []string
	}{
		{"none", nil, nil},
		{"by comma", []string{"--allow", "a.txt,b.txt"}, []string{"a.txt", "b.txt"}},
		{"given twice", []string{"--allow", "a.txt", "--allow=b.txt"}, []string{"a.txt", "b.txt"}},
		{"empty", []string{"--allow", ""}, nil},
		{"a comma of its own", []string{"--allow", `"a,b.txt",c.txt`}, []string{"a,b.txt", "c.txt"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			var cmd cobra.Command
			cmd.Flags().Var((*words)(&got), "allow", "")
			require.NoError(t, cmd.ParseFlags(tt.args))
			require.Equal(t, tt.want, got)
		})
	}
	require.Error(t, new(words).Set(`"a`))
}
