//go:build linux

package realsmtp_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/textproto"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
	"winnow/internal/realsmtp"
)

// TestMain is also a program that starts a server and is killed.
func TestMain(m *testing.M) {
	if family := os.Getenv("REALSMTP_START"); family != "" {
		hold(family)
	}
	os.Exit(m.Run())
}

// hold starts a server and says where its folder is.
func hold(family string) {
	var s *realsmtp.Server
	var err error
	if family == "exim" {
		s, err = realsmtp.StartExim(table()...)
	} else {
		s, err = realsmtp.StartPostfix(context.Background(), realsmtp.Postfix{}, table()...)
	}
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(s.Dir())
	select {}
}

// boxes are those of every domain of the table.
var boxes = map[string]realsmtp.Box{
	"jane": realsmtp.Mailbox, "full": realsmtp.Full, "gone": realsmtp.Disabled, "later": realsmtp.Deferred,
}

func table() []realsmtp.Domain {
	return []realsmtp.Domain{
		{Name: "plain.example", Manner: realsmtp.Plain, Boxes: boxes},
		{Name: "all.example", Manner: realsmtp.CatchAll, Boxes: boxes},
		{Name: "grey.example", Manner: realsmtp.Greylists, Boxes: boxes},
		{Name: "defers.example", Manner: realsmtp.Defers, Boxes: boxes},
		{Name: "nobody.example", Manner: realsmtp.RefusesAll, Boxes: boxes},
		{Name: "blocks.example", Manner: realsmtp.BlocksSender, Boxes: boxes},
		{Name: "closed.example", Manner: realsmtp.BlocksGreeting, Boxes: boxes},
		{Name: "slow.example", Manner: realsmtp.Slow, Boxes: boxes},
	}
}

func startExim(t *testing.T, domains ...realsmtp.Domain) *realsmtp.Server {
	t.Helper()
	skipAbsent(t, realsmtp.EximReady(t.Context()))
	s, err := realsmtp.StartExim(domains...)
	require.NoError(t, err)
	t.Cleanup(func() { ends(t, s) })
	return s
}

func startPostfix(t *testing.T, how realsmtp.Postfix, domains ...realsmtp.Domain) *realsmtp.Server {
	t.Helper()
	skipAbsent(t, realsmtp.PostfixReady(t.Context()))
	s, err := realsmtp.StartPostfix(t.Context(), how, domains...)
	require.NoError(t, err)
	t.Cleanup(func() { ends(t, s) })
	return s
}

// ends stops s and tells why a test has failed.
func ends(t *testing.T, s *realsmtp.Server) {
	if t.Failed() {
		t.Log(s.Log())
	}
	s.Stop()
}

func skipAbsent(t *testing.T, err error) {
	t.Helper()
	if errors.Is(err, realsmtp.ErrAbsent) {
		t.Skip(err)
	}
	require.NoError(t, err)
}

// session is one as a client has it by hand.
type session struct {
	t    *testing.T
	conn net.Conn
	text *textproto.Conn
}

func dial(t *testing.T, addr netip.AddrPort) *session {
	t.Helper()
	conn, err := net.Dial("tcp", addr.String())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	return &session{t: t, conn: conn, text: textproto.NewConn(conn)}
}

// reads returns the next reply, its lines joined by spaces.
func (s *session) reads() string {
	s.t.Helper()
	line, err := s.text.ReadLine()
	require.NoError(s.t, err)
	all := line
	for len(line) > 3 && line[3] == '-' {
		line, err = s.text.ReadLine()
		require.NoError(s.t, err)
		all += " " + strings.TrimPrefix(line[4:], all[4:9]+" ") // the enhanced code is said again
	}
	return all
}

func (s *session) says(line string) string {
	s.t.Helper()
	require.NoError(s.t, s.text.PrintfLine("%s", line))
	return s.reads()
}

// opens greets and names a sender.
func (s *session) opens() {
	s.t.Helper()
	require.Regexp(s.t, "^220 ", s.reads())
	require.Regexp(s.t, "^250", s.says("EHLO probe.example"))
	require.Regexp(s.t, "^250 ", s.says("MAIL FROM:<probe@sender.example>"))
}

// answers are what the hosts of both servers give to RCPT.
var answers = []struct {
	name, to      string
	exim, postfix string // how the reply begins
	after         string // how it begins where the greylisting has passed
	greeted       string // how the greeting begins, "" is 220
}{
	{name: "a mailbox", to: "jane@plain.example", exim: "250 ", postfix: "250 2.1.5"},
	{name: "in other letters", to: "JANE@Plain.Example", exim: "250 ", postfix: "250 2.1.5"},
	{name: "postmaster", to: "postmaster@plain.example", exim: "250 ", postfix: "250 2.1.5"},
	{name: "nobody", to: "nobody@plain.example", exim: "550 5.1.1", postfix: "550 5.1.1"},
	{name: "full", to: "full@plain.example", exim: "552 5.2.2", postfix: "552 5.2.2"},
	{name: "disabled", to: "gone@plain.example", exim: "550 5.2.1", postfix: "550 5.2.1"},
	{name: "deferred", to: "later@plain.example", exim: "451 4.3.0", postfix: "451 4.3.0"},
	{name: "not served", to: "jane@elsewhere.example", exim: "550 5.7.1", postfix: "554 5.7.1"},
	{name: "catch-all", to: "nobody@all.example", exim: "250 ", postfix: "250 2.1.5"},
	{name: "full where all are taken", to: "full@all.example", exim: "552 5.2.2", postfix: "552 5.2.2"},
	{name: "greylisted", to: "jane@grey.example", exim: "451[- ]4.7.1", postfix: "450 4.2.0", after: "250 "},
	{name: "greylisted nobody", to: "nobody@grey.example", exim: "451[- ]4.7.1", postfix: "450 4.2.0", after: "550 5.1.1"},
	{name: "greylisted postmaster", to: "postmaster@grey.example", exim: "451[- ]4.7.1", postfix: "450 4.2.0", after: "250 "},
	{name: "greylisted full", to: "full@grey.example", exim: "451[- ]4.7.1", postfix: "552 5.2.2", after: "552 5.2.2"}, // Postfix goes on to what refuses for good
	{name: "a domain that defers", to: "jane@defers.example", exim: "451 4.3.0", postfix: "451 4.3.0"},
	{name: "its postmaster", to: "postmaster@defers.example", exim: "451 4.3.0", postfix: "451 4.3.0"},
	{name: "a domain that refuses all", to: "jane@nobody.example", exim: "550 5.1.1", postfix: "550 5.1.1"},
	{name: "its postmaster too", to: "postmaster@nobody.example", exim: "550 5.1.1", postfix: "550 5.1.1"},
	{name: "blocked", to: "jane@blocks.example", exim: "550[- ]5.7.1", postfix: "550 5.7.1"},
	{name: "blocked nobody", to: "nobody@blocks.example", exim: "550[- ]5.7.1", postfix: "550 5.7.1"},
	{name: "blocked at the greeting", to: "jane@closed.example", greeted: "554[- ]5.7.1"},
	{name: "slow", to: "jane@slow.example", exim: "250 ", postfix: "250 2.1.5"},
	{name: "slow nobody", to: "nobody@slow.example", exim: "550 5.1.1", postfix: "550 5.1.1"},
}

func TestExim(t *testing.T) {
	t.Parallel()
	s := startExim(t, table()...)
	t.Run("answers", func(t *testing.T) {
		for _, tt := range answers {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				testAnswer(t, s, tt.to, tt.greeted, tt.exim, tt.after)
			})
		}
	})
	t.Run("starttls and pipelining", func(t *testing.T) { testExtensions(t, s) })
	t.Run("zone", func(t *testing.T) {
		zone, err := dnstest.ParseZone(s.Zone())
		require.NoError(t, err)
		dns, err := dnstest.NewServer(zone)
		require.NoError(t, err)
		defer dns.Close()
		resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, dns.Addr())
		}}
		for _, d := range table() {
			mx, err := resolver.LookupMX(t.Context(), d.Name)
			require.NoError(t, err)
			require.Equal(t, s.MX(d.Name)+".", mx[0].Host)
			addrs, err := resolver.LookupNetIP(t.Context(), "ip4", mx[0].Host)
			require.NoError(t, err)
			require.Equal(t, []netip.Addr{s.Host(d.Name).Addr()}, addrs)
		}
	})
	t.Run("the wait is named", func(t *testing.T) {
		d := dial(t, s.Host("grey.example"))
		d.opens()
		require.Contains(t, d.says("RCPT TO:<wait@grey.example>"), "try again in 3 seconds")
	})
	t.Run("stop", func(t *testing.T) { testStop(t, s) })
}

func TestPostfix(t *testing.T) {
	t.Parallel()
	s := startPostfix(t, realsmtp.Postfix{}, table()...)
	t.Run("answers", func(t *testing.T) {
		for _, tt := range answers {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				testAnswer(t, s, tt.to, tt.greeted, tt.postfix, tt.after)
			})
		}
	})
	t.Run("a wait is named", func(t *testing.T) {
		d := dial(t, s.Host("grey.example"))
		d.opens()
		require.Contains(t, d.says("RCPT TO:<wait@grey.example>"), "Greylisted for 3 seconds, see http")
	})
	t.Run("starttls and pipelining", func(t *testing.T) { testExtensions(t, s) })
	t.Run("stop", func(t *testing.T) { testStop(t, s) })
}

// What Postfix does with a client that errs, as it comes: docs of smtpd_soft_error_limit
// and smtpd_hard_error_limit.
func TestPostfixErrors(t *testing.T) {
	t.Parallel()
	s := startPostfix(t, realsmtp.Postfix{}, realsmtp.Domain{Name: "plain.example", Boxes: boxes})
	d := dial(t, s.Host("plain.example"))
	d.opens()
	timed := func(command, want string) {
		begun := time.Now()
		require.Regexp(t, "^"+want, d.says(command))
		t.Logf("%s: after %v", command, time.Since(begun).Round(time.Millisecond))
	}
	const limit, soft = 20, 10
	for i := range limit {
		if i == soft-1 || i == soft {
			timed("RCPT TO:<jane@plain.example>", "250")
			timed("RSET", "250")
			timed("MAIL FROM:<>", "250")
		}
		timed("RCPT TO:<nobody@plain.example>", "550 5.1.1")
	}
	require.Regexp(t, "^421 4.7.0", d.reads(), "it says so without being asked")
	_, err := d.text.ReadLine()
	require.ErrorIs(t, err, io.EOF)
}

func TestPostfixRecipientLimit(t *testing.T) {
	t.Parallel()
	s := startPostfix(t, realsmtp.Postfix{RecipientLimit: 2}, realsmtp.Domain{Name: "all.example", Manner: realsmtp.CatchAll})
	d := dial(t, s.Host("all.example"))
	d.opens()
	for _, want := range []string{"250 2.1.5", "250 2.1.5", "452 4.5.3", "452 4.5.3"} {
		require.Regexp(t, "^"+want, d.says("RCPT TO:<somebody@all.example>"))
	}
	require.Regexp(t, "^250", d.says("RSET"))
	require.Regexp(t, "^250", d.says("MAIL FROM:<>"))
	require.Regexp(t, "^250 2.1.5", d.says("RCPT TO:<somebody@all.example>"), "the limit is of one mail")
}

// testAnswer asks for a recipient, of a host that greylists until it does no more.
func testAnswer(t *testing.T, s *realsmtp.Server, to, greeted, want, after string) {
	_, domain, _ := strings.Cut(strings.ToLower(to), "@")
	d := dial(t, s.Host(domain))
	if greeted != "" {
		require.Regexp(t, "^"+greeted, d.reads())
		return
	}
	d.opens()
	last := d.says("RCPT TO:<" + to + ">")
	require.Regexp(t, "^"+want, last)
	if after != "" {
		const patience = 30 * time.Second
		for deadline := time.Now().Add(patience); strings.HasPrefix(last, "4") && time.Now().Before(deadline); {
			<-time.After(200 * time.Millisecond)
			last = d.says("RCPT TO:<" + to + ">")
		}
		require.Regexp(t, "^"+after, last)
	}
	require.Regexp(t, "^5", d.says("DATA"), "a mail was taken")
	require.Regexp(t, "^250", d.says("RSET"))
	require.Regexp(t, "^221", d.says("QUIT"))
}

// testExtensions checks what is offered, under TLS too, and that it works.
func testExtensions(t *testing.T, s *realsmtp.Server) {
	d := dial(t, s.Host("plain.example"))
	d.reads()
	offered := d.says("EHLO probe.example")
	require.Contains(t, offered, "STARTTLS")
	require.Contains(t, offered, "PIPELINING")
	require.Regexp(t, "^220", d.says("STARTTLS"))
	secure := tls.Client(d.conn, &tls.Config{InsecureSkipVerify: true})
	require.NoError(t, secure.HandshakeContext(t.Context()))
	require.Equal(t, s.MX(""), secure.ConnectionState().PeerCertificates[0].Subject.CommonName)
	d.text = textproto.NewConn(secure)
	require.NotContains(t, d.says("EHLO probe.example"), "STARTTLS")
	require.NoError(t, d.text.PrintfLine("%s", "MAIL FROM:<>\r\nRCPT TO:<jane@plain.example>\r\nRCPT TO:<nobody@plain.example>\r\nRSET\r\nQUIT"))
	for _, want := range []string{"250", "250", "550", "250", "221"} {
		require.Regexp(t, "^"+want, d.reads())
	}
}

// testStop checks that nothing is left of the server.
func testStop(t *testing.T, s *realsmtp.Server) {
	held := dial(t, s.Host(""))
	held.opens()
	dir := s.Dir()
	require.DirExists(t, dir)
	require.NotEmpty(t, processes(t, dir))
	s.Stop()
	s.Stop()
	require.NoDirExists(t, dir)
	_, err := net.Dial("tcp", s.Host("").String())
	require.Error(t, err, "it still listens")
	require.Empty(t, processes(t, dir), "processes are left")
}

// Nothing outlives the program that started a server, however that ends.
func TestKilled(t *testing.T) {
	for family, ready := range map[string]func(context.Context) error{"exim": realsmtp.EximReady, "postfix": realsmtp.PostfixReady} {
		t.Run(family, func(t *testing.T) {
			t.Parallel()
			skipAbsent(t, ready(t.Context()))
			program := exec.Command(os.Args[0])
			program.Env = append(os.Environ(), "REALSMTP_START="+family)
			out, err := program.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, program.Start())
			dir, err := bufio.NewReader(out).ReadString('\n')
			dir = strings.TrimSpace(dir)
			require.NoError(t, err)
			require.DirExists(t, dir)
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			require.NotEmpty(t, processes(t, dir))
			require.NoError(t, program.Process.Kill())
			require.Error(t, program.Wait())
			gone := func() bool {
				_, err := os.Stat(dir)
				return len(processes(t, dir)) == 0 && errors.Is(err, os.ErrNotExist)
			}
			require.Eventually(t, gone, 30*time.Second, 10*time.Millisecond)
		})
	}
}

// processes are those that work in dir or were started with it in their arguments.
func processes(t *testing.T, dir string) (pids []string) {
	t.Helper()
	all, err := os.ReadDir("/proc")
	require.NoError(t, err)
	for _, p := range all {
		cwd, _ := os.Readlink("/proc/" + p.Name() + "/cwd")
		args, _ := os.ReadFile("/proc/" + p.Name() + "/cmdline")
		if strings.HasPrefix(cwd, dir) || strings.Contains(string(args), dir) {
			pids = append(pids, p.Name()+" "+string(args))
		}
	}
	return pids
}

func TestTable(t *testing.T) {
	for _, tt := range []struct {
		name    string
		domains []realsmtp.Domain
	}{
		{name: "twice", domains: []realsmtp.Domain{{Name: "a.example"}, {Name: "a.example"}}},
		{name: "no name", domains: []realsmtp.Domain{{}}},
		{name: "a name that would be read as more", domains: []realsmtp.Domain{{Name: "a.example: x"}}},
		{name: "a local part that would", domains: []realsmtp.Domain{{Name: "a.example", Boxes: map[string]realsmtp.Box{"a b": realsmtp.Full}}}},
		{name: "no such manner", domains: []realsmtp.Domain{{Name: "a.example", Manner: 99}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := realsmtp.StartExim(tt.domains...)
			require.ErrorContains(t, err, "realsmtp: ")
		})
	}
}

func TestLab(t *testing.T) {
	const n = 2000
	domains, rows := realsmtp.Lab("exim", n)
	again, same := realsmtp.Lab("exim", n)
	require.Equal(t, domains, again)
	require.Equal(t, rows, same)
	require.Len(t, rows, n)
	byName := map[string]realsmtp.Domain{}
	for _, d := range domains {
		byName[d.Name] = d
	}
	seen, statuses := map[string]bool{}, map[string]int{}
	for _, r := range rows {
		require.False(t, seen[r.Address], "%s twice", r.Address)
		seen[r.Address] = true
		local, domain, _ := strings.Cut(r.Address, "@")
		box, is := byName[domain].Boxes[local]
		require.Equal(t, r.Is, is, r.Address)
		require.Equal(t, r.Box, box, r.Address)
		require.Equal(t, r.Status == "valid", len(r.Codes) == 0, r.Address)
		statuses[r.Status]++
	}
	for _, status := range []string{"valid", "risky", "unknown", "invalid"} {
		require.Greater(t, statuses[status], n/20, "%s of %v", status, statuses)
	}
}
