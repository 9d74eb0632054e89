package sender

import (
	"context"
	"net"
	"net/netip"
	"strings"

	"blitiri.com.ar/go/spf"
)

// senderPolicy is SPF for the envelope's sender: RFC 7208 section 2.4.
func senderPolicy(v *survey) []Result {
	const missing = "mail hosts such as Gmail's refuse mail without SPF or DKIM"
	return v.policyOf(v.From, "postmaster@"+v.From, func(addr netip.Addr) Result {
		return fail(v.From, "publish a TXT record such as \"v=spf1 "+mechanism(addr)+" -all\"", "no SPF record; %s", missing)
	})
}

// heloPolicy is SPF for the name that we greet with, which is all that is looked at
// where the sender is <>: RFC 7208 section 2.3.
func heloPolicy(v *survey) []Result {
	if faultOf(v.HELO) != "" {
		return []Result{{About: v.HELO, Status: Skipped, Found: "no name that could have a record; see helo"}}
	}
	return v.policyOf(v.HELO, "postmaster@"+v.HELO, func(addr netip.Addr) Result {
		return warn(v.HELO, "publish a TXT record \"v=spf1 a -all\" for the name", "no SPF record: bounces, which have the sender <>, are judged by this name")
	})
}

func mechanism(addr netip.Addr) string {
	switch {
	case addr.Is4():
		return "ip4:" + addr.String()
	case addr.Is6():
		return "ip6:" + addr.String()
	}
	return "mx"
}

// policyOf judges the record of a domain, and what it says of each of our addresses.
func (v *survey) policyOf(domain, mailFrom string, missing func(netip.Addr) Result) []Result {
	records, a := v.dns.texts(domain, isSPF)
	var addr netip.Addr // one of ours, for the example
	if len(v.Addrs) > 0 {
		addr = v.Addrs[0]
	}
	switch {
	case a.Outcome == Temporary:
		return []Result{unknown(domain, a)}
	case len(records) == 0:
		return []Result{missing(addr)}
	case len(records) > 1: // RFC 7208 section 4.5
		return []Result{fail(domain, "make one record of them", "%d SPF records, which counts as an error: %s", len(records), strings.Join(records, " | "))}
	}
	w := walk(v.dns, domain, records[0])
	results := w.results(domain, records[0])
	for _, addr := range v.Addrs {
		results = append(results, v.verdictOf(domain, mailFrom, addr))
	}
	return results
}

// isSPF: RFC 7208 section 4.5.
func isSPF(text string) bool {
	version, _, _ := strings.Cut(text, " ")
	return strings.EqualFold(version, "v=spf1")
}

// evaluate asks what SPF says of mail of that sender from addr.
func (v *survey) evaluate(mailFrom string, addr netip.Addr) (spf.Result, error) {
	_, helo, _ := strings.Cut(mailFrom, "@")
	if v.HELO != "" {
		helo = v.HELO
	}
	return spf.CheckHostWithSender(net.IP(addr.AsSlice()), helo, mailFrom, spf.WithContext(v.ctx), spf.WithResolver(library{v.dns}))
}

func (v *survey) verdictOf(domain, mailFrom string, addr netip.Addr) Result {
	about := domain + " from " + addr.String()
	said, err := v.evaluate(mailFrom, addr)
	todo := "add " + mechanism(addr) + " to the record, before its \"all\""
	switch said {
	case spf.Pass:
		return ok(about, "pass")
	case spf.TempError:
		return Result{About: about, Status: Unknown, Found: "could not be found out: " + err.Error(), Todo: askAgain}
	case spf.PermError:
		return fail(about, "mend the record: mail hosts take it for broken", "permerror: %s", err)
	case spf.SoftFail, spf.Fail:
		return fail(about, todo, "%s: the record does not let this address send", said)
	case spf.None: // it was there a moment ago
		return Result{About: about, Status: Unknown, Found: "no record any more", Todo: askAgain}
	}
	return warn(about, todo, "%s: the record says nothing of this address", said)
}

// library answers the questions of package spf. An absent record is an error there.
type library struct{ dns *memo }

func failure(name string, a Answer) error {
	return &net.DNSError{Err: a.Detail, Name: name, IsTemporary: a.Outcome == Temporary, IsNotFound: a.absent()}
}

func (l library) LookupTXT(_ context.Context, name string) (texts []string, err error) {
	a := l.dns.ask(name, TXT)
	for _, r := range a.Records {
		texts = append(texts, r.Text)
	}
	if a.Outcome != Records {
		err = failure(name, a)
	}
	return texts, err
}

func (l library) LookupMX(_ context.Context, name string) (hosts []*net.MX, err error) {
	a := l.dns.ask(name, MX)
	for _, r := range byPreference(a) {
		hosts = append(hosts, &net.MX{Host: r.Name, Pref: r.Preference})
	}
	if a.Outcome != Records {
		err = failure(name, a)
	}
	return hosts, err
}

func (l library) LookupIPAddr(_ context.Context, name string) (addrs []net.IPAddr, err error) {
	a := l.dns.addrs(name)
	for _, r := range a.Records {
		addrs = append(addrs, net.IPAddr{IP: r.Addr.AsSlice()})
	}
	if a.Outcome != Records {
		err = failure(name, a)
	}
	return addrs, err
}

func (l library) LookupAddr(_ context.Context, addr string) (names []string, err error) {
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		return nil, err
	}
	a := l.dns.ask(reverseName(ip.Unmap()), PTR)
	for _, r := range a.Records {
		names = append(names, r.Name+".")
	}
	if a.Outcome != Records {
		err = failure(addr, a)
	}
	return names, err
}
