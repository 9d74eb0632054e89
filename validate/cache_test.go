package validate

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// listsOf are lists for the cache: the embedded ones, of another date, with one
// more disposable domain.
func listsOf(date string) map[string][]byte {
	texts := make(map[string][]byte)
	for _, name := range renewed {
		text := uncountedText
		if name != Uncounted {
			text = embeddedText()[name]
		}
		if name == "disposable" {
			header, sorted := cutHeader(text)
			text = header + "0-0-new.com a\n" + sorted
		}
		texts[name] = []byte(strings.Replace(text, "# date: "+DateOf(text), "# date: "+date, 1))
	}
	return texts
}

func TestListsFromTheCache(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, SaveLists(dir, "v1", listsOf("2099-01-02")))
	l, err := LoadLists(dir)
	require.NoError(t, err)

	v := New(Options{Offline: true, Lists: l})
	require.Same(t, l, v.Lists())
	require.True(t, v.Domain("0-0-new.com").Kinds.Has(ListDisposable))
	require.False(t, New(Options{Offline: true}).Domain("0-0-new.com").Kinds.Has(ListDisposable))
	for _, i := range l.Info() {
		if IsRenewed(i.Name) {
			require.Equal(t, dir, i.From, i.Name)
			require.Equal(t, "2099-01-02", i.Date)
		} else {
			require.Empty(t, i.From, i.Name)
		}
	}
	u, err := l.UncountedInfo()
	require.NoError(t, err)
	require.Equal(t, dir, u.From)
	a, err := l.Why("0-0-new.com")
	require.NoError(t, err)
	require.Equal(t, []Standing{{List: "disposable", Entry: "0-0-new.com", Rule: Fresh}}, a.Lists)

	// Newer ones take their place, and nothing is left of them.
	require.NoError(t, SaveLists(dir, "v1", listsOf("2099-02-03")))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, len(renewed)+1)
	l, err = LoadLists(dir)
	require.NoError(t, err)
	require.Equal(t, "2099-02-03", l.Info()[0].Date)
}

func TestListsThatAreNotUsed(t *testing.T) {
	_, err := LoadLists(t.TempDir())
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = LoadLists(filepath.Join(t.TempDir(), "nowhere"))
	require.ErrorIs(t, err, fs.ErrNotExist)

	dir := t.TempDir()
	require.NoError(t, SaveLists(dir, "v1", listsOf("2000-01-01")))
	_, err = LoadLists(dir)
	require.ErrorIs(t, err, ErrListsOld)

	// Lists that are just those of the program need not be read again.
	same := make(map[string][]byte)
	for _, name := range renewed {
		same[name] = []byte(embeddedText()[name])
	}
	same[Uncounted] = []byte(uncountedText)
	require.NoError(t, SaveLists(dir, "v1", same))
	l, err := LoadLists(dir)
	require.NoError(t, err)
	require.Empty(t, l.Info()[0].From)
}

// Lists that an older winnow made may call somebody disposable of whom this one knows
// better.
func TestListsThatThisWinnowContradicts(t *testing.T) {
	for _, known := range []string{"gmail.com", "duck.com", "google.com"} {
		dir := t.TempDir()
		lists := listsOf("2099-01-02")
		lists["disposable"] = []byte("# disposable: x\n# date: 2099-01-02\n" + known + " a\n")
		require.NoError(t, SaveLists(dir, "v1", lists))
		_, err := LoadLists(dir)
		require.ErrorIs(t, err, ErrListsOld, known)
	}
}

func TestDamagedLists(t *testing.T) {
	for _, tt := range []struct {
		name   string
		damage func(t *testing.T, dir string)
	}{
		{"no manifest of ours", func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, manifestName), []byte("hello"), 0o600))
		}},
		{"another form", func(t *testing.T, dir string) { rewrite(t, filepath.Join(dir, manifestName), `"form": 1`, `"form": 2`) }},
		{"a file outside", func(t *testing.T, dir string) { rewrite(t, filepath.Join(dir, manifestName), `"free-`, `"../free-`) }},
		{"another hash", func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, manifestName), `"sha256": "`, `"sha256": "0`)
		}},
		{"another date", func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, manifestName), "2099-01-02", "2099-01-03")
		}},
		{"a byte more", func(t *testing.T, dir string) {
			rewrite(t, only(t, dir, "disposable"), "0-0-new.com", "0-00-new.com")
		}},
		{"a file less", func(t *testing.T, dir string) { require.NoError(t, os.Remove(only(t, dir, "role"))) }},
		{"one for the other", func(t *testing.T, dir string) {
			require.NoError(t, os.Rename(only(t, dir, "role"), only(t, dir, "free")))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, SaveLists(dir, "v1", listsOf("2099-01-02")))
			tt.damage(t, dir)
			_, err := LoadLists(dir)
			require.ErrorIs(t, err, ErrListsDamaged)
			require.ErrorContains(t, err, dir)
		})
	}
}

func TestSaveListsWantsAll(t *testing.T) {
	dir := t.TempDir()
	texts := listsOf("2099-01-02")
	delete(texts, "role")
	require.ErrorContains(t, SaveLists(dir, "v1", texts), "role")
	_, err := LoadLists(dir)
	require.ErrorIs(t, err, fs.ErrNotExist, "all or none")
}

func only(t *testing.T, dir, list string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, list+"-*.txt"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	return files[0]
}

func rewrite(t *testing.T, path, old, text string) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(data), old)
	require.NoError(t, os.WriteFile(path, []byte(strings.ReplaceAll(string(data), old, text)), 0o600))
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte(`{"form":1,"files":{"free":{"name":"free-.txt","sha256":"","date":""}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, manifestName), data, 0o600))
		_, err := LoadLists(dir)
		require.Error(t, err, "no file that it could name is there")
	})
}
