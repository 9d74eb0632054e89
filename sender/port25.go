package sender

import (
	"errors"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
)

const openPort = `ask the provider of this machine to open port 25 outwards (most cloud providers close it until asked), or run winnow where mail is sent from`

// port25 judges by what came of all mail hosts together: that one of them is away
// says nothing of us.
func port25(v *survey) []Result {
	var greets, refuses, others, silent, unasked []contact
	for _, c := range v.reached {
		switch {
		case !c.to.IsValid():
			unasked = append(unasked, c)
		case c.greeting == "":
			silent = append(silent, c)
		case !c.accepts():
			refuses = append(refuses, c)
		case !c.itself():
			others = append(others, c)
		default:
			greets = append(greets, c)
		}
	}
	who := func(c contact) string { return c.host + " (" + c.to.String() + ")" }
	why := func(c contact) string { return who(c) + ": " + short(c.err) }
	said := func(c contact) string { return who(c) + ": " + c.greeting }
	switch {
	case len(others) > 0:
		// A firewall that takes all mail, or looks into it. What it says is not said by
		// those that we believe to talk with.
		r := fail("", "have the firewall or the provider let port 25 through untouched: answers would not be the mail hosts'",
			"something in between answers in the place of %s", list(others, said))
		if len(greets) > 0 {
			r.Status = Warn
		}
		return []Result{r}
	case len(greets) > 0:
		r := ok("", "greeted by %s", list(greets, who))
		if len(refuses) > 0 {
			r.Status, r.Todo = Warn, "look at what they say: they would refuse mail as well"
			r.Found += "; but refused by " + list(refuses, said)
		}
		if away := strangers(silent, greets, refuses); len(away) > 0 {
			r.Found += "; no greeting by " + list(away, why)
		}
		return []Result{r}
	case len(refuses) > 0:
		return []Result{warn("", "look at what they say: it is about our address, so see ptr and blocklist below",
			"port 25 is open, but we are refused: %s", list(refuses, said))}
	case len(silent) > 0:
		return []Result{fail("", openPort, "no mail host answers: %s", list(silent, why))}
	case len(unasked) > 0:
		return []Result{{Status: Unknown, Todo: askAgain, Found: "no mail host could be tried: " +
			list(unasked, func(c contact) string { return c.Domain + ": " + c.answer.Detail })}}
	}
	return []Result{{Status: Unknown, Todo: askAgain, Found: "no mail host could be tried: none of them has an address"}}
}

// strangers returns those of silent whose host answers by no other family of addresses:
// that a machine has no IPv6 is no fault.
func strangers(silent []contact, answered ...[]contact) []contact {
	var left []contact
	for _, s := range silent {
		if !slices.ContainsFunc(slices.Concat(answered...), func(c contact) bool { return c.Domain == s.Domain }) {
			left = append(left, s)
		}
	}
	return left
}

// short is an error without the addresses that stand beside it anyway.
func short(err error) string {
	var no syscall.Errno
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), isTimeout(err):
		return "no answer"
	case errors.As(err, &no):
		return no.Error()
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

func isTimeout(err error) bool {
	var late interface{ Timeout() bool }
	return errors.As(err, &late) && late.Timeout()
}

// outward returns our addresses as the world sees them, one a family: as the mail
// hosts name them, since there may be NAT in between, or else our ends of the
// connections.
func (v *survey) outward() []netip.Addr {
	var addrs []netip.Addr
	for _, four := range []bool{true, false} {
		named := map[netip.Addr]int{}
		for _, c := range v.reached {
			if c.seen.IsValid() && c.seen.Is4() == four && v.o.Routable(c.seen) && c.itself() {
				named[c.seen]++
			}
		}
		if len(named) == 0 {
			for _, c := range v.reached {
				if c.from.IsValid() && c.greeting != "" && c.from.Is4() == four && v.o.Routable(c.from) {
					named[c.from]++
				}
			}
		}
		for addr := range named {
			addrs = append(addrs, addr)
		}
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	return addrs
}

func ownAddress(v *survey) []Result {
	name := func(a netip.Addr) string { return a.String() }
	switch {
	case len(v.inside) > 0:
		return []Result{fail("", "name the address that mail leaves from as the world sees it", "%s leads nowhere outside: it is private or special", list(v.inside, name))}
	case v.given:
		var seen []netip.Addr
		for _, c := range v.reached {
			if c.seen.IsValid() && v.o.Routable(c.seen) && !slices.Contains(v.Addrs, c.seen) && !slices.Contains(seen, c.seen) && c.itself() {
				seen = append(seen, c.seen)
			}
		}
		if len(seen) > 0 {
			return []Result{warn("", "give --ip all addresses that mail leaves from, or run winnow where it is sent from",
				"mail hosts see us come from %s, which --ip does not name", list(seen, name))}
		}
		return []Result{ok("", "%s, as given", list(v.Addrs, name))}
	case len(v.Addrs) > 0:
		return []Result{ok("", "%s", list(v.Addrs, name))}
	}
	const todo = "name the address that mail leaves from with --ip"
	for _, c := range v.reached {
		if c.from.IsValid() {
			return []Result{{Status: Unknown, Todo: todo, Found: "connections leave from " + c.from.String() + ", which is not what the world sees, and no mail host says what it sees"}}
		}
	}
	return []Result{{Status: Unknown, Todo: todo, Found: "no connection to a mail host came about to see it by"}}
}
