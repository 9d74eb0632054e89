package sender

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

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
	udp := func(q *dns.Msg) (*dns.Msg, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "udp", string(p))
		return converse(ctx, conn, err, q)
	}
	r, err := udp(q)
	if err == nil && r.Rcode == dns.RcodeFormatError && q.IsEdns0() != nil {
		// A server from before EDNS: RFC 6891 section 7.
		bare := q.Copy()
		bare.Extra = nil
		r, err = udp(bare)
	}
	if err == nil && r.Truncated {
		conn, failed := new(net.Dialer).DialContext(ctx, "tcp", string(p))
		return converse(ctx, conn, failed, q)
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
	conn, err := (&tls.Dialer{Config: t.config}).DialContext(ctx, "tcp", t.addr)
	return converse(ctx, conn, err, q)
}

// converse asks on a new connection, if there is one, and closes it.
func converse(ctx context.Context, conn net.Conn, err error, q *dns.Msg) (*dns.Msg, error) {
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	line := dns.Conn{Conn: conn, UDPSize: packetSize}
	if err := line.WriteMsg(q); err != nil {
		return nil, err
	}
	for {
		packet, err := line.ReadMsgHeader(nil)
		if err != nil {
			return nil, err
		}
		if r, err := unpack(packet); err != nil || r.Id == q.Id {
			return r, err
		}
	}
}

// unpack reads a message. One that has fewer records than it says was cut off, and
// must not pass for one that has none.
func unpack(packet []byte) (*dns.Msg, error) {
	r := new(dns.Msg)
	if err := r.Unpack(packet); err != nil {
		return nil, err
	}
	if said := binary.BigEndian.Uint16(packet[6:]); int(said) != len(r.Answer) && !r.Truncated {
		return nil, fmt.Errorf("an answer of %d records has only %d", said, len(r.Answer))
	}
	return r, nil
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
	return unpack(packet)
}
