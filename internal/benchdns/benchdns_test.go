//go:build linux || darwin

package main

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"winnow/internal/bench"
	"winnow/internal/realdns"
)

// TestMain is also the servers and clients that a run starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "-serve" || os.Args[1] == "-client") {
		main()
		return
	}
	os.Exit(m.Run())
}

// one of each kind, by kindOf.
var each = map[string]int{
	"MX": 2, "only A": 751, "missing": 851, "null MX": 901, "bare": 941, "failing": 991, "dead": 996,
}

func TestKinds(t *testing.T) {
	require.Equal(t, "d991.bad.", nameOf(each["failing"]))
	require.Equal(t, "d996.dead.", nameOf(each["dead"]))
	count := map[kind]int{}
	for i := range 2000 {
		require.Equal(t, kindOf(i), numbered(strings.TrimSuffix(nameOf(i), ".")))
		count[kindOf(i)]++
	}
	require.Equal(t, map[kind]int{withMX: 1500, onlyA: 200, missing: 100, null: 80, bare: 100, failing: 10, dead: 10}, count)
}

func TestNames(t *testing.T) {
	file := filepath.Join(t.TempDir(), "names")
	require.NoError(t, writeNames(file, 1000, 1000, " MX"))
	all, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, writeNames(file, 1000, 10, " MX"))
	first, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, 10, bytes.Count(first, []byte(" MX\n")))
	require.True(t, bytes.HasPrefix(all, first))
	seen := map[string]bool{}
	for line := range strings.Lines(string(all)) {
		seen[line] = true
	}
	require.Len(t, seen, 1000)
}

// serveHere runs a delay server in this process, and returns its address.
func serveHere(t *testing.T, n int, loss float64) (*lossy, string) {
	t.Helper()
	s, err := newLossy(n, time.Millisecond, 3*time.Millisecond, loss)
	require.NoError(t, err)
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	go s.serve(conn, 1)
	return s, conn.LocalAddr().String()
}

func exchange(addr, name string, qtype uint16, edns bool) (*dns.Msg, error) {
	query := new(dns.Msg).SetQuestion(name, qtype)
	if edns {
		query.SetEdns0(1232, false)
	}
	r, _, err := (&dns.Client{Timeout: time.Second}).Exchange(query, addr)
	return r, err
}

// Both servers say the same: what was made by hand for speed is what NSD says.
func TestServersAgree(t *testing.T) {
	const n = 1000
	s, err := startNSD(t.Context(), t.TempDir(), n)
	if errors.Is(err, realdns.ErrAbsent) {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(s.stop)
	_, fast := serveHere(t, n, 0)
	_, err = s.take()
	require.NoError(t, err)
	for _, name := range []string{nameOf(each["MX"]), nameOf(each["only A"]), nameOf(each["missing"]), nameOf(each["null MX"]),
		nameOf(each["bare"]), nameOf(each["failing"]), "gmail.com.", "mx7.hosts.net.", "D2.cOM.", "made-up.net."} {
		for _, qtype := range []uint16{dns.TypeMX, dns.TypeA, dns.TypeAAAA} {
			for _, edns := range []bool{false, true} {
				want, err := exchange(s.addrs[0], name, qtype, edns)
				require.NoError(t, err)
				got, err := exchange(fast, name, qtype, edns)
				require.NoError(t, err)
				require.Equal(t, dns.RcodeToString[want.Rcode], dns.RcodeToString[got.Rcode], name)
				require.Equal(t, want.Question, got.Question)
				require.ElementsMatch(t, texts(want.Answer), texts(got.Answer))
				require.Equal(t, want.IsEdns0() != nil, got.IsEdns0() != nil)
				if len(got.Answer) == 0 && got.Rcode != dns.RcodeServerFailure {
					require.IsType(t, &dns.SOA{}, got.Ns[0])
				}
			}
		}
	}
	took, err := s.take()
	require.NoError(t, err)
	require.Equal(t, 10*3*2, took.answered)
}

func texts(records []dns.RR) (all []string) {
	for _, r := range records {
		all = append(all, r.String())
	}
	return all
}

func TestLossy(t *testing.T) {
	s, addr := serveHere(t, 1000, 0)
	_, err := exchange(addr, nameOf(each["dead"]), dns.TypeMX, true)
	require.Error(t, err)
	for range 3 {
		_, err = exchange(addr, "d2.com.", dns.TypeMX, true)
		require.NoError(t, err)
	}
	took := s.take()
	require.Equal(t, 4, took.asked)
	require.Equal(t, 3, took.answered)
	require.Positive(t, took.most)
	require.Equal(t, tally{}, s.take())

	_, addr = serveHere(t, 1000, 1)
	_, err = exchange(addr, "d2.com.", dns.TypeMX, true)
	require.Error(t, err)
}

func FuzzAnswer(f *testing.F) {
	s, err := newLossy(1000, 0, 0, 0)
	require.NoError(f, err)
	query, err := new(dns.Msg).SetQuestion("d2.com.", dns.TypeMX).SetEdns0(1232, false).Pack()
	require.NoError(f, err)
	f.Add(query)
	f.Fuzz(func(t *testing.T, query []byte) {
		if answer := s.answer(nil, query); answer != nil && !bytes.Equal(answer[:2], query[:2]) {
			t.Fatal("another ID")
		}
	})
}

// BenchmarkAnswer is what a question costs the delay server besides system calls.
func BenchmarkAnswer(b *testing.B) {
	s, err := newLossy(1000, 0, 0, 0)
	require.NoError(b, err)
	query, err := new(dns.Msg).SetQuestion("d2.com.", dns.TypeMX).SetEdns0(1232, false).Pack()
	require.NoError(b, err)
	buf := make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		buf = s.answer(buf[:0], query)
	}
}

// A whole run, with the clients that are always there.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	err := run(t.Context(), []string{"-n", "900", "-floor", "300", "-times", "1", "-servers", "delay", "-clients", "winnow,miekg",
		"-delay", "1ms-2ms", "-loss", "0"}, nil, &out, io.Discard)
	require.NoError(t, err)
	require.Regexp(t, `(?m)^ +\d+ +1\.00 x +\d+\.\d\d +1\.00 x .* 900 +0 +0  winnow$`, out.String())
	require.Regexp(t, `(?m) 300 +0 +0  miekg, a connection a worker, 1000 at once$`, out.String())
	require.Contains(t, out.String(), "met           winnow: wrong or unconfirmed answers: 0 (at most 0)")
}

func ran(client, note string, answered int, elapsed, cpu time.Duration) result {
	return result{way: way{client: client, note: note, names: 1000, argv: []string{client}, lost: ownLost},
		samples: []sample{{Cost: bench.Cost{Elapsed: elapsed, CPU: cpu, RSS: 20e6}, tally: tally{asked: answered, answered: answered}}}}
}

func TestReport(t *testing.T) {
	var b bytes.Buffer
	unheard := ran("silent", "", 1000, 100*time.Millisecond, 100*time.Millisecond)
	unheard.way.lost = nil
	err := writeReport(&b, &server{name: "NSD"}, []result{
		ran(winnow, "", 1000, 10*time.Millisecond, 5*time.Millisecond),
		ran(perf, "-q 100", 1000, 10*time.Millisecond, 10*time.Millisecond),
		{way: way{client: massdns, argv: []string{massdns}}, skipped: "not on PATH"},
		unheard,
		ran(network, "1 at once", 1000, 200*time.Millisecond, 50*time.Millisecond),
		ran(network, "9 at once", 1000, 50*time.Millisecond, 50*time.Millisecond),
	})
	require.NoError(t, err)
	require.Equal(t, strings.TrimLeft(`
  lookups/s  winnow is  CPU s/100k  of winnow's  peak RSS MB  names/s  names  lost  wrong  NSD
     100000     1.00 x        0.50       1.00 x           20   100000   1000     0      0  winnow
     100000     1.00 x        1.00       2.00 x           20   100000   1000     0      0  dnsperf, -q 100
                                                                                           massdns: not on PATH
      10000    10.00 x       10.00      20.00 x           20    10000   1000     -      -  silent
       5000    20.00 x        5.00      10.00 x           20     5000   1000     0      0  net.Resolver, 1 at once
      20000     5.00 x        5.00      10.00 x           20    20000   1000     0      0  net.Resolver, 9 at once

met           winnow: lookups/s, times dnsperf's: 1.00 (at least 0.90)
met           winnow: lookups/s, times net.Resolver's: 5.00 (at least 4.00)
not measured  winnow: lookups/s, times massdns's: - (at least 1.00)
not measured  winnow: lookups/s, times zdns's: - (at least 10.00)
not measured  winnow: CPU a lookup, of massdns's: - (at most 0.70)
not measured  winnow: CPU a lookup, of zdns's: - (at most 0.05)
met           winnow: names that live and were called a time out: 0 (at most 0)
met           winnow: wrong or unconfirmed answers: 0 (at most 0)
met           winnow: peak RSS: 20 MB (at most 64 MB)
`, "\n"), strings.TrimLeft(b.String(), "\n"))
}

func TestReportReturnsWhatFailed(t *testing.T) {
	errFlag := errors.New("exit status 2: no such flag")
	var b bytes.Buffer
	err := writeReport(&b, &server{name: "slow", delayed: true}, []result{
		{way: way{client: winnow, argv: []string{winnow}}, err: errFlag},
		ran(massdns, "", 1000, 10*time.Millisecond, 5*time.Millisecond),
	})
	require.ErrorIs(t, err, errFlag)
	require.Contains(t, b.String(), "winnow: failed")
	require.Contains(t, b.String(), "not measured  winnow: lookups/s, times massdns's: -")
}

func TestMedian(t *testing.T) {
	r := result{samples: []sample{
		{Cost: bench.Cost{Elapsed: 3 * time.Second, RSS: 5}, tally: tally{answered: 300}},
		{Cost: bench.Cost{Elapsed: 1 * time.Second}, tally: tally{answered: 300}, lost: 1},
		{Cost: bench.Cost{Elapsed: 2 * time.Second}, tally: tally{answered: 300}},
	}}
	m, ok := r.median()
	require.True(t, ok)
	require.InDelta(t, 150, m.lookups(), 0.01)
	require.Equal(t, int64(5), m.RSS)
	require.Equal(t, 1, m.lost)
	m.tally.most = time.Second
	require.InDelta(t, 0.98*300, m.lookups(), 0.01)
	require.Zero(t, sample{}.lookups())
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"extra"}, {"-n", "0"}, {"-times", "0"}, {"-delay", "50ms-20ms"}, {"-delay", "2s"}, {"-delay", "soon"}, {"-servers", "bind", "-n", "1"}} {
		require.Error(t, run(t.Context(), args, nil, io.Discard, io.Discard), "%q", args)
	}
}

func TestDnsperfLost(t *testing.T) {
	lost, err := dnsperfLost("  Queries completed:    99 (99.00%)\n  Queries lost:         12 (1.00%)\n")
	require.NoError(t, err)
	require.Equal(t, 12, lost)
	_, err = dnsperfLost("usage")
	require.Error(t, err)
}
