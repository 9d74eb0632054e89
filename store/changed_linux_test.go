package store_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/store"
)

// readOnly is where a store's file can be read, and not written to: as root, who may write
// anywhere, through another mount of its folder.
func readOnly(t *testing.T, path string) string {
	if os.Getuid() != 0 {
		require.NoError(t, os.Chmod(path, 0o400))
		require.NoError(t, os.Chmod(filepath.Dir(path), 0o500))
		t.Cleanup(func() { _ = os.Chmod(filepath.Dir(path), 0o700) })
		return path
	}
	dir := t.TempDir()
	if err := exec.Command("mount", "--bind", filepath.Dir(path), dir).Run(); err != nil {
		t.Skip("nothing can be mounted here:", err)
	}
	t.Cleanup(func() { require.NoError(t, exec.Command("umount", dir).Run()) })
	require.NoError(t, exec.Command("mount", "-o", "remount,bind,ro", dir).Run())
	return filepath.Join(dir, filepath.Base(path))
}

// Who may not write to a store cannot tell its owner that it is read; the owner writes.
func TestReadWhileTheOwnerWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	write := func(value string) *store.Store {
		s, err := store.Open(path)
		require.NoError(t, err)
		update(t, s, func(tx *store.Tx) { require.NoError(t, tx.Cache("c").Put([]byte("k"), []byte(value), noon)) })
		return s
	}
	require.NoError(t, write("before").Close())
	old := time.Now().Add(-time.Hour) // so that each write is another moment's
	require.NoError(t, os.Chtimes(path, old, old))
	other := readOnly(t, path)
	may := func() {
		if other == path {
			require.NoError(t, os.Chmod(filepath.Dir(path), 0o700))
			require.NoError(t, os.Chmod(path, 0o600))
		}
	}
	read := func(s *store.Store, during func()) (value string, err error) {
		err = s.View(t.Context(), func(tx *store.Tx) error {
			item, _, err := tx.Cache("c").Latest([]byte("k"))
			value = string(item.Value)
			during()
			return err
		})
		return value, err
	}
	reader, err := store.Read(other)
	require.NoError(t, err)
	defer reader.Close()
	value, err := read(reader, func() {})
	require.NoError(t, err)
	require.Equal(t, "before", value)

	// What is written stands beside the file at first: what is read is whole.
	may()
	var owner *store.Store
	value, err = read(reader, func() { owner = write("after") })
	require.NoError(t, err)
	require.Equal(t, "before", value)

	_, err = read(reader, func() { require.NoError(t, owner.Scrub(t.Context())) })
	require.ErrorIs(t, err, store.ErrChanged)
	require.ErrorContains(t, err, other)
	require.NoError(t, owner.Close())
	_, err = read(reader, func() {})
	require.ErrorIs(t, err, store.ErrChanged, "also from then on")

	again, err := store.Read(other)
	require.NoError(t, err)
	defer again.Close()
	value, err = read(again, func() {})
	require.NoError(t, err)
	require.Equal(t, "after", value)
}
