package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"winnow/internal/dnstest"
	"winnow/internal/smtptest"
)

var update = flag.Bool("update", false, "rewrite the files that the scripts compare with")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"winnow": main})
}

// TestScripts runs the real program against real servers on loopback. See the
// scripts for what each one shows; -update rewrites what they compare with.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Values[serversKey{}] = &[]*dnstest.Server{}
			env.Setenv(cacheVariable, "off")
			if os.Getenv("GORACE") == "" { // with -race, a program would sleep for a second at its end
				env.Setenv("GORACE", "atexit_sleep_ms=10")
			}
			return nil
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"dns":     dnsCommand,
			"smtp":    smtpCommand,
			"exit":    exitCommand,
			"asked":   askedCommand,
			"stopped": stoppedCommand,
			"bytes":   bytesCommand,
			"fifo":    fifoCommand,
			"disk":    diskCommand,
			"mode":    modeCommand,
			"files":   filesCommand,
			"npm":     npmCommand,
		},
	})
}

// serversKey is where a script keeps its DNS servers.
type serversKey struct{}

func servers(ts *testscript.TestScript) *[]*dnstest.Server {
	return ts.Value(serversKey{}).(*[]*dnstest.Server)
}

// dnsCommand starts a DNS server from a zone file, with the canaries beside it
// unless -bare is given, and puts its address into $DNS.
func dnsCommand(ts *testscript.TestScript, neg bool, args []string) {
	bare := len(args) > 0 && args[0] == "-bare"
	if bare {
		args = args[1:]
	}
	if neg || len(args) > 2 || len(args) == 0 {
		ts.Fatalf("usage: dns [-bare] ZONEFILE [VARIABLE]")
	}
	text := ts.ReadFile(args[0])
	if !bare {
		text = dnstest.Canaries + text
	}
	zone, err := dnstest.ParseZone(text)
	ts.Check(err)
	server, err := dnstest.NewServer(zone)
	ts.Check(err)
	ts.Defer(server.Close)
	*servers(ts) = append(*servers(ts), server)
	name := "DNS"
	if len(args) == 2 {
		name = args[1]
	}
	ts.Setenv(name, server.Addr())
}

// smtpCommand starts an SMTP server from a dialogue file and puts its address
// into $SMTP, and the port alone into $SMTP_PORT.
func smtpCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: smtp DIALOGUEFILE")
	}
	dialogue, err := smtptest.ParseDialogue(ts.ReadFile(args[0]))
	ts.Check(err)
	server, err := smtptest.NewServer(dialogue)
	ts.Check(err)
	ts.Defer(server.Close)
	ts.Setenv("SMTP", server.Addr())
	_, port, err := net.SplitHostPort(server.Addr())
	ts.Check(err)
	ts.Setenv("SMTP_PORT", port)
}

// exitCommand runs a program and wants an exit code: exit 3 winnow check …
func exitCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE PROGRAM ARGS...")
	}
	wantExit(ts, args[0], ts.Exec(args[1], args[2:]...))
}

// wantExit holds how a program ended against the exit code that it should have.
func wantExit(ts *testscript.TestScript, code string, err error) {
	want, parseErr := strconv.Atoi(code)
	ts.Check(parseErr)
	have := 0
	if err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			ts.Fatalf("%v", err)
		}
		have = failed.ExitCode()
	}
	if have != want {
		ts.Fatalf("exit code %d, want %d", have, want)
	}
}

// patience is how long a script waits for something that is sure to come.
const patience = 30 * time.Second

// await returns once the server that the script started last has been asked for
// the MX of a domain; it fails the script where ended tells of an end before.
func await(ts *testscript.TestScript, domain string, ended <-chan error) {
	all := *servers(ts)
	if len(all) == 0 {
		ts.Fatalf("no server was started")
	}
	last := all[len(all)-1]
	for late := time.After(patience); last.Queries()[domain+" MX"] == 0; {
		select {
		case err := <-ended:
			ts.Fatalf("it ended before it asked for %s: %v", domain, err)
		case <-late:
			ts.Fatalf("nobody asked for %s", domain)
		case <-time.After(time.Millisecond):
		}
	}
}

// askedCommand waits until a program in the background asks for the MX of a
// domain, and so has read the list: asked slow.com. With ! it wants that nobody has
// asked for it.
func askedCommand(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: asked DOMAIN")
	}
	if !neg {
		await(ts, args[0], nil)
		return
	}
	for _, s := range *servers(ts) {
		if n := s.Queries()[args[0]+" MX"]; n > 0 {
			ts.Fatalf("%s was asked for %d times", args[0], n)
		}
	}
}

// stoppedCommand runs a program, sends it a signal once it asks for the MX of a
// domain, and wants an exit code: stopped INT 130 slow.com winnow clean …
func stoppedCommand(ts *testscript.TestScript, neg bool, args []string) {
	signals := map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "KILL": os.Kill}
	if neg || len(args) < 4 || signals[args[0]] == nil {
		ts.Fatalf("usage: stopped INT|TERM|HUP|KILL CODE DOMAIN PROGRAM ARGS...")
	}
	path := args[3]
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if _, err := os.Stat(filepath.Join(dir, path)); err == nil {
			path = filepath.Join(dir, path)
			break
		}
	}
	cmd := exec.Command(path, args[4:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "GORACE", "GOCOVERDIR", cacheVariable} {
		if v := ts.Getenv(name); v != "" {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	await(ts, args[2], ended)
	ts.Check(cmd.Process.Signal(signals[args[0]]))
	wantExit(ts, args[1], <-ended)
}

// bytesCommand appends a text to a file, with the escapes of Go strings, and
// over and over where a count is given: bytes list.csv 'J\xf6rg;j@acme.com\r\n'
func bytesCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: bytes FILE TEXT [COUNT]")
	}
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
	ts.Check(err)
	count := 1
	if len(args) == 3 {
		count, err = strconv.Atoi(args[2])
		ts.Check(err)
	}
	file, err := os.OpenFile(ts.MkAbs(args[0]), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	ts.Check(err)
	defer file.Close()
	const batch = 1 << 16
	for many := strings.Repeat(text, min(count, batch)); count > 0; count -= batch {
		_, err := io.WriteString(file, many[:len(text)*min(count, batch)])
		ts.Check(err)
	}
}

// fifoCommand makes a named pipe.
func fifoCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: fifo FILE")
	}
	ts.Check(exec.Command("mkfifo", ts.MkAbs(args[0])).Run())
}

// diskCommand puts an empty disk of so many KiB at a folder, read-only where it
// ends with ro; see the condition [disk].
func diskCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: disk FOLDER KIB [ro]")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	ts.Check(mount(dir, "size="+args[1]+"k", args[2:]...))
	ts.Defer(func() { _ = exec.Command("umount", dir).Run() })
}

func mount(dir, size string, options ...string) error {
	return exec.Command("mount", "-t", "tmpfs", "-o", strings.Join(append(options, size), ","), "tmpfs", dir).Run()
}

// condition tells what a script can do here: [root] it may write anywhere,
// [disk] it can mount a small disk.
func condition(name string) (bool, error) {
	root := runtime.GOOS == "linux" && os.Getuid() == 0
	switch name {
	case "root":
		return root, nil
	case "disk":
		return root && canMount(), nil
	}
	return false, fmt.Errorf("there is no condition [%s]", name)
}

func canMount() bool {
	dir, err := os.MkdirTemp("", "winnow-disk-")
	if err != nil {
		return false
	}
	defer os.RemoveAll(dir)
	return mount(dir, "size=64k") == nil && exec.Command("umount", dir).Run() == nil
}

// modeCommand wants permissions: mode 0600 contacts.clean.csv …
func modeCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: mode MODE FILE...")
	}
	for _, file := range args[1:] {
		info, err := os.Stat(ts.MkAbs(file))
		ts.Check(err)
		if have := fmt.Sprintf("%04o", info.Mode().Perm()); have != args[0] {
			ts.Fatalf("%s: mode %s, want %s", file, have, args[0])
		}
	}
}

// filesCommand wants a folder to hold these files and no others, hidden ones
// included: files out contacts.clean.csv …
func filesCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: files FOLDER NAME...")
	}
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var have []string
	for _, e := range entries {
		have = append(have, e.Name())
	}
	want := slices.Clone(args[1:])
	slices.Sort(want)
	if !slices.Equal(have, want) {
		ts.Fatalf("%s holds %s, want %s", args[0], strings.Join(have, " "), strings.Join(want, " "))
	}
}
