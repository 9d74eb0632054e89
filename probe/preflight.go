package probe

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"
)

// ErrPort25 says that connections to port 25 do not get out of this network.
// ErrIntercepted says that they do, but that something in between answers them.
var (
	ErrPort25      = errors.New("probe: port 25 is closed from here")
	ErrIntercepted = errors.New("probe: something in between answers in the place of mail hosts")
)

// maxPreflight is how long one of its hosts is waited for. They all answer within a second.
const maxPreflight = 20 * time.Second

// preflightHosts are mail hosts of big providers, in several networks.
func preflightHosts() []string {
	return []string{"gmail-smtp-in.l.google.com", "outlook-com.olc.protection.outlook.com", "mta5.am0.yahoodns.net",
		"mx01.mail.icloud.com", "mx00.gmx.net", "mxs.mail.ru"}
}

// Preflight tries to reach several big mail hosts at once, by Options.Lookup. It returns nil
// as soon as one of them says anything that is SMTP, be it a refusal; else an error that wraps ErrPort25
// and tells what was seen, or ctx's. Where two of them greet by one name, and it is neither's, it wraps ErrIntercepted. Where none of their names can be resolved, the error is another.
func (p *Prober) Preflight(ctx context.Context) error {
	hosts := p.o.Preflight
	if hosts == nil {
		hosts = preflightHosts()
	}
	trying, stop := context.WithTimeout(ctx, maxPreflight)
	defer stop()
	type knocked struct {
		host, greets string
		err          error
	}
	seen := make(chan knocked, len(hosts))
	for _, host := range hosts {
		go func() {
			greets, err := p.knock(trying, host)
			seen <- knocked{host, greets, err}
		}()
	}
	var all []string
	var first knocked
	resolved := false
	var enough <-chan time.Time
	for range hosts {
		var k knocked
		select {
		case k = <-seen:
		case <-enough:
			return nil
		}
		switch {
		case k.err != nil:
			resolved = resolved || !errors.Is(k.err, errNoAddress)
			all = append(all, k.err.Error())
		case first.host == "" && ownGreeting(k.host, k.greets):
			return nil
		case first.host == "":
			// Another may greet by the same name, which is then somebody's in between.
			first, enough = k, time.After(secondGreeting)
		case k.greets == first.greets && !ownGreeting(k.host, k.greets):
			return fmt.Errorf("%w: %s and %s both greet as %s", ErrIntercepted, first.host, k.host, k.greets)
		default:
			return nil
		}
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("probe: %w", ctx.Err())
	case first.host != "":
		return nil
	case !resolved:
		return fmt.Errorf("probe: whether port 25 is open could not be tried: %s", strings.Join(all, "; "))
	}
	return fmt.Errorf("%w: %s", ErrPort25, strings.Join(all, "; "))
}

// secondGreeting is how long a second host is waited for.
const secondGreeting = 3 * time.Second

// ownGreeting tells whether a greeting names the host, or a machine of the same
// operator.
func ownGreeting(host, greets string) bool {
	return greets != "" && (Group(greets) == Group(host) || registrable(greets) == registrable(host))
}

// registrable is the registrable domain of a name, or the name.
func registrable(name string) string {
	if domain, err := publicsuffix.EffectiveTLDPlusOne(name); err == nil {
		return domain
	}
	return name
}

var errNoAddress = errors.New("no address was found")

// knock waits for the greeting of a host, and returns the name in it.
func (p *Prober) knock(ctx context.Context, host string) (greets string, err error) {
	var addrs []netip.Addr
	if p.o.Lookup != nil {
		addrs, _ = p.o.Lookup(ctx, host)
	}
	err = errNoAddress
	for _, a := range addrs {
		if !p.o.Routable(a) {
			continue
		}
		if greets, err = p.greeted(ctx, netip.AddrPortFrom(a, uint16(p.o.Port))); err == nil {
			return greets, nil
		}
	}
	if errors.Is(err, errNoAddress) {
		return "", fmt.Errorf("%s: %w", host, err)
	}
	text := failureTexts[failureOf(err)]
	if failureOf(err) == Unreachable {
		text += " (" + bare(err) + ")"
	}
	return "", fmt.Errorf("%s: %s", host, text)
}

func (p *Prober) greeted(ctx context.Context, to netip.AddrPort) (greets string, err error) {
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
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	conn.SetDeadline(time.Now().Add(maxPreflight))
	_, text, err := readReply(bufio.NewReader(conn), func([]byte) {})
	if err != nil {
		return "", err
	}
	conn.Write([]byte("QUIT\r\n")) // nobody waits for what becomes of it
	name, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	name = printable(name[:min(len(name), maxName)])
	return strings.ToLower(strings.TrimSuffix(name, ".")), nil
}

// maxName is the length of the longest host name, in octets (RFC 5321 section 4.5.3.1.2).
const maxName = 255
