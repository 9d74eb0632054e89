package validate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"winnow/listio"
	"winnow/provider"
)

// Lists that are renewed between two releases lie in a folder of their own: a
// manifest, and the files that it names by their contents' hash. The manifest
// is replaced last, so that a reader sees either all old files or all new ones.

// manifestName is the name of a folder's manifest.
const manifestName = "lists.json"

// listsForm is the form, and the rules, of lists in a folder. Another version of
// winnow that reads or makes lists otherwise has another one.
const listsForm = 1

// renewed are the lists that such a folder holds. The others are written by
// hand, and come with the program.
var renewed = [...]string{"disposable", "free", "role", Uncounted}

// IsRenewed tells whether a list may be renewed between two releases.
func IsRenewed(name string) bool { return slices.Contains(renewed[:], name) }

// Errors of LoadLists.
var (
	ErrListsDamaged = errors.New("the lists are damaged, or not winnow's")
	ErrListsOld     = errors.New("the lists are older than those that winnow was built with")
)

type manifest struct {
	Form   int                     `json:"form"`
	Winnow string                  `json:"winnow"` // the version that made them
	Files  map[string]manifestFile `json:"files"`  // by the list's name
}

type manifestFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Date   string `json:"date"`
}

// LoadLists returns the lists that `winnow lists update` left in the folder dir,
// with the embedded ones beside them that it does not renew. Every file is held
// against the manifest's checksum.
//
// Where the folder holds no lists the error wraps [fs.ErrNotExist]; ErrListsOld
// and ErrListsDamaged say that there are some, which must not be used. With any
// error, the embedded lists are as good as ever.
func LoadLists(dir string) (*Lists, error) {
	l, err := loadLists(dir)
	if errors.Is(err, ErrListsDamaged) {
		l, err = loadLists(dir) // they may just have been replaced
	}
	if err != nil {
		return nil, fmt.Errorf("read the lists in %s: %w", dir, err)
	}
	return l, nil
}

func loadLists(dir string) (*Lists, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	text, newer := embeddedText(), false
	for _, name := range renewed {
		built := DateOf(text[name])
		if name == Uncounted {
			built = DateOf(uncountedText)
		}
		switch have := m.Files[name].Date; {
		case have < built:
			return nil, ErrListsOld
		case have > built:
			newer = true
		}
	}
	if !newer {
		return EmbeddedLists(), nil
	}
	for _, name := range renewed {
		if name == Uncounted {
			continue
		}
		if text[name], err = m.read(dir, name); err != nil {
			return nil, err
		}
	}
	l := newLists(text, func() (string, error) {
		text, err := m.read(dir, Uncounted)
		if err != nil {
			return "", fmt.Errorf("read the lists in %s: %w", dir, err)
		}
		return text, nil
	})
	l.from = dir
	if l.contradicted() {
		return nil, ErrListsOld
	}
	return l, nil
}

// contradicted tells whether the disposable domains hold one of which this winnow knows
// better: those of an older winnow were made when it did not yet.
func (l *Lists) contradicted() bool {
	for domain := range provider.Domains() {
		if _, ok := l.disposable.hasParent(domain); ok {
			return true
		}
	}
	for _, name := range []string{"relay", "real"} {
		_, rows := cutHeader(l.text[name])
		for domain := range strings.Lines(rows) {
			if _, ok := l.disposable.hasParent(strings.TrimSuffix(domain, "\n")); ok {
				return true
			}
		}
	}
	return false
}

// DateOf returns the date of a list, by its text: YYYY-MM-DD, "" if it has none.
func DateOf(text string) string {
	header, _ := cutHeader(text)
	return readHeader(header).Date
}

func readManifest(dir string) (m manifest, err error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("%w: %s: %w", ErrListsDamaged, manifestName, err)
	}
	if m.Form != listsForm {
		return m, fmt.Errorf("%w: another version of winnow made them", ErrListsDamaged)
	}
	for _, name := range renewed {
		f, ok := m.Files[name]
		if !ok || f.Name != fileName(name, f.SHA256) {
			return m, fmt.Errorf("%w: %s does not tell where %s is", ErrListsDamaged, manifestName, name)
		}
	}
	return m, nil
}

// fileName is where a list with this hash lies.
func fileName(list, sum string) string {
	const enough = 16
	return list + "-" + sum[:min(enough, len(sum))] + ".txt"
}

// read returns a list that is what the manifest says.
func (m manifest) read(dir, list string) (string, error) {
	f := m.Files[list]
	text, sum, err := readText(filepath.Join(dir, f.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w: %s is not there", ErrListsDamaged, f.Name)
	}
	if err != nil {
		return "", err
	}
	if sum != f.SHA256 {
		return "", fmt.Errorf("%w: %s is not what %s says", ErrListsDamaged, f.Name, manifestName)
	}
	header, _ := cutHeader(text)
	if info := readHeader(header); info.Name != list || info.Date != f.Date {
		return "", fmt.Errorf("%w: %s is not the list that %s says", ErrListsDamaged, f.Name, manifestName)
	}
	return text, nil
}

// readText reads a file, whose text is held in memory once, and its hash.
func readText(path string) (text, sum string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", "", err
	}
	const most = 64 << 20 // far more than a list can have
	var b strings.Builder
	b.Grow(int(min(info.Size(), most)))
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(&b, hash), io.LimitReader(file, most)); err != nil {
		return "", "", err
	}
	return b.String(), hex.EncodeToString(hash.Sum(nil)), nil
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// SaveLists writes lists, by name, for LoadLists into the folder dir, all or
// none, and removes those that were there. It wants each of those that are
// renewed, and leaves out any other. version is that of the program.
// The caller holds the folder's lock.
func SaveLists(dir, version string, texts map[string][]byte) error {
	m := manifest{Form: listsForm, Winnow: version, Files: make(map[string]manifestFile)}
	for _, name := range renewed {
		header, _ := cutHeader(string(texts[name]))
		info := readHeader(header)
		if info.Name != name || info.Date == "" {
			return fmt.Errorf("save the list %s: it has no header of its own", name)
		}
		sum := hashOf(texts[name])
		m.Files[name] = manifestFile{Name: fileName(name, sum), SHA256: sum, Date: info.Date}
		if err := save(filepath.Join(dir, fileName(name, sum)), texts[name]); err != nil {
			return fmt.Errorf("save the list %s: %w", name, err)
		}
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		err = save(filepath.Join(dir, manifestName), append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("save the lists: %w", err)
	}
	return m.sweep(dir)
}

func save(path string, data []byte) error {
	out, err := listio.Create(path)
	if err != nil {
		return err
	}
	defer out.Abort()
	if _, err := out.Write(data); err != nil {
		return err
	}
	return out.Commit()
}

// sweep removes lists that the manifest does not name.
func (m manifest) sweep(dir string) error {
	files, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("remove old lists: %w", err)
	}
	for _, file := range files {
		list, hash, _ := strings.Cut(file.Name(), "-")
		if !IsRenewed(list) || !strings.HasSuffix(hash, ".txt") || file.Name() == m.Files[list].Name {
			continue
		}
		if err := os.Remove(filepath.Join(dir, file.Name())); err != nil {
			return fmt.Errorf("remove old lists: %w", err)
		}
	}
	return nil
}
