package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/internal/biglist/contacts"
)

func TestCopyIsTheSame(t *testing.T) {
	var list bytes.Buffer
	require.NoError(t, contacts.Write(&list, 3_000))
	in, out := filepath.Join(t.TempDir(), "in.csv"), filepath.Join(t.TempDir(), "out.csv")
	require.NoError(t, os.WriteFile(in, list.Bytes(), 0o600))
	require.NoError(t, run([]string{in, out}))
	got, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, list.String(), string(got))
}

func TestErrors(t *testing.T) {
	require.Error(t, run(nil))
	require.ErrorIs(t, run([]string{filepath.Join(t.TempDir(), "none.csv"), os.DevNull}), os.ErrNotExist)
	require.Error(t, copyCSV(new(bytes.Buffer), bytes.NewBufferString("a,b\nc\n")))
}
