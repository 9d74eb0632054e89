// Package sender answers one question: is our own set-up in order to send (and
// probe) from?
//
// Examine looks at everything that a mail server that we connect to looks at: our
// way out by port 25, the names of our address and of our HELO, the sender's domain
// with its SPF, DKIM, DMARC and MTA-STS, and blocklists. Each check is a line of one
// table and a file of its own; it says what was seen and what to do. What could not
// be found out (no answer, SERVFAIL, a query that was refused because of who asked) is
// Unknown, never Fail. No mail is sent: the mail hosts hear EHLO and QUIT.
//
// RFC 5321 (HELO, null sender), RFC 8499 (FCrDNS), RFC 7208 (SPF), RFC 6376, 8301, 8463
// (DKIM), RFC 7489 (DMARC), RFC 8461 (MTA-STS), RFC 8460 (TLS-RPT), RFC 5782 (blocklists).
package sender

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"winnow/route"
)

// Setup is what we send with. A check whose input is missing is Skipped.
type Setup struct {
	HELO string // the name that we greet with; "" not known

	// From is the domain of the envelope's sender (MAIL FROM), an A-label name in lower
	// case; "" not known, or that mails have the null sender (Null).
	From string
	Null bool // the sender is <>

	// Domain is the one of the From header, that people see and DMARC is about; "" is
	// From.
	Domain string

	Selectors []Selector // of DKIM keys

	// Addrs are ours as the world sees them, without zones and not IPv4 in IPv6. nil:
	// as mail hosts see us.
	Addrs []netip.Addr
}

// Selector names a DKIM key: RFC 6376 section 3.1.
type Selector struct {
	Name   string // s=
	Domain string // d=; "" is Setup.Domain
}

// Options of Examine. DNS must be given; the rest has defaults.
type Options struct {
	DNS DNS

	Only []string // the checks to be made, by their codes; nil: all

	// Hosts are the domains whose mail hosts are connected to. nil: MailHosts().
	Hosts []MailHost

	Port    uint16        // of mail hosts; 0 means 25
	Timeout time.Duration // of a connection, and of what is said on it; 0 means 10s

	// Routable says which addresses may be connected to, and may be our own as the
	// world sees it. nil: route.Everywhere.
	Routable func(netip.Addr) bool

	// Dial makes all connections but those of DNS. nil: as net.Dialer.
	Dial  func(ctx context.Context, network, address string) (net.Conn, error)
	Roots *x509.CertPool // whom HTTPS trusts; nil: whom the system does
}

func (o Options) withDefaults() Options {
	if o.Hosts == nil {
		o.Hosts = MailHosts()
	}
	if o.Port == 0 {
		o.Port = 25
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Routable == nil {
		o.Routable = route.Everywhere
	}
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	return o
}

// need is an input of a check.
type need uint8

const (
	needHELO need = 1 << iota
	needFrom
	needDomain
	needSelectors
	needAddrs
	wantAddrs // goes without, but knows less
	contacts  // is about the connections to mail hosts
)

// check is a line of the table.
type check struct {
	id    string
	title string
	needs need
	run   func(*survey) []Result
}

// checks is the one table, in the order in which people look.
func checks() []check {
	return []check{
		{"port25", "mail hosts can be reached on port 25", contacts, port25},
		{"address", "the address that the world sees of us is known", contacts, ownAddress},
		{"ptr", "our address has a name that leads back to it", needAddrs, reverseNames},
		{"helo", "the name that we greet with is a host's, and leads to our address", needHELO | wantAddrs, greetingName},
		{"helo-ptr", "the name that we greet with is that of our address", needHELO | needAddrs, namesAgree},
		{"mx", "the sender's domain takes mail", needFrom, takesMail},
		{"spf", "the sender's domain lets our address send (SPF)", needFrom | wantAddrs, senderPolicy},
		{"spf-helo", "the name that we greet with lets our address send (SPF)", needHELO | wantAddrs, heloPolicy},
		{"dkim", "the keys that mails are signed with are in order (DKIM)", needSelectors, keys},
		{"dmarc", "the domain that people see has a policy (DMARC)", needDomain, dmarcPolicy},
		{"alignment", "SPF or DKIM speak for the domain that people see", needDomain | wantAddrs, alignment},
		{"mta-sts", "the sender's domain asks for encryption rightly (MTA-STS)", needDomain, transportPolicy},
		{"tls-rpt", "reports on encryption have an address (TLS-RPT)", needDomain, transportReports},
		{"blocklist", "no blocklist has our address", needAddrs, listedAddresses},
		{"blocklist-domain", "no blocklist has our domains", needDomain, listedDomains},
	}
}

// Info is what a check is.
type Info struct{ Check, Title string }

// Checks returns all checks that Examine makes, in their order.
func Checks() []Info {
	var infos []Info
	for _, c := range checks() {
		infos = append(infos, Info{c.id, c.title})
	}
	return infos
}

// Report is what Examine found.
type Report struct {
	Setup   Setup // with the defaults filled in, and the addresses that were found
	Results []Result
}

// survey is one examination under way: what is known to all checks.
type survey struct {
	Setup
	ctx     context.Context
	o       Options
	dns     *memo
	reached []contact    // one a mail host and family
	given   bool         // Addrs were given, not found
	inside  []netip.Addr // that were given, and are not routable
}

// Examine makes the checks, at least one Result each, in the order of Checks. It
// connects to no mail host where no check needs that. The error is ctx's.
func Examine(ctx context.Context, s Setup, o Options) (Report, error) {
	o = o.withDefaults()
	if s.Domain == "" {
		s.Domain = s.From
	}
	v := &survey{Setup: s, ctx: ctx, o: o, dns: newMemo(ctx, o.DNS), given: len(s.Addrs) > 0}
	v.Addrs = nil
	for _, addr := range s.Addrs {
		if o.Routable(addr) {
			v.Addrs = append(v.Addrs, addr)
		} else {
			v.inside = append(v.inside, addr)
		}
	}
	v.Selectors = slices.Clone(s.Selectors)
	for i := range v.Selectors {
		if v.Selectors[i].Domain == "" {
			v.Selectors[i].Domain = v.Domain
		}
	}
	all := slices.DeleteFunc(checks(), func(c check) bool { return o.Only != nil && !slices.Contains(o.Only, c.id) })
	if slices.ContainsFunc(all, func(c check) bool {
		return c.needs&contacts != 0 || !v.given && c.needs&(needAddrs|wantAddrs) != 0
	}) {
		v.reached = v.reach()
	}
	if !v.given {
		v.Addrs = v.outward()
	}

	// Beside each other: most of the time goes into waiting for answers.
	found := make([][]Result, len(all))
	var running sync.WaitGroup
	for i, c := range all {
		running.Go(func() {
			if why := v.missing(c.needs); why != "" {
				found[i] = []Result{{Status: Skipped, Found: why}}
			} else {
				found[i] = c.run(v)
			}
			for j := range found[i] {
				found[i][j].Check = c.id
			}
		})
	}
	running.Wait()
	if err := ctx.Err(); err != nil {
		return Report{}, fmt.Errorf("sender: examine: %w", err)
	}
	return Report{Setup: v.Setup, Results: slices.Concat(found...)}, nil
}

// missing says what of the inputs is not there; "" if all are.
func (v *survey) missing(n need) string {
	switch {
	case n&needHELO != 0 && v.HELO == "":
		return "--helo NAME names what we greet with"
	case n&needFrom != 0 && v.From == "" && v.Null:
		return "the sender is <>, which has no domain; --helo's counts in its place"
	case n&needFrom != 0 && v.From == "":
		return "--from ADDRESS names the sender"
	case n&needDomain != 0 && v.Domain == "":
		return "--from ADDRESS or --domain DOMAIN names the domain that people see"
	case n&needSelectors != 0 && len(v.Selectors) == 0:
		return "--selector NAME names the keys: the s= of a DKIM-Signature in a mail of yours"
	case n&needAddrs != 0 && len(v.Addrs) == 0:
		return "our address is not known; --ip ADDRESS names it"
	}
	return ""
}
