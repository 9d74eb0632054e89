package listmaker

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"testing"

	"github.com/stretchr/testify/require"
)

func tarballOf(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	archive := tar.NewWriter(zipped)
	for _, name := range sortedKeys(files) {
		require.NoError(t, archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name]))}))
		_, err := archive.Write([]byte(files[name]))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, zipped.Close())
	return b.Bytes()
}

func pinOf(name string, tarball []byte) Pin {
	return Pin{Package: name, Version: "1.0.0", Date: "2026-01-02", Licence: "MIT", Integrity: integrityOf(tarball)}
}

func TestOpen(t *testing.T) {
	s := source{name: "p", read: oneFile("data/list.json", jsonArray)}
	good := tarballOf(t, map[string]string{"package/data/list.json": `["a.com"]`, "package/LICENSE.md": "MIT", "package/x.js": "?"})
	c, err := open(good, pinOf("p", good), s)
	require.NoError(t, err)
	require.Equal(t, content{entries: []string{"a.com"}, licence: "MIT"}, c)

	other := tarballOf(t, map[string]string{"package/data/list.json": `["b.com"]`, "package/LICENSE": "MIT"})
	_, err = open(other, pinOf("p", good), s)
	require.ErrorIs(t, err, ErrIntegrity)

	two := tarballOf(t, map[string]string{"package/data/list.json": `["b.com"]`, "package/LICENSE": "Apache\n", "package/data/LICENSE.txt": "MIT", "package/x/LICENSE": "MIT"})
	c, err = open(two, pinOf("p", two), s)
	require.NoError(t, err)
	require.Equal(t, "Apache\n\nMIT", c.licence)

	for name, files := range map[string]map[string]string{
		"no list":    {"package/LICENSE": "MIT"},
		"no licence": {"package/data/list.json": `["a.com"]`},
		"not a list": {"package/data/list.json": `{}`, "package/LICENSE": "MIT"},
		"empty list": {"package/data/list.json": `[]`, "package/LICENSE": "MIT"},
	} {
		bad := tarballOf(t, files)
		_, err := open(bad, pinOf("p", bad), s)
		require.Error(t, err, name)
	}
	_, err = open([]byte("no tarball"), pinOf("p", []byte("no tarball")), s)
	require.Error(t, err)
}

func TestSwotDomains(t *testing.T) {
	files := map[string][]byte{
		swotTree + "abused.txt":        []byte("abused.edu\n"),
		swotTree + "stoplist.txt":      []byte("former.fr\n"),
		swotTree + "tlds.txt":          []byte("edu\n"),
		swotTree + "uk/ac/ox.txt":      []byte("Oxford\n"),
		swotTree + "fr/uni.txt":        nil,
		swotTree + "fr/former.txt":     nil,
		swotTree + "fr/former/lab.txt": nil,
		swotTree + "edu/abused.txt":    nil,
	}
	entries, err := swotDomains(files)
	require.NoError(t, err)
	require.Equal(t, []string{"ox.ac.uk", "uni.fr"}, entries)

	delete(files, swotTree+"stoplist.txt")
	_, err = swotDomains(files)
	require.ErrorIs(t, err, errNoFile)
	_, err = swotDomains(map[string][]byte{swotTree + "abused.txt": nil, swotTree + "stoplist.txt": nil})
	require.ErrorIs(t, err, errNoEntries)
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
		{"ranking", rootDomains, `[{"rank":1,"rootDomain":"www.a.com"},{"rootDomain":"b.com"}]`, []string{"a.com", "b.com"}},
		{"ranking of another form", rootDomains, `[{"domain":"a.com"}]`, nil},
		{"no ranking", rootDomains, `{}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.read([]byte(tt.text))
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.want == nil, err != nil)
		})
	}
}

func FuzzEntries(f *testing.F) {
	f.Add([]byte(`new Set(["a.com"])`))
	f.Add([]byte("  'abuse',\n"))
	f.Add([]byte(`[{"rootDomain":"a.com"}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []func([]byte) ([]string, error){jsonArray, textLines, jsSet, jsStrings, rootDomains} {
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
