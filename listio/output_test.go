package listio_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/listio"
)

func TestOutputGetsItsNameOnlyWhenWhole(t *testing.T) {
	path := write(t, "clean.csv", "earlier\n")
	temp := filepath.Join(filepath.Dir(path), ".clean.csv.partial")
	require.NoError(t, os.WriteFile(temp, []byte("left over by a crash, and longer than what comes now"), 0o644))

	out, err := listio.Create(path)
	require.NoError(t, err)
	require.Equal(t, path, out.Path())
	require.Equal(t, temp, out.TempPath())
	big := strings.Repeat("a@example.com\n", 100_000)
	for _, text := range []string{"email\n", big} {
		n, err := out.Write([]byte(text))
		require.NoError(t, err)
		require.Equal(t, len(text), n)
	}
	requireFile(t, path, "earlier\n")
	require.NoError(t, out.Finish())
	require.NoError(t, out.Finish())
	requireFile(t, path, "earlier\n")
	requireFile(t, temp, "email\n"+big)
	_, err = out.Write([]byte("more"))
	require.ErrorIs(t, err, fs.ErrClosed)

	require.NoError(t, out.Commit())
	require.NoError(t, out.Commit())
	out.Abort()
	requireFile(t, path, "email\n"+big)
	require.NoFileExists(t, temp)
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode())
	}
	sha, size, err := listio.HashFile(path)
	require.NoError(t, err)
	require.Equal(t, out.SHA256(), sha)
	require.Equal(t, out.Size(), size)
	require.EqualValues(t, 6+len(big), size)
}

func TestOutputThatIsEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clean.csv")
	out, err := listio.Create(path)
	require.NoError(t, err)
	require.NoError(t, out.Commit())
	requireFile(t, path, "")
	require.Equal(t, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", out.SHA256())
}

func TestAbortLeavesNothing(t *testing.T) {
	for _, test := range []struct {
		name   string
		before func(*listio.Output) error
	}{
		{name: "while writing", before: func(*listio.Output) error { return nil }},
		{name: "when finished", before: (*listio.Output).Finish},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, "clean.csv", "earlier\n")
			out, err := listio.Create(path)
			require.NoError(t, err)
			_, err = out.Write([]byte("later\n"))
			require.NoError(t, err)
			require.NoError(t, test.before(out))
			out.Abort()
			out.Abort()
			requireFile(t, path, "earlier\n")
			require.NoFileExists(t, out.TempPath())
			require.ErrorIs(t, out.Commit(), fs.ErrClosed)
		})
	}
}

func TestCreateRefuses(t *testing.T) {
	folder := t.TempDir()
	_, err := listio.Create(filepath.Join(folder, "gone", "clean.csv"))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorContains(t, err, "there is no folder")
	_, err = listio.Create(folder)
	require.ErrorContains(t, err, "is a folder")
	_, err = listio.Create(os.DevNull)
	require.ErrorContains(t, err, "is a pipe or a device")
	_, err = listio.Create(filepath.Join(write(t, "file", "x"), "clean.csv"))
	require.Error(t, err, "its folder is a file")

	require.NoError(t, os.Mkdir(filepath.Join(folder, ".clean.csv.partial"), 0o700))
	_, err = listio.Create(filepath.Join(folder, "clean.csv"))
	require.ErrorContains(t, err, "is a folder")

	if os.Geteuid() > 0 {
		shut := filepath.Join(folder, "shut")
		require.NoError(t, os.Mkdir(shut, 0o500))
		_, err = listio.Create(filepath.Join(shut, "clean.csv"))
		require.ErrorIs(t, err, fs.ErrPermission)
	}
}

func TestCreateBehindALink(t *testing.T) {
	path := write(t, "clean.csv", "earlier\n")
	link := filepath.Join(t.TempDir(), "link.csv")
	if err := os.Symlink(path, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	out, err := listio.Create(link)
	require.NoError(t, err)
	require.Equal(t, link, out.Path())
	_, err = out.Write([]byte("later\n"))
	require.NoError(t, err)
	require.NoError(t, out.Commit())
	requireFile(t, path, "later\n")
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&fs.ModeSymlink, "the link is still one")

	require.NoError(t, os.Remove(path))
	_, err = listio.Create(link)
	require.ErrorContains(t, err, "a link that leads nowhere")
}

// What is left over is not written through, whatever it is a link to.
func TestCreateDoesNotFollowALeftOverLink(t *testing.T) {
	victim := write(t, "victim", "precious")
	path := filepath.Join(t.TempDir(), "clean.csv")
	if err := os.Symlink(victim, filepath.Join(filepath.Dir(path), ".clean.csv.partial")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	out, err := listio.Create(path)
	require.NoError(t, err)
	_, err = out.Write([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, out.Commit())
	requireFile(t, victim, "precious")
}

func TestHashFileOfNothing(t *testing.T) {
	_, _, err := listio.HashFile(filepath.Join(t.TempDir(), "gone"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func requireFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, want == string(got), "%s holds %d bytes, want %d", path, len(got), len(want))
}
