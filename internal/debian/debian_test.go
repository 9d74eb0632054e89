//go:build linux || darwin

package debian_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/internal/debian"
)

func TestInstall(t *testing.T) {
	t.Setenv("WINNOW_INSTALL", "")
	require.NoError(t, debian.Install(t.Context(), func() bool { return true }, "no-such-package"), "there is nothing to do")
	require.ErrorIs(t, debian.Install(t.Context(), func() bool { return false }, "no-such-package"), debian.ErrNotAsked)
	t.Setenv("WINNOW_INSTALL", "1")
	t.Setenv("PATH", t.TempDir())
	require.ErrorIs(t, debian.Install(t.Context(), func() bool { return false }, "no-such-package"), debian.ErrNotAsked, "there is no apt-get")
}
