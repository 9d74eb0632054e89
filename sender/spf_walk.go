package sender

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// The limits of RFC 7208 section 4.6.4. Who goes beyond them is a permerror wherever
// the end of the record is reached.
const (
	maxLookups = 10
	maxVoids   = 2
)

// walked is what a whole record asks of whoever evaluates it, with all that it
// includes: an evaluation ends at the first match, so that one address may pass where
// another meets the limit.
type walked struct {
	dns     *memo
	seen    map[string]bool
	lookups int
	voids   []string // names that have nothing
	faults  []string // of syntax, and includes without a record
	uses    map[string]bool
	end     string  // the last word of the first record: "all" with its qualifier, redirect; "" none
	doubt   *Answer // something could not be found out
}

// walk follows the record of a domain.
func walk(dns *memo, domain, record string) *walked {
	w := &walked{dns: dns, seen: map[string]bool{}, uses: map[string]bool{}}
	w.end = w.record(domain, record)
	return w
}

// stopAfter is where counting ends: that it is too many is known long before.
const stopAfter = 50

// record counts one record, and returns what it ends with.
func (w *walked) record(domain, record string) (end string) {
	if w.seen[domain] {
		w.faults = append(w.faults, domain+" includes itself")
		return ""
	}
	w.seen[domain] = true
	defer delete(w.seen, domain)
	redirect := ""
	for _, field := range strings.Fields(record)[1:] {
		t := parseTerm(field)
		if w.lookups > stopAfter {
			return end
		}
		w.uses[t.name] = true
		target := t.target
		if target == "" {
			target = domain
		}
		macro := strings.Contains(target, "%")
		if fault := t.fault(); fault != "" {
			w.faults = append(w.faults, fmt.Sprintf("%s in the record of %s: %s", field, domain, fault))
			continue
		}
		switch t.name {
		case "all":
			return t.qualifier + "all" // what stands behind is never reached: section 5.1
		case "include":
			w.lookups++
			if !macro {
				w.follow(target, "includes")
			}
		case "a", "mx", "exists", "ptr":
			w.lookups++
			if !macro && t.name != "ptr" {
				w.void(t.name, target)
			}
		case "redirect":
			redirect = target
		}
	}
	if redirect == "" {
		return end
	}
	w.lookups++
	if strings.Contains(redirect, "%") {
		return "redirect"
	}
	return w.follow(redirect, "redirects to")
}

// follow counts the record of another domain, and returns what it ends with.
func (w *walked) follow(domain, how string) (end string) {
	records, a := w.dns.texts(domain, isSPF)
	switch {
	case a.Outcome == Temporary:
		w.doubt = &a
	case len(records) == 0:
		w.faults = append(w.faults, fmt.Sprintf("it %s %s, which has no SPF record", how, domain))
	case len(records) > 1:
		w.faults = append(w.faults, fmt.Sprintf("it %s %s, which has %d SPF records", how, domain, len(records)))
	default:
		return w.record(domain, records[0])
	}
	return ""
}

// void counts a name that has nothing.
func (w *walked) void(mechanism, name string) {
	var a Answer
	if mechanism == "mx" {
		a = w.dns.ask(name, MX)
	} else {
		a = w.dns.addrs(name)
	}
	if a.absent() {
		w.voids = append(w.voids, mechanism+":"+name)
	} else if a.Outcome == Temporary {
		w.doubt = &a
	}
}

// term is a word of a record: RFC 7208 section 4.6.1.
type term struct {
	qualifier string // "+", "-", "~" or "?" ; "+" where none stands
	name      string // lower case
	target    string // lower case, without a prefix length
	mask      string // "/24", "//64", "/24//64"
	modifier  bool
}

func parseTerm(field string) term {
	t := term{qualifier: "+"}
	if at := strings.IndexAny(field, "=:/"); at > 0 && field[at] == '=' {
		t.name, t.target, t.modifier = strings.ToLower(field[:at]), strings.ToLower(strings.TrimSuffix(field[at+1:], ".")), true
		return t
	}
	if strings.ContainsAny(field[:1], "+-~?") {
		t.qualifier, field = field[:1], field[1:]
	}
	field = strings.ToLower(field)
	name, rest, has := strings.Cut(field, ":")
	if !has {
		name = field
		if at := strings.IndexByte(field, '/'); at >= 0 {
			name, rest = field[:at], field[at:]
		}
	}
	t.name, t.target = name, rest
	if name == "a" || name == "mx" {
		if at := strings.IndexByte(rest, '/'); at >= 0 {
			t.target, t.mask = rest[:at], rest[at:]
		}
	}
	t.target = strings.TrimSuffix(t.target, ".")
	return t
}

// fault says what is wrong with the term by itself; "" if nothing.
func (t term) fault() string {
	if t.modifier {
		if t.name == "redirect" && t.target == "" {
			return "no domain"
		}
		return "" // others are to be ignored: section 6
	}
	switch t.name {
	case "all", "a", "mx", "ptr":
		return ""
	case "include", "exists":
		if t.target == "" {
			return "no domain"
		}
		return ""
	case "ip4", "ip6":
		addr, err := netip.ParseAddr(t.target)
		if strings.Contains(t.target, "/") {
			var block netip.Prefix
			block, err = netip.ParsePrefix(t.target)
			addr = block.Addr()
		}
		if err != nil || addr.Is4() != (t.name == "ip4") {
			return "no address of that kind"
		}
		return ""
	}
	return "no mechanism of SPF"
}

// results says what is wrong with the record by itself.
func (w *walked) results(domain, record string) []Result {
	var results []Result
	add := func(r Result) { results = append(results, r) }
	same := func(s string) string { return s }
	if len(w.faults) > 0 {
		add(fail(domain, "mend the record: mail hosts take it for broken (permerror)", "%s", list(w.faults, same)))
	}
	if w.lookups > maxLookups {
		many := fmt.Sprint(w.lookups)
		if w.lookups > stopAfter {
			many = "over " + fmt.Sprint(stopAfter)
		}
		add(fail(domain, "take out what sends no more, and write addresses (ip4:, ip6:) in place of names",
			"the record takes %s lookups of DNS, and mail hosts stop after %d (permerror)", many, maxLookups))
	}
	if len(w.voids) > maxVoids {
		add(fail(domain, "take out the names that are gone", "%d names in the record have nothing, and mail hosts stop after %d (permerror): %s", len(w.voids), maxVoids, list(w.voids, same)))
	} else if len(w.voids) > 0 {
		add(warn(domain, "take out the names that are gone", "names in the record have nothing: %s", list(w.voids, same)))
	}
	switch w.end {
	case "+all":
		add(fail(domain, "end the record with -all or ~all", "it ends with +all: anybody may send as this domain"))
	case "?all", "":
		if w.doubt == nil && len(w.faults) == 0 && w.lookups <= stopAfter {
			add(warn(domain, "end the record with -all or ~all", "it does not say what of addresses that it does not name: %s", record))
		}
	}
	if w.uses["ptr"] { // RFC 7208 section 5.5
		add(warn(domain, "name addresses in place of ptr", "it uses ptr, which is not to be used"))
	}
	if w.doubt != nil {
		add(unknown(domain, *w.doubt))
	}
	if !slices.ContainsFunc(results, func(r Result) bool { return r.Status != OK }) {
		add(ok(domain, "%s (%d of %d lookups)", record, w.lookups, maxLookups))
	}
	return results
}
