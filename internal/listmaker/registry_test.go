package listmaker

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// serve starts a registry that answers by path.
func serve(t *testing.T, answers map[string][]byte) Registry {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, ok := answers[r.URL.EscapedPath()]
		if !ok || r.Method != http.MethodGet || r.ContentLength > 0 {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data)
	}))
	t.Cleanup(server.Close)
	return Registry{URL: server.URL}
}

func TestNewest(t *testing.T) {
	const answer = `{"dist-tags":{"latest":"1.2.3"},"versions":{"1.0.0":{},"1.2.3":{"license":%s,"dist":{"integrity":%q}}},"time":{"1.2.3":%q}}`
	r := serve(t, map[string][]byte{
		"/good":          fmt.Appendf(nil, answer, `"MIT"`, "sha512-x", "2026-09-21T23:30:00-02:00"),
		"/@scope%2Fgood": fmt.Appendf(nil, answer, `{"type":"ISC","url":"x"}`, "sha512-x", "2026-09-21T01:00:00Z"),
		"/sha1":          fmt.Appendf(nil, answer, `"MIT"`, "sha1-x", "2026-09-21T01:00:00Z"),
		"/licence":       fmt.Appendf(nil, answer, `null`, "sha512-x", "2026-09-21T01:00:00Z"),
		"/injects":       fmt.Appendf(nil, answer, `"MIT\n# count: 0"`, "sha512-x", "2026-09-21T01:00:00Z"),
		"/empty":         []byte(`{}`),
		"/text":          []byte(`hello`),
	})
	p, err := r.Newest(t.Context(), "good")
	require.NoError(t, err)
	require.Equal(t, Pin{Package: "good", Version: "1.2.3", Date: "2026-09-22", Licence: "MIT", Integrity: "sha512-x"}, p)
	p, err = r.Newest(t.Context(), "@scope/good")
	require.NoError(t, err)
	require.Equal(t, "ISC", p.Licence)
	for _, name := range []string{"sha1", "licence", "injects", "empty", "text", "absent"} {
		_, err := r.Newest(t.Context(), name)
		require.ErrorContains(t, err, name)
	}
}

// The checksums come from the registry as well: nobody on the way may speak for it.
func TestARegistryMustBePrivate(t *testing.T) {
	for _, at := range []string{"http://registry.example", "http://192.0.2.1:4873/", "ftp://registry.example", "registry.example", "http://localhost.example"} {
		_, err := Registry{URL: at}.Newest(t.Context(), "x")
		require.ErrorContains(t, err, "https is needed", at)
	}
	for _, at := range []string{"http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"} {
		_, err := Registry{URL: at}.Newest(t.Context(), "x")
		require.Error(t, err)
		require.NotContains(t, err.Error(), "https is needed", at)
	}
}

func TestFetch(t *testing.T) {
	good := tarballOf(t, map[string]string{"package/index.json": `["a.com"]`, "package/LICENSE": "MIT"})
	other := tarballOf(t, map[string]string{"package/index.json": `["b.com"]`, "package/LICENSE": "MIT"})
	pin := pinOf("disposable-domains", good)

	const at = "/disposable-domains/-/disposable-domains-1.0.0.tgz"
	p, err := serve(t, map[string][]byte{at: good}).Fetch(t.Context(), []Pin{pin}, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"a.com"}, p.of[pin.Package].entries)

	_, err = serve(t, map[string][]byte{at: other}).Fetch(t.Context(), []Pin{pin}, nil)
	require.ErrorIs(t, err, ErrIntegrity)
	_, err = serve(t, nil).Fetch(t.Context(), []Pin{pin}, nil)
	require.ErrorContains(t, err, "404")
	_, err = serve(t, map[string][]byte{at: make([]byte, maxTarball+1)}).Fetch(t.Context(), []Pin{pin}, nil)
	require.ErrorContains(t, err, "more than")

	var asked []string
	_, err = serve(t, map[string][]byte{at: good}).Fetch(t.Context(), []Pin{pin, {Package: "left-pad"}}, func(p Pin) { asked = append(asked, p.Package) })
	require.ErrorContains(t, err, "left-pad")
	require.Equal(t, []string{"disposable-domains"}, asked)
}

func TestFetchEndsWithItsContext(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer server.Close()
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	_, err := Registry{URL: server.URL}.NewestLock(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestNoWayOutOfHTTPS(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	server := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer server.Close()
	client := Registry{}.client()
	client.Transport = server.Client().Transport
	_, err := Registry{URL: server.URL, Client: client}.Newest(t.Context(), "p")
	require.ErrorContains(t, err, "https")
}

func TestFromEnvironment(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  map[string]string
		want string
	}{
		{"nothing", nil, ""},
		{"npm's own name", map[string]string{"npm_config_registry": "https://a.example/npm/"}, "https://a.example/npm/"},
		{"upper case", map[string]string{"NPM_CONFIG_REGISTRY": "https://a.example"}, "https://a.example"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, FromEnvironment(func(name string) string { return tt.env[name] }).URL)
		})
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), LockName)
	lock := world().pins
	require.NoError(t, WriteLock(path, lock))
	got, err := ReadLock(path)
	require.NoError(t, err)
	require.Equal(t, lock, got)

	lock[0], lock[1] = lock[1], lock[0]
	require.NoError(t, WriteLock(path, lock))
	_, err = ReadLock(path)
	require.ErrorContains(t, err, sources[0].name)
	require.NoError(t, os.WriteFile(path, []byte("[]"), 0o600))
	_, err = ReadLock(path)
	require.Error(t, err)
	_, err = ReadLock(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// The lock file that is checked in pins the sources of this program, and the
// lists beside it were made from it.
func TestCheckedInLists(t *testing.T) {
	dir := filepath.Join("..", "..", "validate", "data")
	lock, err := ReadLock(filepath.Join(dir, LockName))
	require.NoError(t, err)
	for _, p := range lock {
		require.Regexp(t, `^sha512-[A-Za-z0-9+/]{86}==$`, p.Integrity, p.Package)
		require.Regexp(t, `^\d{4}-\d\d-\d\d$`, p.Date, p.Package)
		require.NotEmpty(t, p.Version)
		require.NotEmpty(t, p.Licence)
	}
	for name := range parts {
		text, err := os.ReadFile(filepath.Join(dir, name+".txt"))
		require.NoError(t, err)
		header, _, _ := strings.Cut(string(list{name: name}.text(lock)), "# count")
		_, header, _ = strings.Cut(header, "\n") // the title is not here
		require.Contains(t, string(text), header, "%s was made from another lock", name)
	}
}

func FuzzNewest(f *testing.F) {
	f.Add([]byte(`{"dist-tags":{"latest":"1"},"versions":{"1":{"license":"MIT","dist":{"integrity":"sha512-x"}}},"time":{"1":"2026-09-21T01:00:00Z"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := newest("p", data)
		if err != nil {
			return
		}
		require.True(t, json.Valid(data))
		require.NotContains(t, p.Version+p.Licence, "\n")
		require.NotEmpty(t, p.Integrity)
	})
}
