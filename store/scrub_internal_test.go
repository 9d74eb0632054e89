package store

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Who reads what was before keeps it from being scrubbed, which is said.
func TestScrubBusy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := Open(path)
	require.NoError(t, err)
	defer s.Close()
	s.db.SetMaxOpenConns(1)
	_, err = s.db.ExecContext(t.Context(), "PRAGMA busy_timeout(1)") // else it would wait for ten seconds
	require.NoError(t, err)
	put := func(value string) {
		require.NoError(t, s.Update(t.Context(), func(tx *Tx) error { return tx.Cache("c").Put([]byte("k"), []byte(value), time.Unix(1, 0)) }))
	}
	put("before")
	reader, err := Read(path)
	require.NoError(t, err)
	defer reader.Close()
	require.NoError(t, reader.View(t.Context(), func(tx *Tx) error {
		_, _, err := tx.Cache("c").Latest([]byte("k")) // from here on, it sees what is there now
		require.NoError(t, err)
		put("after")
		require.ErrorIs(t, s.Scrub(t.Context()), ErrBusy)
		return nil
	}))
	require.NoError(t, s.Scrub(t.Context()))
}
