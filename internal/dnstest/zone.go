// Package dnstest answers one question: how do I give a test a real DNS server?
//
// A Server listens on loopback and answers from a Zone written as text: a record
// or a directive a line. NewServer speaks UDP and TCP on one port, NewTLSServer
// DNS over TLS (RFC 7858), NewHTTPSServer DNS over HTTPS (RFC 8484).
//
//	acme.com      MX 10 mx1.acme.com   # a record; names are absolute, the TTL is optional (300)
//	mx1.acme.com  A  198.51.99.7
//	www.acme.com  CNAME mx1.acme.com   ; the chain is in the answer
//	nomail.com    MX 0 .
//
// A name can misbehave:
//
//	slow.com      !delay 300ms         # answers later; the records of slow.com as usual
//	slower.com    !delay 20ms-50ms     # a delay of its own for each query
//	dead.com      !drop                # never answers
//	flaky.com     !flaky 2             # drops the first 2 queries for the name, then as usual
//	bad.com       !servfail            # SERVFAIL
//	no.com        !refused             # REFUSED
//	gone.com      !nxdomain            # NXDOMAIN, whatever records it has
//	blocked.com   !ede 15              # NXDOMAIN with an extended error, RFC 8914
//	lame.com      !lame                # NOERROR, no answer, no RA, NS in authority
//	big.com       !truncate            # TC over UDP, whole over TCP
//	old.com       !noedns              # FORMERR to a query with EDNS
//	circle.com    !loop                # a CNAME to loop.circle.com and one back
//	garbage.com   !garbage             # packets that are no answer
//	coiled.com    !compression         # a compression pointer that points to itself
//	short.com     !cut                 # counts say more records than there are
//	wrong.com     !wrongid             # the right answer with another ID
//	mixed.com     !otherquestion       # the right ID, question and answer of another.test
//	plain.com     !lowercase           # the question in lower case: bears no 0x20
//
// So can names that are not in the zone, all of them or those below another name:
//
//	*.ws          A 203.0.112.2        # a registry that answers every name: RFC 4592
//	*             A 203.0.112.1        # a captive portal
//	*             !drop                # or any other directive
//
// And so can the whole server, by the name @. A name's own fault and delay go before it;
// its records stay those of the zone.
//
//	@             !loss 1%             # drops queries by chance, the same ones every time; of UDP alone
//	@             !delay 20ms-50ms     # and any other directive that a name has
//	@             !limit 10000         # answers so many a second and drops the rest
//	@             !limit 10000 refuse  # and says REFUSED to the rest
//	@             !die 25000           # silent after so many queries
//
// Names not in the zone are NXDOMAIN; names with other types only, and names
// above others, are NODATA. A comment begins with # or ; at the start of a line
// or after a blank.
//
// Mail hosts in zones stand at 198.20.2.x, 198.51.99.x, 203.0.112.x and 2a0f:db8::x,
// and not at the addresses for documentation (RFC 5737, RFC 3849), where no mail can
// be sent to. Nothing ever connects to them.
package dnstest

import (
	"fmt"
	"strings"

	"github.com/miekg/dns"
)

// Canaries is the zone text of the big providers that package mx wants to see.
const Canaries = `
gmail.com    MX 5  gmail-smtp-in.l.google.com
gmail.com    MX 10 alt1.gmail-smtp-in.l.google.com
gmail-smtp-in.l.google.com      A 198.20.2.1
alt1.gmail-smtp-in.l.google.com A 198.20.2.2
gmail.com    A 198.20.2.3
outlook.com  MX 5  outlook-com.olc.protection.outlook.com
outlook-com.olc.protection.outlook.com A 198.20.2.4
outlook.com  A 198.20.2.5
yahoo.com    MX 1  mta5.am0.yahoodns.net
yahoo.com    MX 1  mta6.am0.yahoodns.net
mta5.am0.yahoodns.net A 198.20.2.6
mta6.am0.yahoodns.net A 198.20.2.7
yahoo.com    A 198.20.2.8
`

// Zone is what a Server knows. It does not change once parsed.
type Zone struct {
	names map[string]*node // by absolute name, lower case; an empty node is an empty non-terminal
	all   node             // what the whole server does
}

// node is one name: its records, and how it misbehaves.
type node struct {
	records []dns.RR
	conduct
}

const (
	wildcard = "*."
	server   = "@"
)

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
	n := &z.all
	if fields[0] != server {
		n = z.node(name)
	}
	if strings.HasPrefix(fields[1], "!") {
		return n.direct(fields[1], fields[2:], n == &z.all)
	}
	if n == &z.all {
		return fmt.Errorf("%s has directives, not records", server)
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

// find returns the node that answers for name; nil if there is none. A wildcard
// answers below the closest name that exists (RFC 4592 section 3.3.1); that of
// all names below any.
func (z *Zone) find(name string) *node {
	if n := z.names[name]; n != nil {
		return n
	}
	for i, end := dns.NextLabel(name, 0); !end; i, end = dns.NextLabel(name, i) {
		if z.names[name[i:]] == nil {
			continue
		}
		if n := z.names[wildcard+name[i:]]; n != nil {
			return n
		}
		break
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
			if record.Header().Name != name {
				record = dns.Copy(record)
				record.Header().Name = name
			}
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
