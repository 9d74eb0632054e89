package listmaker

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Bounds of what a package may hold, far above what ours do.
const (
	maxTarball  = 32 << 20
	maxUnpacked = 128 << 20
)

// content is what a package holds for us.
type content struct {
	entries []string
	licence string // the text
}

// ErrIntegrity says that a tarball is not the one that was pinned.
var ErrIntegrity = errors.New("the tarball is not the one that its checksum pins")

// integrityOf is a checksum in the form that the registry and the lock file
// have it.
func integrityOf(tarball []byte) string {
	sum := sha512.Sum512(tarball)
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

// open proves that the tarball is the pinned one, and reads it.
func open(tarball []byte, p Pin, s source) (content, error) {
	if integrityOf(tarball) != p.Integrity {
		return content{}, ErrIntegrity
	}
	wanted, licences, err := unpack(tarball, s.read.wants)
	if err != nil {
		return content{}, err
	}
	if len(licences) == 0 {
		return content{}, errors.New("no licence")
	}
	entries, err := s.read.entries(wanted)
	if err != nil {
		return content{}, err
	}
	return content{entries: entries, licence: strings.Join(licences, "\n\n")}, nil
}

// unpack returns the files of a tarball that are wanted, and its licences.
func unpack(tarball []byte, wants func(string) bool) (wanted map[string][]byte, licences []string, err error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(tarball))
	if err != nil {
		return nil, nil, err
	}
	wanted = make(map[string][]byte)
	licenceFiles := make(map[string]string)
	for files := tar.NewReader(io.LimitReader(unzipped, maxUnpacked)); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		// The folder that all is in has no fixed name.
		_, name, _ := strings.Cut(path.Clean(header.Name), "/")
		licence := strings.HasPrefix(path.Base(name), "LICENSE")
		if header.Typeflag != tar.TypeReg || !licence && !wants(name) {
			continue
		}
		data, err := io.ReadAll(files)
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", name, err)
		}
		if licence {
			licenceFiles[name] = strings.TrimSpace(string(data))
		} else {
			wanted[name] = data
		}
	}
	for _, name := range sortedKeys(licenceFiles) {
		if text := licenceFiles[name]; !slices.Contains(licences, text) {
			licences = append(licences, text)
		}
	}
	return wanted, licences, nil
}
