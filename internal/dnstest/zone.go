// Package dnstest answers one question: how do I give a test a real DNS server?
//
// A Server listens on loopback, UDP and TCP on one port, and answers from a
// Zone written as text: a record or a directive a line.
//
//	acme.com      MX 10 mx1.acme.com   # a record; names are absolute, the TTL is optional (300)
//	mx1.acme.com  A  198.51.100.7
//	www.acme.com  CNAME mx1.acme.com   ; the chain is in the answer
//	nomail.com    MX 0 .
//	slow.com      !delay 300ms         # answers later; the records of slow.com as usual
//	dead.com      !drop                # never answers
//	flaky.com     !flaky 2             # drops the first 2 queries for the name, then as usual
//	bad.com       !servfail            # SERVFAIL
//	no.com        !refused             # REFUSED
//	gone.com      !nxdomain            # NXDOMAIN, whatever records it has
//	lame.com      !lame                # NOERROR, no answer, no RA, NS in authority
//	big.com       !truncate            # TC over UDP, whole over TCP
//	blocked.com   !ede 15              # NXDOMAIN with an extended error, RFC 8914
//	garbage.com   !garbage             # packets that are no answer
//	old.com       !noedns              # FORMERR to a query with EDNS
//	wrong.com     !wrongid             # the right answer with another ID
//	*             A 203.0.113.1        # every name that is not in the zone: a captive portal
//	*             !drop                # or any other directive
//
// Names not in the zone are NXDOMAIN; names with other types only, and names
// above others, are NODATA. A comment begins with # or ; at the start of a line
// or after a blank.
package dnstest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// Canaries is the zone text of the big providers that package mx wants to see.
const Canaries = `
gmail.com    MX 5  gmail-smtp-in.l.google.com
gmail.com    MX 10 alt1.gmail-smtp-in.l.google.com
gmail-smtp-in.l.google.com      A 192.0.2.1
alt1.gmail-smtp-in.l.google.com A 192.0.2.2
gmail.com    A 192.0.2.3
outlook.com  MX 5  outlook-com.olc.protection.outlook.com
outlook-com.olc.protection.outlook.com A 192.0.2.4
outlook.com  A 192.0.2.5
yahoo.com    MX 1  mta5.am0.yahoodns.net
yahoo.com    MX 1  mta6.am0.yahoodns.net
mta5.am0.yahoodns.net A 192.0.2.6
mta6.am0.yahoodns.net A 192.0.2.7
yahoo.com    A 192.0.2.8
`

// Zone is what a Server knows. It does not change once parsed.
type Zone struct {
	names map[string]*node // by absolute name, lower case; an empty node is an empty non-terminal
}

// node is one name: its records, and how it misbehaves.
type node struct {
	records []dns.RR
	fault   string // servfail, lame …; "" if it answers as it should
	delay   time.Duration
	flaky   int // queries to drop first
	ede     uint16
}

const wildcard = "*."

// ParseZone reads a zone. Errors name the line, counted from 1.
func ParseZone(text string) (*Zone, error) {
	z := &Zone{names: map[string]*node{}}
	for i, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		for j, field := range fields {
			if field[0] == '#' || field[0] == ';' {
				fields = fields[:j]
				break
			}
		}
		if len(fields) == 0 {
			continue
		}
		if err := z.add(fields); err != nil {
			return nil, fmt.Errorf("dnstest: zone line %d: %q: %w", i+1, strings.TrimSpace(line), err)
		}
	}
	return z, nil
}

func (z *Zone) add(fields []string) error {
	name := strings.ToLower(dns.Fqdn(fields[0]))
	if _, ok := dns.IsDomainName(name); !ok || fields[0][0] == '$' {
		return fmt.Errorf("%q is not a domain name", fields[0])
	}
	if len(fields) < 2 {
		return fmt.Errorf("want NAME TYPE DATA or NAME !directive")
	}
	n := z.node(name)
	if strings.HasPrefix(fields[1], "!") {
		return n.direct(fields[1], fields[2:])
	}
	parser := dns.NewZoneParser(strings.NewReader(name+" "+strings.Join(fields[1:], " ")+"\n"), ".", "")
	parser.SetDefaultTTL(300)
	record, ok := parser.Next()
	if err := parser.Err(); err != nil {
		return fmt.Errorf("not a record: %w", err)
	}
	if !ok {
		return fmt.Errorf("not a record: want NAME TYPE DATA")
	}
	n.records = append(n.records, record)
	return nil
}

// node returns the node of name, making it and those above it.
func (z *Zone) node(name string) *node {
	if name != wildcard {
		for i, end := dns.NextLabel(name, 0); !end; i, end = dns.NextLabel(name, i) {
			if z.names[name[i:]] == nil {
				z.names[name[i:]] = &node{}
			}
		}
	}
	if z.names[name] == nil {
		z.names[name] = &node{}
	}
	return z.names[name]
}

func (n *node) direct(directive string, args []string) error {
	want := 0
	switch directive {
	case "!delay", "!flaky", "!ede":
		want = 1
	}
	if len(args) != want {
		return fmt.Errorf("%s takes %d argument(s), not %d", directive, want, len(args))
	}
	var err error
	switch directive {
	case "!delay":
		n.delay, err = time.ParseDuration(args[0])
	case "!flaky":
		n.flaky, err = strconv.Atoi(args[0])
	case "!ede":
		var code uint64
		code, err = strconv.ParseUint(args[0], 10, 16)
		n.fault, n.ede = "ede", uint16(code)
	case "!drop", "!servfail", "!refused", "!nxdomain", "!lame", "!truncate", "!garbage", "!wrongid", "!noedns":
		n.fault = directive[1:]
	default:
		return fmt.Errorf("no directive %s; there are !delay !drop !flaky !servfail !refused !nxdomain !lame !truncate !ede !garbage !wrongid !noedns", directive)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", directive, err)
	}
	return nil
}

// find returns the node that answers for name; nil if there is none.
func (z *Zone) find(name string) *node {
	if n := z.names[name]; n != nil {
		return n
	}
	return z.names[wildcard]
}

// answer returns the records for a question, aliases followed, and whether the
// last name of the chain exists.
func (z *Zone) answer(name string, qtype uint16) (records []dns.RR, exists bool) {
	const longestChain = 8
	for range longestChain {
		n := z.find(name)
		if n == nil {
			return records, false
		}
		var alias string
		for _, record := range n.records {
			cname, isAlias := record.(*dns.CNAME)
			if record.Header().Rrtype != qtype && !isAlias {
				continue
			}
			record = dns.Copy(record)
			record.Header().Name = name
			records = append(records, record)
			if isAlias && qtype != dns.TypeCNAME {
				alias = strings.ToLower(cname.Target)
			}
		}
		if alias == "" {
			return records, true
		}
		name = alias
	}
	return records, true
}
