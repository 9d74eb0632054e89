package listmaker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"
)

// npm is the registry that is asked where no other is named.
const npm = "https://registry.npmjs.org/"

// Registry is an npm registry. It is asked for public packages by name, and
// told nothing else. The zero Registry is npm's.
type Registry struct {
	URL    string       // "" means npm's
	Client *http.Client // nil means one that takes its proxy from the environment and leaves no https
}

// FromEnvironment returns the registry that npm itself would ask, by the
// environment.
func FromEnvironment(getenv func(string) string) Registry {
	for _, name := range []string{"NPM_CONFIG_REGISTRY", "npm_config_registry"} {
		if at := getenv(name); at != "" {
			return Registry{URL: at}
		}
	}
	return Registry{}
}

// Bounds of one question.
const (
	patience     = 2 * time.Minute
	maxAnswer    = 32 << 20 // what a registry says of all versions of a package
	maxRedirects = 5
)

// Newest returns the pin of the newest version of a package.
func (r Registry) Newest(ctx context.Context, name string) (Pin, error) {
	data, err := r.get(ctx, url.PathEscape(name), maxAnswer)
	if err != nil {
		return Pin{}, fmt.Errorf("ask for %s: %w", name, err)
	}
	p, err := newest(name, data)
	if err != nil {
		return Pin{}, fmt.Errorf("ask for %s: %w", name, err)
	}
	return p, nil
}

// newest reads what a registry says of a package.
func newest(name string, data []byte) (Pin, error) {
	var of struct {
		Tags struct {
			Latest string `json:"latest"`
		} `json:"dist-tags"`
		Versions map[string]struct {
			Licence json.RawMessage `json:"license"`
			Dist    struct {
				Integrity string `json:"integrity"`
			} `json:"dist"`
		} `json:"versions"`
		Times map[string]time.Time `json:"time"`
	}
	if err := json.Unmarshal(data, &of); err != nil {
		return Pin{}, err
	}
	version := of.Tags.Latest
	v, ok := of.Versions[version]
	published, dated := of.Times[version]
	licence := licenceOf(v.Licence)
	switch {
	case !ok || !wordly(version):
		return Pin{}, errors.New("the registry names no newest version")
	case !dated || licence == "":
		return Pin{}, errors.New("the registry tells no date or no licence")
	case !strings.HasPrefix(v.Dist.Integrity, "sha512-"):
		return Pin{}, errors.New("the registry tells no sha512 checksum")
	}
	return Pin{
		Package: name, Version: version, Date: published.UTC().Format(time.DateOnly),
		Licence: licence, Integrity: v.Dist.Integrity,
	}, nil
}

// licenceOf reads "MIT" or, of old packages, {"type": "MIT"}.
func licenceOf(raw json.RawMessage) string {
	var name string
	if json.Unmarshal(raw, &name) != nil {
		var old struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(raw, &old) != nil {
			return ""
		}
		name = old.Type
	}
	if !wordly(name) {
		return "" // it would break a header's line
	}
	return name
}

// wordly tells whether a text is short, printable and on one line.
func wordly(text string) bool {
	return text != "" && len(text) < 100 && strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

// tarball fetches what is pinned. It proves nothing of it: see open.
func (r Registry) tarball(ctx context.Context, p Pin) ([]byte, error) {
	file := path.Base(p.Package) + "-" + p.Version + ".tgz"
	data, err := r.get(ctx, url.PathEscape(p.Package)+"/-/"+url.PathEscape(file), maxTarball)
	if err != nil {
		return nil, fmt.Errorf("fetch %s %s: %w", p.Package, p.Version, err)
	}
	return data, nil
}

func (r Registry) get(ctx context.Context, file string, limit int64) ([]byte, error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	at := r.URL
	if at == "" {
		at = npm
	}
	if err := private(at); err != nil {
		return nil, err
	}
	question, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(at, "/")+"/"+file, nil)
	if err != nil {
		return nil, err
	}
	question.Header.Set("User-Agent", "winnow")
	answer, err := r.client().Do(question)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: the registry answered %s", question.URL.Redacted(), answer.Status)
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s: more than %d MiB", question.URL.Redacted(), limit>>20)
	}
	return data, nil
}

// private refuses a registry that could be spoken for by anybody on the way: the
// checksums that packages are held against come from there as well.
func private(registry string) error {
	at, err := url.Parse(registry)
	if err != nil {
		return fmt.Errorf("the registry %q: %w", registry, err)
	}
	ip, _ := netip.ParseAddr(at.Hostname())
	if at.Scheme == "https" || at.Scheme == "http" && (ip.IsLoopback() || at.Hostname() == "localhost") {
		return nil
	}
	return fmt.Errorf("the registry %s: https is needed, for checksums come from there as well (NPM_CONFIG_REGISTRY names the registry)", at.Redacted())
}

func (r Registry) client() *http.Client {
	if r.Client != nil {
		return r.Client
	}
	return &http.Client{CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if len(via) >= maxRedirects {
			return errors.New("the registry sends us about")
		}
		if via[0].URL.Scheme == "https" && next.URL.Scheme != "https" {
			return errors.New("the registry sends us to a place without https")
		}
		return nil
	}}
}

// String is where the registry is, without any password.
func (r Registry) String() string {
	at, err := url.Parse(r.URL)
	if err != nil || r.URL == "" {
		return npm
	}
	return at.Redacted()
}
