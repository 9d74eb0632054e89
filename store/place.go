package store

import (
	"path/filepath"
)

// Place returns where a user's store is by default: winnow/store.db in the folder
// for data of programs that goos has (https://specifications.freedesktop.org/basedir-spec
// and its likes). getenv is os.Getenv. The error is ErrNoHome.
func Place(goos string, getenv func(string) string) (string, error) {
	home := getenv("HOME")
	var dir string
	switch {
	case goos == "windows":
		dir = getenv("LocalAppData")
	case goos == "darwin" && home != "":
		dir = filepath.Join(home, "Library", "Application Support")
	case goos == "darwin":
	case filepath.IsAbs(getenv("XDG_DATA_HOME")): // "all paths must be absolute", else it is to be ignored
		dir = getenv("XDG_DATA_HOME")
	case home != "":
		dir = filepath.Join(home, ".local", "share")
	}
	if dir == "" {
		return "", ErrNoHome
	}
	return filepath.Join(dir, "winnow", "store.db"), nil
}
