package sender

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/miekg/dns"
)

// newTransport reads the name of a server, one of ClientOptions.Servers.
func newTransport(server string, roots *x509.CertPool) transport {
	switch {
	case strings.HasPrefix(server, "https://"):
		return overHTTPS{server, &http.Client{Transport: &http.Transport{
			Proxy:             http.ProxyFromEnvironment,
			TLSClientConfig:   &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2: true,
		}}}
	case strings.HasPrefix(server, "tls://"):
		hostport, certified, _ := strings.Cut(strings.TrimPrefix(server, "tls://"), "#")
		addr := withPort(hostport, "853")
		if certified == "" {
			certified, _, _ = net.SplitHostPort(addr)
		}
		return overTLS{server, addr, &tls.Config{ServerName: certified, RootCAs: roots, MinVersion: tls.VersionTLS12}}
	}
	return plain(withPort(server, "53"))
}

func withPort(server, port string) string {
	if _, _, err := net.SplitHostPort(server); err == nil {
		return server
	}
	return net.JoinHostPort(strings.Trim(server, "[]"), port)
}

// plain is UDP, and TCP for what fits no packet: RFC 7766 section 5.
type plain string

func (p plain) name() string { return string(p) }

func (p plain) exchange(ctx context.Context, q *dns.Msg) (*dns.Msg, error) {
	udp := dns.Client{Net: "udp"}
	r, _, err := udp.ExchangeContext(ctx, q, string(p))
	if err == nil && r.Rcode == dns.RcodeFormatError && q.IsEdns0() != nil {
		// A server from before EDNS: RFC 6891 section 7.
		bare := q.Copy()
		bare.Extra = nil
		r, _, err = udp.ExchangeContext(ctx, bare, string(p))
	}
	if err == nil && r.Truncated {
		tcp := dns.Client{Net: "tcp"}
		r, _, err = tcp.ExchangeContext(ctx, q, string(p))
	}
	return r, err
}

// overTLS is RFC 7858, a connection a question: there are few.
type overTLS struct {
	server, addr string
	config       *tls.Config
}

func (t overTLS) name() string { return t.server }

func (t overTLS) exchange(ctx context.Context, q *dns.Msg) (*dns.Msg, error) {
	client := dns.Client{Net: "tcp-tls", TLSConfig: t.config}
	r, _, err := client.ExchangeContext(ctx, q, t.addr)
	return r, err
}

// overHTTPS is RFC 8484.
type overHTTPS struct {
	url    string
	client *http.Client
}

func (h overHTTPS) name() string { return h.url }

func (h overHTTPS) exchange(ctx context.Context, q *dns.Msg) (*dns.Msg, error) {
	const media = "application/dns-message"
	q.Id = 0 // RFC 8484 section 4.1
	query, err := q.Pack()
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(query))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", media)
	request.Header.Set("Accept", media)
	response, err := h.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	packet, err := io.ReadAll(io.LimitReader(response.Body, dns.MaxMsgSize))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("HTTP status %s", response.Status)
	}
	r := new(dns.Msg)
	return r, r.Unpack(packet)
}
