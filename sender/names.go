package sender

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/miekg/dns"
)

// reverseName is the name below in-addr.arpa or ip6.arpa that an address's PTR
// stands at.
func reverseName(addr netip.Addr) string {
	name, err := dns.ReverseAddr(addr.String())
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(name, ".")
}

// named are the names of one address that lead back to it.
type named struct {
	answer    Answer   // of PTR
	confirmed []string // names that lead back
	others    []string // names that lead elsewhere or nowhere
	doubt     *Answer  // the Temporary answer of a name of which it could not be found out
}

// maxNames is how many names of one address are looked up: RFC 7208 section 4.6.4 has
// verifiers look at ten.
const maxNames = 10

// namesOf asks for the names of addr, and confirms each by its addresses (FCrDNS).
func (v *survey) namesOf(addr netip.Addr) named {
	n := named{answer: v.dns.ask(reverseName(addr), PTR)}
	for _, r := range n.answer.Records[:min(len(n.answer.Records), maxNames)] {
		switch back := v.dns.family(r.Name, addr); {
		case holds(back, addr):
			n.confirmed = append(n.confirmed, r.Name)
		case back.Outcome == Temporary:
			n.doubt = &back
		default:
			n.others = append(n.others, r.Name)
		}
	}
	return n
}

const setPTR = "whoever gave you the address (the hosting provider, the carrier) sets its name (PTR, reverse DNS): ask for the name that you greet with"

func reverseNames(v *survey) []Result {
	var results []Result
	for _, addr := range v.Addrs {
		about, n := addr.String(), v.namesOf(addr)
		same := func(s string) string { return s }
		switch {
		case n.answer.Outcome == Temporary:
			results = append(results, unknown(about, n.answer))
		case n.answer.absent():
			results = append(results, fail(about, setPTR, "the address has no name (PTR); many mail hosts refuse such addresses"))
		case len(n.confirmed) > 0 && slices.ContainsFunc(n.confirmed, func(name string) bool { return !generic(name, addr) }):
			results = append(results, ok(about, "%s, and it leads back", list(n.confirmed, same)))
		case len(n.confirmed) > 0:
			results = append(results, warn(about, setPTR, "%s leads back, but reads like a name for dial-up lines, which many mail hosts refuse", list(n.confirmed, same)))
		case n.doubt != nil:
			results = append(results, unknown(about, *n.doubt))
		default:
			results = append(results, fail(about, fmt.Sprintf("let %s have an A or AAAA record of %s, or have the PTR changed", n.others[0], addr),
				"its name %s does not lead back to it", list(n.others, same)))
		}
	}
	return results
}

var dialUp = regexp.MustCompile(`(?i)(^|[-.0-9])(dyn|dynamic|dhcp|dsl|adsl|vdsl|cable|pool|ppp|dial(up|in)?|cust(omer)?|broadband|static|ip|host|unknown)[-.0-9]`)

// generic reports whether a name was made from its address.
func generic(name string, addr netip.Addr) bool {
	if !addr.Is4() {
		return false
	}
	var octets []string
	for _, b := range addr.As4() {
		octets = append(octets, strconv.Itoa(int(b)))
	}
	parts := strings.FieldsFunc(name, func(r rune) bool { return r < '0' || r > '9' })
	return contains(parts, octets) || contains(parts, []string{octets[3], octets[2], octets[1], octets[0]}) ||
		dialUp.MatchString(name) && contains(parts, octets[2:])
}

// contains reports whether part stands in whole, in that order.
func contains(whole, part []string) bool {
	for i := range whole {
		if i+len(part) <= len(whole) && slices.Equal(whole[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// greetingName: RFC 5321 sections 2.3.5 and 4.1.1.1: a name that is fully qualified
// and has an address.
func greetingName(v *survey) []Result {
	if fault := faultOf(v.HELO); fault != "" {
		return []Result{fail(v.HELO, "greet with the full name of this machine, such as mail."+stem(v), "%s", fault)}
	}
	a := v.dns.addrs(v.HELO)
	switch {
	case a.Outcome == Temporary:
		return []Result{unknown(v.HELO, a)}
	case a.absent():
		return []Result{fail(v.HELO, "let it have an A record (and AAAA, if you send by IPv6) of the address that mail leaves from", "the name has no address (%s)", a.Detail)}
	case len(v.Addrs) == 0:
		return []Result{ok(v.HELO, "%s; whether that is ours is not known", list(addrsOf(a), netip.Addr.String))}
	}
	var elsewhere []netip.Addr
	for _, addr := range v.Addrs {
		of := v.dns.family(v.HELO, addr)
		if of.Outcome == Temporary {
			return []Result{unknown(v.HELO, of)}
		}
		if !holds(of, addr) {
			elsewhere = append(elsewhere, addr)
		}
	}
	if len(elsewhere) == 0 {
		return []Result{ok(v.HELO, "leads to %s", list(v.Addrs, netip.Addr.String))}
	}
	return []Result{fail(v.HELO, "give the name an A or AAAA record of each address that mail leaves from, or greet with the name of that address",
		"leads to %s, but we come from %s", list(addrsOf(a), netip.Addr.String), list(elsewhere, netip.Addr.String))}
}

// stem is the domain for an example of a name.
func stem(v *survey) string {
	if v.Domain != "" {
		return v.Domain
	}
	return "acme.com"
}

// faultOf says why a name is none that a host greets with, or that the world knows; ""
// if it is one.
func faultOf(name string) string {
	labels := strings.Split(name, ".")
	last := labels[len(labels)-1]
	switch {
	case strings.HasPrefix(name, "["):
		return "an address in brackets is no name; many mail hosts refuse it"
	case len(labels) < 2:
		return "not a full name: it has no dot"
	case strings.Trim(last, "0123456789") == "":
		return "not a name"
	case slices.Contains([]string{"local", "localhost", "localdomain", "lan", "internal", "home", "invalid", "test", "example"}, last):
		return "a name that counts only within a network of one's own"
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || l[0] == '-' || l[len(l)-1] == '-' {
			return "not a name that a host can have (letters, digits and hyphens): RFC 952"
		}
	}
	return ""
}

func namesAgree(v *survey) []Result {
	var results []Result
	for _, addr := range v.Addrs {
		about, a := addr.String(), v.dns.ask(reverseName(addr), PTR)
		var all []string
		for _, r := range a.Records {
			all = append(all, r.Name)
		}
		switch {
		case a.Outcome == Temporary:
			results = append(results, unknown(about, a))
		case slices.Contains(all, v.HELO):
			results = append(results, ok(about, "is %s", v.HELO))
		case a.absent():
			results = append(results, fail(about, setPTR, "has no name that could be %s", v.HELO))
		default:
			results = append(results, fail(about, fmt.Sprintf("greet with %s, or have the PTR of %s changed to %s", all[0], addr, v.HELO),
				"is %s, but we greet with %s", list(all, func(s string) string { return s }), v.HELO))
		}
	}
	return results
}
