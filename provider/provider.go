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

// named gives the permanent names of the constants above; all other names
// stand only in the table.
var named = [firstUnnamed]string{
	AOL:             "aol",
	Fastmail:        "fastmail",
	Gmail:           "gmail",
	GoogleWorkspace: "google-workspace",
	ICloud:          "icloud",
	MailRu:          "mail.ru",
	Microsoft365:    "microsoft365",
	Outlook:         "outlook",
	Proton:          "proton",
	Yahoo:           "yahoo",
	Yandex:          "yandex",
	Zoho:            "zoho",
}

// String returns the provider's permanent short name ("gmail", "outlook",
// "orange", "mimecast"), or "" for Unknown and for a number that is no provider's.
func (id ID) String() string {
	names := loaded().names
	if int(id) >= len(names) {
		return ""
	}
	return names[id]
}

// OfDomain returns the provider that gives out addresses under exactly this
// domain, or Unknown. The domain is an A-label in lower case without trailing
// dot; a subdomain of a provider's domain is not the provider's.
// It is safe for concurrent use and does not allocate.
func OfDomain(domain string) ID {
	rows := loaded().rows
	i, ok := slices.BinarySearchFunc(rows, domain, func(r row, domain string) int { return strings.Compare(r.domain, domain) })
	if !ok {
		return Unknown
	}
	return rows[i].id
}

// Domains yields every known provider domain, in byte order, with its provider.
func Domains() iter.Seq2[string, ID] {
	return func(yield func(string, ID) bool) {
		for _, r := range loaded().rows {
			if !yield(r.domain, r.id) {
				return
			}
		}
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
		for _, r := range loaded().rows {
			if r.popularity == 0 {
				continue
			}
			t := Target{Domain: r.domain, Popularity: r.popularity, Exclusive: r.exclusive}
			if !yield(t) {
				return
			}
		}
	}
}
