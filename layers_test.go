// Package winnow_test holds the walls of the house: which package may import
// which, and what none of them may do.
package winnow_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "winnow"

// layers is the whole house: a folder, and all below it, belongs to a layer, and
// imports only from lower ones. A program in internal/ needs no line here, it
// stands beside cmd.
var layers = map[string]int{
	"cmd": top,

	"pipeline": 4, "policy": 4, "report": 4, "server": 4, "cluster": 4,
	"validate": 3,
	"probe":    2, "suppress": 2,
	"mx": 1, "bounce": 1, "listio": 1, "store": 1, "sender": 1,
	"address": 0, "provider": 0, "route": 0, "verdict": 0,

	"internal/bench":            0,
	"internal/dnstest":          1,
	"internal/debian":           1,
	"internal/realdns":          2,
	"internal/realsmtp":         2,
	"internal/selfsigned":       0,
	"internal/smtptest":         1,
	"internal/biglist/contacts": 1,
	"internal/listmaker":        4,
}

const top = 5

// sideways are the only imports within a layer.
var sideways = map[string][]string{
	"pipeline": {"report", "policy"},
}

// forTests are for test files, and for cmd's demonstrations.
var forTests = []string{"internal/dnstest", "internal/smtptest", "internal/biglist/contacts"}

// groundFloor is what layer 0 may import beside the standard library.
var groundFloor = []string{"golang.org/x/net/idna", "golang.org/x/net/publicsuffix", "golang.org/x/text/unicode/norm"}

// saysNothing are names for what has no place of its own.
var saysNothing = []string{"util", "utils", "common", "helper", "helpers", "types", "models", "core", "pkg", "manager"}

func TestLayers(t *testing.T) {
	var files int
	house := os.DirFS(".")
	err := fs.WalkDir(house, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (d.Name() == "testdata" || strings.ContainsAny(d.Name()[:1], "._")):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		src, err := fs.ReadFile(house, name)
		if err != nil {
			return err
		}
		files++
		found, err := trespasses(name, src)
		for _, f := range found {
			t.Error(f)
		}
		return err
	})
	require.NoError(t, err)
	require.Greater(t, files, 1, "only this file was seen")
}

// trespasses says what the Go file name, slash-separated and from the house's
// door, has that it may not, each with its line. Test files may import what they
// like and panic.
func trespasses(name string, src []byte) (found []string, err error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	at := func(n ast.Node, format string, args ...any) {
		found = append(found, fmt.Sprintf("%s:%d: ", name, fset.Position(n.Pos()).Line)+fmt.Sprintf(format, args...))
	}

	dir := path.Dir(name)
	for _, word := range append(strings.Split(dir, "/"), file.Name.Name) {
		if slices.Contains(saysNothing, word) {
			at(file.Name, "%s is no name for a package", word)
			break
		}
	}
	if strings.HasSuffix(name, "_test.go") {
		return found, nil
	}
	room, layer, known := place(dir)
	if !known && strings.HasPrefix(dir, "internal/") && file.Name.Name == "main" {
		room, layer, known = dir, top, true
	}
	if !known {
		at(file.Name, "%s is not in the table of layers", dir)
		return found, nil
	}

	called := map[string]string{} // the names of imported packages in this file
	for _, spec := range file.Imports {
		to, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		called[path.Base(to)] = to
		if spec.Name != nil {
			called[spec.Name.Name] = to
		}
		if why := wall(room, layer, to); why != "" {
			at(spec, "%s imports %s: %s", dir, to, why)
		}
	}

	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				at(n, "no init(): make it where it is used")
			}
		case *ast.CallExpr:
			if name := ends(n.Fun, called); name != "" && layer < top {
				at(n, "no %s below cmd: return an error", name)
			}
		}
		return true
	})
	return found, nil
}

// place finds the folder of the table that dir is, or is in.
func place(dir string) (room string, layer int, known bool) {
	for ; dir != "."; dir = path.Dir(dir) {
		if layer, known = layers[dir]; known {
			return dir, layer, true
		}
	}
	return "", 0, false
}

// wall says why a package of that room and layer may not import to, or "".
func wall(room string, layer int, to string) string {
	dir, ours := strings.CutPrefix(to, module+"/")
	if !ours {
		first, _, _ := strings.Cut(to, "/")
		switch {
		case to == "C":
			return "no cgo"
		case layer == 0 && strings.Contains(first, ".") && !slices.Contains(groundFloor, to):
			return "layer 0 has only the standard library, idna and publicsuffix"
		}
		return ""
	}
	if dir == room || strings.HasPrefix(dir, room+"/") {
		return ""
	}
	theirs, below, known := place(dir)
	switch {
	case !known:
		return "not in the table of layers"
	case slices.Contains(forTests, theirs) && room != "cmd":
		return "only for test files and cmd"
	case below == layer && !slices.Contains(sideways[room], theirs):
		return fmt.Sprintf("sideways in layer %d", layer)
	case below > layer:
		return fmt.Sprintf("up from layer %d to %d", layer, below)
	}
	return ""
}

// ends returns the name of the call if it ends the program, by the names that
// packages are imported under.
func ends(fun ast.Expr, called map[string]string) string {
	switch fun := fun.(type) {
	case *ast.Ident:
		if fun.Name == "panic" {
			return "panic"
		}
	case *ast.SelectorExpr:
		of, ok := fun.X.(*ast.Ident)
		if !ok {
			return ""
		}
		name := called[of.Name] + "." + fun.Sel.Name
		if name == "os.Exit" || strings.HasPrefix(name, "log.Fatal") || strings.HasPrefix(name, "log.Panic") {
			return name
		}
	}
	return ""
}

func TestTrespasses(t *testing.T) {
	imports := func(pkg string, paths ...string) string {
		src := "package " + pkg + "\n"
		for _, p := range paths {
			src += "import _ " + strconv.Quote(p) + "\n"
		}
		return src
	}
	for _, test := range []struct {
		name, file, src string
		want            []string // one part of each message, in order
	}{
		{"down", "pipeline/run.go", imports("pipeline", "winnow/validate", "winnow/mx", "winnow/verdict", "example.org/x"), nil},
		{"within the room", "store/sqlite/db.go", imports("sqlite", "winnow/store"), nil},
		{"within the room, inward", "store/store.go", imports("store", "winnow/store/sqlite"), nil},
		{"pipeline uses report and policy", "pipeline/run.go", imports("pipeline", "winnow/report", "winnow/policy"), nil},
		{"not the reverse", "report/report.go", imports("report", "winnow/pipeline"), []string{"report/report.go:2: report imports winnow/pipeline: sideways in layer 4"}},
		{"server no pipeline", "server/server.go", imports("server", "winnow/pipeline"), []string{"sideways in layer 4"}},
		{"up", "mx/mx.go", imports("mx", "fmt", "winnow/validate"), []string{"mx/mx.go:3: mx imports winnow/validate: up from layer 1 to 3"}},
		{"layer 1 sideways", "listio/list.go", imports("listio", "winnow/store"), []string{"sideways in layer 1"}},
		{"layer 0 sideways", "verdict/verdict.go", imports("verdict", "winnow/address"), []string{"sideways in layer 0"}},
		{"from a deeper folder", "store/sqlite/db.go", imports("sqlite", "winnow/mx"), []string{"sideways in layer 1"}},
		{"a namesake is another room", "mx/mx.go", imports("mx", "winnow/mxtra"), []string{"not in the table"}},
		{"cmd imports all", "cmd/winnow/main.go", imports("main", "winnow/pipeline", "winnow/address", "winnow/internal/dnstest"), nil},
		{"nobody imports cmd", "server/server.go", imports("server", "winnow/cmd/winnow"), []string{"up from layer 4 to 5"}},

		{"layer 0, its few", "address/a.go", imports("address", "net/netip", "golang.org/x/net/idna", "golang.org/x/net/publicsuffix", "golang.org/x/text/unicode/norm"), nil},
		{"layer 0, another", "address/a.go", imports("address", "golang.org/x/net/html"), []string{"layer 0 has only"}},
		{"cgo", "mx/mx.go", imports("mx", "C"), []string{"no cgo"}},

		{"test servers in cmd", "cmd/winnow/demo.go", imports("main", "winnow/internal/smtptest"), nil},
		{"test servers in tests", "mx/mx_test.go", imports("mx_test", "winnow/internal/dnstest", "winnow/pipeline"), nil},
		{"test servers elsewhere", "pipeline/run.go", imports("pipeline", "winnow/internal/dnstest", "winnow/internal/smtptest"), []string{"only for test files", "only for test files"}},
		{"test servers in a program", "internal/benchdns/main.go", imports("main", "winnow/internal/dnstest"), []string{"only for test files"}},
		{"a test server's own imports", "internal/smtptest/s.go", imports("smtptest", "winnow/mx", "winnow/address"), []string{"sideways in layer 1"}},
		{"a program's own folder", "internal/biglist/main.go", imports("main", "winnow/internal/biglist/contacts"), nil},
		{"a program in internal", "internal/mklists/main.go", imports("main", "winnow/validate"), nil},
		{"a package in internal", "internal/strange/s.go", imports("strange"), []string{"internal/strange is not in the table"}},

		{"unknown package", "grader/grader.go", imports("grader"), []string{"grader/grader.go:1: grader is not in the table"}},
		{"unknown import", "pipeline/run.go", imports("pipeline", "winnow/grader"), []string{"not in the table"}},
		{"a package at the door", "winnow.go", imports("winnow"), []string{"not in the table"}},
		{"tests at the door", "layers_test.go", imports("winnow_test"), nil},
		{"a name for nothing", "util/u.go", imports("util"), []string{"util is no name", "not in the table"}},
		{"deeper", "store/internal/helpers/h.go", imports("helpers"), []string{"helpers is no name"}},
		{"by its clause", "store/shared/s.go", imports("common"), []string{"common is no name"}},

		{"init", "mx/mx.go", "package mx\nfunc init() {}", []string{"mx/mx.go:2: no init()"}},
		{"init in cmd", "cmd/winnow/main.go", "package main\nfunc init() {}", []string{"no init()"}},
		{"a method called init", "mx/mx.go", "package mx\nfunc (r *r) init() {}", nil},
		{"panic", "mx/mx.go", "package mx\nfunc f() { defer func() { panic(1) }() }", []string{"mx/mx.go:2: no panic"}},
		{"exit", "mx/mx.go", "package mx\nimport \"os\"\nfunc f() { os.Exit(1) }", []string{"no os.Exit"}},
		{"exit, renamed", "mx/mx.go", "package mx\nimport system \"os\"\nfunc f() { system.Exit(1) }", []string{"no os.Exit"}},
		{"fatal", "mx/mx.go", "package mx\nimport \"log\"\nfunc f() { log.Fatalf(\"\"); log.Panicln() }", []string{"no log.Fatalf", "no log.Panicln"}},
		{"another's Exit", "mx/mx.go", "package mx\nfunc f() { door.Exit(); log.Fatal() }", nil},
		{"programs may exit", "internal/mklists/main.go", "package main\nimport \"os\"\nfunc main() { os.Exit(1) }", nil},
		{"tests may", "mx/mx_test.go", "package mx\nimport \"os\"\nfunc init() { panic(os.Args) }", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := trespasses(test.file, []byte(test.src))
			require.NoError(t, err)
			require.Len(t, found, len(test.want), "%q", found)
			for i, part := range test.want {
				require.Contains(t, found[i], part)
			}
		})
	}
}
