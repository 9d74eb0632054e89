package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func tarballOf(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	archive := tar.NewWriter(zipped)
	for name, text := range files {
		require.NoError(t, archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}))
		_, err := archive.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, zipped.Close())
	return b.Bytes()
}

func pinOf(tarball []byte) pin {
	sum := sha512.Sum512(tarball)
	return pin{Package: "p", Version: "1.0.0", Integrity: "sha512-" + base64.StdEncoding.EncodeToString(sum[:])}
}

func TestOpen(t *testing.T) {
	s := source{name: "p", file: "data/list.json", entries: jsonArray}
	good := tarballOf(t, map[string]string{"package/data/list.json": `["a.com"]`, "package/LICENSE.md": "MIT", "package/x.js": "?"})
	c, err := open(good, pinOf(good), s)
	require.NoError(t, err)
	require.Equal(t, content{entries: []string{"a.com"}, licence: "MIT"}, c)

	other := tarballOf(t, map[string]string{"package/data/list.json": `["b.com"]`, "package/LICENSE": "MIT"})
	_, err = open(other, pinOf(good), s)
	require.ErrorIs(t, err, errIntegrity)

	for name, files := range map[string]map[string]string{
		"no list":    {"package/LICENSE": "MIT"},
		"no licence": {"package/data/list.json": `["a.com"]`},
		"not a list": {"package/data/list.json": `{}`, "package/LICENSE": "MIT"},
		"empty list": {"package/data/list.json": `[]`, "package/LICENSE": "MIT"},
	} {
		bad := tarballOf(t, files)
		_, err := open(bad, pinOf(bad), s)
		require.Error(t, err, name)
	}
	_, err = open([]byte("no tarball"), pinOf([]byte("no tarball")), s)
	require.Error(t, err)
}

func TestEntries(t *testing.T) {
	for _, tt := range []struct {
		name string
		read func([]byte) ([]string, error)
		text string
		want []string // nil: an error
	}{
		{"json", jsonArray, "[\n\"a.com\",\n\"b.com\"]", []string{"a.com", "b.com"}},
		{"json of another form", jsonArray, `{"a":1}`, nil},
		{"lines", textLines, "a.com\r\n\n b.com", []string{"a.com", "b.com"}},
		{"no lines", textLines, "\n \n", nil},
		{"set", jsSet, `var x = new Set(["a.com","b.com"]); f("y")`, []string{"a.com", "b.com"}},
		{"no set", jsSet, `var x = ["a.com"]`, nil},
		{"open set", jsSet, `new Set(["a.com"`, nil},
		{"strings", jsStrings, "const A = [\n  'ads',\n  'no.reply',\n];\n", []string{"ads", "no.reply"}},
		{"no strings", jsStrings, "const A = [];", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.read([]byte(tt.text))
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.want == nil, err != nil)
		})
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), lockName)
	lock := make([]pin, len(sources))
	for i, s := range sources {
		lock[i] = pin{Package: s.name, Version: "1", Date: "2026-01-02", Licence: "MIT", Integrity: "sha512-x"}
	}
	require.NoError(t, writeLock(path, lock))
	got, err := readLock(path)
	require.NoError(t, err)
	require.Equal(t, lock, got)

	lock[0], lock[1] = lock[1], lock[0]
	require.NoError(t, writeLock(path, lock))
	_, err = readLock(path)
	require.ErrorContains(t, err, sources[0].name)
	require.NoError(t, os.WriteFile(path, []byte("[]"), 0o600))
	_, err = readLock(path)
	require.Error(t, err)
	_, err = readLock(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// The lock file that is checked in pins the sources of this program.
func TestCheckedInLock(t *testing.T) {
	lock, err := readLock(filepath.Join("..", "..", "validate", "data", lockName))
	require.NoError(t, err)
	for _, p := range lock {
		require.Regexp(t, `^sha512-[A-Za-z0-9+/]{86}==$`, p.Integrity, p.Package)
		require.Regexp(t, `^\d{4}-\d\d-\d\d$`, p.Date, p.Package)
		require.NotEmpty(t, p.Version)
		require.NotEmpty(t, p.Licence)
	}
}

func FuzzEntries(f *testing.F) {
	f.Add([]byte(`new Set(["a.com"])`))
	f.Add([]byte("  'abuse',\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []func([]byte) ([]string, error){jsonArray, textLines, jsSet, jsStrings} {
			entries, err := read(data)
			require.Equal(t, len(entries) == 0, err != nil)
			for _, entry := range entries {
				if domain := normalise(entry); domain != "" {
					require.Equal(t, domain, normalise(domain))
				}
			}
		}
	})
}
