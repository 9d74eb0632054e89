package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"syscall"

	"golang.org/x/net/proxy"
)

// dialer connects to an address, from an address of ours if one is given.
type dialer func(ctx context.Context, from netip.Addr, to netip.AddrPort) (net.Conn, error)

// dialerOf returns the way out that the options name. The host's own name is never
// given away to be looked up by others: the address that was checked is connected to.
func dialerOf(o *Options) (dialer, error) {
	switch {
	case o.Dial != nil:
		return func(ctx context.Context, _ netip.Addr, to netip.AddrPort) (net.Conn, error) {
			return o.Dial(ctx, "tcp", to.String())
		}, nil
	case o.Proxy != nil && len(o.Sources) > 0:
		return nil, errors.New("through a proxy, mail hosts see its address: there are no sources to choose from")
	case o.Proxy != nil:
		return throughProxy(o.Proxy)
	}
	return func(ctx context.Context, from netip.Addr, to netip.AddrPort) (net.Conn, error) {
		var d net.Dialer
		if from.IsValid() {
			d.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0))
		}
		return d.DialContext(ctx, "tcp", to.String())
	}, nil
}

func throughProxy(u *url.URL) (dialer, error) {
	if u.Scheme != "socks5" || u.Host == "" {
		return nil, fmt.Errorf("proxy: want socks5://host:port")
	}
	var login *proxy.Auth
	if u.User != nil {
		password, _ := u.User.Password()
		login = &proxy.Auth{User: u.User.Username(), Password: password}
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "1080") // RFC 1928 section 3
	}
	d, err := proxy.SOCKS5("tcp", host, login, &net.Dialer{})
	if err != nil {
		return nil, fmt.Errorf("proxy: %w", err)
	}
	through, ok := d.(proxy.ContextDialer)
	if !ok {
		return nil, errors.New("proxy: it can not be cancelled")
	}
	return func(ctx context.Context, _ netip.Addr, to netip.AddrPort) (net.Conn, error) {
		return through.DialContext(ctx, "tcp", to.String())
	}, nil
}

// failureOf says what an error of a connection means.
func failureOf(err error) Failure {
	var timeout interface{ Timeout() bool }
	switch {
	case err == nil:
		return NotFailed
	case errors.Is(err, errGarbled):
		return Garbled
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return Timeout
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.ErrClosedPipe), errors.Is(err, net.ErrClosed),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNABORTED):
		return Dropped
	}
	return Unreachable
}

// ofOurs tells whether an error is a want of our own machine, which passes when
// connections are closed: file descriptors, ports.
func ofOurs(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.EADDRNOTAVAIL) ||
		errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.ENOMEM)
}

var failureTexts = [numFailures]string{
	NoHost:      "no host of the domain has an address",
	Private:     "its hosts have only addresses where mail does not go",
	OverBudget:  "the budget of the run was spent",
	Breaker:     "the provider had refused us",
	Patience:    "it wants to be asked again later than our patience reaches",
	Timeout:     "no answer in time",
	Refused:     "the connection was refused",
	Unreachable: "the network does not reach it",
	Dropped:     "the connection was broken off",
	Garbled:     "what came is no SMTP",
	NoUTF8:      "the host does not offer SMTPUTF8",
	HungUp:      "the host hung up each time before it answered",
	Deadline:    "our own time was up",
}
