package probe_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"winnow/probe"
)

// crowd are n addresses in domains of a hundred, half of them known to the host.
func crowd(n int) iter.Seq[probe.Target] {
	return func(yield func(probe.Target) bool) {
		for i := range n {
			t := local(i, fmt.Sprintf("%c%d", "pq"[i%2], i/2), fmt.Sprintf("d%d.com", i/100), "127.0.0.1")
			t.MX.Hosts[0].Name = "mx.host.com"
			if !yield(t) {
				return
			}
		}
	}
}

// BenchmarkProbe asks a host on loopback, that answers at once, as fast as it bears.
func BenchmarkProbe(b *testing.B) {
	s, port := listen(b, "127.0.0.1:0", "rcpt p0* 250 ok\nrcpt p1* 250 ok\nrcpt p2* 250 ok\nrcpt p3* 250 ok\nrcpt p4* 250 ok\nrcpt p5* 250 ok\nrcpt p6* 250 ok\nrcpt p7* 250 ok\nrcpt p8* 250 ok\nrcpt p9* 250 ok")
	p, err := probe.New(probe.Options{Helo: "probe.example.net", Port: port, Routable: everywhere, Manners: probe.Unmannered()})
	require.NoError(b, err)
	b.ReportAllocs()
	good := 0
	sum, err := p.Probe(b.Context(), crowd(b.N), func(e probe.Evidence) {
		if probe.Read(e).Code == "" {
			good++
		}
	})
	require.NoError(b, err)
	require.Equal(b, (b.N+1)/2, good)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "addresses/s")
	b.ReportMetric(float64(sum.Recipients+sum.MadeUp)/float64(sum.Connections), "recipients/connection")
	require.Equal(b, s.Sessions(), sum.Connections)
}

// BenchmarkWaiting is what a target takes while it waits for its turn: in domains of a
// hundred at one host, and alone in a domain at a host of its own.
func BenchmarkWaiting(b *testing.B) {
	b.Run("many", func(b *testing.B) { waiting(b, crowd(b.N)) })
	b.Run("alone", func(b *testing.B) {
		waiting(b, func(yield func(probe.Target) bool) {
			for i := range b.N {
				if !yield(local(i, "jane", fmt.Sprintf("d%d.com", i), "127.0.0.1")) {
					return
				}
			}
		})
	})
}

func waiting(b *testing.B, targets iter.Seq[probe.Target]) {
	_, port := listen(b, "127.0.0.1:0", "delay greeting 1h")
	p, err := probe.New(probe.Options{Helo: "probe.example.net", Port: port, Routable: everywhere, Connections: 1})
	require.NoError(b, err)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	ctx, cancel := context.WithCancel(b.Context())
	_, err = p.Probe(ctx, func(yield func(probe.Target) bool) {
		for t := range targets {
			if !yield(t) {
				return
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		cancel()
	}, func(probe.Evidence) {})
	require.Error(b, err)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(b.N), "bytes/target")
}

// BenchmarkDomains asks for one address in each of many domains, all at hosts of their own
// on one machine: a connection each is the least.
func BenchmarkDomains(b *testing.B) {
	_, port := listen(b, "127.0.0.1:0", "rcpt jane@* 250 ok")
	p, err := probe.New(probe.Options{Helo: "probe.example.net", Port: port, Routable: everywhere, Manners: probe.Unmannered()})
	require.NoError(b, err)
	b.ReportAllocs()
	good := 0
	sum, err := p.Probe(b.Context(), func(yield func(probe.Target) bool) {
		for i := range b.N {
			if !yield(local(i, "jane", fmt.Sprintf("d%d.com", i), "127.0.0.1")) {
				return
			}
		}
	}, func(e probe.Evidence) {
		if probe.Read(e).Code == "" {
			good++
		}
	})
	require.NoError(b, err)
	require.Equal(b, b.N, good)
	require.Equal(b, b.N, sum.Connections)
}
