package provider

import (
	"bytes"
	"strings"
)

// Class says what a mail host does with the mail that it takes.
type Class uint8

// The classes of mail hosts. Only Disposable says anything against the domains
// that a host serves; Shared is there so that nobody judges by it.
const (
	Unclassed  Class = iota
	Mailbox          // keeps it, for people and companies
	Gateway          // filters it, on its way to mailboxes elsewhere
	Relay            // forwards it to a mailbox elsewhere, of a person who may switch the address off
	Disposable       // throw-away addresses and nothing else
	Shared           // web hosting, or programs that read mail: honest and disposable domains side by side
	Parking          // domains that are for sale or unused
	numClasses
)

var classNames = [numClasses]string{
	Mailbox:    "mailbox",
	Gateway:    "gateway",
	Relay:      "relay",
	Disposable: "disposable",
	Shared:     "shared",
	Parking:    "parking",
}

// String returns the word of data/hosts.txt, which is permanent, or "" for
// Unclassed.
func (c Class) String() string {
	if c >= numClasses {
		return ""
	}
	return classNames[c]
}

func classNamed(name string) Class {
	for c := Unclassed + 1; c < numClasses; c++ {
		if classNames[c] == name {
			return c
		}
	}
	return Unclassed
}

// Host is what is known of a mail exchanger by its name. The zero Host is an
// unknown one.
type Host struct {
	ID     ID
	Class  Class
	Suffix string // the name in the table by which it is known: itself, or one above
}

// maxHost is the longest name of a host, in octets (RFC 1035 section 2.3.4).
const maxHost = 253

// OfHost returns what is known of a mail exchanger by its name: the longest name
// in data/hosts.txt that is host or one above it, whole labels only. Case does
// not count, nor does a final dot. It is safe for concurrent use and does not
// allocate.
//
// A host knows less than a domain. Gmail's own exchangers are known as
// "gmail", but what a company names in its MX is Google Workspace
// ("google-workspace"), with other customs; and behind a gateway may be
// anybody. So where [OfDomain] knows the domain, its answer goes before the
// host's.
func OfHost(host string) Host {
	if n := len(host); n > 0 && host[n-1] == '.' {
		host = host[:n-1]
	}
	if len(host) > maxHost {
		return Host{}
	}
	var buf [maxHost]byte
	name := appendLower(buf[:0], host)
	for {
		if suffix, rest, ok := find(hostRows, name); ok {
			class, id, _ := strings.Cut(rest, " ")
			return Host{ID: Named(id), Class: classNamed(class), Suffix: suffix}
		}
		dot := bytes.IndexByte(name, '.')
		if dot < 0 {
			return Host{}
		}
		name = name[dot+1:]
	}
}

// appendLower appends s with its ASCII letters in lower case.
func appendLower(dst []byte, s string) []byte {
	start := len(dst)
	dst = append(dst, s...)
	for i, b := range dst[start:] {
		dst[start+i] = lower(b)
	}
	return dst
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
