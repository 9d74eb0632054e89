// Package provider answers one question: who runs the mail of this domain, or of
// this mail host, and by what customs?
//
// It knows the big consumer mailbox providers of the world by the exact
// domains under which they give out addresses ([OfDomain]), and mail hosts of
// all kinds by the ends of their names ([OfHost]). Of a company's domain it
// knows nothing but what the host tells. It asks nobody: the tables are text,
// embedded: data/providers.txt and data/hosts.txt.
//
// What it knows of a provider's customs is what an address means there: which
// addresses are one mailbox ([CustomsOf]), and which names nobody can have
// ([ID.Unlikely]).
package provider

import (
	"iter"
	"slices"
	"strings"
)

// ID names a provider. The zero ID is an unknown provider.
//
// The numbers may differ from one build to the next: store or send the
// String, which is permanent.
type ID uint16

// The providers whose customs other packages know.
const (
	Unknown ID = iota
	AOL
	Fastmail
	Gmail
	GoogleWorkspace // known by its mail hosts only
	ICloud
	MailRu
	Microsoft365 // known by its mail hosts only
	Outlook
	Proton
	Yahoo
	Yandex
	Zoho
	firstUnnamed
)

// String returns the provider's permanent short name ("gmail", "outlook",
// "orange", "mimecast"), or "" for Unknown and for a number that is no
// provider's.
func (id ID) String() string {
	switch {
	case id < firstUnnamed:
		return constants[id]
	case int(id-firstUnnamed) < len(others):
		return others[id-firstUnnamed]
	}
	return ""
}

// Named returns the provider of that short name, Unknown if there is none.
func Named(name string) ID {
	for id := range constants {
		if constants[id] == name {
			return ID(id)
		}
	}
	if i, ok := slices.BinarySearch(others[:], name); ok {
		return firstUnnamed + ID(i)
	}
	return Unknown
}

// OfDomain returns the provider that gives out addresses under exactly this
// domain, or Unknown. The domain is an A-label in lower case without trailing
// dot; a subdomain of a provider's domain is not the provider's.
// It is safe for concurrent use and does not allocate.
func OfDomain(domain string) ID {
	_, rest, ok := find(providerRows, domain)
	if !ok {
		return Unknown
	}
	name, _, _ := strings.Cut(rest, " ")
	return Named(name)
}

// Domains yields every known provider domain, in byte order, with its provider.
func Domains() iter.Seq2[string, ID] {
	return func(yield func(string, ID) bool) {
		fields(providerRows)(func(domain, name, _ string) bool { return yield(domain, Named(name)) })
	}
}

// Target is a provider domain that people type often enough for a misspelling
// of it to be likely.
type Target struct {
	Domain     string
	Popularity int  // 1, some region's, to 9, Gmail
	Exclusive  bool // nobody else uses the name under another suffix, so that gmail.co can be no other's
}

// Targets yields the domains to which misspelled ones may be corrected, in
// byte order.
func Targets() iter.Seq[Target] {
	return func(yield func(Target) bool) {
		fields(providerRows)(func(domain, _, typo string) bool {
			popularity, exclusive := target(typo)
			return popularity == 0 || yield(Target{Domain: domain, Popularity: popularity, Exclusive: exclusive})
		})
	}
}
