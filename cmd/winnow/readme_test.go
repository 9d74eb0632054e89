package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
)

var (
	fence    = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")
	asksDNS  = regexp.MustCompile(`\bwinnow (clean|check|fix|mx)\b`)
	makes    = regexp.MustCompile(`make ([a-z-]+)`)
	crontime = regexp.MustCompile(`^(\S+\s+){5}`)
	inline   = regexp.MustCompile("`((?:winnow|go run ./cmd/winnow) (?:demo|completion \\w+|explain \\S+))`")
)

// TestReadme runs every command of the README as it stands there, save that DNS
// is asked of a server of the test's own. Of make, it wants the targets to exist.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	rules, err := os.ReadFile("../../Makefile")
	require.NoError(t, err)

	var commands []string
	policy := ""
	for _, block := range fence.FindAllStringSubmatch(string(text), -1) {
		switch block[1] {
		case "toml":
			policy = block[2]
		case "sh", "crontab":
			for line := range strings.Lines(block[2]) {
				line = strings.TrimSpace(line)
				if block[1] == "crontab" {
					line = crontime.ReplaceAllString(line, "")
				}
				commands = append(commands, line)
			}
		}
	}
	for _, m := range inline.FindAllStringSubmatch(string(text), -1) {
		commands = append(commands, m[1])
	}
	for _, m := range makes.FindAllStringSubmatch(string(text), -1) {
		require.Regexp(t, `(?m)^`+m[1]+`:`, string(rules), "make %s", m[1])
	}

	var script strings.Builder
	ran := 0
	for _, c := range commands {
		if strings.HasPrefix(c, "make ") {
			continue
		}
		c = strings.ReplaceAll(c, "go run ./cmd/winnow", "winnow")
		require.Regexp(t, `^winnow `, c, "a command of which the test knows nothing")
		if !strings.Contains(c, "--offline") {
			c = asksDNS.ReplaceAllString(c, "winnow $1 --resolver $$DNS")
		}
		fmt.Fprintf(&script, "exec sh -c %s\n", quoteForScript(c))
		ran++
	}
	require.Greater(t, ran, 10)

	list, err := os.ReadFile("../../testdata/lists/contacts.csv")
	require.NoError(t, err)
	fmt.Fprintf(&script, `
-- testdata/lists/contacts.csv --
%[1]s-- contacts.csv --
%[1]s-- addresses.txt --
bobsmith@gmail.com
-- domains.txt --
gmail.com
-- replies.txt --
550 5.1.1 <jane@acme.com>... User unknown
-- bounces.mbox --
%[4]s-- bounce.eml --
%[3]s-- Maildir/new/1 --
%[3]s-- Maildir/cur/2:2,S --
%[3]s-- folder-of-mails/1.eml --
%[3]s-- mail.log --
Nov 24 09:00:01 mx postfix/smtp[1]: 4F1B23C4D5: to=<jane@acme.com>, relay=mx1.acme.com[192.0.2.7]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host mx1.acme.com[192.0.2.7] said: 550 5.1.1 <jane@acme.com>: User unknown (in reply to RCPT TO command))
-- events.ndjson --
{"event":"bounce","type":"bounce","email":"bob@acme.com","timestamp":1754000000,"reason":"550 5.1.1 user unknown","category":["may"],"sg_event_id":"a","sg_message_id":"m"}
-- sent.csv --
campaign,count
may,100
-- unsubscribed.csv --
name,email
Ann,ann@acme.com
-- customers.txt --
jane@acme.com
-- competitors.txt --
*.rival.com
-- winnow.toml --
%[2]s`, list, policy, readmeBounce, "From MAILER-DAEMON Tue Mar  3 09:01:00 2026\n"+readmeBounce)

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "readme.txtar"), []byte(script.String()), 0o600))
	testscript.Run(t, testscript.Params{Dir: dir, Setup: func(env *testscript.Env) error {
		env.Setenv("DNS", readmeDNS(t))
		env.Setenv(cacheVariable, filepath.Join(env.WorkDir, "cache"))
		env.Setenv("XDG_DATA_HOME", filepath.Join(env.WorkDir, "data"))
		npm, stop, err := startNPM("")
		env.Defer(stop)
		env.Setenv("NPM_CONFIG_REGISTRY", npm)
		return err
	}})
}

const readmeBounce = `From: MAILER-DAEMON@mx.shop.example
To: news@shop.example
Subject: failure notice

This is a permanent error; I've given up.

<jane@acme.com>:
550 5.1.1 User unknown
`

func quoteForScript(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// The summary that the README shows is the one that its first command prints.
func TestReadmeSummary(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	shown := regexp.MustCompile("(?ms)^```\n(winnow: the addresses.*?)^…\n```$").FindSubmatch(text)
	require.NotNil(t, shown, "the README shows no summary")

	t.Setenv(cacheVariable, "off")
	t.Setenv("XDG_DATA_HOME", t.TempDir())
	list := filepath.Join(t.TempDir(), "contacts.csv")
	data, err := os.ReadFile("../../testdata/lists/contacts.csv")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(list, data, 0o600))

	var out, told strings.Builder
	require.Equal(t, exitDone, run([]string{"clean", "--resolver", readmeDNS(t), list}, strings.NewReader(""), &out, &told))
	took := regexp.MustCompile(` in \d+\.\d s `)
	have := took.ReplaceAllString(strings.ReplaceAll(told.String(), list, "contacts.csv"), " in 0.1 s ")
	require.Contains(t, have, string(shown[1]))
}

// readmeDNS starts a DNS server that knows the providers of the README's list,
// and no other names.
func readmeDNS(t *testing.T) (address string) {
	zone, err := dnstest.ParseZone(dnstest.Canaries)
	require.NoError(t, err)
	server, err := dnstest.NewServer(zone)
	require.NoError(t, err)
	t.Cleanup(server.Close)
	return server.Addr()
}
