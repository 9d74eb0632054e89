package store_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/store"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, path string) *store.Store {
	s, err := store.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func update(t *testing.T, s *store.Store, do func(tx *store.Tx)) {
	require.NoError(t, s.Update(t.Context(), func(tx *store.Tx) error { do(tx); return nil }))
}

func record(key, once, value string) store.Record {
	return store.Record{Key: []byte(key), Once: []byte(once), Value: []byte(value), At: noon}
}

func TestCacheHasTheLatest(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	update(t, s, func(tx *store.Tx) {
		c := tx.Cache("colours")
		require.NoError(t, c.Put([]byte("sea"), []byte("green"), noon))
		require.NoError(t, c.Put([]byte("sea"), []byte("blue"), noon.Add(time.Hour)))
		require.NoError(t, c.Put([]byte("seaside"), nil, noon))
		require.NoError(t, c.Put([]byte("sky"), []byte("grey"), noon))
		require.NoError(t, tx.Cache("others").Put([]byte("sea"), []byte("wine-dark"), noon))
	})
	require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
		c := tx.Cache("colours")
		item, ok, err := c.Latest([]byte("sea"))
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, "blue", string(item.Value))
		require.True(t, noon.Add(time.Hour).Equal(item.At))

		_, ok, err = c.Latest([]byte("se"))
		require.NoError(t, err)
		require.False(t, ok)

		var keys []string
		for item, err := range c.All([]byte("se")) {
			require.NoError(t, err)
			keys = append(keys, string(item.Key))
		}
		require.Equal(t, []string{"sea", "seaside"}, keys)
		return nil
	}))
	update(t, s, func(tx *store.Tx) {
		gone, err := tx.Cache("colours").Delete([]byte("sea"))
		require.NoError(t, err)
		require.True(t, gone)
		_, ok, err := tx.Cache("colours").Latest([]byte("sea"))
		require.NoError(t, err)
		require.False(t, ok)
	})
}

func TestLogTakesARecordOnce(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	update(t, s, func(tx *store.Tx) {
		l := tx.Log("mail")
		for _, step := range []struct {
			r   store.Record
			new bool
		}{
			{record("jane", "1", "first"), true},
			{record("jane", "1", "again"), false},
			{record("jane", "2", "second"), true},
			{record("ann", "1", "another's"), true},
		} {
			isNew, err := l.Append(step.r)
			require.NoError(t, err)
			require.Equal(t, step.new, isNew)
		}
		later := record("ann", "2", "later")
		later.At = noon.Add(time.Minute)
		_, err := l.Append(later)
		require.NoError(t, err)
	})
	values := func(records func(l store.Log) func(func(store.Record, error) bool)) (all []string) {
		require.NoError(t, s.View(t.Context(), func(tx *store.Tx) error {
			for r, err := range records(tx.Log("mail")) {
				require.NoError(t, err)
				all = append(all, string(r.Key)+" "+string(r.Value))
			}
			return nil
		}))
		return all
	}
	type seq = func(func(store.Record, error) bool)
	require.Equal(t, []string{"ann another's", "ann later", "jane first", "jane second"}, values(func(l store.Log) seq { return seq(l.All()) }))
	require.Equal(t, []string{"jane first", "jane second"}, values(func(l store.Log) seq { return seq(l.Of([]byte("jane"))) }))
	require.Equal(t, []string{"jane first", "jane second"}, values(func(l store.Log) seq { return seq(l.After([]byte("ann"), []byte("3"))) }))
	require.Equal(t, []string{"jane second"}, values(func(l store.Log) seq { return seq(l.After([]byte("jane"), []byte("1"))) }))
	require.Len(t, values(func(l store.Log) seq { return seq(l.After(nil, nil)) }), 4)
	require.Equal(t, []string{"ann later"}, values(func(l store.Log) seq { return seq(l.Between(noon.Add(time.Second), time.Time{})) }))
	require.Len(t, values(func(l store.Log) seq { return seq(l.Between(time.Time{}, noon.Add(time.Second))) }), 3)
	update(t, s, func(tx *store.Tx) {
		n, err := tx.Log("mail").Delete([]byte("jane"))
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
	})
	require.Equal(t, []string{"ann another's", "ann later"}, values(func(l store.Log) seq { return seq(l.All()) }))
}

// Many at once: all new, some of them, none.
func TestAppendAll(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	records := func(from, to int) (all []store.Record) {
		for i := from; i < to; i++ {
			all = append(all, record("key", fmt.Sprintf("%04d", i), "x"))
		}
		return append(all, record("key", fmt.Sprintf("%04d", from), "the first again"))
	}
	for _, tt := range []struct{ from, to, known int }{{100, 353, 0}, {100, 353, 253}, {0, 500, 253}, {90, 112, 22}} {
		update(t, s, func(tx *store.Tx) {
			isNew, err := tx.Log("mail").AppendAll(records(tt.from, tt.to))
			require.NoError(t, err)
			require.Len(t, isNew, tt.to-tt.from+1)
			known := 0
			for _, n := range isNew {
				if !n {
					known++
				}
			}
			require.Equal(t, tt.known+1, known)
		})
	}
	update(t, s, func(tx *store.Tx) {
		n, err := tx.Log("mail").Len()
		require.NoError(t, err)
		require.EqualValues(t, 500, n)
	})
}

func TestAnUpdateThatFailsKeepsNothing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	sorry := errors.New("sorry")
	require.ErrorIs(t, s.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Log("mail").Append(record("jane", "1", "x"))
		require.NoError(t, err)
		return sorry
	}), sorry)
	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, s.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Log("mail").Append(record("jane", "2", "x"))
		require.NoError(t, err)
		cancel()
		return ctx.Err()
	}), context.Canceled)
	update(t, s, func(tx *store.Tx) {
		n, err := tx.Log("mail").Len()
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

// Nor does one that ends in the middle of it.
func TestAnUpdateThatPanicsKeepsNothing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	require.Panics(t, func() {
		_ = s.Update(t.Context(), func(tx *store.Tx) error {
			require.NoError(t, tx.Cache("c").Put([]byte("k"), []byte("v"), time.Now()))
			panic("broken")
		})
	})
	update(t, s, func(tx *store.Tx) {
		_, ok, err := tx.Cache("c").Latest([]byte("k"))
		require.NoError(t, err)
		require.False(t, ok)
	})
}

func TestItIsTheOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "store.db")
	s := open(t, path)
	update(t, s, func(tx *store.Tx) { require.NoError(t, tx.Cache("c").Put([]byte("k"), nil, noon)) })
	files, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		info, err := os.Stat(f)
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), f)
	}
	info, err := os.Stat(filepath.Dir(path))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
}

// What can not be used is an error, and every byte of it stays as it was.
func TestWhatIsNoStoreIsLeftAlone(t *testing.T) {
	good := filepath.Join(t.TempDir(), "store.db")
	s, err := store.Open(good)
	require.NoError(t, err)
	update(t, s, func(tx *store.Tx) {
		for i := range 2000 {
			_, err := tx.Log("mail").Append(record(fmt.Sprintf("key%06d", i), "1", strings.Repeat("x", 100)))
			require.NoError(t, err)
		}
	})
	require.NoError(t, s.Close())
	sound, err := os.ReadFile(good)
	require.NoError(t, err)
	with := func(at int, value uint32) []byte {
		b := append([]byte{}, sound...)
		binary.BigEndian.PutUint32(b[at:], value)
		return b
	}
	const pageSize = 4096
	scribbled := append([]byte{}, sound...)
	for i := pageSize; i < len(scribbled); i++ {
		scribbled[i] = 0x5a
	}
	for _, tt := range []struct {
		name string
		data []byte
		want error
	}{
		{"a text", []byte("jane@acme.com\n" + strings.Repeat("x", 200)), store.ErrForeign},
		{"a short text", []byte("x"), store.ErrForeign},
		{"another program's", with(68, 0x12345678), store.ErrForeign},
		{"a newer one", with(60, 99), store.ErrNewer},
		{"cut off", sound[:len(sound)-pageSize], store.ErrDamaged},
		{"scribbled over", scribbled, store.ErrDamaged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			require.NoError(t, os.WriteFile(path, tt.data, 0o600))
			for _, use := range []func(string) (*store.Store, error){store.Open, store.Read} {
				s, err := use(path)
				if err == nil {
					err = s.Proof(t.Context())
					require.NoError(t, s.Close())
				}
				require.ErrorIs(t, err, tt.want)
				have, err := os.ReadFile(path)
				require.NoError(t, err)
				require.Equal(t, tt.data, have)
			}
			left, err := filepath.Glob(path + "?*")
			require.NoError(t, err)
			require.Empty(t, left)
		})
	}
}

func TestReadMakesNothing(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"none.db", "new/none.db"} {
		_, err := store.Read(filepath.Join(dir, name))
		require.ErrorIs(t, err, fs.ErrNotExist)
	}
	path := filepath.Join(dir, "empty.db")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	_, err := store.Read(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	all, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, all, 1)
}

func TestReadWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	open(t, path)
	s, err := store.Read(path)
	require.NoError(t, err)
	defer s.Close()
	require.Error(t, s.Update(t.Context(), func(tx *store.Tx) error { return tx.Cache("c").Put([]byte("k"), nil, noon) }))
}

// The program is run again by its own tests, as many processes at once: each adds
// its records in many transactions, while others do.
func TestManyProcesses(t *testing.T) {
	if path := os.Getenv("STORE_TEST_PATH"); path != "" {
		s, err := store.Open(path)
		require.NoError(t, err)
		defer s.Close()
		for i := range 50 {
			update(t, s, func(tx *store.Tx) {
				isNew, err := tx.Log("mail").Append(record("key", fmt.Sprint(os.Getpid(), i), "x"))
				require.NoError(t, err)
				require.True(t, isNew)
			})
		}
		return
	}
	path := filepath.Join(t.TempDir(), "store.db")
	var all sync.WaitGroup
	const processes = 4
	for range processes {
		all.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestManyProcesses$")
			cmd.Env = append(os.Environ(), "STORE_TEST_PATH="+path)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	update(t, open(t, path), func(tx *store.Tx) {
		n, err := tx.Log("mail").Len()
		require.NoError(t, err)
		require.EqualValues(t, processes*50, n)
	})
}

// A process that is killed in a transaction leaves what was there before.
func TestKilled(t *testing.T) {
	if path := os.Getenv("STORE_TEST_KILLED"); path != "" {
		s, err := store.Open(path)
		require.NoError(t, err)
		update(t, s, func(tx *store.Tx) {
			for i := 0; ; i++ {
				_, err := tx.Log("mail").Append(record("half", fmt.Sprint(i), strings.Repeat("x", 500)))
				require.NoError(t, err)
				if i == 20000 {
					fmt.Println("in the middle")
				}
			}
		})
	}
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := store.Open(path)
	require.NoError(t, err)
	update(t, s, func(tx *store.Tx) {
		_, err := tx.Log("mail").Append(record("whole", "1", "x"))
		require.NoError(t, err)
	})
	require.NoError(t, s.Close())

	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), "STORE_TEST_KILLED="+path)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = out.Read(make([]byte, 1))
	require.NoError(t, err)
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()

	s = open(t, path)
	require.NoError(t, s.Proof(t.Context()))
	update(t, s, func(tx *store.Tx) {
		n, err := tx.Log("mail").Len()
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
	})
}

// What was deleted is in none of the files any more.
func TestScrub(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	holds := func() (found bool) {
		files, err := filepath.Glob(path + "*")
		require.NoError(t, err)
		for _, f := range files {
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			found = found || strings.Contains(string(data), "jane@acme.com")
		}
		return found
	}
	update(t, s, func(tx *store.Tx) {
		_, err := tx.Log("mail").Append(record("jane@acme.com", "1", "x"))
		require.NoError(t, err)
	})
	require.True(t, holds())
	update(t, s, func(tx *store.Tx) {
		_, err := tx.Log("mail").Delete([]byte("jane@acme.com"))
		require.NoError(t, err)
	})
	require.NoError(t, s.Scrub(t.Context()))
	require.False(t, holds())
}

func TestPlace(t *testing.T) {
	for _, tt := range []struct {
		name, goos string
		env        map[string]string
		want       string
		err        error
	}{
		{"home", "linux", map[string]string{"HOME": "/home/jane"}, "/home/jane/.local/share/winnow/store.db", nil},
		{"XDG", "linux", map[string]string{"HOME": "/home/jane", "XDG_DATA_HOME": "/data"}, "/data/winnow/store.db", nil},
		{"XDG alone", "linux", map[string]string{"XDG_DATA_HOME": "/data"}, "/data/winnow/store.db", nil},
		{"XDG, relative", "linux", map[string]string{"HOME": "/home/jane", "XDG_DATA_HOME": "data"}, "/home/jane/.local/share/winnow/store.db", nil},
		{"nobody", "linux", nil, "", store.ErrNoHome},
		{"macOS", "darwin", map[string]string{"HOME": "/Users/jane"}, "/Users/jane/Library/Application Support/winnow/store.db", nil},
		{"macOS, nobody", "darwin", nil, "", store.ErrNoHome},
		{"Windows", "windows", map[string]string{"LocalAppData": "/Users/jane/AppData/Local"}, "/Users/jane/AppData/Local/winnow/store.db", nil},
		{"Windows, nobody", "windows", map[string]string{"HOME": "/x"}, "", store.ErrNoHome},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path, err := store.Place(tt.goos, func(name string) string { return tt.env[name] })
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.want, filepath.ToSlash(path))
		})
	}
}

// Records of 150 bytes in transactions of 10,000, sorted by key.
func BenchmarkAppend(b *testing.B) {
	s, err := store.Open(filepath.Join(b.TempDir(), "store.db"))
	require.NoError(b, err)
	defer s.Close()
	value := []byte(strings.Repeat("x", 150))
	n := 0
	for b.Loop() {
		require.NoError(b, s.Update(b.Context(), func(tx *store.Tx) error {
			records := make([]store.Record, 10000)
			for i := range records {
				n++
				records[i] = store.Record{Key: fmt.Appendf(nil, "name%07d%d@acme.com", i*100, n), Once: []byte("12345678"), Value: value, At: noon}
			}
			_, err := tx.Log("mail").AppendAll(records)
			return err
		}))
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkAll(b *testing.B) {
	s, err := store.Open(filepath.Join(b.TempDir(), "store.db"))
	require.NoError(b, err)
	defer s.Close()
	const records = 100000
	value := []byte(strings.Repeat("x", 150))
	require.NoError(b, s.Update(b.Context(), func(tx *store.Tx) error {
		for i := range records {
			if _, err := tx.Log("mail").Append(store.Record{Key: fmt.Appendf(nil, "name%07d@acme.com", i), Once: []byte("12345678"), Value: value, At: noon}); err != nil {
				return err
			}
		}
		return nil
	}))
	n := 0
	for b.Loop() {
		require.NoError(b, s.View(b.Context(), func(tx *store.Tx) error {
			for _, err := range tx.Log("mail").All() {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		}))
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
}

// One record is found by what tells it from others.
func TestLogGet(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	update(t, s, func(tx *store.Tx) {
		_, err := tx.Log("seen").AppendAll([]store.Record{record("a", "1", "one"), record("a", "2", "two"), record("b", "1", "three")})
		require.NoError(t, err)
		r, ok, err := tx.Log("seen").Get([]byte("a"), []byte("2"))
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, "two", string(r.Value))
		require.Equal(t, "a", string(r.Key))
		require.Equal(t, "2", string(r.Once))
		require.True(t, noon.Equal(r.At))
		_, ok, err = tx.Log("seen").Get([]byte("b"), []byte("2"))
		require.NoError(t, err)
		require.False(t, ok)
	})
}

// A store that begins in an empty file is its owner's alone, and one that is read there
// is not there.
func TestEmptyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	require.NoError(t, os.WriteFile(path, nil, 0o644))
	_, err := store.Read(path)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.EqualError(t, err, "open the store "+path+": it is empty")
	open(t, path)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
}

// Damage is told on one line, with the file that it is of.
func TestDamageNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := store.Open(path)
	require.NoError(t, err)
	update(t, s, func(tx *store.Tx) {
		for i := range 3000 {
			_, err := tx.Log("seen").Append(record(fmt.Sprint(i), "1", strings.Repeat("x", 100)))
			require.NoError(t, err)
		}
	})
	require.NoError(t, s.Close())
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	_, err = file.WriteAt(make([]byte, 20*4096), 5*4096)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	s, err = store.Read(path)
	require.NoError(t, err)
	defer s.Close()
	for _, err := range []error{s.Proof(t.Context()), s.View(t.Context(), func(tx *store.Tx) error {
		for _, err := range tx.Log("seen").All() {
			if err != nil {
				return err
			}
		}
		return nil
	})} {
		require.ErrorIs(t, err, store.ErrDamaged)
		require.ErrorContains(t, err, path)
		require.NotContains(t, err.Error(), "\n")
		require.NotContains(t, err.Error(), "***")
	}
}
