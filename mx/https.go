package mx

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// https asks by DNS over HTTPS: RFC 8484, the question in the body of a POST. The
// client of net/http keeps the connection, and multiplexes by HTTP/2.
type https struct {
	url    string
	client *http.Client
}

const messageType = "application/dns-message"

func newHTTPS(url string, roots *x509.CertPool) *https {
	return &https{url: url, client: &http.Client{Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:   true,
		MaxIdleConnsPerHost: 8,
		MaxConnsPerHost:     8,
		IdleConnTimeout:     10 * time.Second,
	}}}
}

// ask asks the question of f as its try n, which is late after most.
func (h *https) ask(f *asking, n int, how spelling, most time.Duration) {
	ctx, cancel := context.WithCancel(context.Background())
	var telling sync.Mutex
	tell := func(e event) {
		telling.Lock()
		defer telling.Unlock()
		if ctx.Err() == nil {
			f.tell(e)
		}
	}
	late := time.AfterFunc(most, func() { tell(event{try: n, late: true}) })
	f.tries[n].forget = func() {
		telling.Lock()
		defer telling.Unlock()
		late.Stop()
		cancel()
	}
	q := f.q
	go func() { tell(event{try: n, same: true, reply: h.post(ctx, q, spelling{plain: how.plain})}) }()
}

func (h *https) post(ctx context.Context, q question, how spelling) reply {
	failed := func(err error) reply { return reply{detail: oneLine(err.Error())} }
	// RFC 8484 section 4.1: an ID of 0 lets caches work.
	query, err := encode(nil, 0, q, how)
	if err != nil {
		return reply{status: malformed, detail: oneLine(err.Error())}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(query))
	if err != nil {
		return failed(err)
	}
	request.Header.Set("Content-Type", messageType)
	request.Header.Set("Accept", messageType)
	response, err := h.client.Do(request)
	if err != nil {
		return failed(err)
	}
	defer response.Body.Close()
	const most = 1<<16 - 1
	packet, err := io.ReadAll(io.LimitReader(response.Body, most))
	if err != nil {
		return failed(err)
	}
	if response.StatusCode != http.StatusOK {
		return failed(fmt.Errorf("HTTP status %s", response.Status))
	}
	if r, ok := read(packet, query, q, false); ok {
		if packet[2]&truncated != 0 {
			// What is missing must not pass for what does not exist.
			return reply{status: malformed, detail: "truncated, though there is room"}
		}
		return r
	}
	return reply{status: malformed, detail: "an HTTP answer that does not answer the question"}
}

func (h *https) hangUp() { h.client.CloseIdleConnections() }
