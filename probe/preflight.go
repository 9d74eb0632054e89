package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// ErrPort25 says that connections to port 25 do not get out of this network.
var ErrPort25 = errors.New("probe: port 25 is closed from here")

// maxPreflight is how long one of its hosts is waited for. They all answer within a second.
const maxPreflight = 20 * time.Second

// preflightHosts are mail hosts of big providers, in several networks.
func preflightHosts() []string {
	return []string{"gmail-smtp-in.l.google.com", "outlook-com.olc.protection.outlook.com", "mta5.am0.yahoodns.net",
		"mx01.mail.icloud.com", "mx00.gmx.net", "mxs.mail.ru"}
}

// Preflight tries to reach several big mail hosts at once, by Options.Lookup. It returns nil
// as soon as one of them says anything that is SMTP, be it a refusal; else an error that wraps ErrPort25
// and tells what was seen, or ctx's. Where none of their names can be resolved, the error is another.
func (p *Prober) Preflight(ctx context.Context) error {
	hosts := p.o.Preflight
	if hosts == nil {
		hosts = preflightHosts()
	}
	trying, stop := context.WithTimeout(ctx, maxPreflight)
	defer stop()
	seen := make(chan error, len(hosts))
	for _, host := range hosts {
		go func() { seen <- p.knock(trying, host) }()
	}
	var all []string
	resolved := false
	for range hosts {
		err := <-seen
		if err == nil {
			return nil
		}
		resolved = resolved || !errors.Is(err, errNoAddress)
		all = append(all, err.Error())
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("probe: %w", context.Cause(ctx))
	case !resolved:
		return fmt.Errorf("probe: whether port 25 is open could not be tried: %s", strings.Join(all, "; "))
	}
	return fmt.Errorf("%w: %s", ErrPort25, strings.Join(all, "; "))
}

var errNoAddress = errors.New("no address was found")

// knock waits for the greeting of a host.
func (p *Prober) knock(ctx context.Context, host string) error {
	var addrs []netip.Addr
	if p.o.Lookup != nil {
		addrs, _ = p.o.Lookup(ctx, host)
	}
	err := errNoAddress
	for _, a := range addrs {
		if !p.o.Routable(a) {
			continue
		}
		if err = p.greeted(ctx, netip.AddrPortFrom(a, uint16(p.o.Port))); err == nil {
			return nil
		}
	}
	if errors.Is(err, errNoAddress) {
		return fmt.Errorf("%s: %w", host, err)
	}
	return fmt.Errorf("%s: %s", host, failureTexts[failureOf(err)])
}

func (p *Prober) greeted(ctx context.Context, to netip.AddrPort) error {
	var from netip.Addr
	for _, s := range p.o.Sources {
		if s.Unmap().Is4() == to.Addr().Unmap().Is4() {
			from = s
		}
	}
	dialing, stop := context.WithTimeout(ctx, maxPreflight/4)
	conn, err := p.dial(dialing, from, to)
	stop()
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	conn.SetDeadline(time.Now().Add(maxPreflight))
	if _, _, err := readReply(bufio.NewReader(conn), func([]byte) {}); err != nil {
		return err
	}
	conn.Write([]byte("QUIT\r\n")) // nobody waits for what becomes of it
	return nil
}
