package main

import (
	"errors"
	"flag"
	"os/exec"
	"strconv"
	"testing"

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
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"dns":  dnsCommand,
			"smtp": smtpCommand,
			"exit": exitCommand,
		},
	})
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
	name := "DNS"
	if len(args) == 2 {
		name = args[1]
	}
	ts.Setenv(name, server.Addr())
}

// smtpCommand starts an SMTP server from a dialogue file and puts its address
// into $SMTP.
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
}

// exitCommand runs a program and wants an exit code: exit 3 winnow check …
func exitCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	have := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
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
