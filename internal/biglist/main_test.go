package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFileAndStandardOutputAreTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.csv")
	require.NoError(t, os.WriteFile(path, []byte("an older list"), 0o600))
	require.NoError(t, run([]string{"-rows", "500", "-o", path}, nil, nil))
	file, err := os.ReadFile(path)
	require.NoError(t, err)

	var out bytes.Buffer
	require.NoError(t, run([]string{"-rows", "500"}, &out, nil))
	require.Equal(t, out.String(), string(file))

	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "no temporary file stays")
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"-rows", "-1"}, {"list.csv"}, {"-rows", "many"}} {
		require.Error(t, run(args, nil, new(bytes.Buffer)), "%q", args)
	}
}
