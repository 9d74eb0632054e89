package sender

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// listing is what a zone says of one name.
type listing struct {
	listed  bool
	refused bool
	text    string
	todo    string
	doubt   *Answer
}

// look asks a zone for a name that stands before it.
func (v *survey) look(b blocklist, name string) listing {
	a := v.dns.ask(name+"."+b.zone, A)
	switch {
	case a.Outcome == Temporary:
		return listing{doubt: &a}
	case a.absent():
		return listing{}
	}
	// Several answers are several lists; one of them that refuses makes all doubtful.
	codes := append(refusals[:], b.codes...)
	said := listing{listed: true, todo: b.remove}
	var texts []string
	for _, r := range a.Records {
		if !netip.MustParsePrefix("127.0.0.0/8").Contains(r.Addr) { // RFC 5782 section 2.3
			a.Detail = fmt.Sprintf("%s answers %s, which no blocklist does: the zone is gone, or the resolver makes answers up", b.zone, r.Addr)
			return listing{doubt: &a}
		}
		var words []string
		for _, c := range codes {
			switch {
			case !c.fits(r.Addr):
				continue
			case c.refused:
				return listing{refused: true, text: fmt.Sprintf("%s (%s)", c.text, r.Addr)}
			}
			words = append(words, c.text)
			if c.todo != "" {
				said.todo = c.todo
			}
		}
		if len(words) > 0 {
			texts = append(texts, fmt.Sprintf("%s (%s)", strings.Join(words, "; "), r.Addr))
		} else {
			texts = append(texts, r.Addr.String())
		}
	}
	said.text = strings.Join(texts, ", ")
	return said
}

// reversed is an address as zones have it: RFC 5782 sections 2.1 and 2.4.
func reversed(addr netip.Addr) string {
	name := reverseName(addr)
	return strings.TrimSuffix(strings.TrimSuffix(name, ".in-addr.arpa"), ".ip6.arpa")
}

// soundness says what is wrong with a zone: it must have the one name, and must not
// have the other. nil: nothing. Those of IPv4 serve for IPv6 too, since not every zone
// has the ones of RFC 5782 section 5.
func (v *survey) soundness(b blocklist, about, has, hasNot string) *Result {
	there, absent := v.look(b, has), v.look(b, hasNot)
	useless := func(format string, args ...any) *Result {
		return &Result{About: about, Status: Unknown, Found: b.name + " " + fmt.Sprintf(format, args...), Todo: ownResolver}
	}
	switch {
	case there.refused:
		return useless("%s", there.text)
	case absent.refused:
		return useless("%s", absent.text)
	case there.doubt != nil:
		return useless("could not be asked: %s", there.doubt.Detail)
	case absent.doubt != nil:
		return useless("could not be asked: %s", absent.doubt.Detail)
	case !there.listed:
		return useless("says nothing: its test entry is not there (%s.%s)", has, b.zone)
	case absent.listed:
		r := useless("lists everything: also %s, which no list may have", hasNot)
		r.Todo = "the list is out of order; who asks it refuses all mail, and there is nothing that you can do"
		return r
	}
	return nil
}

// judge asks a zone for one thing of ours.
func (v *survey) judge(b blocklist, about, name, has, hasNot string) Result {
	if bad := v.soundness(b, about, has, hasNot); bad != nil {
		return *bad
	}
	said := v.look(b, name)
	switch {
	case said.doubt != nil:
		return Result{About: about, Status: Unknown, Found: b.name + " could not be asked: " + said.doubt.Detail, Todo: ownResolver}
	case said.refused:
		return Result{About: about, Status: Unknown, Found: b.name + " " + said.text, Todo: ownResolver}
	case said.listed && b.grave:
		return fail(about, said.todo, "on %s: %s", b.name, said.text)
	case said.listed:
		return warn(about, said.todo, "on %s: %s", b.name, said.text)
	}
	return ok(about, "%s", b.name)
}

// together makes one result of the lists that do not have a thing.
func together(about string, results []Result) []Result {
	var clean []string
	left := slices.DeleteFunc(results, func(r Result) bool {
		if r.Status == OK {
			clean = append(clean, r.Found)
		}
		return r.Status == OK
	})
	if len(clean) > 0 {
		left = append(left, ok(about, "not on %s", list(clean, func(s string) string { return s })))
	}
	return left
}

// listedAddresses asks all zones for all our addresses.
func listedAddresses(v *survey) []Result {
	return beside(len(v.Addrs), func(i int) []Result {
		about := v.Addrs[i].String()
		return together(about, beside(len(addressLists), func(j int) []Result {
			b := addressLists[j]
			if v.Addrs[i].Is6() && !b.ipv6 {
				return nil // it knows none, and would not have any
			}
			return []Result{v.judge(b, about, reversed(v.Addrs[i]), "2.0.0.127", "1.0.0.127")}
		}))
	})
}

// listedDomains asks all zones for the domains that mails of ours show.
func listedDomains(v *survey) []Result {
	var domains []string
	for _, d := range []string{v.Domain, v.From, v.HELO} {
		if faultOf(d) == "" && !slices.Contains(domains, organisation(d)) {
			domains = append(domains, organisation(d))
		}
	}
	if len(domains) == 0 {
		return []Result{{About: v.Domain, Status: Skipped, Found: "no domain that the world knows"}}
	}
	return beside(len(domains), func(i int) []Result {
		return together(domains[i], beside(len(domainLists), func(j int) []Result {
			b := domainLists[j]
			return []Result{v.judge(b.blocklist, domains[i], domains[i], b.has, "invalid")}
		}))
	})
}

// beside runs n questions beside each other, and returns their results in order.
func beside(n int, each func(i int) []Result) []Result {
	results := make([][]Result, n)
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() { results[i] = each(i) })
	}
	running.Wait()
	return slices.Concat(results...)
}
