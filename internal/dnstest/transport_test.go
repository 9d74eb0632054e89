package dnstest_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"winnow/internal/dnstest"
)

// Queries of one connection are answered as each is ready.
func TestPipelining(t *testing.T) {
	const text = "slow.com !delay 100ms\nslow.com A 198.20.2.1\nfast.com A 198.20.2.2\ndead.com !drop"
	overTLS, err := dnstest.NewTLSServer(parse(t, text))
	require.NoError(t, err)
	t.Cleanup(overTLS.Close)
	plain := start(t, text)
	for _, tt := range []struct {
		name string
		dial func() (net.Conn, error)
	}{
		{"tcp", func() (net.Conn, error) { return net.Dial("tcp", plain.Addr()) }},
		{"tls", func() (net.Conn, error) {
			return tls.Dial("tcp", overTLS.Addr(), &tls.Config{RootCAs: overTLS.Roots()})
		}},
		{"tls by name", func() (net.Conn, error) {
			return tls.Dial("tcp", overTLS.Addr(), &tls.Config{RootCAs: overTLS.Roots(), ServerName: "dns.test", NextProtos: []string{"dot"}})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stream, err := tt.dial()
			require.NoError(t, err)
			defer stream.Close()
			require.NoError(t, stream.SetDeadline(time.Now().Add(10*time.Second)))
			conn := &dns.Conn{Conn: stream}
			for _, name := range []string{"dead.com.", "slow.com.", "fast.com."} {
				require.NoError(t, conn.WriteMsg(new(dns.Msg).SetQuestion(name, dns.TypeA)))
			}
			for _, name := range []string{"fast.com.", "slow.com."} {
				r, err := conn.ReadMsg()
				require.NoError(t, err)
				require.Equal(t, name, r.Question[0].Name)
				require.Len(t, r.Answer, 1)
			}
		})
	}
	_, err = tls.Dial("tcp", overTLS.Addr(), &tls.Config{})
	require.Error(t, err, "nobody else trusts it")
}

func parse(t testing.TB, text string) *dnstest.Zone {
	t.Helper()
	z, err := dnstest.ParseZone(text)
	require.NoError(t, err)
	return z
}

func TestHTTPS(t *testing.T) {
	s, err := dnstest.NewHTTPSServer(parse(t, "slow.com !delay 20ms\nslow.com A 198.20.2.1\ndead.com !drop"))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: s.Roots()}, ForceAttemptHTTP2: true}}
	defer client.CloseIdleConnections()
	query := func(name string) *bytes.Reader {
		packed, err := new(dns.Msg).SetQuestion(name, dns.TypeA).Pack()
		require.NoError(t, err)
		return bytes.NewReader(packed)
	}

	response, err := client.Post(s.URL(), "application/dns-message", query("slow.com."))
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, 2, response.ProtoMajor)
	require.Equal(t, "application/dns-message", response.Header.Get("Content-Type"))
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	var r dns.Msg
	require.NoError(t, r.Unpack(body))
	require.Len(t, r.Answer, 1)

	for _, tt := range []struct {
		name, method, url, mime string
		status                  int
	}{
		{"method", http.MethodPut, s.URL(), "application/dns-message", http.StatusMethodNotAllowed},
		{"type", http.MethodPost, s.URL(), "text/plain", http.StatusUnsupportedMediaType},
		{"path", http.MethodPost, s.URL() + "s", "application/dns-message", http.StatusNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), tt.method, tt.url, query("slow.com."))
			require.NoError(t, err)
			request.Header.Set("Content-Type", tt.mime)
			response, err := client.Do(request)
			require.NoError(t, err)
			defer response.Body.Close()
			require.Equal(t, tt.status, response.StatusCode)
		})
	}

	client.Timeout = 50 * time.Millisecond
	_, err = client.Post(s.URL(), "application/dns-message", query("dead.com."))
	var late net.Error
	require.ErrorAs(t, err, &late)
	require.True(t, late.Timeout())
}

// Close leaves no goroutine, whatever is under way.
func TestCloseLeaksNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	z := parse(t, "* !delay 1h")
	for _, newServer := range []func(*dnstest.Zone) (*dnstest.Server, error){
		dnstest.NewServer, dnstest.NewTLSServer, dnstest.NewHTTPSServer,
	} {
		s, err := newServer(z)
		require.NoError(t, err)
		if s.Roots() == nil {
			conn := dial(t, s)
			for i := range 20_000 {
				heard := func() bool { asked, _ := s.Traffic(); return i-asked < 500 }
				if i%500 == 0 {
					require.Eventually(t, heard, 10*time.Second, time.Millisecond)
				}
				query, err := new(dns.Msg).SetQuestion("x"+strconv.Itoa(i)+".com.", dns.TypeMX).Pack()
				require.NoError(t, err)
				_, err = conn.Write(query)
				require.NoError(t, err)
			}
			require.LessOrEqual(t, runtime.NumGoroutine(), before+5, "none a query")
		}
		idle, err := net.Dial("tcp", s.Addr())
		require.NoError(t, err)
		s.Close()
		s.Close()
		require.NoError(t, idle.Close())
	}
	// Eventually has one of its own.
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, 5*time.Millisecond)
}

// BenchmarkServer is a client that keeps 500 queries under way.
func BenchmarkServer(b *testing.B) {
	for _, text := range []string{"", "@ !delay 20ms-50ms\n"} {
		b.Run(fmt.Sprintf("%q", text), func(b *testing.B) {
			const domains = 1000
			window := 500
			if text != "" {
				window = 4000
			}
			var queries [][]byte
			for i := range domains {
				name := fmt.Sprintf("d%d.com", i)
				text += name + " MX 10 mx." + name + "\n"
				query, err := new(dns.Msg).SetQuestion(name+".", dns.TypeMX).SetEdns0(1232, false).Pack()
				require.NoError(b, err)
				queries = append(queries, query)
			}
			s, err := dnstest.NewServer(parse(b, text))
			require.NoError(b, err)
			b.Cleanup(s.Close)
			conn := dial(b, s)
			require.NoError(b, conn.(*net.UDPConn).SetReadBuffer(4<<20))
			packet := make([]byte, 4096)
			b.ResetTimer()
			sent := 0
			for received := range b.N {
				for sent < b.N && sent-received < window {
					if _, err := conn.Write(queries[sent%domains]); err != nil {
						b.Fatal(err)
					}
					sent++
				}
				if _, err := conn.Read(packet); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
