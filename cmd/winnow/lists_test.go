package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/internal/listmaker"
	"winnow/listio"
	"winnow/validate"
)

// runIn runs winnow with a cache folder, and an address at which no registry is.
func runIn(t *testing.T, cache string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv(cacheVariable, cache)
	t.Setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:1")
	var out, told strings.Builder
	code = run(args, strings.NewReader(""), &out, &told)
	return code, out.String(), told.String()
}

func TestUpdatesDoNotMeet(t *testing.T) {
	cache := t.TempDir()
	unlock, err := lockLists(filepath.Join(cache, "lists"))
	require.NoError(t, err)
	code, _, told := runIn(t, cache, "lists", "update")
	require.Equal(t, exitFailed, code)
	require.Contains(t, told, "another update is at work in "+filepath.Join(cache, "lists"))
	require.NotContains(t, told, "asking")

	unlock()
	_, _, told = runIn(t, cache, "lists", "update")
	require.Contains(t, told, "asking")
	_, err = lockLists(filepath.Join(cache, "lists"))
	require.NotErrorIs(t, err, listio.ErrLocked, "the lock was let go")
}

func TestACacheThatIsNone(t *testing.T) {
	for _, cache := range []string{"off", filepath.Join(t.TempDir(), "nothing"), "/dev/null"} {
		code, out, told := runIn(t, cache, "check", "--offline", "bobsmith@gmail.com")
		require.Equal(t, exitDone, code)
		require.Contains(t, out, "bobsmith@gmail.com: valid")
		require.Empty(t, told, cache)
	}
}

func TestCompareLists(t *testing.T) {
	old := validate.EmbeddedLists()
	file := func(name, date, entries string) listmaker.Made {
		return listmaker.Made{Files: []listmaker.File{
			{Name: "near", Text: []byte("# near: not renewed\n")},
			{Name: name, Text: []byte("# " + name + ": x\n# date: " + date + "\n" + entries)},
		}}
	}
	role := old.Text("role")
	_, entries, _ := strings.Cut(role, "\nabuse ")
	entries = "abuse " + entries

	changes, err := compareLists(old, file("role", "2099-01-01", entries+"zzz weak\n"))
	require.NoError(t, err)
	require.Len(t, changes, 1)
	require.True(t, changes[0].newer)
	require.Equal(t, []string{"zzz"}, changes[0].New)

	_, err = compareLists(old, file("role", "2000-01-01", entries))
	require.ErrorContains(t, err, "older than yours")
	_, err = compareLists(old, file("role", "2099-01-01", "abuse system\n"))
	require.ErrorContains(t, err, "list role: it would shrink")
}

func TestExamples(t *testing.T) {
	require.Empty(t, examples(nil))
	require.Equal(t, " (a, b)", examples([]string{"a", "b"}))
	require.Equal(t, " (1, 2, 3, 4, 5 …)", examples(strings.Split("123456", "")))
}
